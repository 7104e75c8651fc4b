package io.sparring.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import io.sparring.environment.RowLayout;
import io.sparring.format.Format;
import io.sparring.format.Input;
import io.sparring.format.Unreadable;
import io.sparring.format.Versions;
import io.sparring.network.Observations;
import io.sparring.policy.LastingNoise;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardCodecTest {
    private static Shard first() {
        try (Environment environment = Environments.create("CartPole-v1", 3)) {
            return Shard.first(11, 2, environment);
        }
    }

    private static byte[] serialised(Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return bytes.toByteArray();
    }

    private static Object deserialised(byte[] bytes) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }

    @Property
    void whatIsEncodedIsDecodedAsItWas(
            @ForAll int index,
            @ForAll byte[] environment,
            @ForAll float[] observations,
            @ForAll byte[] generators,
            @ForAll double[] returns,
            @ForAll boolean[] allowed,
            @ForAll float[] noise,
            @ForAll double[] discountedReturns,
            @ForAll float[] memory)
            throws Unreadable {
        int rows = Math.min(observations.length / 2, environment.length);
        Observations mixed = new Observations.Mixed(
                RowLayout.ofRuns(new int[] {1, 1, 1}),
                Arrays.copyOf(environment, rows),
                Arrays.copyOf(observations, 2 * rows));
        for (Observations kind :
                List.of(new Observations.Floats(observations), new Observations.Bytes(environment), mixed)) {
            Shard shard = new Shard(
                    index,
                    environment,
                    kind,
                    generators,
                    returns,
                    new int[returns.length],
                    allowed,
                    new LastingNoise(noise, noise.length),
                    discountedReturns,
                    memory);

            assertThat(ShardCodec.decode(ShardCodec.encode(shard)))
                    .usingRecursiveComparison()
                    .isEqualTo(shard);
        }
    }

    /** The layout is a promise to checkpoints that lie somewhere. */
    @Test
    void theBytesOfAShardWithoutMasksAndNoiseAreThoseOfVersionOne() {
        Shard shard = new Shard(
                4,
                new byte[] {1, -1},
                new Observations.Floats(new float[] {0.5f}),
                new byte[] {3},
                new double[] {-0.25},
                new int[] {9},
                new boolean[0],
                LastingNoise.NONE,
                new double[0],
                new float[0]);

        assertThat(HexFormat.of().formatHex(ShardCodec.encode(shard)))
                .startsWith("53485244" + "00000001" + "0000002b" // SHRD, version, length
                        + "00000004" // index
                        + "00000002" + "01ff" // environment
                        + "00000001" + "3f000000" // observations
                        + "00000001" + "03" // generators
                        + "00000001" + "bfd0000000000000" // returns
                        + "00000001" + "00000009") // lengths
                .hasSize(2 * (12 + 0x2b + 4));
    }

    @Test
    void theMasksOfTheNextActionsFollowInVersionTwo() throws Unreadable {
        Shard shard = new Shard(
                4,
                new byte[] {1, -1},
                new Observations.Floats(new float[] {0.5f}),
                new byte[] {3},
                new double[] {-0.25},
                new int[] {9},
                new boolean[] {true, false, true},
                LastingNoise.NONE,
                new double[0],
                new float[0]);

        assertThat(HexFormat.of().formatHex(ShardCodec.encode(shard)))
                .startsWith("53485244" + "00000002" + "00000032" // SHRD, version, length
                        + "00000004" // index
                        + "00000002" + "01ff" // environment
                        + "00000001" + "3f000000" // observations
                        + "00000001" + "03" // generators
                        + "00000001" + "bfd0000000000000" // returns
                        + "00000001" + "00000009" // lengths
                        + "00000003" + "010001") // allowed
                .hasSize(2 * (12 + 0x32 + 4));
        assertThat(ShardCodec.decode(ShardCodec.encode(shard)))
                .usingRecursiveComparison()
                .isEqualTo(shard);
    }

    @Test
    void imagesAreBytesInVersionThree() {
        Shard shard = new Shard(
                4,
                new byte[] {1, -1},
                new Observations.Bytes(new byte[] {0, 127, -1}),
                new byte[] {3},
                new double[] {-0.25},
                new int[] {9},
                new boolean[0],
                LastingNoise.NONE,
                new double[0],
                new float[0]);

        assertThat(HexFormat.of().formatHex(ShardCodec.encode(shard)))
                .startsWith("53485244" + "00000003" + "0000002e" // SHRD, version, length
                        + "00000004" // index
                        + "00000002" + "01ff" // environment
                        + "00000003" + "007fff" // observations
                        + "00000001" + "03" // generators
                        + "00000001" + "bfd0000000000000" // returns
                        + "00000001" + "00000009" // lengths
                        + "00000000") // allowed
                .hasSize(2 * (12 + 0x2e + 4));
    }

    @Test
    void observationsOfBothKindsFollowTheirLayoutInVersionSeven() {
        Shard shard = new Shard(
                4,
                new byte[] {1, -1},
                new Observations.Mixed(
                        RowLayout.ofRuns(new int[] {0, 3, 1}), new byte[] {0, 127, -1}, new float[] {0.5f}),
                new byte[] {3},
                new double[] {-0.25},
                new int[] {9},
                new boolean[0],
                LastingNoise.NONE,
                new double[0],
                new float[0]);

        assertThat(HexFormat.of().formatHex(ShardCodec.encode(shard)))
                .startsWith("53485244" + "00000007" + "0000005a" // SHRD, version, length
                        + "00000004" // index
                        + "00000002" + "01ff" // environment
                        + "00000000" // of both kinds
                        + "00000003" + "000000000000000300000001" // no float, three bytes, a float
                        + "00000003" + "007fff" // bytes
                        + "00000001" + "3f000000" // floats
                        + "00000001" + "03" // generators
                        + "00000001" + "bfd0000000000000" // returns
                        + "00000001" + "00000009") // lengths
                .hasSize(2 * (12 + 0x5a + 4));
    }

    @ParameterizedTest
    @CsvSource({"ffffffff", "00000002"})
    void runsThatAreNoLayoutAreDamage(String bytes) throws IOException {
        Shard shard = new Shard(
                4,
                new byte[0],
                new Observations.Mixed(RowLayout.ofRuns(new int[] {0, 3, 1}), new byte[3], new float[1]),
                new byte[0],
                new double[0],
                new int[0],
                new boolean[0],
                LastingNoise.NONE,
                new double[0],
                new float[0]);
        String content = HexFormat.of().formatHex(ShardCodec.encode(shard));
        byte[] changed =
                HexFormat.of().parseHex(content.replaceFirst("(000000030{8})00000003(00000001)", "$1" + bytes + "$2"));

        assertThatThrownBy(() -> ShardCodec.readContent(new Input(changed, 12, changed.length - 16), 7))
                .isInstanceOf(Unreadable.Damaged.class)
                .hasMessageContaining("there are observations of no layout");
    }

    @Test
    void noiseThatLastsFollowsInVersionFourAndHowLongItHas() throws Unreadable {
        Shard shard = new Shard(
                4,
                new byte[0],
                new Observations.Floats(new float[] {0.5f}),
                new byte[0],
                new double[0],
                new int[0],
                new boolean[0],
                new LastingNoise(new float[] {0.5f, -2}, 7),
                new double[0],
                new float[0]);

        assertThat(HexFormat.of().formatHex(ShardCodec.encode(shard)))
                .startsWith("53485244" + "00000004" + "00000034" // SHRD, version, length
                        + "00000004" // index
                        + "00000000" // environment
                        + "00000004" + "00000001" + "3f000000" // bytes of an observation, observations
                        + "00000000" + "00000000" + "00000000" + "00000000" // generators, returns, lengths, allowed
                        + "00000002" + "3f000000" + "c0000000" // noise
                        + "00000007") // steps
                .hasSize(2 * (12 + 0x34 + 4));
    }

    @Test
    void discountedReturnsFollowInVersionFiveAndStandForAllEarlierOnes() throws Unreadable {
        Shard shard = new Shard(
                4,
                new byte[0],
                new Observations.Floats(new float[0]),
                new byte[0],
                new double[0],
                new int[0],
                new boolean[0],
                LastingNoise.NONE,
                new double[] {-0.25},
                new float[0]);

        assertThat(HexFormat.of().formatHex(ShardCodec.encode(shard)))
                .startsWith("53485244" + "00000005" + "00000034" // SHRD, version, length
                        + "00000004" // index
                        + "00000000" // environment
                        + "00000004" + "00000000" // bytes of an observation, observations
                        + "00000000" + "00000000" + "00000000" + "00000000" // generators, returns, lengths, allowed
                        + "00000000" + "00000000" // noise, steps
                        + "00000001" + "bfd0000000000000") // discounted returns
                .hasSize(2 * (12 + 0x34 + 4));
    }

    @Test
    void whatIsRememberedFollowsInVersionSix() {
        Shard shard = new Shard(
                4,
                new byte[0],
                new Observations.Floats(new float[0]),
                new byte[0],
                new double[0],
                new int[0],
                new boolean[0],
                LastingNoise.NONE,
                new double[] {-0.25},
                new float[] {0.5f, -2});

        assertThat(HexFormat.of().formatHex(ShardCodec.encode(shard)))
                .startsWith("53485244" + "00000006" + "00000040" // SHRD, version, length
                        + "00000004" // index
                        + "00000000" // environment
                        + "00000004" + "00000000" // bytes of an observation, observations
                        + "00000000" + "00000000" + "00000000" + "00000000" // generators, returns, lengths, allowed
                        + "00000000" + "00000000" // noise, steps
                        + "00000001" + "bfd0000000000000" // discounted returns
                        + "00000002" + "3f000000" + "c0000000") // memory
                .hasSize(2 * (12 + 0x40 + 4));
    }

    @Test
    void javaSerialisesAShardByItsCodec() throws Exception {
        Shard shard = first();
        byte[] bytes = serialised(shard);

        assertThat(deserialised(bytes)).usingRecursiveComparison().isEqualTo(shard);
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
                .contains(new String(ShardCodec.encode(shard), StandardCharsets.ISO_8859_1));
    }

    @Test
    void aShardOfALaterBuildIsRefusedByNameWhereverItComesFrom() throws IOException {
        byte[] later = new Format("SHRD", "a shard", new Versions(1, 8)).write(out -> out.integer(1), 4);

        assertThatThrownBy(() -> ShardCodec.decode(later))
                .isInstanceOf(Unreadable.TooNew.class)
                .hasMessage("its format is version 8, and this build reads versions 1 to 7: a newer build wrote it");
        byte[] travelling = serialised(new ShardCodec.Travelling(later));
        assertThatThrownBy(() -> deserialised(travelling))
                .isInstanceOf(InvalidObjectException.class)
                .hasMessage(
                        "a shard that came here cannot be read: its format is version 8, and this build reads versions 1 to 7: a newer build wrote it");
    }

    @Test
    void returnsAndLengthsOfDifferentNumbersAreDamage() {
        Shard odd = new Shard(
                0,
                new byte[0],
                new Observations.Floats(new float[0]),
                new byte[0],
                new double[2],
                new int[1],
                new boolean[0],
                LastingNoise.NONE,
                new double[0],
                new float[0]);

        assertThatThrownBy(() -> ShardCodec.decode(ShardCodec.encode(odd)))
                .isInstanceOf(Unreadable.Damaged.class)
                .hasMessage("a shard has returns of 2 episodes, and lengths of 1");
    }
}

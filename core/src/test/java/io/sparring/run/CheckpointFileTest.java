package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.algorithm.A2c;
import io.sparring.algorithm.Backend;
import io.sparring.algorithm.Counters;
import io.sparring.algorithm.LocalRounds;
import io.sparring.algorithm.Rounds;
import io.sparring.algorithm.ShardWorker;
import io.sparring.algorithm.Training;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingState;
import io.sparring.algorithm.WorkerPosition;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.format.Output;
import io.sparring.format.Unreadable;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Input;
import io.sparring.network.Memory;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.network.Observations;
import io.sparring.network.Trunk;
import io.sparring.policy.LastingNoise;
import io.sparring.rollout.Shard;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointFileTest {
    /**
     * Where the golden files lie, one a version; {@code mvn -pl core test -Dtest=CheckpointFileTest -Dsparring.golden.write=true} records
     * that of the newest anew.
     */
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");

    private static final int DIGEST = 32;

    private static Configuration configuration(String... overrides) {
        return ConfigurationFile.parse("test.yaml", """
                seed: 11
                environment: {id: CartPole-v1, copies-per-shard: 2}
                network: {hidden: [4]}
                a2c: {shards: 2, rollout-length: 16}
                budget: {env-steps: 256}
                evaluation: {every-env-steps: 128, episodes: 2}
                """, List.of(overrides));
    }

    /** A small run's end: every field has something in it. */
    private static CheckpointFile trained(String... overrides) {
        Configuration configuration = configuration(overrides);
        TrainingState start =
                TrainingState.first(configuration, configuration.environment().resolve());
        try (Rounds rounds =
                new LocalRounds(configuration, configuration.environment().resolve(), start.shards())) {
            TrainingState end = A2c.train(configuration, start, rounds, new TrainingListener() {})
                    .state();
            return new CheckpointFile(ConfigurationFile.write(configuration) + "# größer\n", end);
        }
    }

    /** The same, normalised. */
    private static CheckpointFile normalized() {
        return trained("normalize.observations=true", "normalize.rewards=true");
    }

    /** Of workers in turn, with all that the newest version holds. */
    private static CheckpointFile inTurn() {
        Configuration configuration = configuration(
                "algorithm=a3c", "a3c.workers=2", "a3c.in-turn=true", "a3c.rollout-length=8", "normalize.rewards=true");
        try {
            return new CheckpointFile(
                    ConfigurationFile.write(configuration),
                    Training.of(configuration).run().state());
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static CheckpointFile small() {
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
        return new CheckpointFile(
                "seed: 1\n",
                new Counters(1, 2, 3, List.of(1.0, 2.0), -1e300, 5, 6.5, 7, 8.5),
                new float[] {1.5f, Float.MIN_VALUE},
                Normalizer.NONE,
                new float[] {2},
                List.of(4, 1),
                List.of(shard, shard),
                List.of());
    }

    private static byte[] written(CheckpointFile file) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            file.write(bytes);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }

    /** The same content with the checksum that belongs to it. */
    private static byte[] signed(byte[] file) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(file, 0, file.length - DIGEST);
            byte[] signed = Arrays.copyOf(file, file.length);
            System.arraycopy(sha256.digest(), 0, signed, file.length - DIGEST, DIGEST);
            return signed;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void requireDamaged(byte[] bytes, String message) {
        assertThatThrownBy(() -> CheckpointFile.read(bytes))
                .isInstanceOf(Unreadable.Damaged.class)
                .hasMessage(message);
    }

    @Test
    void whatIsWrittenIsReadAsItWas() throws IOException {
        for (CheckpointFile file : List.of(trained(), normalized(), inTurn(), small())) {
            assertThat(CheckpointFile.read(written(file)))
                    .usingRecursiveComparison()
                    .isEqualTo(file);
        }
    }

    @Test
    void aRunThatHasNotBegunCanBeWrittenAndRead() throws IOException {
        CheckpointFile first = new CheckpointFile(
                "",
                TrainingState.first(
                        configuration(), configuration().environment().resolve()));

        assertThat(CheckpointFile.read(written(first)))
                .usingRecursiveComparison()
                .isEqualTo(first);
    }

    @Test
    void equalStatesAreEqualFilesAndTheStreamStaysOpen() throws IOException {
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        small().write(two);
        two.write(written(small()));

        assertThat(two.toByteArray()).hasSize(2 * written(small()).length).startsWith(written(small()));
    }

    @Test
    void everyBitThatIsFlippedIsNoticed() {
        byte[] bytes = written(small());
        for (int i = 0; i < bytes.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] altered = bytes.clone();
                altered[i] ^= (byte) (1 << bit);
                if (i >= 8 && i < 12) {
                    // The version is believed first: no build knows what stands behind a later one.
                    assertThatThrownBy(() -> CheckpointFile.read(altered)).isInstanceOf(Unreadable.class);
                    continue;
                }
                requireDamaged(
                        altered,
                        i < 8
                                ? "it does not begin as a checkpoint does"
                                : "its checksum does not match: it is truncated or altered");
            }
        }
    }

    @Test
    void everyTruncationIsNoticedAndEveryByteTooMany() {
        byte[] bytes = written(small());
        for (int length = 0; length < bytes.length; length++) {
            requireDamaged(
                    Arrays.copyOf(bytes, length),
                    length < 8
                            ? "it does not begin as a checkpoint does"
                            : "its checksum does not match: it is truncated or altered");
        }
        requireDamaged(
                Arrays.copyOf(bytes, bytes.length + 1), "its checksum does not match: it is truncated or altered");
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, Integer.MAX_VALUE})
    void aLaterVersionIsRefusedByItsNameWhateverFollowsIt(int version) {
        byte[] bytes = written(small());
        ByteBuffer.wrap(bytes).putInt(8, version);

        for (byte[] later : List.of(signed(bytes), bytes, Arrays.copyOf(bytes, 12))) {
            assertThatThrownBy(() -> CheckpointFile.read(later))
                    .isInstanceOf(Unreadable.TooNew.class)
                    .hasMessage("its format is version " + version
                            + ", and this build reads versions 1 to 4: a newer build wrote it");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void aVersionThatNeverWasIsDamage(int version) {
        byte[] bytes = written(small());
        ByteBuffer.wrap(bytes).putInt(8, version);

        requireDamaged(signed(bytes), "there is no format of version " + version);
    }

    /** Whoever can write a file can sign it: lengths are believed only as far as there are bytes. */
    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 1 << 20, Integer.MAX_VALUE})
    void aLengthThatTheFileCannotHoldIsRefusedWithoutMakingRoomForIt(int length) {
        byte[] whole = written(small());
        int refused = 0;
        for (int at = 12; at <= whole.length - DIGEST - Integer.BYTES; at++) {
            byte[] bytes = whole.clone();
            ByteBuffer.wrap(bytes).putInt(at, length);
            try {
                CheckpointFile.read(signed(bytes));
            } catch (Unreadable e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThanOrEqualTo(10);
    }

    @Test
    void contentBeyondTheLastShardIsRefused() {
        byte[] bytes = written(small());
        byte[] longer = signed(Arrays.copyOf(bytes, bytes.length + 3));

        requireDamaged(longer, "it goes on after its end");
    }

    /** What was trained once can be gone on with for ever. */
    @ParameterizedTest
    @CsvSource({
        "1, 6b0eae123ddccd06520d3a8d6d53e76b3b21b64c8c2b3dc311cfc1d86df3677b",
        "2, 40e839d6b44e0608b41b2c8445ffcf8b9f2f2d6372466b3596e86de12641d96c",
        "3, 3c2adc6fc7a58dcfd33d13752be8ba8199aa0daf1aab00cb87e117747c32c226"
    })
    void theGoldenFileOfEachVersionStaysReadable(int version, String sha256) throws IOException {
        Path file = GOLDEN.resolve("checkpoint-v" + version);
        byte[] bytes = Files.readAllBytes(file);
        CheckpointFile golden = CheckpointFile.read(bytes);

        assertThat(bytes[11]).isEqualTo((byte) version);
        assertThat(written(golden)).as("what all builds write that can hold it").satisfies(again -> {
            if (version > 1) {
                assertThat(again).isEqualTo(bytes);
            }
        });
        Configuration longer =
                ConfigurationFile.parse("golden", golden.configuration(), List.of("budget.env-steps=512"));
        Architecture architecture =
                ShardWorker.architecture(longer, longer.environment().resolve().spec());
        TrainingState state = golden.state(architecture);
        assertThat(state.round()).isEqualTo(4);
        assertThat(state.envSteps()).isEqualTo(256);
        assertThat(state.optimizerSteps()).containsExactly(4);
        assertThat(state.shards()).hasSize(2);
        assertThat(state.counters().recentReturns())
                .hasSize((int) state.counters().episodes())
                .isNotEmpty();
        assertThat(CheckpointFile.sha256(state.model().parameters())).isEqualTo(sha256);

        long seen = version < 3 ? 0 : 256;
        Normalizer normalizer = state.model().normalizer();
        assertThat(normalizer.observations().count()).isEqualTo(seen);
        assertThat(normalizer.returns().count()).isEqualTo(seen);

        try (Rounds rounds = new LocalRounds(longer, longer.environment().resolve(), state.shards())) {
            assertThat(A2c.train(longer, state, rounds, new TrainingListener() {})
                            .state()
                            .round())
                    .isEqualTo(8);
        }
    }

    @Test
    void theGoldenFileOfWorkersInTurnStaysReadableAndGoesOnWithTheSameBits() throws Exception {
        Path file = GOLDEN.resolve("checkpoint-v4");
        if (Boolean.getBoolean("sparring.golden.write")) {
            Files.write(file, written(inTurn()));
        }
        byte[] bytes = Files.readAllBytes(file);
        CheckpointFile golden = CheckpointFile.read(bytes);

        assertThat(bytes[11]).isEqualTo((byte) 4);
        assertThat(written(golden)).isEqualTo(bytes);
        assertThat(golden.positions()).extracting(WorkerPosition::behind).containsExactly(1L, 0L);
        Configuration longer =
                ConfigurationFile.parse("golden", golden.configuration(), List.of("budget.env-steps=512"));
        Training training = Training.of(longer);
        TrainingState state = golden.state(
                ShardWorker.architecture(longer, longer.environment().resolve().spec()));
        assertThat(CheckpointFile.sha256(training.run(state, Backend.LOCAL, new TrainingListener() {})
                        .state()
                        .model()
                        .parameters()))
                .isEqualTo("3a872ec74d0c68921822f91ec6fce4dae18bb57dac6f936b3ac5ea9fb64135d2");
    }

    /** Whoever can write a file can sign it. */
    @Test
    void positionsOfAnotherNetworksParametersAreRefused() {
        CheckpointFile file = inTurn();
        WorkerPosition position = file.positions().get(1);
        WorkerPosition shorter =
                new WorkerPosition(position.pulled(), new float[3], position.normalizer(), 0, position.envSteps());

        requireDamaged(
                written(new CheckpointFile(
                        file.configuration(),
                        file.counters(),
                        file.parameters(),
                        file.normalizer(),
                        file.optimizerState(),
                        file.optimizerSteps(),
                        file.shards(),
                        List.of(position, shorter))),
                "worker 1 has parameters of another network");
    }

    /** Version 1 had one count for all workers' optimisers, the highest: it stands for each. */
    @Test
    void theOneStepCountOfVersionOneStandsForAllWorkers() throws IOException {
        Shard shard = small().shards().get(0);
        Output out = new Output(0);
        out.text("algorithm: a3c\n");
        for (int i = 0; i < 3; i++) {
            out.integer64(i);
        }
        out.real(0);
        out.integer(0);
        out.real(0);
        out.integer64(-1);
        out.real(-1);
        out.doubles(new double[0]);
        out.floats(new float[] {1, 2});
        out.integer(17);
        out.floats(new float[] {3, 4, 5, 6});
        out.integer(2);
        for (int i = 0; i < 2; i++) {
            out.integer(i);
            out.bytes(shard.environment());
            out.floats(((Observations.Floats) shard.observations()).numbers());
            out.bytes(shard.actionGenerators());
            out.doubles(shard.returns());
            out.integers(shard.lengths());
        }
        byte[] old = ByteBuffer.allocate(12 + out.size() + DIGEST)
                .put("SPARRING".getBytes(StandardCharsets.US_ASCII))
                .putInt(1)
                .put(out.bytes())
                .array();

        CheckpointFile file = CheckpointFile.read(signed(old));
        Architecture twoBiases = new Architecture(Architecture.Kind.SHARED, List.of(), Activation.TANH, 0, 1, 0);
        TrainingState state = file.state(twoBiases);

        assertThat(state.optimizerSteps()).containsExactly(17);
        assertThat(state.optimizerSteps(0)).isEqualTo(17);
        assertThat(state.optimizerSteps(1)).isEqualTo(17);
        assertThat(state.shards()).extracting(Shard::index).containsExactly(0, 1);
    }

    /** As where an environment of the same name sees something else today. */
    @Test
    void aNetworkThatTheParametersDoNotFitIsRefused() {
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, List.of(), Activation.TANH, 1, 1, 0);

        assertThatThrownBy(() -> small().state(architecture))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage("the checkpoint does not fit its configuration's network in this environment:"
                        + " 2 parameters for a network of 4");
    }

    @Test
    void theFingerprintIsTheSha256OfLittleEndianFloats() {
        // printf '\x00\x00\x80\x3f\x00\x00\x00\xc0' | sha256sum
        assertThat(CheckpointFile.sha256(new float[] {1, -2}))
                .isEqualTo("ee4ac73c2bd27756ab82780f27c73a7bc4d3f0bb6acb37e008bc27eccd7e588b");
        assertThat(CheckpointFile.sha256(new float[] {0f})).isNotEqualTo(CheckpointFile.sha256(new float[] {-0f}));
    }

    /** They mean something else to networks that divide them. */
    @Test
    void whatWasLearnedFromBytesThatWereNotDividedIsRefused() {
        Trunk trunk = new Trunk(
                List.of(new Input("observation", List.of(3), Input.Order.VECTOR, true)),
                List.of(),
                List.of(),
                false,
                Activation.TANH);
        Architecture bytes = new Architecture(Architecture.Kind.SHARED, trunk, Memory.NONE, 2, 0);
        TrainingState state = new TrainingState(
                Counters.NONE, new Model(bytes, new float[bytes.parameterCount()]), new float[0], List.of(), List.of());

        assertThat(new CheckpointFile("network: {hidden: [], convolutions: []}", state).model(bytes))
                .isNotNull();
        assertThatThrownBy(() -> new CheckpointFile("network: {hidden: []}", state).model(bytes))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("did not divide observations of bytes by 255");
    }
}

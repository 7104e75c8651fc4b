package io.sparring.parameterserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.network.Normalizer;
import io.sparring.network.RunningMoments;
import io.sparring.parameterserver.Message.Answer;
import io.sparring.parameterserver.Message.Goodbye;
import io.sparring.parameterserver.Message.Hello;
import io.sparring.parameterserver.Message.Malformed;
import io.sparring.parameterserver.Message.Pull;
import io.sparring.parameterserver.Message.Push;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class MessageTest {
    private static final Normalizer SEEN = new Normalizer(
            new RunningMoments(7, new double[] {1, -2}, new double[] {3, 1e-300}),
            new RunningMoments(6, new double[] {0.5}, new double[] {4}));

    private static final List<Message> ONE_OF_EACH = List.of(
            new Hello(3, 1L << 40, 0, "0123456789abcdef", 9_155),
            new Pull(0, 0, Long.MAX_VALUE),
            new Push(
                    1, 2, 3, 4, new float[] {1, Float.NEGATIVE_INFINITY, 1e-40f}, SEEN, new byte[] {5, 6}, new byte[] {7
                    }),
            new Push(1, 2, 3, 4, new float[0], Normalizer.NONE, new byte[0], new byte[0]),
            new Goodbye(1, 2, 3, new byte[] {8}),
            new Answer(
                    1,
                    2,
                    3,
                    Outcome.STALE,
                    4,
                    5,
                    true,
                    false,
                    new float[] {6},
                    SEEN,
                    new byte[] {7},
                    "a reason: θ′ is old"));

    @Provide
    Arbitrary<Message> messages() {
        return Arbitraries.of(ONE_OF_EACH);
    }

    @Property
    void whatIsReadIsWhatWasWritten(@ForAll("messages") Message message) throws Malformed {
        Message read = Message.decode(message.encode());

        // Records with arrays are compared by all that they write.
        assertThat(read.encode()).isEqualTo(message.encode());
        assertThat(read).usingRecursiveComparison().isEqualTo(message);
    }

    @Property
    void aMessageThatIsCutOffIsRefused(@ForAll("messages") Message message) {
        byte[] whole = message.encode();

        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Message.decode(part)).isInstanceOf(Malformed.class);
        }
    }

    @Property
    void aMessageThatGoesOnAfterItsEndIsRefused(@ForAll("messages") Message message) {
        byte[] whole = message.encode();

        assertThatThrownBy(() -> Message.decode(Arrays.copyOf(whole, whole.length + 1)))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining("after its end");
    }

    @Property(tries = 5000)
    void anyBytesAreAMessageOrRefused(
            @ForAll("messages") Message message, @ForAll @Size(min = 1, max = 8) List<Byte> noise, @ForAll int where) {
        byte[] bytes = message.encode();
        for (int i = 0; i < noise.size(); i++) {
            bytes[Math.floorMod(where + i, bytes.length)] = noise.get(i);
        }

        try {
            assertThat(Message.decode(bytes)).isNotNull();
        } catch (Malformed refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
    }

    @Example
    void anotherVersionOfTheFormatIsRefusedByItsNumber() {
        byte[] bytes = new Pull(0, 0, 0).encode();
        bytes[2] = 9;

        assertThatThrownBy(() -> Message.decode(bytes))
                .isInstanceOf(Malformed.class)
                .hasMessage("its format is version 9, and this build reads version 2");
    }

    @Example
    void anArrayThatClaimsMoreThanThereIsAsksForNoMemory() {
        byte[] bytes = new Goodbye(1, 2, 3, new byte[4]).encode();
        Arrays.fill(bytes, bytes.length - 8, bytes.length - 4, (byte) 0x7f);

        assertThatThrownBy(() -> Message.decode(bytes))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining("does not fit");
    }

    @Example
    void whatIsLargerThanAMessageMayBeIsNotWritten() {
        Push push = new Push(0, 0, 0, 0, new float[17 << 20], Normalizer.NONE, new byte[0], new byte[0]);

        assertThatThrownBy(push::encode).isInstanceOf(IllegalArgumentException.class);
    }
}

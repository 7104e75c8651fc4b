package io.sparring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.channels.ClosedChannelException;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    @Test
    void aMessageIsItsFirstLine() {
        assertThat(Explanation.of(new IOException("the disk is full\n\tat somewhere")))
                .isEqualTo("the disk is full");
        assertThat(Explanation.of(new IOException("\n\nit is late"))).isEqualTo("it is late");
    }

    @Test
    void whatHasNoMessageSaysWhatItIsAndNeverNull() {
        assertThat(Explanation.of(new EOFException())).isEqualTo("EOFException");
        assertThat(Explanation.of(new ClosedChannelException())).isEqualTo("ClosedChannelException");
        assertThat(Explanation.of(new UncheckedIOException(null, new IOException("  "))))
                .isEqualTo("UncheckedIOException: IOException");
        assertThat(Explanation.of(new IOException(null, new IOException("no room"))))
                .isEqualTo("IOException: no room");
    }

    @Test
    void aTerminalObeysNothingOfALine() {
        assertThat(Explanation.oneLine("a\033[31m\r\nsparring: done\u202e \u2028\0"))
                .isEqualTo("a\\u001b[31m\\u000d\\nsparring: done\\u202e \\u2028\\u0000");
        assertThat(Explanation.oneLine("Läufe/日本 \ud83d\ude80 \\n")).isEqualTo("Läufe/日本 \ud83d\ude80 \\n");
    }

    /** A class whose initializer fails. */
    private static final class Native {
        private static final int VALUE = load();

        private static int load() {
            throw new UnsatisfiedLinkError("libstdc++.so.6: cannot open shared object file");
        }
    }

    /** Another one, for its sake. */
    private static final class Engine {
        private static final int VALUE = checked();

        private static int checked() {
            try {
                return Native.VALUE;
            } catch (LinkageError e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void ofAClassThatCannotBeInitializedTheFirstCauseIsSaidAndLaterUsesAreTold() {
        String cause = "java.lang.UnsatisfiedLinkError: libstdc++.so.6: cannot open shared object file";
        Throwable first = failure(() -> Engine.VALUE);
        assertThat(Explanation.ofCause(first)).isEqualTo(cause);
        assertThat(Explanation.isAftermath(first)).isFalse();

        Throwable again = failure(() -> Native.VALUE);
        assertThat(again).isInstanceOf(NoClassDefFoundError.class);
        assertThat(Explanation.ofCause(new InvocationTargetException(again))).isEqualTo(cause);

        // The JVM has kept of this one no more than that there was an IllegalStateException.
        Throwable late = failure(() -> Engine.VALUE);
        assertThat(Explanation.isAftermath(late)).isTrue();
        assertThat(Explanation.ofCause(late))
                .startsWith("java.lang.IllegalStateException")
                .doesNotContain("in thread");
    }

    @Test
    void aFailureWithWordsOfItsOwnIsItsOwnCause() {
        assertThat(Explanation.ofCause(new IOException("checkpoint 3", new EOFException())))
                .isEqualTo("java.io.IOException: checkpoint 3");
        assertThat(Explanation.ofCause(
                        new IOException(new InvocationTargetException(new IOException("Cannot unpack")))))
                .isEqualTo("java.io.IOException: Cannot unpack");
        assertThat(Explanation.ofCause(new ExceptionInInitializerError("Cannot unpack libzstd")))
                .isEqualTo("Cannot unpack libzstd");
    }

    private static Throwable failure(IntSupplier use) {
        return catchThrowable(use::getAsInt);
    }
}

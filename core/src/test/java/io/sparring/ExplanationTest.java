package io.sparring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
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
}

package io.sparring.spark.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private int tries;

    private Patience.Attempt failing(int times, IOException failure) {
        return () -> {
            if (++tries <= times) {
                throw failure;
            }
        };
    }

    private void write(Duration limit, boolean hopeless, Patience.Attempt attempt) throws IOException {
        new Patience("hdfs:/run", limit).write("a file", e -> hopeless, attempt);
    }

    @Test
    void whatFailsOnceIsTriedAgain() throws IOException {
        write(Duration.ofSeconds(30), false, failing(1, new SocketTimeoutException("no answer")));

        assertThat(tries).isEqualTo(2);
    }

    @Test
    void theLastFailureSaysHowOftenItWasTried() {
        IOException full = new IOException("full\nand more");

        assertThatThrownBy(() -> write(Duration.ofMillis(600), false, failing(9, full)))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("full \\(tried 2 times in \\d+ s\\)")
                .hasCause(full);
    }

    @Test
    void whatWaitingCannotHelpIsThrownAtOnce() {
        IOException failure = new IOException("denied");
        IOException interruption = new InterruptedIOException("interrupted");

        assertThatThrownBy(() -> write(Duration.ofSeconds(30), true, failing(9, failure)))
                .isSameAs(failure);
        assertThatThrownBy(() -> write(Duration.ZERO, false, failing(9, failure)))
                .isSameAs(failure);
        assertThatThrownBy(() -> write(Duration.ofSeconds(30), false, failing(9, interruption)))
                .isSameAs(interruption);
        assertThat(tries).isEqualTo(3);
    }

    @Test
    void anInterruptEndsThePause() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> write(Duration.ofSeconds(30), false, failing(9, new IOException("away"))))
                .isInstanceOf(InterruptedIOException.class)
                .hasMessage("interrupted while writing a file");
        assertThat(Thread.interrupted()).isTrue();
    }
}

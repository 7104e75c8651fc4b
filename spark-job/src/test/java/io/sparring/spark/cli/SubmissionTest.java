package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmissionTest {
    @TempDir
    private Path work;

    @Test
    void aResultIsFoundByItsSubmissionAlone() throws Exception {
        Submission submission = submission("a");
        int exit = submission.run(() -> {
            System.out.println("the result");
            System.err.println("sparring: a complaint");
            System.err.println("1,280 of 64,000 steps");
            return 1;
        });
        assertThat(exit).isEqualTo(1);
        Submission.Outcome outcome = read("a");
        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.stdout()).containsExactly("the result");
        assertThat(outcome.stderr()).isEqualTo("sparring: a complaint");
        assertThat(read("b")).isNull();
    }

    @Test
    void aVerdictIsFinalForLaterAttempts() {
        AtomicInteger runs = new AtomicInteger();
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThat(submission("a").run(() -> {
                        runs.incrementAndGet();
                        return 2;
                    }))
                    .isEqualTo(2);
        }
        assertThat(runs).hasValue(1);
    }

    @Test
    void anAttemptThatWasTakenAwayByASignalIsFollowedByAnother() {
        assertThat(submission("a").run(() -> 143)).isEqualTo(143);
        assertThat(submission("a").run(() -> 0)).isZero();
    }

    /** YARN's application master does so where it learns of its application's end before any signal comes. */
    @Test
    void aDriverThatIsInterruptedIsTakenAwayAsByASignal() {
        assertThat(Main.exit(new InterruptedException())).isEqualTo(143);
        assertThat(Main.explain(new InterruptedException())).isEqualTo("the cluster has taken this driver away");
        assertThat(Main.explain(new InterruptedException(Main.TAKEN + ". There is no checkpoint yet.")))
                .isEqualTo("the cluster has taken this driver away. There is no checkpoint yet.");
    }

    @Test
    void whateverWasInterruptedIsTheSameTaking() {
        for (Exception interrupted : List.of(
                new InterruptedIOException("waiting for a file"),
                new ClosedByInterruptException(),
                new UncheckedIOException(new InterruptedIOException()))) {
            assertThat(Main.exit(interrupted)).isEqualTo(143);
            assertThat(Main.explain(interrupted)).isEqualTo(Main.TAKEN);
        }
        assertThat(Main.exit(new SocketTimeoutException())).isEqualTo(1);
    }

    @Test
    void aDriverThatNobodyWaitsForIsNone() {
        assertThat(Submission.of(new SparkConf(false))).isNull();
    }

    private Submission submission(String id) {
        return Submission.of(new SparkConf(false)
                .set("spark.sparring.submission", id)
                .set("spark.sparring.outcome", "file://" + work + "/exit.json"));
    }

    private Submission.Outcome read(String id) throws Exception {
        return Submission.read("file://" + work + "/exit.json", id, new org.apache.hadoop.conf.Configuration());
    }
}

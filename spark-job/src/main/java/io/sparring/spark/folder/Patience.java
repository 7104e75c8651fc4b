package io.sparring.spark.folder;

import io.sparring.Explanation;
import io.sparring.spark.session.Console;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Tries again for a while what fails on another machine's file system: NameNodes leave safe mode, DataNodes are started again, stores stop
 * throttling.
 *
 * @param folder what the user calls the place that is written to
 * @param limit no pause goes beyond it
 */
record Patience(String folder, Duration limit) {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** Something that may fail. */
    interface Attempt {
        void make() throws IOException;
    }

    /**
     * Does something until it works; the first failure is said to the user.
     *
     * @param what is written, for the user
     * @param hopeless what will not go away by waiting
     * @throws IOException the last attempt's, in one line, once patience is at an end
     */
    void write(String what, Predicate<IOException> hopeless, Attempt attempt) throws IOException {
        long start = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        for (int tries = 1; ; tries++) {
            try {
                attempt.make();
                return;
            } catch (IOException e) {
                Duration waited = Duration.ofNanos(System.nanoTime() - start);
                if (isInterruption(e)) {
                    throw e;
                }
                String reason = Explanation.of(e);
                if (waited.plus(pause).compareTo(limit) > 0 || hopeless.test(e)) {
                    throw tries == 1
                            ? e
                            : new IOException(
                                    reason + " (tried " + tries + " times in " + Math.round(waited.toMillis() / 1e3)
                                            + " s)",
                                    e);
                }
                if (tries == 1) {
                    Console.say("writing " + what + " to " + folder + " failed and is tried again for up to "
                            + limit.toSeconds() + " s: " + reason);
                }
            }
            try {
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while writing " + what);
            }
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
    }

    /** Of the thread; timeouts are of that class too, and are what waiting is for. */
    private static boolean isInterruption(IOException e) {
        return e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
    }
}

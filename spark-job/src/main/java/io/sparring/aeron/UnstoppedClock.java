package io.sparring.aeron;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Time in which this process ran: of a stop (SIGSTOP, a shell's Ctrl-Z, a machine that is moved) only the first second counts. Aeron's client takes a
 * longer one for its own death, though nobody else has a part in it. For one thread.
 */
final class UnstoppedClock implements NanoClock {
    private static final long LONGEST_STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final NanoClock clock;
    private long read;
    private long time;

    UnstoppedClock(NanoClock clock) {
        this.clock = clock;
        read = clock.nanoTime();
    }

    @Override
    public long nanoTime() {
        long now = clock.nanoTime();
        time += Math.min(now - read, LONGEST_STEP_NANOS);
        read = now;
        return time;
    }
}

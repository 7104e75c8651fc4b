package io.sparring.aeron;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UnstoppedClockTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final UnstoppedClock clock = new UnstoppedClock(nanos::get);

    @Test
    void itGoesAsTheClockItReadsWhileTheProcessRuns() {
        assertThat(after(3)).isEqualTo(3);
        assertThat(after(4)).as("beyond the clock's largest number").isEqualTo(7);
        assertThat(after(TimeUnit.SECONDS.toNanos(1))).isEqualTo(1_000_000_007);
    }

    @Test
    void ofAStopOneSecondCounts() {
        after(10);

        assertThat(after(TimeUnit.HOURS.toNanos(9))).isEqualTo(1_000_000_010);
        assertThat(after(1)).isEqualTo(1_000_000_011);
    }

    private long after(long passed) {
        nanos.addAndGet(passed);
        return clock.nanoTime();
    }
}

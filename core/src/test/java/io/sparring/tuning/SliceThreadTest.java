package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class SliceThreadTest {
    private static final Duration PARTING = Duration.ofMillis(200);

    /** Hangs in its first slice, until it is let go or, where it is said so, interrupted. */
    private static final class Hanging implements SliceThread.Computer {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private final boolean obeys;

        Hanging(boolean obeys) {
            this.obeys = obeys;
        }

        @Override
        public SliceResult run(Slice slice, BooleanSupplier cancelled) throws InterruptedException {
            begun.countDown();
            while (true) {
                try {
                    released.await();
                    return result(slice);
                } catch (InterruptedException e) {
                    if (obeys) {
                        throw e;
                    }
                }
            }
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    /** Ends at once. */
    private static final class Quick implements SliceThread.Computer {
        @Override
        public SliceResult run(Slice slice, BooleanSupplier cancelled) {
            return cancelled.getAsBoolean() ? null : result(slice);
        }

        @Override
        public void close() {}
    }

    private static SliceResult result(Slice slice) {
        return new SliceResult(slice.trial(), slice.number(), 1, 1, 1, 1, 0.1, "hash", null, null, null);
    }

    private static Slice slice(int trial) {
        return new Slice(trial, 0, List.of(), null, 1);
    }

    /** The first slices' computers are these; all others are quick. */
    private static SliceThread thread(double seconds, Hanging... hanging) {
        List<SliceThread.Computer> next = Collections.synchronizedList(new ArrayList<>(List.of(hanging)));
        return new SliceThread(
                () -> next.isEmpty() ? new Quick() : next.remove(0),
                seconds,
                Duration.ZERO,
                PARTING,
                "executor 1 (there)");
    }

    @Test
    void aSliceThatNeverEndsHasFailedAndTheNextOneIsComputedThoughItsThreadStays() throws InterruptedException {
        Hanging hanging = new Hanging(false);
        try (SliceThread slices = thread(0.05, hanging)) {
            SliceResult failed = slices.run(slice(3), () -> false);
            SliceResult next = slices.run(slice(4), () -> false);

            assertThat(failed.trial()).isEqualTo(3);
            assertThat(failed.ended()).isEqualTo(SliceResult.FAILED);
            assertThat(failed.failure())
                    .startsWith(
                            "it has computed for longer than trial-seconds, 0.05 s, and did not end a round: it was in "
                                    + Hanging.class.getName() + ".run(SliceThreadTest.java:")
                    .contains("on executor 1 (there); its thread takes no notice of being interrupted")
                    .doesNotContain("\n");
            assertThat(next).isEqualTo(result(slice(4)));
        }
        // What it held is given back once it lets go.
        assertThat(hanging.closed.getCount()).isEqualTo(1);
        hanging.released.countDown();
        hanging.closed.await();
    }

    @Test
    void oneThatLetsGoWhenInterruptedLeavesNothingBehind() throws InterruptedException {
        Hanging hanging = new Hanging(true);
        try (SliceThread slices =
                new SliceThread(() -> hanging, 0.05, Duration.ZERO, Duration.ofMinutes(1), "executor 1 (there)")) {
            assertThat(slices.run(slice(3), () -> false).failure())
                    .contains("did not end a round")
                    .endsWith("on executor 1 (there)");
        }
        assertThat(hanging.closed.getCount()).isZero();
    }

    @Test
    void whoeverWaitsForOneThatHangsCanBeInterrupted() throws InterruptedException {
        Hanging hanging = new Hanging(true);
        SliceThread slices = thread(0, hanging);
        Thread waiting = Thread.currentThread();
        Thread killer = new Thread(() -> {
            try {
                hanging.begun.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            waiting.interrupt();
        });
        killer.start();

        assertThatThrownBy(() -> slices.run(slice(0), () -> false)).isInstanceOf(InterruptedException.class);

        hanging.closed.await();
        killer.join();
    }

    @Test
    void slicesAreComputedOneAfterTheOtherByTheSameHand() throws InterruptedException {
        try (SliceThread slices = thread(0)) {
            assertThat(slices.run(slice(0), () -> false)).isEqualTo(result(slice(0)));
            assertThat(slices.run(slice(1), () -> true)).isNull();
        }
    }
}

package io.sparring.tuning;

import io.sparring.Seconds;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A {@link SliceRunner} in a thread of its own, so that whoever asks for a slice has an answer though its environment never gives one. With
 * {@code trial-seconds}, a slice that does not end a round in time is interrupted, and its trial has failed, with the place where it was. Java cannot
 * end a thread that takes no notice of that: it is left behind, and the next slice has another one.
 *
 * <p>Used by one thread at a time.
 */
public final class SliceThread implements AutoCloseable {
    /** A slice that has not ended by itself so long after its time is up never will. */
    private static final Duration GRACE = Duration.ofSeconds(10);
    /** For how long one that was interrupted is waited for. */
    private static final Duration PARTING = Duration.ofSeconds(2);

    private final Supplier<? extends Computer> computers;
    private final double mostSeconds;
    private final Duration grace;
    private final Duration parting;
    private final String where;
    private Hand hand;

    /** What computes slices, in one thread. */
    interface Computer extends AutoCloseable {
        SliceResult run(Slice slice, BooleanSupplier cancelled) throws InterruptedException;

        @Override
        void close();
    }

    /**
     * For the trials of this sweep.
     *
     * @param where this is, for what is said of a trial that hangs
     */
    public SliceThread(SweepFile sweep, String where) {
        this(() -> new SliceRunner(sweep), sweep.trialSeconds(), GRACE, PARTING, where);
    }

    SliceThread(
            Supplier<? extends Computer> computers,
            double mostSeconds,
            Duration grace,
            Duration parting,
            String where) {
        this.computers = computers;
        this.mostSeconds = mostSeconds;
        this.grace = grace;
        this.parting = parting;
        this.where = where;
    }

    /**
     * Trains on, as {@link SliceRunner#run} does.
     *
     * @return null if it was cancelled
     * @throws InterruptedException if this thread was interrupted: the slice has been, too, and nobody gets its result
     */
    public SliceResult run(Slice slice, BooleanSupplier cancelled) throws InterruptedException {
        long start = System.nanoTime();
        if (hand == null) {
            hand = new Hand(computers.get());
        }
        Future<SliceResult> result = hand.run(slice, cancelled);
        try {
            return mostSeconds > 0
                    ? result.get((long) (1e9 * mostSeconds) + grace.toNanos(), TimeUnit.NANOSECONDS)
                    : result.get();
        } catch (TimeoutException e) {
            return SliceResult.failed(slice, (System.nanoTime() - start) / 1e9, leftWhereItHangs());
        } catch (InterruptedException e) {
            leave();
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            if (e.getCause() instanceof Error error) {
                // Memory that has run out is known by its type, and ends an executor.
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    private String leftWhereItHangs() throws InterruptedException {
        String place = hand.place();
        boolean ended = leave();
        return "it has computed for longer than trial-seconds, " + Seconds.text(mostSeconds)
                + ", and did not end a round: it was in " + place + ", on " + where
                + (ended
                        ? ""
                        : "; its thread takes no notice of being interrupted, and stays there until its executor ends");
    }

    /** @return whether its thread has ended */
    private boolean leave() throws InterruptedException {
        Hand left = hand;
        hand = null;
        return left.dismiss(parting);
    }

    /** Waits for a moment for its environments to be closed. */
    @Override
    public void close() {
        if (hand != null) {
            try {
                hand.end(parting);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A thread with what computes in it, which it closes itself: nobody else may touch that while it may come back. */
    private static final class Hand {
        private final Computer computer;
        private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, "sweep slice");
            // One that hangs does not keep its process.
            made.setDaemon(true);
            return thread(made);
        });
        private Thread thread;

        Hand(Computer computer) {
            this.computer = computer;
        }

        private Thread thread(Thread made) {
            thread = made;
            return made;
        }

        Future<SliceResult> run(Slice slice, BooleanSupplier cancelled) {
            return executor.submit(() -> computer.run(slice, cancelled));
        }

        /** The innermost call that is not Java's own. */
        String place() {
            StackTraceElement[] calls = thread.getStackTrace();
            return Arrays.stream(calls)
                    .filter(call -> !call.getClassName().matches("(java|javax|jdk|sun)\\..*"))
                    .findFirst()
                    .map(call -> call.getClassName() + "." + call.getMethodName() + "(" + call.getFileName() + ":"
                            + call.getLineNumber() + ")")
                    .orElse("no code that is known");
        }

        /** @return whether it has ended within this time */
        boolean dismiss(Duration parting) throws InterruptedException {
            thread.interrupt();
            return end(parting);
        }

        /** @return whether it has ended within this time */
        boolean end(Duration parting) throws InterruptedException {
            executor.execute(computer::close);
            executor.shutdown();
            return executor.awaitTermination(parting.toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}

package io.sparring.spark.cli;

import io.sparring.Returns;
import io.sparring.spark.session.Console;
import io.sparring.tuning.Sweep;
import io.sparring.tuning.SweepResult;
import io.sparring.tuning.Trial;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A sweep as it goes, on stderr: one line that is drawn again on a terminal, a line now and then elsewhere. */
final class SweepProgress implements Runnable, AutoCloseable {
    private static final Duration LINE_EVERY = Duration.ofSeconds(10);
    private static final Duration DRAW_EVERY = Duration.ofMillis(500);

    private final Sweep sweep;
    private final long start = System.nanoTime();
    private final boolean terminal = Console.onTerminal();
    private final TerminalWidth width = new TerminalWidth();
    private final int finishedBefore;
    private long last = start;

    SweepProgress(Sweep sweep) {
        this.sweep = sweep;
        finishedBefore = done(sweep.result());
    }

    @Override
    public void run() {
        long now = System.nanoTime();
        if (now - last >= (terminal ? DRAW_EVERY : LINE_EVERY).toNanos()) {
            last = now;
            String line = line();
            if (terminal) {
                int most = Math.max(0, width.columns() - 1);
                Console.bar(line.length() > most ? line.substring(0, most) : line + " ".repeat(most - line.length()));
            } else {
                Console.line(line);
            }
        }
    }

    private String line() {
        SweepResult result = sweep.result();
        List<Trial> confirming = sweep.confirming();
        if (!confirming.isEmpty() && result.trials().size() >= sweep.file().trials()) {
            return String.format(
                    Locale.ROOT,
                    "confirming: %,d of %,d trainings done, %d slices being computed",
                    confirming.stream()
                            .filter(trial -> trial.state() != Trial.State.RUNNING)
                            .count(),
                    confirming.size(),
                    sweep.computing());
        }
        int done = done(result);
        double seconds = (System.nanoTime() - start) / 1e9;
        int target = sweep.file().trials();
        String left = done - finishedBefore < 1 || done >= target
                ? ""
                : String.format(
                        Locale.ROOT, ", about %s left", minutes(seconds / (done - finishedBefore) * (target - done)));
        return String.format(
                Locale.ROOT,
                "%,d of %,d trials begun: %,d finished, %,d stopped early, %,d failed, %d slices being computed; best %s%s",
                result.trials().size(),
                target,
                result.count(Trial.State.FINISHED),
                result.count(Trial.State.STOPPED),
                result.count(Trial.State.FAILED),
                sweep.computing(),
                Returns.text(result.bestScore()),
                left);
    }

    private static int done(SweepResult result) {
        return (int) (result.trials().size() - result.count(Trial.State.RUNNING));
    }

    private static String minutes(double seconds) {
        return seconds < 90
                ? String.format(Locale.ROOT, "%.0f s", seconds)
                : seconds < 5400
                        ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                        : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }

    @Override
    public void close() {
        if (terminal) {
            Console.bar(line());
            Console.endBar();
        }
    }
}

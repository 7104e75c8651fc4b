package io.sparring.spark.cli;

import io.sparring.Returns;
import io.sparring.algorithm.TrainingListener;
import io.sparring.configuration.Configuration;
import io.sparring.spark.session.Console;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Training as it goes, on stderr: a bar on a terminal, a line now and then elsewhere. */
final class Progress implements TrainingListener, AutoCloseable {
    /** Wider bars are no better. */
    private static final int WIDEST = 110;

    private static final Duration LINE_EVERY = Duration.ofSeconds(10);

    private final ProgressBar bar;
    private final long budget;
    private double evaluated = Double.NaN;
    private long lastLine = System.nanoTime();

    Progress(Configuration configuration, long envSteps) {
        budget = configuration.budget().envSteps();
        bar = Console.onTerminal()
                ? new ProgressBarBuilder()
                        .setTaskName("training")
                        .setInitialMax(budget)
                        .startsFrom(envSteps, Duration.ZERO)
                        .setUnit(" steps", 1)
                        .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                        .setUpdateIntervalMillis(200)
                        .showSpeed()
                        .setConsumer(new Fitting(new TerminalWidth()))
                        .build()
                : null;
    }

    /** Leaves the terminal's last column free: a bar that fills it begins a new line each time it is drawn. */
    private static final class Fitting extends DelegatingProgressBarConsumer {
        private final TerminalWidth width;

        Fitting(TerminalWidth width) {
            super(Console::bar);
            this.width = width;
        }

        @Override
        public int getMaxRenderedLength() {
            return Math.min(WIDEST, width.columns() - 1);
        }
    }

    @Override
    public void round(Round round) {
        if (bar != null) {
            bar.stepTo(Math.min(budget, round.envSteps()));
            bar.setExtraMessage(" return " + returns(round.meanReturn(), evaluated) + staleness(round));
        } else if (System.nanoTime() - lastLine >= LINE_EVERY.toNanos()) {
            lastLine = System.nanoTime();
            Console.line(String.format(
                    Locale.ROOT,
                    "%,d of %,d steps, %,.0f steps/s, return %s%s",
                    round.envSteps(),
                    budget,
                    round.envSteps() / round.seconds(),
                    returns(round.meanReturn(), evaluated),
                    staleness(round)));
        }
    }

    private static String staleness(Round round) {
        return round.asynchrony() == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", staleness %.1f (p99 %d)",
                        round.asynchrony().staleness().mean(),
                        round.asynchrony().staleness().p99());
    }

    @Override
    public void remark(String line) {
        Console.say(line);
    }

    @Override
    public void evaluated(Evaluated evaluation) {
        evaluated = evaluation.meanReturn();
    }

    private static String returns(double training, double evaluation) {
        return Returns.text(training) + (Double.isNaN(evaluation) ? "" : ", evaluated " + Returns.text(evaluation));
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            Console.endBar();
        }
    }
}

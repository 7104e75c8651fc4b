package io.sparring.algorithm;

import io.sparring.Returns;
import io.sparring.algorithm.TrainingListener.Round;
import io.sparring.configuration.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is wrong with a run's learning, in words: each said once a session, with the keys to look at. Looks at the last {@value #ROUNDS} rounds, and says
 * nothing before there are as many, nor in the first tenth of the budget.
 */
final class Symptoms {
    /** Long enough for a critic to show that it learns. */
    static final int ROUNDS = 50;

    /** Environment steps in which hardly any task is learned. */
    private static final long PATIENCE = 10_000;

    private static final double UNEXPLAINED = 0.1;
    /** Targets that differ by less, of their mean, leave nothing to explain. */
    private static final double CONSTANT = 1e-3;

    private static final double TENFOLD = 10;
    private static final double COLLAPSED = 0.05;
    private static final double RISEN = 0.25;
    private static final double OUTLYING = 0.01;

    private final Configuration configuration;
    private final String section;
    private final boolean resumed;
    /** Environment steps of a session before which nothing is said. */
    private final long patience;

    private int rounds;
    private long steps;
    private double firstEntropy = Double.NaN;
    private double firstReturn = Double.NaN;
    private int unexplained;
    private double explained;
    private int crushed;
    private int outlying;
    private long ended;
    private long truncated;

    private boolean saidCritic;
    private boolean saidGradients;
    private boolean saidEntropy;
    private boolean saidTruncated;
    private boolean saidClipped;

    /** @param resumed whether this session goes on with a run, whose first rounds it has not seen */
    Symptoms(Configuration configuration, boolean resumed) {
        this.configuration = configuration;
        this.resumed = resumed;
        section = configuration.algorithm().section();
        patience = Math.max(PATIENCE, configuration.budget().envSteps() / 10);
    }

    /** What has to be said after this round: lines. */
    List<String> after(Round round) {
        rounds++;
        steps += round.statistics().stream().mapToLong(ShardStatistics::samples).sum();
        if (rounds == 1) {
            firstEntropy = round.entropy();
        }
        if (Double.isNaN(firstReturn)) {
            firstReturn = round.meanReturn();
        }
        List<String> lines = new ArrayList<>();
        critic(round, lines);
        gradients(round, lines);
        entropy(round, lines);
        episodes(round, lines);
        observations(round, lines);
        return lines;
    }

    private void critic(Round round, List<String> lines) {
        Measures measures = round.measures();
        if (!Double.isFinite(round.explainedVariance())
                || measures.targetDeviation() < CONSTANT * Math.max(1, Math.abs(measures.targetMean()))) {
            return;
        }
        boolean explains = round.explainedVariance() >= UNEXPLAINED;
        unexplained = explains ? 0 : unexplained + 1;
        explained = explains ? 0 : explained + round.explainedVariance();
        if (unexplained >= ROUNDS && isTime() && !saidCritic) {
            saidCritic = true;
            lines.add(line(
                    "the critic has learned nothing for %d rounds: it explains %d %% of what returns differ by. Look at %s.value-weight (%s), optimizer.learning-rate (%s) and network.kind",
                    unexplained,
                    Math.round(100 * explained / unexplained),
                    section,
                    configuration.learning().valueWeight(),
                    configuration.optimizer().learningRate()));
        }
    }

    private void gradients(Round round, List<String> lines) {
        double max = configuration.learning().maxGradientNorm();
        boolean all = round.measures().gradientsClipped() == 1;
        crushed = all && round.gradientNorm() > TENFOLD * max ? crushed + 1 : 0;
        if (crushed >= ROUNDS && isTime() && !saidGradients) {
            saidGradients = true;
            lines.add(line(
                    "every gradient of the last %d rounds was clipped, to less than a tenth in the mean (the last from %.1f to %s): what is learned depends on its direction alone. Look at %s.max-gradient-norm, %s.value-weight (%s) and the scale of rewards",
                    crushed,
                    round.gradientNorm(),
                    max,
                    section,
                    section,
                    configuration.learning().valueWeight()));
        }
    }

    private void entropy(Round round, List<String> lines) {
        boolean collapsed = firstEntropy > 0 && round.entropy() < COLLAPSED * firstEntropy;
        if (rounds >= ROUNDS && isTime() && !resumed && collapsed && !hasRisen(round) && !saidEntropy) {
            saidEntropy = true;
            lines.add(line(
                    "the policy has stopped exploring before its return rose: entropy %.4f, of %.4f at the start, and mean return %s, of %s. Look at %s.entropy-weight (%s) and optimizer.learning-rate (%s)",
                    round.entropy(),
                    firstEntropy,
                    Returns.text(round.meanReturn()),
                    Returns.text(firstReturn),
                    section,
                    configuration.learning().entropyWeight(),
                    configuration.optimizer().learningRate()));
        }
    }

    private void episodes(Round round, List<String> lines) {
        ended += round.measures().ended();
        truncated += round.measures().truncated();
        boolean most = ended >= ROUNDS && 2 * truncated > ended;
        boolean now = round.measures().ended() > 0;
        if (rounds >= ROUNDS && isTime() && !resumed && most && now && !hasRisen(round) && !saidTruncated) {
            saidTruncated = true;
            lines.add(line(
                    "most episodes are cut by a time limit (%d of %d, of %.0f steps in the last round), and the return does not rise: what follows is only guessed by the critic. Look at the environment's time limit and %s.gamma (%s)",
                    truncated,
                    ended,
                    round.measures().episodeLength(),
                    section,
                    configuration.learning().gamma()));
        }
    }

    private void observations(Round round, List<String> lines) {
        double clipped = round.statistics().stream()
                .mapToDouble(shard -> shard.normalization().clipped())
                .average()
                .orElse(0);
        outlying = clipped > OUTLYING ? outlying + 1 : 0;
        if (outlying >= ROUNDS && isTime() && !saidClipped) {
            saidClipped = true;
            lines.add(line(
                    "of the observed numbers %.0f %% were clipped in the last round, and more than a hundredth in each of %d: they are more than ten deviations from what was seen. Look at normalize.observations, and at the normaliser's extremes (inspect)",
                    100 * clipped, outlying));
        }
    }

    /** Whether a task may be expected to have been learned by now, if only a little. */
    private boolean isTime() {
        return steps >= patience;
    }

    /** By a quarter of what the first episodes had, whatever its sign. */
    private boolean hasRisen(Round round) {
        return !(round.meanReturn() < firstReturn + RISEN * Math.max(1e-9, Math.abs(firstReturn)));
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}

package io.sparring.spark.cli;

import io.sparring.Returns;
import io.sparring.configuration.Configuration;
import io.sparring.tuning.SeedScores;
import io.sparring.tuning.SweepFile;
import io.sparring.tuning.SweepResult;
import io.sparring.tuning.Trial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What a sweep of seeds alone has come to: each of them, and all together. */
final class SeedTable {
    private static final String REACHED = "target-return";

    private SeedTable() {}

    /** For a terminal. */
    static String of(SweepFile file, SweepResult result) {
        Configuration configuration = file.configuration(List.of());
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d seeds: %,d finished, %,d failed; scores are %s",
                file.trials(),
                result.count(Trial.State.FINISHED),
                result.count(Trial.State.FAILED),
                scores(file, configuration)));
        lines.add(
                String.format(Locale.ROOT, "  %9s  %9s  %13s  %13s  %s", "seed", "score", "steps", "to target", "end"));
        for (Trial trial : result.trials()) {
            Long toTarget = toTarget(trial);
            lines.add(String.format(
                    Locale.ROOT,
                    "  %9d  %9s  %,13d  %13s  %s",
                    trial.seed(),
                    Returns.text(trial.score()),
                    trial.envSteps(),
                    toTarget == null ? "–" : String.format(Locale.ROOT, "%,d", toTarget),
                    end(trial)));
        }
        SeedScores all = SeedScores.of(result);
        if (!all.scores().isEmpty()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  of %d scores: mean %s, standard deviation %s; interquartile mean %s, 95 %% interval [%s, %s]",
                    all.scores().size(),
                    Returns.text(all.mean()),
                    Returns.text(all.standardDeviation()),
                    Returns.text(all.middle().value()),
                    Returns.text(all.middle().low()),
                    Returns.text(all.middle().high())));
        }
        if (configuration.budget().targetReturn() != null) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  target %s reached by %d of %d",
                    Returns.text(configuration.budget().targetReturn()),
                    result.trials().stream()
                            .map(SeedTable::toTarget)
                            .filter(Objects::nonNull)
                            .count(),
                    file.trials()));
        }
        return String.join(System.lineSeparator(), lines) + System.lineSeparator();
    }

    private static String scores(SweepFile file, Configuration configuration) {
        return file.metric() == SweepFile.Metric.TRAINING
                ? "mean returns of the last 100 episodes of training"
                : "mean returns of " + configuration.evaluation().episodes()
                        + (configuration.evaluation().greedy() ? " greedy" : " sampled") + " episodes";
    }

    /** Training ends where an evaluation reaches the target. */
    private static Long toTarget(Trial trial) {
        return REACHED.equals(trial.ended()) ? trial.envSteps() : null;
    }

    private static String end(Trial trial) {
        return trial.failure() != null
                ? "failed: " + trial.failure()
                : trial.ended() == null ? "not yet" : trial.ended();
    }

    /** For scripts: lists have an entry a seed, null where there is nothing to say. */
    static Map<String, Object> numbers(SweepResult result) {
        SeedScores all = SeedScores.of(result);
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("seeds", result.trials().stream().map(Trial::seed).toList());
        numbers.put(
                "scores",
                result.trials().stream().map(trial -> finite(trial.score())).toList());
        numbers.put(
                "steps_to_target",
                result.trials().stream().map(SeedTable::toTarget).toList());
        numbers.put("mean", finite(all.mean()));
        numbers.put("std", finite(all.standardDeviation()));
        numbers.put(
                "interquartile_mean", all.middle() == null ? null : all.middle().value());
        numbers.put(
                "interquartile_mean_interval",
                all.middle() == null
                        ? null
                        : List.of(all.middle().low(), all.middle().high()));
        return numbers;
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}

package io.sparring.spark.cli;

import io.sparring.Returns;
import io.sparring.tuning.SweepResult;
import io.sparring.tuning.Trial;
import java.util.List;
import java.util.Locale;

/** What a sweep has found, for a terminal. */
final class SweepTable {
    private SweepTable() {}

    /** @param most how many of the best are named */
    static String of(SweepResult result, int most) {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%,d trials: %,d finished, %,d stopped early, %,d failed%n",
                result.trials().size(),
                result.count(Trial.State.FINISHED),
                result.count(Trial.State.STOPPED),
                result.count(Trial.State.FAILED)));
        result.trials().stream()
                .filter(trial -> trial.failure() != null)
                .map(Trial::failure)
                .distinct()
                .limit(3)
                .forEach(reason -> table.append("  failed: ").append(reason).append(System.lineSeparator()));
        if (!result.confirmed().isEmpty()) {
            table.append(String.format(
                    Locale.ROOT, "  %9s  %-26s %9s  %s%n", "confirmed", "95 % interval", "in search", "point"));
            result.confirmed().stream()
                    .limit(most)
                    .forEach(each -> table.append(String.format(
                            Locale.ROOT,
                            "  %9s  %-26s %9s  %s%n",
                            Returns.text(each.mean().value()),
                            "[" + Returns.text(each.mean().low()) + ", "
                                    + Returns.text(each.mean().high()) + "] of "
                                    + each.scores().size() + " seeds",
                            Returns.text(each.searchScore()),
                            point(result, each.candidate()))));
            return table.toString();
        }
        table.append(String.format(Locale.ROOT, "  %9s  %9s  %s%n", "score", "steps", "point"));
        List<Integer> leaders = result.leaders();
        leaders.stream().limit(most).forEach(candidate -> {
            List<Trial> trials = result.trials().stream()
                    .filter(trial -> trial.candidate() == candidate)
                    .toList();
            table.append(String.format(
                    Locale.ROOT,
                    "  %9s  %,9d  %s%n",
                    Returns.text(
                            trials.stream().mapToDouble(Trial::score).average().orElseThrow()),
                    trials.stream().mapToLong(Trial::envSteps).max().orElseThrow(),
                    point(result, candidate)));
        });
        return table.toString();
    }

    private static String point(SweepResult result, int candidate) {
        return result.trials().stream()
                .filter(trial -> trial.candidate() == candidate)
                .findFirst()
                .map(trial -> String.join("  ", trial.point().overrides()))
                .orElse("");
    }
}

package io.sparring.tuning;

import io.sparring.configuration.ConfigurationFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of a sweep so far.
 *
 * @param trials of the search, in the order in which they were made
 * @param leaders candidates, the best first, by what the search has seen of them
 * @param confirmed the same by what confirmation has seen; empty where there was none
 * @param best the trial that {@code best.yaml} trains again; null while there is none
 * @param bestScore of the best candidate: confirmed, if there was a confirmation; NaN while there is none
 */
public record SweepResult(
        List<Trial> trials, List<Integer> leaders, List<Confirmed> confirmed, Trial best, double bestScore) {

    /**
     * How a candidate did with seeds that had no part in choosing it.
     *
     * @param candidate which
     * @param searchScore what the search has seen
     * @param scores one a seed; NaN of those that have failed
     * @param mean their interquartile mean, with its interval
     */
    public record Confirmed(int candidate, double searchScore, List<Double> scores, InterquartileMean mean) {}

    static SweepResult of(SweepFile file, List<Trial> search, List<Trial> confirming, List<Integer> leaders) {
        List<Confirmed> confirmed = confirmed(file, confirming, search);
        if (!confirmed.isEmpty()) {
            Confirmed winner = confirmed.get(0);
            Trial best = confirming.stream()
                    .filter(trial -> trial.candidate() == winner.candidate() && trial.state() == Trial.State.FINISHED)
                    .findFirst()
                    .orElseThrow();
            return new SweepResult(
                    search, leaders, confirmed, best, winner.mean().value());
        }
        Trial best = leaders.isEmpty()
                ? null
                : search.stream()
                        .filter(trial -> trial.candidate() == leaders.get(0) && !Double.isNaN(trial.score()))
                        .max(Comparator.comparingDouble(Trial::score).thenComparing(trial -> -trial.number()))
                        .orElse(null);
        return new SweepResult(search, leaders, List.of(), best, best == null ? Double.NaN : best.score());
    }

    private static List<Confirmed> confirmed(SweepFile file, List<Trial> confirming, List<Trial> search) {
        Map<Integer, List<Double>> scores = new LinkedHashMap<>();
        for (Trial trial : confirming) {
            boolean over = trial.state() == Trial.State.FINISHED || trial.state() == Trial.State.FAILED;
            if (over) {
                scores.computeIfAbsent(trial.candidate(), candidate -> new ArrayList<>())
                        .add(trial.score());
            }
        }
        List<Confirmed> confirmed = new ArrayList<>();
        scores.forEach((candidate, own) -> confirmed.add(new Confirmed(
                candidate,
                search.stream()
                        .filter(trial -> trial.candidate() == candidate)
                        .mapToDouble(Trial::score)
                        .average()
                        .orElse(Double.NaN),
                own,
                InterquartileMean.of(own, file.seed()))));
        // Where more than a quarter have failed there is no mean.
        confirmed.removeIf(each -> Double.isInfinite(each.mean().value()));
        confirmed.sort(
                Comparator.comparingDouble((Confirmed each) -> -each.mean().value())
                        .thenComparing(Confirmed::candidate));
        return confirmed;
    }

    /** The configuration that {@code train} takes as it is, and that gives the best trial's parameters; null while there is none. */
    public String bestConfiguration(SweepFile file) {
        return best == null ? null : ConfigurationFile.write(file.configuration(best.overrides()));
    }

    /** The hash of the parameters that {@code train} gives for it; null where that is nobody's: see {@link SweepFile#takesOver}. */
    public String bestParamsSha256(SweepFile file) {
        return best == null || file.takesOver() && !best.confirms() ? null : best.paramsSha256();
    }

    /** How many trials of the search stand so. */
    public long count(Trial.State state) {
        return trials.stream().filter(trial -> trial.state() == state).count();
    }

    /** All trials of the search as comma-separated values, with a column for each key that is searched. */
    public String csv() {
        List<String> keys = trials.stream()
                .flatMap(trial -> trial.point().values().keySet().stream())
                .distinct()
                .toList();
        StringBuilder csv = new StringBuilder(
                "trial,candidate,seed,state,round,env_steps,episodes,score,seconds,params_sha256,reason");
        keys.forEach(key -> csv.append(',').append(cell(key)));
        csv.append('\n');
        for (Trial trial : trials) {
            List<Object> row = new ArrayList<>();
            row.add(trial.number());
            row.add(trial.candidate());
            row.add(trial.seed());
            row.add(trial.state().name().toLowerCase(java.util.Locale.ROOT));
            row.add(trial.round());
            row.add(trial.envSteps());
            row.add(trial.episodes());
            row.add(Double.isNaN(trial.score()) ? null : trial.score());
            row.add(trial.seconds());
            row.add(trial.paramsSha256());
            row.add(trial.failure() != null ? trial.failure() : trial.ended());
            keys.forEach(key -> row.add(trial.point().values().get(key)));
            csv.append(String.join(",", row.stream().map(SweepResult::cell).toList()))
                    .append('\n');
        }
        return csv.toString();
    }

    private static String cell(Object value) {
        String text = value == null ? "" : value.toString();
        return text.matches("(?s).*[\",\n\r].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}

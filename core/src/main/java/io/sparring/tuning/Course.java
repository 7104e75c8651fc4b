package io.sparring.tuning;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How a sweep went: what its ledger says beyond how the trials stand.
 *
 * @param bests of the search, each better than all before
 * @param searchSeconds of computing until confirmation began, or until now
 * @param seconds of computing, confirmation included
 * @param slices how many were computed
 * @param reports of the trials of the search, by their numbers, each in the order of its rounds
 * @param rungs the round at which candidates were compared ({@link Slice#END}: their own ends) → candidate → its score there
 */
record Course(
        List<Best> bests,
        double searchSeconds,
        double seconds,
        int slices,
        Map<Integer, List<Report>> reports,
        SortedMap<Long, Map<Integer, Double>> rungs) {

    /**
     * A score that was better than all before it.
     *
     * @param seconds of computing until then, all cores together
     */
    record Best(double seconds, double score) {}

    /** How a trial did at the end of a slice. */
    record Report(long round, long envSteps, double score) {}

    /**
     * What a candidate's trials did together.
     *
     * @param low the least of its trials' scores
     * @param high the greatest
     */
    record Stretch(long envSteps, double mean, double low, double high) {}

    /** A candidate's learning curve, at the rounds that all of its trials have come to, or have ended before. */
    List<Stretch> curve(List<Trial> own) {
        List<Stretch> curve = new ArrayList<>();
        own.stream()
                .flatMap(trial -> reports(trial).stream())
                .map(Report::round)
                .distinct()
                .sorted()
                .forEach(round -> {
                    List<Report> there = own.stream()
                            .map(trial -> at(trial, round))
                            .filter(Objects::nonNull)
                            .toList();
                    DoubleSummaryStatistics scores =
                            there.stream().mapToDouble(Report::score).summaryStatistics();
                    if (there.size() == own.size() && Double.isFinite(scores.getSum())) {
                        curve.add(new Stretch(
                                there.stream().mapToLong(Report::envSteps).max().orElseThrow(),
                                scores.getAverage(),
                                scores.getMin(),
                                scores.getMax()));
                    }
                });
        return curve;
    }

    /** What a trial did at a round, or at its end if that was before; null where it has not come there. */
    private Report at(Trial trial, long round) {
        List<Report> all = reports(trial);
        Report last = null;
        for (Report report : all) {
            last = report.round() <= round ? report : last;
        }
        boolean there =
                last != null && (last.round() == round || trial.ended() != null && last == all.get(all.size() - 1));
        return there ? last : null;
    }

    private List<Report> reports(Trial trial) {
        return reports.getOrDefault(trial.number(), List.of());
    }

    /**
     * @param events of a ledger that has been replayed
     * @param trials all that were made, confirming ones included
     */
    static Course of(List<Map<String, Object>> events, List<Trial> trials) {
        Reader reader = new Reader(trials);
        events.forEach(reader::read);
        return new Course(
                List.copyOf(reader.bests),
                reader.searchSeconds,
                reader.seconds,
                reader.slices,
                reader.reports,
                reader.rungs);
    }

    private static final class Reader {
        private final List<Trial> trials;
        private final Map<Integer, List<Integer>> searching;
        private final double[] scores;
        private final boolean[] ended;
        private final Map<Integer, Long> until = new HashMap<>();
        private final Map<Integer, Integer> awaited = new HashMap<>();

        private final List<Best> bests = new ArrayList<>();
        private final Map<Integer, List<Report>> reports = new HashMap<>();
        private final SortedMap<Long, Map<Integer, Double>> rungs = new TreeMap<>();
        private double searchSeconds;
        private double seconds;
        private int slices;

        Reader(List<Trial> trials) {
            this.trials = trials;
            searching = trials.stream()
                    .filter(trial -> !trial.confirms())
                    .collect(Collectors.groupingBy(
                            Trial::candidate, Collectors.mapping(Trial::number, Collectors.toList())));
            scores = new double[trials.size()];
            ended = new boolean[trials.size()];
        }

        void read(Map<String, Object> event) {
            switch ((String) event.get("event")) {
                case "start", "continue" ->
                    goOn(integer(event, "candidate"), ((Number) event.get("until")).longValue());
                case "copy" -> {
                    int candidate = integer(event, "candidate");
                    searching.get(candidate).forEach(trial -> ended[trial] = false);
                    goOn(candidate, ((Number) event.get("until")).longValue());
                }
                case "finish" -> goOn(integer(event, "candidate"), Slice.END);
                case "slice" -> enter(event);
                default -> {}
            }
        }

        private void goOn(int candidate, long round) {
            until.put(candidate, round);
            awaited.put(candidate, (int) searching.get(candidate).stream()
                    .filter(trial -> !ended[trial])
                    .count());
        }

        private void enter(Map<String, Object> event) {
            Trial trial = trials.get(integer(event, "trial"));
            slices++;
            seconds += ((Number) event.get("seconds")).doubleValue();
            if (trial.confirms()) {
                return;
            }
            searchSeconds = seconds;
            scores[trial.number()] = event.get("score") instanceof Number score ? score.doubleValue() : Double.NaN;
            ended[trial.number()] = event.get("ended") != null;
            reports.computeIfAbsent(trial.number(), none -> new ArrayList<>())
                    .add(new Report(
                            ((Number) event.get("round")).longValue(),
                            ((Number) event.get("env_steps")).longValue(),
                            scores[trial.number()]));
            if (awaited.merge(trial.candidate(), -1, Integer::sum) == 0) {
                reached(trial.candidate());
            }
        }

        /** All of its trials have come where they were to. */
        private void reached(int candidate) {
            double score = searching.get(candidate).stream()
                    .mapToDouble(trial -> scores[trial])
                    .average()
                    .orElseThrow();
            if (Double.isNaN(score)) {
                return;
            }
            rungs.computeIfAbsent(until.get(candidate), round -> new HashMap<>())
                    .put(candidate, score);
            if (bests.isEmpty() || score > bests.get(bests.size() - 1).score()) {
                bests.add(new Best(seconds, score));
            }
        }

        private static int integer(Map<String, Object> event, String key) {
            return ((Number) event.get(key)).intValue();
        }
    }
}

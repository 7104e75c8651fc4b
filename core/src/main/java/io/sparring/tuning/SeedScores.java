package io.sparring.tuning;

import java.util.List;

/**
 * What trainings that differ by their seed alone have come to.
 *
 * @param scores one a seed; those without any are left out
 * @param mean NaN where there is no score
 * @param standardDeviation of a sample (n − 1); NaN of fewer than two scores
 * @param middle their interquartile mean with its interval; null where there is no score
 */
public record SeedScores(List<Double> scores, double mean, double standardDeviation, InterquartileMean middle) {

    /** Of all trials of a sweep's search. */
    public static SeedScores of(SweepResult result) {
        List<Double> scores = result.trials().stream()
                .map(Trial::score)
                .filter(score -> !score.isNaN())
                .toList();
        double mean = scores.stream().mapToDouble(score -> score).average().orElse(Double.NaN);
        double squares = scores.stream()
                .mapToDouble(score -> (score - mean) * (score - mean))
                .sum();
        return new SeedScores(
                scores,
                mean,
                scores.size() < 2 ? Double.NaN : Math.sqrt(squares / (scores.size() - 1)),
                scores.isEmpty() ? null : InterquartileMean.of(scores, 0));
    }
}

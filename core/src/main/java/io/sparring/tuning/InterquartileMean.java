package io.sparring.tuning;

import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The mean of the middle half of all scores, with its 95 % interval by the stratified bootstrap, as Agarwal et al. (2021) have it:
 * lucky and unlucky runs do not move it, and unlike the median it uses half of them.
 *
 * @param value without the ⌊n/4⌋ smallest and the ⌊n/4⌋ largest of n scores
 * @param low the 2.5th percentile of the resamples' interquartile means
 * @param high the 97.5th
 */
public record InterquartileMean(double value, double low, double high) {
    private static final int RESAMPLES = 10_000;
    private static final double TRIMMED = 0.25;

    /**
     * Of one task.
     *
     * @param scores of runs that differ by their seeds alone; NaN, a run without a score, counts as −∞
     * @param seed what the resamples are drawn from: the same scores have the same interval
     * @throws IllegalArgumentException if there is none
     */
    public static InterquartileMean of(List<Double> scores, long seed) {
        return ofTasks(List.of(scores), seed);
    }

    /**
     * Of several tasks, whose scores are comparable. Runs are drawn again within their task.
     *
     * @param scores by task and run
     * @param seed as above
     * @throws IllegalArgumentException if a task has none, or there is no task
     */
    public static InterquartileMean ofTasks(List<List<Double>> scores, long seed) {
        double[][] numbers = scores.stream()
                .map(task -> task.stream()
                        .mapToDouble(score -> Double.isNaN(score) ? Double.NEGATIVE_INFINITY : score)
                        .toArray())
                .toArray(double[][]::new);
        if (numbers.length == 0 || Arrays.stream(numbers).anyMatch(task -> task.length == 0)) {
            throw new IllegalArgumentException("expected a score of every task");
        }
        UniformRandomProvider random = Streams.of(seed, 0, 0, Purpose.BOOTSTRAP);
        double[] resampled = new double[RESAMPLES];
        double[] drawn =
                new double[Arrays.stream(numbers).mapToInt(task -> task.length).sum()];
        for (int i = 0; i < RESAMPLES; i++) {
            int next = 0;
            for (double[] task : numbers) {
                for (int run = 0; run < task.length; run++) {
                    drawn[next++] = task[random.nextInt(task.length)];
                }
            }
            resampled[i] = trimmedMean(drawn);
        }
        Arrays.sort(resampled);
        double[] all = Arrays.stream(numbers).flatMapToDouble(Arrays::stream).toArray();
        return new InterquartileMean(trimmedMean(all), percentile(resampled, 0.025), percentile(resampled, 0.975));
    }

    /** Sorts them. */
    private static double trimmedMean(double[] scores) {
        Arrays.sort(scores);
        int trimmed = (int) (TRIMMED * scores.length);
        double sum = 0;
        for (int i = trimmed; i < scores.length - trimmed; i++) {
            sum += scores[i];
        }
        return sum / (scores.length - 2 * trimmed);
    }

    /** Between the two values around it, in proportion. */
    private static double percentile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        double below = sorted[(int) place];
        double above = sorted[(int) Math.ceil(place)];
        return Double.isInfinite(below) ? below : below + (place - (int) place) * (above - below);
    }
}

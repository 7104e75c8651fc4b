package io.sparring.tuning;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Spearman's ρ: whether those that are ahead by one measure are ahead by another. */
final class RankCorrelation {
    private RankCorrelation() {}

    /**
     * The correlation of the ranks; equal values share the mean of their ranks.
     *
     * @param x finite
     * @param y as many, finite
     * @return from −1 to 1; NaN where one measure tells none apart
     */
    static double of(double[] x, double[] y) {
        double[] a = ranks(x);
        double[] b = ranks(y);
        double mean = (a.length - 1) / 2.0;
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - mean) * (b[i] - mean);
            aa += (a[i] - mean) * (a[i] - mean);
            bb += (b[i] - mean) * (b[i] - mean);
        }
        return ab / Math.sqrt(aa * bb);
    }

    private static double[] ranks(double[] values) {
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(i -> i)
                .toArray();
        double[] ranks = new double[values.length];
        for (int first = 0, next; first < order.length; first = next) {
            next = first + 1;
            while (next < order.length && values[order[next]] == values[order[first]]) {
                next++;
            }
            for (int i = first; i < next; i++) {
                ranks[order[i]] = (first + next - 1) / 2.0;
            }
        }
        return ranks;
    }
}

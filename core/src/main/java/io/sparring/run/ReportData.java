package io.sparring.run;

import java.util.Arrays;
import java.util.List;

/**
 * What a {@link Report} shows. All texts are plain text.
 *
 * @param title the heading
 * @param result what came of the run, in one sentence
 * @param facts what identifies the run, shown as a table in this order
 * @param charts shown in this order, the first one over the whole width
 */
public record ReportData(String title, String result, List<Fact> facts, List<Chart> charts) {

    public ReportData {
        facts = List.copyOf(facts);
        charts = List.copyOf(charts);
    }

    /** One row of the table, such as ("environment", "CartPole-v1"). */
    public record Fact(String label, String value) {}

    /**
     * Curves over one pair of axes.
     *
     * @param xLabel what x counts, such as "environment steps"
     * @param threshold a horizontal line to compare with, or null
     * @param series may have different x's
     */
    public record Chart(String title, String xLabel, Threshold threshold, List<Series> series) {
        public Chart {
            series = List.copyOf(series);
        }
    }

    /** A horizontal line, such as ("target", 475). */
    public record Threshold(String name, double value) {
        public Threshold {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("threshold \"" + name + "\": " + value + ", must be finite");
            }
        }
    }

    /**
     * A named curve through the points (x[i], y[i]). The arrays are not copied.
     *
     * @param x finite and ascending
     * @param y as long as x; NaN and infinities are gaps
     */
    public record Series(String name, double[] x, double[] y) {
        public Series {
            if (x.length != y.length) {
                throw new IllegalArgumentException(
                        "series \"" + name + "\": " + x.length + " x's and " + y.length + " y's, must be as many");
            }
            for (int i = 0; i < x.length; i++) {
                if (!Double.isFinite(x[i]) || i > 0 && x[i] < x[i - 1]) {
                    throw new IllegalArgumentException(
                            "series \"" + name + "\": x[" + i + "] = " + x[i] + ", must be finite and ascending");
                }
            }
        }

        /**
         * The same curve in at most {@code points} of its points. The first and the last stay, the others fall into equal
         * buckets of which the lowest and the highest stay: spikes survive, and drawn at that many pixels nothing is missing. A
         * gap stays if it fills a bucket.
         *
         * @param points 4 or more
         */
        Series thinned(int points) {
            int inner = x.length - 2;
            if (x.length <= points) {
                return this;
            }
            double[] keptX = new double[points];
            double[] keptY = new double[points];
            keptX[0] = x[0];
            keptY[0] = y[0];
            int kept = 1;
            int buckets = (points - 2) / 2;
            for (int bucket = 0; bucket < buckets; bucket++) {
                int from = 1 + (int) ((long) inner * bucket / buckets);
                int to = 1 + (int) ((long) inner * (bucket + 1) / buckets);
                int lowest = from;
                int highest = from;
                for (int i = from; i < to; i++) {
                    if (Double.isFinite(y[i])) {
                        lowest = Double.isFinite(y[lowest]) && y[lowest] <= y[i] ? lowest : i;
                        highest = Double.isFinite(y[highest]) && y[highest] >= y[i] ? highest : i;
                    }
                }
                for (int i : lowest == highest ? new int[] {lowest} : sorted(lowest, highest)) {
                    keptX[kept] = x[i];
                    keptY[kept++] = y[i];
                }
            }
            keptX[kept] = x[x.length - 1];
            keptY[kept++] = y[x.length - 1];
            return new Series(name, Arrays.copyOf(keptX, kept), Arrays.copyOf(keptY, kept));
        }

        /**
         * The curve's course: means of as many equal runs of points, gaps left out.
         *
         * @param count at most the number of points
         */
        Series means(int count) {
            double[] meanX = new double[count];
            double[] meanY = new double[count];
            for (int bucket = 0; bucket < count; bucket++) {
                int from = (int) ((long) x.length * bucket / count);
                int to = (int) ((long) x.length * (bucket + 1) / count);
                meanX[bucket] = Arrays.stream(x, from, to).average().orElseThrow();
                meanY[bucket] = Arrays.stream(y, from, to)
                        .filter(Double::isFinite)
                        .average()
                        .orElse(Double.NaN);
            }
            return new Series(name, meanX, meanY);
        }

        private static int[] sorted(int a, int b) {
            return new int[] {Math.min(a, b), Math.max(a, b)};
        }
    }
}

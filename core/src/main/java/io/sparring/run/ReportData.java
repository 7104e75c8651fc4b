package io.sparring.run;

import java.util.List;

/**
 * What a {@link Report} shows. All texts are plain text.
 *
 * @param title the heading
 * @param result what came of the run, in one sentence
 * @param facts what identifies the run, shown as a table in this order
 * @param charts shown in this order, the first one over the whole width
 * @param film shown after them, or null
 */
public record ReportData(String title, String result, List<Fact> facts, List<Chart> charts, Film film) {

    /** One without a film. */
    public ReportData(String title, String result, List<Fact> facts, List<Chart> charts) {
        this(title, result, facts, charts, null);
    }

    public ReportData {
        facts = List.copyOf(facts);
        charts = List.copyOf(charts);
    }

    /**
     * An episode to look at. The array is not copied.
     *
     * @param file its name beside the page
     * @param shows what it shows
     * @param gif an animated GIF
     */
    public record Film(String file, String shows, byte[] gif) {}

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
     * A named curve, as a {@link Curve} gives it.
     *
     * @param means its course, drawn bold over pale points; null where these are few
     */
    public record Series(String name, Points points, Points means) {}

    /**
     * What a line is drawn through, the points (x[i], y[i]). The arrays are not copied.
     *
     * @param x finite and ascending
     * @param y as long as x; NaN and infinities are gaps
     */
    public record Points(double[] x, double[] y) {}
}

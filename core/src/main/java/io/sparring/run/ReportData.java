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
 * @param comparison what several runs are and have come to, shown before the facts; null of one run
 */
public record ReportData(
        String title, String result, List<Fact> facts, List<Chart> charts, Film film, Table comparison) {

    /** One of several runs. */
    public ReportData(String title, String result, List<Fact> facts, List<Chart> charts, Table comparison) {
        this(title, result, facts, charts, null, comparison);
    }

    /** One of a run. */
    public ReportData(String title, String result, List<Fact> facts, List<Chart> charts, Film film) {
        this(title, result, facts, charts, film, null);
    }

    /** One without a film. */
    public ReportData(String title, String result, List<Fact> facts, List<Chart> charts) {
        this(title, result, facts, charts, null, null);
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
     * A table with a line of names above it.
     *
     * @param head the columns' names
     * @param rows each as long as the head; the first cell says what the row is about
     */
    public record Table(List<String> head, List<List<String>> rows) {
        public Table {
            head = List.copyOf(head);
            rows = rows.stream().map(List::copyOf).toList();
            for (List<String> row : rows) {
                if (row.size() != head.size()) {
                    throw new IllegalArgumentException("a row of " + row.size() + " under " + head.size() + " names");
                }
            }
        }
    }

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
     * A named curve, as a {@link Curve} or a {@link CurveGroup} gives it.
     *
     * @param means its course, drawn bold over pale points; null where these are few
     * @param band around the points, drawn pale; null of a curve that stands for itself
     */
    public record Series(String name, Points points, Points means, Band band) {
        /** One that stands for itself. */
        public Series(String name, Points points, Points means) {
            this(name, points, means, null);
        }
    }

    /**
     * From where to where the curves lie that one stands for. The arrays are not copied.
     *
     * @param low as long as the points
     * @param high as long as the points
     */
    public record Band(double[] low, double[] high) {}

    /**
     * What a line is drawn through, the points (x[i], y[i]). The arrays are not copied.
     *
     * @param x finite and ascending
     * @param y as long as x; NaN and infinities are gaps
     */
    public record Points(double[] x, double[] y) {}
}

package io.sparring.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparring.run.ReportData.Chart;
import io.sparring.run.ReportData.Points;
import io.sparring.run.ReportData.Series;
import io.sparring.run.ReportData.Table;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;
import org.apache.commons.text.StringEscapeUtils;

/**
 * A run as one HTML file that needs nothing else: facts, result and interactive learning curves. It opens from a disk, an
 * object store or an attachment; uPlot (MIT licence), the style and the data are inside.
 *
 * <p>Names come from configurations that anybody may have written. Text is escaped, and the page's content security policy
 * admits the two scripts by their hashes, a film by its bytes, and no request at all.
 */
public final class Report {
    private static final String MEANS = "A bold line is the mean of each hundredth of a curve's points. ";
    private static final String BANDS =
            "A band goes from the lowest to the highest of the runs that differ by their seed alone, its line is their mean; a run that has ended counts with its last return. ";
    /** A browser's language may be a POSIX locale's, as in {@code en-US@posix}, which is none for Intl: uPlot asks it for its numbers and throws. */
    private static final String LANGUAGE =
            "try { new Intl.NumberFormat(navigator.language); } catch { Object.defineProperty(navigator, \"language\", {value: \"en-US\"}); }\n";

    private static final int MOST_EMBEDDED_BYTES = 4 << 20;

    private Report() {}

    /**
     * The page, to be written as UTF-8. Values are rounded to six digits; the same data give the same page.
     */
    public static String html(ReportData data) {
        String uplotVersion = uplotVersion();
        String uplotFolder = "/META-INF/resources/webjars/uplot/" + uplotVersion + "/";
        String uplot = "/*!\n" + resource(uplotFolder + "LICENSE") + "\n*/\n"
                + LANGUAGE
                + resource(uplotFolder + "dist/uPlot.iife.min.js");
        String script = Page.NUMBERS + resource("report.js");
        return Page.fill(
                resource("report.html"),
                Map.ofEntries(
                        Map.entry("script-hashes", Page.hash(uplot) + " " + Page.hash(script)),
                        Map.entry("style", resource(uplotFolder + "dist/uPlot.min.css") + "\n" + Page.STYLE),
                        Map.entry("title", StringEscapeUtils.escapeHtml4(data.title())),
                        Map.entry("result", StringEscapeUtils.escapeHtml4(data.result())),
                        Map.entry("comparison", comparison(data.comparison())),
                        Map.entry("facts-title", data.comparison() == null ? "The run" : "The runs"),
                        Map.entry("facts", Page.facts(data.facts())),
                        Map.entry("figures", figures(data.charts())),
                        Map.entry("image-sources", film(data.film()).contains("<img") ? "; img-src data:" : ""),
                        Map.entry("film", film(data.film())),
                        Map.entry("charts", json(data.charts())),
                        Map.entry("means", has(data.charts(), curve -> curve.means() != null) ? MEANS : ""),
                        Map.entry("bands", has(data.charts(), curve -> curve.band() != null) ? BANDS : ""),
                        Map.entry("uplot-version", StringEscapeUtils.escapeHtml4(uplotVersion)),
                        Map.entry("uplot", uplot),
                        Map.entry("script", script)));
    }

    private static boolean has(List<Chart> charts, Predicate<Series> what) {
        return charts.stream().flatMap(chart -> chart.series().stream()).anyMatch(what);
    }

    private static String comparison(Table table) {
        if (table == null) {
            return "";
        }
        StringBuilder rows = new StringBuilder("<section class=\"comparison\">\n<h2>Side by side</h2>\n<table>\n");
        cells(rows, table.head(), "<th scope=\"col\">", "</th>");
        for (List<String> row : table.rows()) {
            cells(rows, row, "<td>", "</td>");
        }
        return rows.append("</table>\n</section>\n").toString();
    }

    private static void cells(StringBuilder rows, List<String> cells, String begin, String end) {
        rows.append("<tr>");
        for (String cell : cells) {
            rows.append(begin).append(StringEscapeUtils.escapeHtml4(cell)).append(end);
        }
        rows.append("</tr>\n");
    }

    private static String figures(List<Chart> charts) {
        StringBuilder figures = new StringBuilder();
        for (Chart chart : charts) {
            figures.append("<figure><figcaption>")
                    .append(StringEscapeUtils.escapeHtml4(chart.title()))
                    .append("</figcaption><div class=\"plot\"></div></figure>\n");
        }
        return figures.toString();
    }

    /** Within the page, unless that would make it slow to open: then a link to the file beside it. */
    private static String film(ReportData.Film film) {
        if (film == null) {
            return "";
        }
        String shows = StringEscapeUtils.escapeHtml4(film.shows());
        if (film.gif().length > MOST_EMBEDDED_BYTES) {
            return "<p><a href=\"" + StringEscapeUtils.escapeHtml4(film.file()) + "\">" + shows + "</a></p>\n";
        }
        return "<figure class=\"film\"><figcaption>" + shows
                + "</figcaption><img alt=\"the episode\" src=\"data:image/gif;base64,"
                + Base64.getEncoder().encodeToString(film.gif()) + "\"></figure>\n";
    }

    /** [{title, xLabel, threshold: {name, value}?, series: [{name, x: [], y: [], low: []?, high: []?, means: {x: [], y: []}?}]}], without any "<". */
    private static String json(List<Chart> charts) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Chart chart : charts) {
            ObjectNode node = all.addObject().put("title", chart.title()).put("xLabel", chart.xLabel());
            if (chart.threshold() != null) {
                node.putObject("threshold")
                        .put("name", chart.threshold().name())
                        .put("value", chart.threshold().value());
            }
            ArrayNode series = node.putArray("series");
            for (Series curve : chart.series()) {
                ObjectNode curveNode = series.addObject().put("name", curve.name());
                putPoints(curveNode, curve.points());
                if (curve.band() != null) {
                    putHeights(curveNode.putArray("low"), curve.band().low());
                    putHeights(curveNode.putArray("high"), curve.band().high());
                }
                if (curve.means() != null) {
                    putPoints(curveNode.putObject("means"), curve.means());
                }
            }
        }
        return Page.json(all);
    }

    private static void putPoints(ObjectNode node, Points points) {
        ArrayNode xs = node.putArray("x");
        for (double x : points.x()) {
            xs.add(Page.number(x));
        }
        putHeights(node.putArray("y"), points.y());
    }

    private static void putHeights(ArrayNode numbers, double[] heights) {
        for (double height : heights) {
            numbers.add(Page.number(Page.rounded(height)));
        }
    }

    /** From what the jar says of itself, so that the build's pom alone decides. */
    private static String uplotVersion() {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(resource("/META-INF/maven/org.webjars.npm/uplot/pom.properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private static String resource(String name) {
        return Page.resource(Report.class, name);
    }
}

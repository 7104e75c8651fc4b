package io.sparring.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparring.run.ReportData.Chart;
import io.sparring.run.ReportData.Fact;
import io.sparring.run.ReportData.Points;
import io.sparring.run.ReportData.Series;
import io.sparring.run.ReportData.Table;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    private static final MathContext PRECISION = new MathContext(6);
    private static final int MOST_EMBEDDED_BYTES = 4 << 20;
    private static final double LARGEST_EXACT_INTEGER = 1L << 53;
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([a-z-]+)}}");

    /** ASCII only: U+2028 and U+2029 end a line for some JavaScript parsers. */
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Report() {}

    /**
     * The page, to be written as UTF-8. Values are rounded to six digits; the same data give the same page.
     */
    public static String html(ReportData data) {
        String uplotVersion = uplotVersion();
        String uplotFolder = "/META-INF/resources/webjars/uplot/" + uplotVersion + "/";
        String uplot = "/*!\n" + resource(uplotFolder + "LICENSE") + "\n*/\n"
                + resource(uplotFolder + "dist/uPlot.iife.min.js");
        String script = resource("report.js");
        return fill(
                resource("report.html"),
                Map.ofEntries(
                        Map.entry("script-hashes", hash(uplot) + " " + hash(script)),
                        Map.entry(
                                "style", resource(uplotFolder + "dist/uPlot.min.css") + "\n" + resource("report.css")),
                        Map.entry("title", StringEscapeUtils.escapeHtml4(data.title())),
                        Map.entry("result", StringEscapeUtils.escapeHtml4(data.result())),
                        Map.entry("comparison", comparison(data.comparison())),
                        Map.entry("facts-title", data.comparison() == null ? "The run" : "The runs"),
                        Map.entry("facts", facts(data.facts())),
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

    private static String facts(List<Fact> facts) {
        StringBuilder rows = new StringBuilder();
        for (Fact fact : facts) {
            rows.append("<tr><th scope=\"row\">")
                    .append(StringEscapeUtils.escapeHtml4(fact.label()))
                    .append("</th><td>")
                    .append(StringEscapeUtils.escapeHtml4(fact.value()))
                    .append("</td></tr>\n");
        }
        return rows.toString();
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
        ArrayNode all = JSON.createArrayNode();
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
        try {
            // In JSON "<" stands only within strings, where its escape means the same and ends no script element.
            return JSON.writeValueAsString(all).replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void putPoints(ObjectNode node, Points points) {
        ArrayNode xs = node.putArray("x");
        for (double x : points.x()) {
            addNumber(xs, x);
        }
        putHeights(node.putArray("y"), points.y());
    }

    private static void putHeights(ArrayNode numbers, double[] heights) {
        for (double height : heights) {
            addNumber(numbers, rounded(height));
        }
    }

    private static double rounded(double value) {
        return Double.isFinite(value) ? new BigDecimal(value).round(PRECISION).doubleValue() : value;
    }

    private static void addNumber(ArrayNode numbers, double value) {
        if (!Double.isFinite(value)) {
            numbers.addNull();
        } else if (value == Math.rint(value) && Math.abs(value) <= LARGEST_EXACT_INTEGER) {
            numbers.add((long) value);
        } else {
            numbers.add(value);
        }
    }

    /** In one pass: a placeholder within a part stays what it is. */
    private static String fill(String template, Map<String, String> parts) {
        return PLACEHOLDER.matcher(template).replaceAll(placeholder -> {
            String part = parts.get(placeholder.group(1));
            if (part == null) {
                throw new IllegalStateException("report.html asks for " + placeholder.group());
            }
            return Matcher.quoteReplacement(part);
        });
    }

    /** A script as a content security policy names it. */
    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
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

    /** A text on the class path, with the line ends that a browser hashes. */
    private static String resource(String name) {
        try (InputStream in = Report.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException("not on the class path: " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

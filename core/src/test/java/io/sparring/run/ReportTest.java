package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparring.run.ReportData.Chart;
import io.sparring.run.ReportData.Fact;
import io.sparring.run.ReportData.Points;
import io.sparring.run.ReportData.Series;
import io.sparring.run.ReportData.Table;
import io.sparring.run.ReportData.Threshold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {
    private static final ReportData CARTPOLE = new ReportData(
            "CartPole-v1 · a2c",
            "Reached 487.3 ± 12.1 after 620,000 steps.",
            List.of(new Fact("seed", "0"), new Fact("environment", "CartPole-v1")),
            List.of(
                    new Chart(
                            "Return",
                            "environment steps",
                            new Threshold("target", 475),
                            List.of(
                                    series("training", new double[] {16, 32, 64}, 9.5, 1.0 / 3, 500),
                                    series("evaluation", new double[] {40}, -1e-7))),
                    new Chart(
                            "Entropy",
                            "environment steps",
                            null,
                            List.of(series("policy", new double[] {0.5, 4e9, 5e9}, 0.25, Double.NaN, 1.0 / 0)))));

    @Test
    void inARealBrowserEveryChartIsDrawnAndAPointerReadsItsValues(@TempDir Path folder)
            throws IOException, InterruptedException {
        Path page = Files.writeString(folder.resolve("report.html"), Report.html(CARTPOLE));
        try (Browser browser = Browser.open(page, folder)) {
            assertThat(browser.value("document.querySelectorAll('figure canvas').length")
                            .asInt())
                    .isEqualTo(CARTPOLE.charts().size());
            assertThat(browser.value("document.documentElement.scrollWidth <= window.innerWidth")
                            .asBoolean())
                    .as("nothing is wider than the window")
                    .isTrue();
            browser.point("figure .u-over", 0.5);
            assertThat(browser.value("getComputedStyle(document.querySelector('.u-cursor-x')).display")
                            .asText())
                    .isNotEqualTo("none");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void aFilmIsWithinThePageAndAVeryLargeOneBesideIt() {
        ReportData small = filmed(new byte[] {'G', 'I', 'F'});
        ReportData large = filmed(new byte[5 << 20]);

        assertThat(Report.html(small))
                .contains(
                        "; img-src data:\">",
                        "src=\"data:image/gif;base64,R0lG\"",
                        "<figcaption>a &lt;b&gt;</figcaption>");
        assertThat(Report.html(large))
                .contains("<a href=\"episode.gif\">a &lt;b&gt;</a>")
                .doesNotContain("img-src");
        assertThat(Report.html(CARTPOLE)).doesNotContain("img-src", "<img");
    }

    private static ReportData filmed(byte[] gif) {
        return new ReportData("", "", List.of(), List.of(), new ReportData.Film("episode.gif", "a <b>", gif));
    }

    @Test
    void thePageAsksForNothingElse() {
        String html = Report.html(CARTPOLE);

        Pages.requireSelfContained(html);
        assertThat(html.lines().filter(line -> line.contains("://")))
                .as("the only address is that of uPlot in uPlot's own comment")
                .allMatch(line -> line.startsWith("/*! https://github.com/leeoniya/uPlot"));
    }

    @Test
    void theSecurityPolicyAdmitsTheTwoScriptsAndNothingElse() {
        String html = Report.html(CARTPOLE);

        String hashes = Pages.scripts(html).stream()
                .filter(script -> script.group(1).isEmpty())
                .map(script -> "'sha256-" + Pages.sha256(script.group(2)) + "'")
                .reduce((a, b) -> a + " " + b)
                .orElseThrow();
        assertThat(html)
                .contains("content=\"default-src 'none'; style-src 'unsafe-inline'; script-src " + hashes + "\"");
        assertThat(Pages.scripts(html)).hasSize(3);
    }

    @Test
    void uplotComesWithItsLicence() {
        assertThat(Report.html(CARTPOLE))
                .contains("The MIT License", "Permission is hereby granted", "Leon Sorokin")
                .containsPattern("uPlot \\d+\\.\\d+\\.\\d+ \\(MIT licence");
    }

    @Test
    void titleResultAndFactsAreThereInOrder() {
        assertThat(Report.html(CARTPOLE))
                .contains("<title>CartPole-v1 &middot; a2c</title>")
                .containsSubsequence(
                        "<h1>CartPole-v1 &middot; a2c</h1>",
                        "Reached 487.3 &plusmn; 12.1 after 620,000 steps.",
                        "<figcaption>Return</figcaption>",
                        "<figcaption>Entropy</figcaption>",
                        "<tr><th scope=\"row\">seed</th><td>0</td></tr>",
                        "<tr><th scope=\"row\">environment</th><td>CartPole-v1</td></tr>");
    }

    @Test
    void everyPointIsThereInSixDigitsAndGapsAreNull() throws JsonProcessingException {
        JsonNode expected = JsonMapper.builder().build().readTree("""
                        [{"title": "Return", "xLabel": "environment steps", "threshold": {"name": "target", "value": 475.0},
                          "series": [{"name": "training", "x": [16, 32, 64], "y": [9.5, 0.333333, 500]},
                                     {"name": "evaluation", "x": [40], "y": [-1.0E-7]}]},
                         {"title": "Entropy", "xLabel": "environment steps",
                          "series": [{"name": "policy", "x": [0.5, 4000000000, 5000000000], "y": [0.25, null, null]}]}]
                        """);

        assertThat(charts(Report.html(CARTPOLE))).isEqualTo(expected);
    }

    @Test
    void aLongCurveIsDrawnPaleWithItsMeans() throws JsonProcessingException {
        Curve curve = new Curve("long");
        for (int i = 0; i < 1_000_003; i++) {
            curve.add(16.0 * i, i == 777_777 ? 1_000 : Math.sin(i));
        }

        String html = Report.html(chart(curve.series()));

        JsonNode series = charts(html).at("/0/series/0");
        assertThat(series.at("/y")).hasSizeGreaterThan(1_900).anyMatch(value -> value.asDouble() == 1_000);
        assertThat(series.at("/means/y")).hasSize(Curve.MEANS).allMatch(mean -> mean.asDouble() < 1);
        assertThat(html).hasSizeLessThan(150_000).contains("A bold line is");
        assertThat(Report.html(CARTPOLE)).doesNotContain("A bold line is");
    }

    /** The page's own script, with as much of a browser around it as hands its ticks out. */
    @ParameterizedTest
    @CsvSource({
        // What a curve of one value to six digits is drawn by.
        "'693146.8, 693147, 693147.2, 693147.4', '693.1468k 693.1470k 693.1472k 693.1474k'",
        "'0.6931470, 0.6931475, 0.6931480', '0.6931470 0.6931475 0.6931480'",
        "'-0.10000002, -0.10000001, -0.1', '-0.10000002 -0.10000001 -0.10000000'",
        "'0.00012345, 0.000123451, 0.000123452', '1.23450e-4 1.23451e-4 1.23452e-4'",
        "'1e15, 1000000000000001, 1000000000000002', '1.000000000000000e+15 1.000000000000001e+15 1.000000000000002e+15'",
        // Of noise in the last digits nothing is to be seen.
        "'0, 0.1, 0.2, 0.30000000000000004', '0 0.1 0.2 0.3'",
        "'0, 20000, 40000', '0 20k 40k'",
    })
    void ticksThatDifferHaveLabelsThatDifferWithRoomForThem(String ticks, String labels, @TempDir Path folder)
            throws IOException, InterruptedException {
        String page = Report.html(chart(series("curve", new double[] {1, 2}, 1, 1)));
        List<String> lines = browsed(folder, page, """
                const labels = options[0].axes[1].values(null, [%s]);
                console.log(labels.join(" "));
                console.log(options[0].axes[1].size(null, labels) - options[0].axes[1].size(null, null));
                """.formatted(ticks));

        assertThat(lines.get(0)).isEqualTo(labels);
        int longest =
                Stream.of(labels.split(" ")).mapToInt(String::length).max().orElseThrow();
        assertThat(Integer.parseInt(lines.get(1))).isEqualTo(Math.max(0, 7 * longest - 44));
    }

    @Test
    void howeverManyCurvesThereAreNoTwoLookAlike(@TempDir Path folder) throws IOException, InterruptedException {
        Series[] curves = IntStream.range(0, 60)
                .mapToObj(i -> series("run " + i, new double[] {1, 2}, i, i))
                .toArray(Series[]::new);

        List<String> looks = browsed(folder, Report.html(chart(curves)), """
                options[0].series.slice(1).forEach(({stroke, dash}) => console.log(stroke + " " + dash));
                """);
        List<String> marks = browsed(folder, Report.html(chart(curves)), """
                options[0].series.slice(1).forEach((series, i) =>
                    console.log(options[0].legend.markers.fill(null, i + 1)));
                """);

        assertThat(looks).hasSize(60).doesNotHaveDuplicates();
        assertThat(marks).hasSize(60).doesNotHaveDuplicates();
    }

    @Test
    void chartsThatCountTheSameAreZoomedTogether(@TempDir Path folder) throws IOException, InterruptedException {
        Series curve = series("curve", new double[] {1, 2}, 1, 1);
        ReportData data = new ReportData(
                "title",
                "result",
                List.of(),
                List.of(
                        new Chart("return", "steps", null, List.of(curve)),
                        new Chart("loss", "steps", null, List.of(curve)),
                        new Chart("return", "seconds", null, List.of(curve))));

        assertThat(browsed(folder, Report.html(data), "options.forEach(o => console.log(o.cursor.sync.key));"))
                .containsExactly("steps", "steps", "seconds");
    }

    @Test
    void aBandIsDrawnUnderItsLineAndInTheLegendAndTheAxisReachesIt(@TempDir Path folder)
            throws IOException, InterruptedException {
        Series group = CurveGroup.of(
                "both",
                List.of(
                        new Points(new double[] {1, 2}, new double[] {10, 20}),
                        new Points(new double[] {1, 2}, new double[] {30, 60})));
        String page = Report.html(chart(group));

        List<String> lines = browsed(folder, page, """
                const edges = [];
                const nothing = () => {};
                const u = {
                    bbox: {left: 0, top: 0, width: 9, height: 9},
                    series: [{min: 1, max: 2}, {show: true, alpha: 1}],
                    valToPos: value => value,
                    ctx: {save: nothing, restore: nothing, rect: nothing, clip: nothing, fill: nothing,
                        beginPath: () => edges.length = 0, lineTo: (x, y) => edges.push(x + ":" + y)},
                };
                options[0].hooks.drawAxes.forEach(hook => hook(u));
                console.log(edges.join(" "));
                console.log(options[0].scales.y.range(u, 20, 40).join(" "));
                u.series[0].max = 1;
                console.log(options[0].scales.y.range(u, 20, 40).join(" "));
                console.log(options[0].series[1].value(u, null, 1, null));
                u.series[1].show = false;
                console.log(options[0].scales.y.range(u, 20, 40).join(" "));
                """);

        assertThat(lines).containsExactly("1:30 2:60 2:20 1:10", "10 60", "10 40", "40 (20 to 60)", "20 40");
        assertThat(page).contains("A band goes from the lowest to the highest");
        assertThat(Report.html(CARTPOLE)).doesNotContain("A band goes");
    }

    @Test
    void severalRunsHaveATableOfWhatTheyDifferBy() {
        ReportData data = new ReportData(
                "2 runs",
                "",
                List.of(new Fact("a", "ended")),
                List.of(),
                new Table(List.of("", "a2c.gamma"), List.of(List.of("<a>", "0.9"), List.of("b", "0.99"))));

        assertThat(Report.html(data))
                .containsSubsequence(
                        "<h2>Side by side</h2>",
                        "<th scope=\"col\">a2c.gamma</th>",
                        "<td>&lt;a&gt;</td><td>0.9</td>",
                        "<td>b</td><td>0.99</td>",
                        "<h2>The runs</h2>");
        assertThat(Report.html(CARTPOLE)).doesNotContain("Side by side").contains("<h2>The run</h2>");
    }

    /** What a script says that follows the page's own, with as much of a browser around both as hands uPlot's options out. */
    private static List<String> browsed(Path folder, String page, String script)
            throws IOException, InterruptedException {
        return Pages.node(Files.writeString(folder.resolve("page.js"), """
                const options = [];
                globalThis.document = {
                    documentElement: {},
                    getElementById: () => ({textContent: %s}),
                    querySelectorAll: () => Array(9).fill({clientWidth: 800, classList: {toggle: () => {}}}),
                    querySelector: () => ({}),
                };
                globalThis.getComputedStyle = () => ({getPropertyValue: name => name});
                globalThis.matchMedia = () => ({addEventListener: () => {}});
                globalThis.ResizeObserver = class { observe() {} };
                globalThis.uPlot = class {
                    static join(series) { return series[0]; }
                    static rangeNum(min, max) { return [min, max]; }
                    constructor(given) { options.push(given); }
                };
                %s
                %s
                """.formatted(
                        JsonMapper.builder().build().writeValueAsString(json(page)),
                        Pages.scripts(page).get(2).group(2),
                        script)));
    }

    @Test
    void noTextBreaksOut() throws JsonProcessingException {
        String nasty = "</title></script></style><script>alert(1)</script><!--<img src=x onerror=\"alert(1)\">'&amp;"
                + "{{charts}}$1\\\u2028\u2029\uD800";
        ReportData data = new ReportData(
                nasty,
                nasty,
                List.of(new Fact(nasty, nasty)),
                List.of(new Chart(nasty, nasty, new Threshold(nasty, 1), List.of(series(nasty, new double[] {1}, 1)))));

        String html = Report.html(data);

        String lowerCase = html.toLowerCase(Locale.ROOT);
        assertThat(lowerCase.split("<script", -1)).hasSize(1 + 3);
        assertThat(lowerCase.split("</script", -1)).hasSize(1 + 3);
        assertThat(lowerCase.split("</title", -1)).hasSize(1 + 1);
        assertThat(lowerCase.split("</style", -1)).hasSize(1 + 1);
        assertThat(lowerCase).doesNotContain("<img", "<!--");
        assertThat(json(html)).doesNotContain("<", "\u2028", "\u2029");
        JsonNode chart = charts(html).get(0);
        assertThat(chart.at("/title").asText()).isEqualTo(nasty);
        assertThat(chart.at("/xLabel").asText()).isEqualTo(nasty);
        assertThat(chart.at("/threshold/name").asText()).isEqualTo(nasty);
        assertThat(chart.at("/series/0/name").asText()).isEqualTo(nasty);
    }

    @Test
    void aRunThatRecordedNothingHasAPageToo() throws JsonProcessingException {
        assertThat(charts(Report.html(new ReportData("", "", List.of(), List.of()))))
                .isEmpty();
        assertThat(charts(Report.html(chart(series("empty", new double[0])))).at("/0/series/0/x"))
                .isEmpty();
    }

    @Test
    void theSameDataGiveTheSamePage() {
        assertThat(Report.html(CARTPOLE)).isEqualTo(Report.html(CARTPOLE));
    }

    private static ReportData chart(Series... series) {
        return new ReportData("title", "result", List.of(), List.of(new Chart("chart", "x", null, List.of(series))));
    }

    private static Series series(String name, double[] x, double... y) {
        return new Series(name, new Points(x, y), null);
    }

    private static JsonNode charts(String html) throws JsonProcessingException {
        return JsonMapper.builder().build().readTree(json(html));
    }

    private static String json(String html) {
        return Pages.json(html, "charts");
    }
}

package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparring.run.Browser;
import io.sparring.run.Page;
import io.sparring.run.Pages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepReportTest {
    private static final String BASE = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: shared, hidden: [8]}
            a2c: {shards: 1, rollout-length: 8}
            budget: {env-steps: 2880}
            evaluation: {every-env-steps: 0}
            """;

    private static final String ASHA = """
            space:
              optimizer.learning-rate: {log-uniform: [1.0e-4, 1.0e-1]}
              a2c.gamma: {uniform: [0.9, 1.0]}
              network.hidden: {choice: [[8], [16, 16]]}
              seed: {grid: [3, 9007199254740993]}
            scheduler: {kind: asha, eta: 3, first-rung-rounds: 10}
            """;

    /** A sweep without a training: scores are made up. */
    private static final class Played {
        private final List<Map<String, Object>> ledger = new ArrayList<>();
        private final SweepFile file;

        Played(String yaml, int slices) {
            file = SliceRunnerTest.sweep(BASE, yaml);
            Sweep sweep = Sweep.begin(
                    file,
                    SweepReport.NO_STATES,
                    // What is read is what was written.
                    event -> ledger.add(read(event)));
            for (int i = 0; i < slices; i++) {
                Work work = sweep.next("worker");
                if (work.kind() != Work.Kind.SLICE) {
                    return;
                }
                sweep.finished(result(work.slice()));
            }
        }

        private static Map<String, Object> read(Map<String, Object> event) {
            try {
                byte[] line = LedgerFile.line(event);
                return LedgerFile.read("ledger", new java.io.ByteArrayInputStream(line))
                        .events()
                        .get(0);
            } catch (IOException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        private SliceResult result(Slice slice) {
            double rate = slice.overrides().stream()
                    .filter(override -> override.startsWith("optimizer.learning-rate="))
                    .mapToDouble(override -> Double.parseDouble(override.substring(override.indexOf('=') + 1)))
                    .findFirst()
                    .orElse(0.01);
            if (slice.trial() % 10 == 4) {
                return SliceResult.failed(slice, 0.5, "round " + (slice.trial() + 3) + ": the loss is NaN");
            }
            long round = Math.min(90, slice.untilRound());
            return new SliceResult(
                    slice.trial(),
                    slice.number(),
                    round,
                    32 * round,
                    round,
                    100 - 10 * Math.abs(Math.log10(rate) + 2) + Math.log(round),
                    0.25,
                    "sha",
                    round == 90 ? "env-steps" : null,
                    null,
                    round == 90 ? null : new byte[1]);
        }

        String page() {
            return SweepReport.html("runs/s", file, ledger, true);
        }

        JsonNode data() throws IOException {
            return new JsonMapper().readTree(Pages.json(page(), "sweep"));
        }
    }

    private static Played played(int trials) {
        return new Played(ASHA + "trials: " + trials, Integer.MAX_VALUE);
    }

    /** The page's own script in as much of a browser as it asks for; then what the test asks. */
    private static List<String> browsed(String page, String asked, Path folder)
            throws IOException, InterruptedException {
        Path script = Files.writeString(
                folder.resolve("page.js"),
                Page.resource(SweepReportTest.class, "browser.js")
                        + "byId(\"sweep\").textContent = "
                        + new JsonMapper().writeValueAsString(Pages.json(page, "sweep")) + ";\n"
                        + Pages.scripts(page).get(1).group(2) + asked);
        return Pages.node(script);
    }

    @Test
    void aThousandPointsAreDrawnWithinTwoMegabytes(@TempDir Path folder) throws IOException, InterruptedException {
        String page = played(2000).page();

        assertThat(page).hasSizeLessThan(2_000_000);
        assertThat(browsed(page, """
                        say(count("parallel", "path"), count("parallel", "hit"), count("best", "step"));
                        say(count("keys", "svg"), count("keys", "dot"));
                        say(rows().length, byId("more").hidden);
                        byId("more").listeners.click();
                        say(rows().length);
                        """, folder)).containsExactly("1000 | 4 | 1", "3 | " + 3 * 800, "20 | false", "220");
    }

    @Test
    void draggingAlongAnAxisSelectsEverywhereAndAClickUndoesIt(@TempDir Path folder)
            throws IOException, InterruptedException {
        Played sweep = played(200);
        // The axis of the learning rate runs from 330 (1e-4) up to 50 (1e-1): from the middle up.
        long upper = count(sweep, candidate -> candidate.at("/values/0").asDouble() >= Math.sqrt(1e-5));

        List<String> said = browsed(sweep.page(), """
                const hit = byId("parallel").all("hit")[0];
                const drag = (from, to) => {
                    hit.listeners.pointerdown({clientY: from, pointerId: 1});
                    hit.listeners.pointermove({clientY: to});
                    hit.listeners.pointerup({clientY: to});
                };
                const out = id => byId(id).all("out").length;
                drag(190, 20);
                say(byId("selected").textContent, out("parallel"), byId("all").hidden);
                byId("more").listeners.click();
                say(rows().length, rows().every(row => Number(row.children[6].textContent) >= 0.00316));
                drag(100, 101);
                say(byId("selected").textContent, out("parallel") + out("keys"), byId("all").hidden);
                drag(190, 20);
                byId("all").listeners.click();
                say(out("parallel"));
                """, folder);

        assertThat(said)
                .containsExactly(
                        upper + " of 100 are selected. | " + (100 - upper) + " | false",
                        upper + " | true",
                        " | 0 | true",
                        "0");
    }

    @Test
    void theLeaderboardHasTheBestFirstAndIsSortedByAnyColumn(@TempDir Path folder)
            throws IOException, InterruptedException {
        List<String> said = browsed(played(60).page(), """
                const head = byId("leaders").all("th").flatMap(cell => cell.texts());
                say(...head);
                const column = i => rows().map(row => row.children[i].textContent).join(" ");
                const click = i => byId("leaders").all("th")[i].children[0].listeners.click();
                const scores = () => rows().map(row => Number(row.children[1].textContent));
                const finished = rows().filter(row => row.children[2].textContent === "finished").length;
                say(rows()[0].children[0].textContent, rows()[0].children[2].textContent);
                click(1);
                say(scores().every((score, i) => i === 0 || score <= scores()[i - 1]));
                click(1);
                say(scores().every((score, i) => i === 0 || score >= scores()[i - 1]));
                """, folder);

        assertThat(said)
                .containsExactly(
                        "rank | score (mean of 2 seeds) | state | steps | rounds | seconds | optimizer.learning-rate | a2c.gamma | network.hidden",
                        "1 | finished",
                        "true",
                        "true");
    }

    @Test
    void whatIsCopiedIsThePointToTheLastBitWithTheSeedOfItsBestTrial(@TempDir Path folder)
            throws IOException, InterruptedException {
        Played sweep = played(60);
        SweepResult result = Sweep.resume("ledger", sweep.file, SweepReport.NO_STATES, sweep.ledger, event -> {})
                .result();

        List<String> said = browsed(sweep.page(), """
                rows()[0].all("button")[0].listeners.click();
                say(byId("settings").value);
                say(clipboard[0] === byId("settings").value);
                """, folder);

        String line = said.get(0).replace("'", "");
        assertThat(List.of(line.substring("--set ".length()).split(" --set ")))
                .containsExactlyElementsOf(result.best().overrides());
        assertThat(said.get(0)).contains("'network.hidden=[");
        assertThat(said.get(1)).isEqualTo("true");
    }

    @Test
    void aClickOnCopySaysThatItIsDoneInItsRowOrShowsWhatIsToBeCopied(@TempDir Path folder)
            throws IOException, InterruptedException {
        assertThat(browsed(played(60).page(), """
                        const button = row => rows()[row].all("button")[0];
                        const click = async row => {
                            byId("settings").scrolledTo = false;
                            button(row).listeners.click();
                            await null;
                            await null;
                            say(button(row).textContent, byId("settings").scrolledTo);
                        };
                        (async () => {
                            await click(3);
                            navigator.clipboard.writeText = async () => { throw new Error("not allowed"); };
                            await click(4);
                            navigator.clipboard = undefined;
                            await click(5);
                        })();
                        """, folder))
                .containsExactly("Copied | false", "Copy | true", "Copy | true");
    }

    @Test
    void aLineAndADotSayWhatTheyAreWhenTheyArePointedAt(@TempDir Path folder) throws IOException, InterruptedException {
        Played sweep = played(60);
        JsonNode best = sweep.data().at("/candidates/0");

        List<String> said = browsed(sweep.page(), """
                const point = (svg, node) => {
                    svg.listeners.mouseover({target: node});
                    svg.listeners.mouseover({target: node});
                    say(...node.texts().join(" and ").split("\\n"));
                };
                const parallel = byId("parallel").all("svg")[0];
                const lines = parallel.all("line").filter(node => node.name === "path");
                point(parallel, lines[lines.length - 1]);
                const keys = byId("keys").all("svg")[0];
                point(keys, keys.all("dot")[0]);
                point(keys, keys.all("text")[0]);
                """, folder);

        assertThat(said.get(0))
                .startsWith("rank 1, score ")
                .contains(", finished | optimizer.learning-rate "
                        + best.at("/values/0").asText() + " | a2c.gamma ");
        assertThat(said.get(1)).isEqualTo(said.get(0));
        assertThat(said.get(2)).isEmpty();
    }

    /** With a browser's own layout, pointer and clipboard, of which {@code browser.js} has but the outlines. */
    @Test
    void aThousandPointsAreClickedThroughInARealBrowser(@TempDir Path folder) throws IOException, InterruptedException {
        Path page =
                Files.writeString(folder.resolve("report.html"), played(2000).page());
        try (Browser browser = Browser.open(page, folder)) {
            assertThat(browser.value("document.querySelectorAll('#parallel path').length")
                            .asInt())
                    .isEqualTo(1000);
            assertThat(browser.value("document.documentElement.scrollWidth <= window.innerWidth")
                            .asBoolean())
                    .as("nothing is wider than the window")
                    .isTrue();

            browser.drag("#parallel .hit", 0.5, 0.05);
            assertThat(browser.value("document.getElementById('selected').textContent")
                            .asText())
                    .matches("\\d+ of 1,000 are selected\\.");
            assertThat(browser.value("document.querySelectorAll('#parallel .out').length")
                            .asInt())
                    .isBetween(400, 600);
            assertThat(browser.value("getComputedStyle(document.querySelector('#parallel .brush')).height")
                            .asText())
                    .as("the mark along the axis")
                    .isNotEqualTo("0px");
            browser.click("#all");
            assertThat(browser.value("document.querySelectorAll('.out').length").asInt())
                    .isZero();

            browser.click("#more");
            assertThat(browser.value("document.querySelectorAll('#leaders tbody tr').length")
                            .asInt())
                    .isGreaterThan(100);
            browser.click("#leaders tbody button");
            // Whether it may write to the clipboard the browser says later; if not, the page scrolls to what is to be
            // copied.
            browser.await("document.querySelector('#leaders tbody button').textContent === 'Copied'"
                    + " || document.getElementById('settings').getBoundingClientRect().bottom <= window.innerHeight");
            String said = browser.value("document.querySelector('#leaders tbody button').textContent")
                    .asText();
            assertThat(said.equals("Copied")
                            || browser.value("!document.getElementById('settings').hidden")
                                    .asBoolean())
                    .as("it is copied, or shown to be copied by hand")
                    .isTrue();
            assertThat(browser.value("document.getElementById('settings').value")
                            .asText())
                    .startsWith("--set ");

            browser.point("#keys .dot", 0.5);
            assertThat(browser.value(
                                    "[...document.querySelectorAll('#keys title')].map(node => node.textContent).join()")
                            .asText())
                    .startsWith("rank ")
                    .contains("optimizer.learning-rate ");
            assertThat(browser.complaints()).isEmpty();
            picture(browser);
        }
    }

    /** With {@code -Dsparring.pictures=FOLDER}. */
    private static void picture(Browser browser) throws IOException, InterruptedException {
        String pictures = System.getProperty("sparring.pictures");
        if (pictures != null) {
            browser.picture(Files.createDirectories(Path.of(pictures)).resolve("sweep-report.png"));
        }
    }

    @Test
    void theBestScoreGrowsWithTheCoreSecondsOfTheSearchAlone() throws IOException {
        JsonNode best = new Played(ASHA + "trials: 60\nconfirm: {points: 2, seeds: 4}", Integer.MAX_VALUE)
                .data()
                .at("/best");

        double search = best.at("/search").asDouble();
        assertThat(best.at("/all").asDouble()).isEqualTo(search + confirmingSeconds());
        assertThat(best.at("/x")).hasSameSizeAs(best.at("/y")).isNotEmpty();
        for (int i = 1; i < best.at("/x").size(); i++) {
            assertThat(best.at("/x/" + i).asDouble())
                    .isGreaterThan(best.at("/x/" + (i - 1)).asDouble());
            assertThat(best.at("/y/" + i).asDouble())
                    .isGreaterThan(best.at("/y/" + (i - 1)).asDouble());
        }
        assertThat(best.at("/x/" + (best.at("/x").size() - 1)).asDouble()).isLessThanOrEqualTo(search);
    }

    /** Trials 60 to 67, of which 64 fails. */
    private static double confirmingSeconds() {
        return 7 * 0.25 + 0.5;
    }

    @Test
    void theBestHaveLearningCurvesAndABandOfTheirSeeds(@TempDir Path folder) throws IOException, InterruptedException {
        Played sweep = played(60);
        JsonNode curves = sweep.data().at("/curves");

        assertThat(curves).hasSize(6);
        assertThat(curves.at("/0/candidate").asInt()).isZero();
        assertThat(curves.at("/0/x").toString()).isEqualTo("[320,960,2880]");
        assertThat(curves.at("/0/mean/2").asDouble())
                .isEqualTo(sweep.data().at("/candidates/0/score").asDouble());
        assertThat(curves.at("/0/low")).isEqualTo(curves.at("/0/high"));
        assertThat(browsed(sweep.page(), """
                        say(count("curves", "curve"), count("curves", "band"), byId("curves").all("curve")[5].texts().join(""));
                        """, folder)).containsExactly("6 | 6 | rank 1");
    }

    @Test
    void aBandIsFromTheLeastToTheGreatestSeedWhereAllHaveCome() {
        List<Trial> seeds = List.of(
                Trial.first(0, 0, new Point(Map.of()), 1L, false),
                Trial.first(1, 0, new Point(Map.of()), 2L, false)
                        .after(new SliceResult(1, 0, 15, 150, 1, 7, 1, "sha", "target-return", null, null)));
        Course course = new Course(
                List.of(),
                0,
                0,
                0,
                Map.of(
                        0,
                        List.of(
                                new Course.Report(10, 100, 1),
                                new Course.Report(20, 200, 5),
                                new Course.Report(30, 300, 9)),
                        1,
                        List.of(new Course.Report(10, 100, 3), new Course.Report(15, 150, 7))),
                new java.util.TreeMap<>());

        assertThat(course.curve(seeds))
                .containsExactly(
                        new Course.Stretch(100, 2, 1, 3),
                        new Course.Stretch(200, 6, 5, 7),
                        new Course.Stretch(300, 8, 7, 9));
    }

    @Test
    void whatWasConfirmedStandsBesideWhatTheSearchHasSeen(@TempDir Path folder)
            throws IOException, InterruptedException {
        Played sweep = new Played(ASHA + "trials: 60\nconfirm: {points: 2, seeds: 2}", Integer.MAX_VALUE);
        String page = sweep.page();

        assertThat(page).contains("seeds that had no part in choosing it; the search had seen");
        assertThat(count(sweep, candidate -> candidate.has("confirmed"))).isEqualTo(2);
        assertThat(browsed(page, """
                        say(...byId("leaders").all("th").flatMap(cell => cell.texts()).slice(0, 4));
                        say(rows()[0].children[2].textContent.includes("(2 seeds)"), rows()[2].children[1].textContent);
                        """, folder))
                .containsExactly("rank | confirmed | 95 % interval | score (mean of 2 seeds)", "true | –");
    }

    @Test
    void failuresAreCountedByReasonWhateverNumbersTheseName() {
        String page = played(60).page();

        assertThat(page).contains("<tr><td>6</td><td>4</td><td class=\"text\">round 7: the loss is NaN</td></tr>");
        assertThat(page.split("the loss is NaN", -1)).hasSize(2);
        assertThat(new Played(ASHA + "trials: 4", Integer.MAX_VALUE).page()).contains("<p>None.</p>");
    }

    @Test
    void rungsAreComparedByTheRanksOfThoseThatCameToBoth() {
        assertThat(played(400).page())
                .containsSubsequence("<th>round</th><th>30</th><th>end</th>", "<th>10</th><td>1.00 (", "<th>30</th>");
        assertThat(new Played("space: {seed: {grid: [0, 1, 2]}}", Integer.MAX_VALUE).page())
                .contains("All were compared at one place, their ends.");
    }

    @Test
    void whatMatteredIsSaidOfTheLastRoundToWhichEnoughCame() {
        assertThat(played(400).page())
                .containsSubsequence(
                        "among the best tenth of the ",
                        "that came to round 30",
                        "<th>optimizer.learning-rate</th>",
                        "<th>a2c.gamma</th>");
        assertThat(played(60).page()).doesNotContain("Importance");
    }

    @Test
    void aSweepIsShownAtAnyTime() {
        assertThat(new Played(ASHA + "trials: 20", 0).page())
                .contains(
                        "Stopped, to be gone on with (sweep --resume): 0 of 20 trials begun",
                        "Nothing has a score yet.");
        Played killed = new Played(ASHA + "trials: 20", 7);
        int before = killed.ledger.size();
        assertThat(SweepReport.html("s", killed.file, killed.ledger, false)).contains("Killed, or still running: ");
        assertThat(killed.ledger).as("a report decides nothing").hasSize(before);
        assertThat(played(20).page()).contains("Over: 20 trials, ");
    }

    @Test
    void aPopulationIsShownWithItsLastSettings() throws IOException {
        String pbt = """
                space: {optimizer.learning-rate: {log-uniform: [1.0e-4, 1.0e-1]}}
                scheduler: {kind: pbt, every-rounds: 10}
                trials: 8
                """;
        Played over = new Played(pbt, Integer.MAX_VALUE);
        Played stopped = new Played(pbt, 40);

        assertThat(over.page()).contains("Over: 8 trials, ", "these are its last ones", "<th>10</th>");
        assertThat(stopped.page()).contains("Stopped, to be gone on with");
        Map<String, Object> copy = over.ledger.stream()
                .filter(event -> event.get("event").equals("copy"))
                .reduce((earlier, later) -> later)
                .orElseThrow();
        Object rate = ((Map<?, ?>) copy.get("point")).get("optimizer.learning-rate");
        assertThat(count(over, candidate -> candidate.at("/values/0").asDouble() == (double) rate))
                .isEqualTo(1);
    }

    @Test
    void aSweepThatHasNothingYetIsDrawnToo(@TempDir Path folder) throws IOException, InterruptedException {
        assertThat(browsed(
                        new Played(ASHA + "trials: 20", 0).page(),
                        "say(rows().length, byId(\"best\").textContent, byId(\"curves\").textContent, byId(\"keys\").textContent);",
                        folder))
                .containsExactly("0 | No score yet. | No score yet. | No score yet.");
    }

    @Test
    void thePageAsksForNothingElseAndAdmitsItsOwnScriptAlone() {
        String page = played(20).page();

        Pages.requireSelfContained(page);
        assertThat(Pages.scripts(page)).hasSize(2);
        assertThat(page)
                .contains("script-src 'sha256-"
                        + Pages.sha256(Pages.scripts(page).get(1).group(2)) + "'\"");
    }

    @Test
    void noTextBreaksOut() {
        String nasty = "</script><script>alert(1)</script><img src=x>";
        String page = new Played(
                        "space: {environment.options.a: {choice: [\"" + nasty + "\", b]}}\ntrials: 2",
                        Integer.MAX_VALUE)
                .page();

        assertThat(page.toLowerCase(Locale.ROOT)).doesNotContain("<img");
        assertThat(page.split("<script", -1)).hasSize(1 + 2);
    }

    private static long count(Played sweep, Predicate<JsonNode> condition) throws IOException {
        long count = 0;
        for (JsonNode candidate : sweep.data().at("/candidates")) {
            count += condition.test(candidate) ? 1 : 0;
        }
        return count;
    }
}

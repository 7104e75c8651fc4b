package io.sparring.tuning;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparring.Returns;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.run.Page;
import io.sparring.run.ReportData.Fact;
import io.sparring.tuning.Range.Choice;
import io.sparring.tuning.Range.Continuous;
import io.sparring.tuning.Range.Stepped;
import io.sparring.tuning.Space.Dimension;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.text.StringEscapeUtils;

/**
 * A sweep as one HTML file that needs nothing else, from its file and its ledger alone: also of one that is running or was killed. As in
 * {@link io.sparring.run.Report}, text is escaped and the page's security policy admits its own script by its hash.
 */
public final class SweepReport {
    /** More would make a page that no browser likes; {@code trials.csv} has all. */
    private static final int MOST_SHOWN = 5_000;
    /** How many learning curves are drawn: as many as can be told apart. */
    private static final int MOST_CURVES = 6;
    /** How many rungs are compared. */
    private static final int MOST_RUNGS = 8;
    /** Fewer say nothing about an order. */
    private static final int LEAST_COMPARED = 5;

    /** The best tenth of fewer is hardly anybody. */
    private static final int LEAST_FOR_IMPORTANCE = 50;

    /** Of slices that nobody computes. */
    static final States NO_STATES = new States() {
        @Override
        public void put(int trial, byte[] state) {}

        @Override
        public byte[] get(int trial) {
            return new byte[0];
        }

        @Override
        public void remove(int trial) {}
    };

    private final String name;
    private final SweepFile file;
    private final SweepResult result;
    private final Course course;
    private final boolean over;
    private final boolean stopped;
    private final List<Integer> order;
    private final Map<Integer, List<Trial>> trials;

    private SweepReport(String name, SweepFile file, List<Map<String, Object>> events, boolean stopped) {
        this.name = name;
        this.file = file;
        this.stopped = stopped;
        Sweep replayed = Sweep.resume(name + "/ledger.jsonl", file, NO_STATES, events, event -> {});
        result = replayed.result();
        course = Course.of(events, replayed.trials());
        // Of this copy of the sweep nobody else asks anything: it may decide what comes next, if anything does.
        over = replayed.next("report").kind() == Work.Kind.END;
        trials = result.trials().stream()
                .collect(Collectors.groupingBy(Trial::candidate, TreeMap::new, Collectors.toList()));
        // Those that were confirmed, by that; the others by what the search has seen; those that have no rank.
        order = Stream.of(
                        result.confirmed().stream().map(SweepResult.Confirmed::candidate),
                        result.leaders().stream(),
                        trials.keySet().stream())
                .flatMap(candidates -> candidates)
                .distinct()
                .toList();
    }

    /**
     * The page, to be written as UTF-8.
     *
     * @param name the sweep's folder, as a user types it
     * @param events its ledger's, as far as it is written
     * @param stopped whether nobody works on it now; what is not over may be running else
     * @throws InvalidConfiguration if the ledger is another sweep's, or of a later build
     */
    public static String html(String name, SweepFile file, List<Map<String, Object>> events, boolean stopped) {
        return new SweepReport(name, file, events, stopped).page();
    }

    private String page() {
        Configuration base = file.configuration(List.of());
        String title =
                "Sweep of " + base.algorithm() + " on " + base.environment().id();
        String script = Page.NUMBERS + Page.resource(SweepReport.class, "sweep-report.js");
        return Page.fill(
                Page.resource(SweepReport.class, "sweep-report.html"),
                Map.ofEntries(
                        Map.entry("script-hash", Page.hash(script)),
                        Map.entry("style", Page.STYLE + "\n" + Page.resource(SweepReport.class, "sweep-report.css")),
                        Map.entry("title", escaped(title)),
                        Map.entry("status", escaped(status())),
                        Map.entry("importance", importance()),
                        Map.entry("rungs", rungs()),
                        Map.entry("failures", failures()),
                        Map.entry("facts", Page.facts(facts(base))),
                        Map.entry("base", escaped(ConfigurationFile.write(base))),
                        Map.entry("left-out", escaped(leftOut())),
                        Map.entry("data", Page.json(data())),
                        Map.entry("script", script)));
    }

    private static String escaped(String text) {
        return StringEscapeUtils.escapeHtml4(text);
    }

    private static String count(String format, Object... numbers) {
        return String.format(Locale.ROOT, format, numbers);
    }

    private String status() {
        String counts = count(
                "%,d finished, %,d stopped early, %,d failed",
                result.count(Trial.State.FINISHED),
                result.count(Trial.State.STOPPED),
                result.count(Trial.State.FAILED));
        int begun = result.trials().size();
        String how = over
                ? count("Over: %,d trials, %s.", begun, counts)
                : count(
                        "%s: %,d of %,d trials begun, %s.",
                        stopped ? "Stopped, to be gone on with (sweep --resume)" : "Killed, or still running",
                        begun,
                        file.trials(),
                        counts);
        return how + " " + best();
    }

    private String best() {
        if (!result.confirmed().isEmpty()) {
            SweepResult.Confirmed winner = result.confirmed().get(0);
            return "The best point has " + Returns.text(winner.mean().value()) + " ["
                    + Returns.text(winner.mean().low()) + ", "
                    + Returns.text(winner.mean().high()) + "] on "
                    + winner.scores().size() + " seeds that had no part in choosing it; the search had seen "
                    + Returns.text(winner.searchScore()) + ".";
        }
        return result.best() == null
                ? "Nothing has a score yet."
                : "The best trial has " + Returns.text(result.bestScore()) + ", as the search has seen it.";
    }

    private List<Fact> facts(Configuration base) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("sweep", name));
        facts.add(new Fact("environment", base.environment().id()));
        facts.add(new Fact(
                "budget", count("%,d environment steps a trial", base.budget().envSteps())));
        facts.add(new Fact("sampler", lower(file.sampler().name())));
        facts.add(new Fact(
                "scheduler",
                file.scheduler().kind()
                        + file.scheduler().settings().entrySet().stream()
                                .map(setting -> ", " + setting.getKey() + " " + setting.getValue())
                                .collect(Collectors.joining())));
        facts.add(new Fact("score", lower(file.metric().name())));
        if (!file.space().seeds().isEmpty()) {
            facts.add(new Fact("seeds of each point", file.space().seeds().toString()));
        }
        facts.add(new Fact(
                "computed",
                count(
                        "%,d slices, %,.1f core-seconds, of them %,.1f for confirmation",
                        course.slices(), course.seconds(), course.seconds() - course.searchSeconds())));
        return facts;
    }

    private static String lower(String constant) {
        return constant.toLowerCase(Locale.ROOT);
    }

    private String leftOut() {
        String twins = file.takesOver()
                ? "By pbt a trial is more than train makes of its settings: these are its last ones. "
                : "";
        return order.size() <= MOST_SHOWN
                ? twins
                : twins + count("Of %,d points the first %,d are here; trials.csv has all. ", order.size(), MOST_SHOWN);
    }

    /** By their reasons, whatever numbers these name; the most frequent first. */
    private String failures() {
        Map<String, List<Trial>> reasons = result.trials().stream()
                .filter(trial -> trial.failure() != null)
                .collect(Collectors.groupingBy(
                        trial -> trial.failure().replaceAll("[0-9][0-9.]*([eE][-+]?[0-9]+)?", "#"),
                        LinkedHashMap::new,
                        Collectors.toList()));
        if (reasons.isEmpty()) {
            return "<p>None.</p>\n";
        }
        return reasons.values().stream()
                .sorted(Comparator.comparingInt((List<Trial> same) -> -same.size()))
                .map(same -> "<tr><td>" + count("%,d", same.size()) + "</td><td>"
                        + same.get(0).number() + "</td><td class=\"text\">"
                        + escaped(same.get(0).failure()) + "</td></tr>\n")
                .collect(Collectors.joining(
                        "",
                        "<table class=\"numbers\">\n<tr><th>trials</th><th>first</th><th class=\"text\">its reason</th></tr>\n",
                        "</table>\n"));
    }

    /** At one round, since scores of different ones are not comparable: the last to which enough have come. */
    private String importance() {
        Long round = course.rungs().entrySet().stream()
                .filter(rung -> rung.getValue().size() >= LEAST_FOR_IMPORTANCE)
                .reduce((earlier, later) -> later)
                .map(Map.Entry::getKey)
                .orElse(null);
        if (round == null || file.takesOver()) {
            return "";
        }
        Map<Integer, Double> scores = course.rungs().get(round);
        List<Integer> there = List.copyOf(scores.keySet());
        Map<String, Double> importance = Importance.of(
                file.space(),
                there.stream()
                        .map(candidate -> trials.get(candidate).get(0).point())
                        .toList(),
                there.stream().mapToDouble(scores::get).toArray());
        return importance.entrySet().stream()
                .map(key -> "<tr><th>" + escaped(key.getKey()) + "</th><td>"
                        + count("%.0f %%", 100 * key.getValue()) + "</td><td class=\"text\"><meter value=\""
                        + count("%.4f", key.getValue()) + "\"></meter></td></tr>\n")
                .collect(Collectors.joining(
                        "",
                        "<section>\n<h2>Importance of each key</h2>\n<p class=\"quiet\">"
                                + count("For being among the best tenth of the %,d that came to ", there.size())
                                + (round == Slice.END ? "their ends" : "round " + roundName(round))
                                + " (PED-ANOVA).</p>\n<table class=\"numbers\">\n",
                        "</table>\n</section>\n"));
    }

    /** Of each two rungs, whether those that were ahead at one are ahead at the other. */
    private String rungs() {
        SortedMap<Long, Map<Integer, Double>> all = course.rungs();
        if (all.size() < 2) {
            return "<p>All were compared at one place" + (all.containsKey(Slice.END) ? ", their ends" : "") + ".</p>\n";
        }
        List<Long> rounds = spread(List.copyOf(all.keySet()));
        StringBuilder table = new StringBuilder(
                "<p class=\"quiet\">Spearman's ρ between a candidate's scores at two rungs, with how many came to both: near 1, those"
                        + " ahead early are ahead later. Only those that looked good went on, which makes it smaller than it is"
                        + " among all.</p>\n<div class=\"scroll\"><table class=\"numbers\">\n<tr><th>round</th>");
        rounds.stream()
                .skip(1)
                .forEach(round -> table.append("<th>").append(roundName(round)).append("</th>"));
        table.append("</tr>\n");
        for (int early = 0; early < rounds.size() - 1; early++) {
            table.append("<tr><th>").append(roundName(rounds.get(early))).append("</th>");
            for (int late = 1; late < rounds.size(); late++) {
                table.append("<td>")
                        .append(late <= early ? "" : correlation(all.get(rounds.get(early)), all.get(rounds.get(late))))
                        .append("</td>");
            }
            table.append("</tr>\n");
        }
        return table.append("</table></div>\n").toString();
    }

    /** Not all of very many: the first, the last, and some between. */
    private static List<Long> spread(List<Long> rounds) {
        return rounds.size() <= MOST_RUNGS
                ? rounds
                : IntStream.range(0, MOST_RUNGS)
                        .mapToObj(i -> rounds.get(i * (rounds.size() - 1) / (MOST_RUNGS - 1)))
                        .toList();
    }

    private static String roundName(long round) {
        return round == Slice.END ? "end" : count("%,d", round);
    }

    private static String correlation(Map<Integer, Double> early, Map<Integer, Double> late) {
        int[] both = early.keySet().stream()
                .filter(late::containsKey)
                .mapToInt(candidate -> candidate)
                .toArray();
        double correlation = both.length < LEAST_COMPARED
                ? Double.NaN
                : RankCorrelation.of(
                        IntStream.of(both).mapToDouble(early::get).toArray(),
                        IntStream.of(both).mapToDouble(late::get).toArray());
        return (Double.isNaN(correlation) ? "–" : count("%.2f", correlation)) + count(" (%,d)", both.length);
    }

    /**
     * <pre>
     * {keys: [{key, scale: "choice", values: []} | {key, scale: "linear" | "log", low, high}], seeds,
     *  candidates: [{number, rank?, state, score, round, steps, seconds, seed?, confirmed?: [mean, low, high, seeds], values: [as --set takes them, or null]}],
     *  curves: [{candidate: its place among these, x: [environment steps], mean: [], low: [], high: []}],
     *  best: {x: [core-seconds], y: [score], search, all}}
     * </pre>
     */
    private ObjectNode data() {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        ArrayNode keys = data.putArray("keys");
        file.space().dimensions().forEach(dimension -> put(keys.addObject(), dimension));
        data.put("seeds", Math.max(1, file.space().seeds().size()));
        ArrayNode candidates = data.putArray("candidates");
        int ranked = Stream.concat(
                        result.confirmed().stream().map(SweepResult.Confirmed::candidate), result.leaders().stream())
                .collect(Collectors.toSet())
                .size();
        Map<Integer, SweepResult.Confirmed> confirmed =
                result.confirmed().stream().collect(Collectors.toMap(SweepResult.Confirmed::candidate, each -> each));
        for (int i = 0; i < Math.min(order.size(), MOST_SHOWN); i++) {
            ObjectNode candidate = candidates.addObject();
            put(candidate, trials.get(order.get(i)));
            if (i < ranked) {
                candidate.put("rank", i + 1);
            }
            if (confirmed.containsKey(order.get(i))) {
                put(candidate.putArray("confirmed"), confirmed.get(order.get(i)));
            }
        }
        ArrayNode curves = data.putArray("curves");
        for (int i = 0; i < Math.min(ranked, Math.min(candidates.size(), MOST_CURVES)); i++) {
            List<Course.Stretch> curve = course.curve(trials.get(order.get(i)));
            if (!curve.isEmpty()) {
                putCurve(curves.addObject().put("candidate", i), curve);
            }
        }
        ObjectNode best = data.putObject("best");
        ArrayNode x = best.putArray("x");
        ArrayNode y = best.putArray("y");
        course.bests().forEach(each -> {
            x.add(Page.number(Page.rounded(each.seconds())));
            y.add(Page.number(Page.rounded(each.score())));
        });
        best.set("search", Page.number(Page.rounded(course.searchSeconds())));
        best.set("all", Page.number(Page.rounded(course.seconds())));
        return data;
    }

    private static void put(ObjectNode node, Dimension dimension) {
        node.put("key", dimension.key());
        Range range = dimension.range();
        if (range instanceof Choice choice) {
            ArrayNode values = node.put("scale", "choice").putArray("values");
            choice.values()
                    .forEach(value -> values.add(text(new Point(Map.of(dimension.key(), value)), dimension.key())));
        } else if (range instanceof Continuous continuous) {
            node.put("scale", continuous.log() ? "log" : "linear")
                    .put("low", continuous.low())
                    .put("high", continuous.high());
        } else if (range instanceof Stepped stepped) {
            node.put("scale", "linear").put("low", stepped.low().doubleValue()).put("high", stepped.last());
        }
    }

    private void put(ObjectNode node, List<Trial> own) {
        Trial first = own.get(0);
        node.put("number", first.candidate()).put("state", lower(state(own).name()));
        node.set(
                "score",
                Page.number(Page.rounded(
                        own.stream().mapToDouble(Trial::score).average().orElseThrow())));
        node.put("round", own.stream().mapToLong(Trial::round).max().orElseThrow());
        node.put("steps", own.stream().mapToLong(Trial::envSteps).max().orElseThrow());
        node.set(
                "seconds",
                Page.number(
                        Page.rounded(own.stream().mapToDouble(Trial::seconds).sum())));
        own.stream()
                .filter(trial -> trial.seed() != null)
                .min(Comparator.comparingDouble((Trial trial) -> Double.isNaN(trial.score()) ? 1 : 0)
                        .thenComparing(trial -> -trial.score()))
                .ifPresent(trial -> node.put("seed", trial.seed().toString()));
        ArrayNode values = node.putArray("values");
        file.space().keys().forEach(key -> values.add(text(first.point(), key)));
    }

    private static void putCurve(ObjectNode node, List<Course.Stretch> curve) {
        ArrayNode x = node.putArray("x");
        ArrayNode mean = node.putArray("mean");
        ArrayNode low = node.putArray("low");
        ArrayNode high = node.putArray("high");
        curve.forEach(at -> {
            x.add(at.envSteps());
            mean.add(Page.number(Page.rounded(at.mean())));
            low.add(Page.number(Page.rounded(at.low())));
            high.add(Page.number(Page.rounded(at.high())));
        });
    }

    private static void put(ArrayNode node, SweepResult.Confirmed confirmed) {
        Stream.of(
                        confirmed.mean().value(),
                        confirmed.mean().low(),
                        confirmed.mean().high())
                .forEach(value -> node.add(Page.number(Page.rounded(value))));
        node.add(confirmed.scores().size());
    }

    /** As all its trials together stand. */
    private static Trial.State state(List<Trial> own) {
        return Stream.of(Trial.State.FAILED, Trial.State.RUNNING, Trial.State.STOPPED)
                .filter(state -> own.stream().anyMatch(trial -> trial.state() == state))
                .findFirst()
                .orElse(Trial.State.FINISHED);
    }

    /** A value as {@code --set} takes it; null where the point has none. */
    private static String text(Point point, String key) {
        return point.values().containsKey(key)
                ? new Point(Map.of(key, point.values().get(key)))
                        .overrides()
                        .get(0)
                        .substring(key.length() + 1)
                : null;
    }
}

package io.sparring.spark.folder;

import io.sparring.algorithm.Strategy;
import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.run.Report;
import io.sparring.run.ReportData;
import io.sparring.run.ReportData.Chart;
import io.sparring.run.ReportData.Fact;
import io.sparring.run.ReportData.Series;
import io.sparring.run.ReportData.Threshold;
import io.sparring.spark.session.Versions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code report.html} from a run's metrics, or the curves of several runs side by side. */
public final class RunReport {
    private static final String STEPS = "environment steps";
    private static final String SECONDS = "seconds of training";

    private RunReport() {}

    /**
     * Writes the report into the folder.
     *
     * @param environment null where nothing is known of it but its name
     */
    public static void write(
            RunFolder folder, Configuration configuration, EnvironmentSpec environment, RunResult result)
            throws IOException {
        List<Map<String, Object>> lines = Recorder.read(folder);
        Double target = configuration.budget().targetReturn();
        List<Chart> charts = new ArrayList<>();
        charts.add(new Chart(
                "Return",
                STEPS,
                target == null ? null : new Threshold("target", target),
                List.of(
                        series("training (last 100 episodes)", lines, "mean_return"),
                        series("evaluation", lines, "evaluation_return"))));
        charts.add(chart("Value loss", lines, "value_loss"));
        charts.add(chart("Policy loss", lines, "policy_loss"));
        charts.add(chart("Entropy", lines, "entropy"));
        charts.add(chart("Explained variance", lines, "explained_variance"));
        charts.add(chart("Gradient norm (before clipping)", lines, "gradient_norm"));
        charts.add(chart("Learning rate", lines, "learning_rate"));
        charts.add(chart("Environment steps per second", lines, "env_steps_per_second"));
        if (!Strategy.of(configuration).inRounds()) {
            charts.add(new Chart(
                    "Staleness of updates (since the start)",
                    STEPS,
                    null,
                    List.of(
                            series("mean", lines, "staleness_mean"),
                            series("median", lines, "staleness_p50"),
                            series("99th percentile", lines, "staleness_p99"))));
        }
        ReportData data = new ReportData(
                configuration.algorithm().name() + " on "
                        + configuration.environment().id(),
                result.sentence(configuration),
                facts(folder, configuration, environment, result),
                charts);
        folder.write("report.html", Report.html(data).getBytes(StandardCharsets.UTF_8));
    }

    /** A page with the evaluations of all runs in one plot, by steps and by time. */
    public static String comparison(List<SavedRun> runs) throws IOException {
        List<Series> bySteps = new ArrayList<>();
        List<Series> bySeconds = new ArrayList<>();
        List<Fact> facts = new ArrayList<>();
        // Without what is before their last part, where that tells them apart.
        boolean distinct = runs.stream().map(RunReport::lastPart).distinct().count() == runs.size();
        for (SavedRun run : runs) {
            String name = distinct ? lastPart(run) : run.folder().name();
            List<Map<String, Object>> lines = Recorder.read(run.folder());
            bySteps.add(series(name, lines, "env_steps", "evaluation_return"));
            bySeconds.add(series(name, lines, "seconds", "evaluation_return"));
            facts.add(new Fact(name, run.result().sentence(run.configuration())));
        }
        return Report.html(new ReportData(
                runs.size() + " runs",
                "Mean return of the evaluations.",
                facts,
                List.of(
                        new Chart("Return by time", SECONDS, null, bySeconds),
                        new Chart("Return by steps", STEPS, null, bySteps))));
    }

    private static String lastPart(SavedRun run) {
        String name = run.folder().name();
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static List<Fact> facts(
            RunFolder folder, Configuration configuration, EnvironmentSpec environment, RunResult result) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("run", folder.name()));
        if (environment != null) {
            facts.add(new Fact(
                    "environment", environment.id() + " " + environment.options() + ": " + environment.spaces()));
        }
        facts.add(new Fact("seed", Long.toString(configuration.seed())));
        facts.add(new Fact(
                "network",
                RunResult.lower(configuration.network().kind()) + " "
                        + configuration.network().hidden() + " "
                        + RunResult.lower(configuration.network().activation())));
        facts.add(new Fact("batch", batch(configuration)));
        facts.add(new Fact(
                "optimizer",
                RunResult.lower(configuration.optimizer().kind()) + ", learning rate "
                        + configuration.optimizer().learningRate() + " "
                        + RunResult.lower(configuration.optimizer().schedule())));
        facts.add(new Fact("environment steps", String.format(java.util.Locale.ROOT, "%,d", result.envSteps())));
        facts.add(new Fact("episodes", String.format(java.util.Locale.ROOT, "%,d", result.episodes())));
        facts.add(new Fact(
                "environment steps per second",
                String.format(java.util.Locale.ROOT, "%,.0f", result.envStepsPerSecond())));
        facts.add(new Fact("parameters (SHA-256)", result.paramsSha256()));
        Versions.all().forEach((name, version) -> facts.add(new Fact(name, version)));
        return facts;
    }

    private static String batch(Configuration configuration) {
        String copies = " × " + configuration.environment().copiesPerShard() + " copies × ";
        if (Strategy.of(configuration).inRounds()) {
            return configuration.a2c().shards() + " shards" + copies
                    + configuration.a2c().learning().rolloutLength() + " steps";
        }
        int workers = configuration.a3c().workers();
        return (workers == Configuration.A3c.AUTO_WORKERS ? "a worker a slot" : workers + " workers") + copies
                + configuration.a3c().learning().rolloutLength() + " steps, merged by "
                + RunResult.lower(configuration.a3c().merge()) + ", correction "
                + RunResult.lower(configuration.a3c().correction());
    }

    private static Chart chart(String title, List<Map<String, Object>> lines, String key) {
        return new Chart(title, STEPS, null, List.of(series(title, lines, key)));
    }

    private static Series series(String name, List<Map<String, Object>> lines, String key) {
        return series(name, lines, "env_steps", key);
    }

    private static Series series(String name, List<Map<String, Object>> lines, String by, String key) {
        List<Map<String, Object>> having =
                lines.stream().filter(line -> line.containsKey(key)).toList();
        return new Series(
                name,
                having.stream().mapToDouble(line -> number(line.get(by))).toArray(),
                having.stream().mapToDouble(line -> number(line.get(key))).toArray());
    }

    private static double number(Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }
}

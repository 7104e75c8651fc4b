package io.sparring.spark.folder;

import io.sparring.algorithm.Strategy;
import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.film.AnimatedGif;
import io.sparring.network.Memory;
import io.sparring.run.Curve;
import io.sparring.run.Report;
import io.sparring.run.ReportData;
import io.sparring.run.ReportData.Chart;
import io.sparring.run.ReportData.Fact;
import io.sparring.run.ReportData.Threshold;
import io.sparring.spark.session.Versions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** {@code report.html} from a run's metrics. */
public final class RunReport {
    /** An episode of the run, where there is one: an animated GIF. */
    public static final String FILM = "episode.gif";

    static final String STEPS = "environment steps";

    private RunReport() {}

    /**
     * Writes the report into the folder.
     *
     * @param environment null where nothing is known of it but its name
     */
    public static void write(
            RunFolder folder, Configuration configuration, EnvironmentSpec environment, RunResult result)
            throws IOException {
        folder.write(
                "report.html", page(folder, configuration, environment, result).getBytes(StandardCharsets.UTF_8));
    }

    /** The report of a run whose folder may be somebody else's. */
    public static String page(SavedRun run) throws IOException {
        return page(run.folder(), run.configuration(), run.environment(), run.result());
    }

    private static String page(
            RunFolder folder, Configuration configuration, EnvironmentSpec environment, RunResult result)
            throws IOException {
        Pretrained pretrained = Pretrained.of(folder);
        if (pretrained != null) {
            return page(folder, configuration, environment, pretrained);
        }
        Double target = configuration.budget().targetReturn();
        List<Plot> plots = new ArrayList<>();
        List<MetricCurve> returns = new ArrayList<>(List.of(
                curve("training (last 100 episodes)", "mean_return"), curve("evaluation", "evaluation_return")));
        if (configuration.evaluation().compare()) {
            String other = configuration.evaluation().greedy() ? "sampled" : "greedy";
            returns.add(curve("evaluation, " + other, "evaluation_" + other + "_return"));
        }
        plots.add(new Plot("Return", target == null ? null : new Threshold("target", target), returns));
        plots.add(plot("Value loss", "value_loss"));
        plots.add(plot("Policy loss", "policy_loss"));
        plots.add(plot("Entropy", "entropy"));
        plots.add(plot("Explained variance", "explained_variance"));
        plots.add(plot("Gradient norm (before clipping)", "gradient_norm"));
        plots.add(plot("Share of gradients that were clipped", "gradients_clipped"));
        plots.add(new Plot(
                "Value targets and advantages",
                null,
                List.of(
                        curve("targets' mean", "value_target_mean"),
                        curve("targets' standard deviation", "value_target_std"),
                        curve("advantages' standard deviation", "advantage_std"))));
        plots.add(plot("Episode length", "episode_length"));
        if (configuration.algorithm() == Configuration.Algorithm.PPO) {
            plots.add(plot("Approximate KL divergence from the policy that acted", "approx_kl"));
            plots.add(plot("Share of probability ratios that were clipped", "clip_fraction"));
        }
        if (environment != null && environment.actionSpace() instanceof Space.Box) {
            plots.add(plot("log σ of the actions (mean)", "log_std"));
        }
        plots.add(plot("Learning rate", "learning_rate"));
        if (configuration.normalize().observations()) {
            plots.add(plot("Share of observed numbers that are clipped", "observations_clipped"));
        }
        if (configuration.normalize().rewards()) {
            plots.add(plot("What rewards are divided by", "reward_scale"));
        }
        plots.add(plot("Environment steps per second", "env_steps_per_second"));
        if (!Strategy.of(configuration).inRounds()) {
            plots.add(new Plot(
                    "Staleness of updates (since the start)",
                    null,
                    List.of(
                            curve("mean", "staleness_mean"),
                            curve("median", "staleness_p50"),
                            curve("99th percentile", "staleness_p99"))));
        }
        read(folder, plots.stream().flatMap(plot -> plot.curves().stream()).toList());
        ReportData data = new ReportData(
                configuration.algorithm().name() + " on "
                        + configuration.environment().id(),
                result.sentence(configuration),
                facts(folder, configuration, environment, result),
                plots.stream().map(plot -> plot.chart(STEPS)).toList(),
                film(folder));
        return Report.html(data);
    }

    /** That of a pretraining, by epochs. */
    private static String page(
            RunFolder folder, Configuration configuration, EnvironmentSpec environment, Pretrained pretrained)
            throws IOException {
        List<Plot> plots = new ArrayList<>();
        plots.add(taught("Policy loss: −log π of what was done", "policy_loss"));
        if (pretrained.accuracy() != null) {
            plots.add(taught("Share of the actions that it would take", "accuracy"));
        }
        plots.add(taught("Value loss", "value_loss"));
        plots.add(taught("Explained variance of the returns", "explained_variance"));
        read(folder, plots.stream().flatMap(plot -> plot.curves().stream()).toList());
        List<Fact> facts = new ArrayList<>(List.of(
                new Fact("run", folder.name()),
                new Fact("learned from", pretrained.from()),
                new Fact(
                        "rows",
                        String.format(
                                java.util.Locale.ROOT,
                                "%,d of %,d episodes, and %,d that were left out",
                                pretrained.rows(),
                                pretrained.episodes(),
                                pretrained.badRows())),
                new Fact("method", pretrained.method()),
                new Fact("best epoch", Integer.toString(pretrained.best())),
                new Fact("seconds", String.format(java.util.Locale.ROOT, "%.1f", pretrained.seconds()))));
        if (environment != null) {
            facts.add(environment(environment));
        }
        facts.add(new Fact("seed", Long.toString(configuration.seed())));
        facts.add(network(configuration));
        facts.add(new Fact("parameters (SHA-256)", pretrained.paramsSha256()));
        Versions.all().forEach((name, version) -> facts.add(new Fact(name, version)));
        return Report.html(new ReportData(
                "Pretraining for " + configuration.environment().id(),
                pretrained.sentence(),
                facts,
                plots.stream().map(plot -> plot.chart("epochs")).toList(),
                film(folder)));
    }

    private static Plot taught(String title, String key) {
        return new Plot(
                title,
                null,
                List.of(
                        new MetricCurve(new Curve("learned from"), "round", "taught_" + key),
                        new MetricCurve(new Curve("held out"), "round", "held_out_" + key)));
    }

    private static ReportData.Film film(RunFolder folder) throws IOException {
        if (!folder.has(FILM)) {
            return null;
        }
        byte[] gif = folder.read(FILM);
        String shows = AnimatedGif.comment(gif);
        return new ReportData.Film(FILM, shows.isEmpty() ? FILM : shows, gif);
    }

    private static List<Fact> facts(
            RunFolder folder, Configuration configuration, EnvironmentSpec environment, RunResult result)
            throws IOException {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("run", folder.name()));
        Origin origin = Origin.of(folder);
        if (origin != null) {
            facts.add(new Fact("first model", origin.sentence()));
        }
        if (environment != null) {
            facts.add(environment(environment));
        }
        facts.add(new Fact("seed", Long.toString(configuration.seed())));
        facts.add(network(configuration));
        facts.add(new Fact("batch", batch(configuration)));
        facts.add(new Fact(
                "optimizer",
                RunResult.lower(configuration.optimizer().kind()) + ", learning rate "
                        + configuration.optimizer().learningRate() + " "
                        + configuration.optimizer().schedule()));
        facts.add(new Fact("environment steps", String.format(java.util.Locale.ROOT, "%,d", result.envSteps())));
        facts.add(new Fact("episodes", String.format(java.util.Locale.ROOT, "%,d", result.episodes())));
        facts.add(new Fact(
                "environment steps per second",
                String.format(java.util.Locale.ROOT, "%,.0f", result.envStepsPerSecond())));
        facts.add(new Fact("parameters (SHA-256)", result.paramsSha256()));
        Versions.all().forEach((name, version) -> facts.add(new Fact(name, version)));
        return facts;
    }

    private static Fact environment(EnvironmentSpec environment) {
        return new Fact("environment", environment.id() + " " + environment.options() + ": " + environment.spaces());
    }

    private static Fact network(Configuration configuration) {
        return new Fact(
                "network",
                RunResult.lower(configuration.network().kind()) + " "
                        + (configuration.network().convolutions().isEmpty()
                                ? ""
                                : configuration.network().convolutions() + " ")
                        + configuration.network().hidden() + " "
                        + (configuration.network().layerNorm() ? "layer norm " : "")
                        + RunResult.lower(configuration.network().activation())
                        + memory(configuration.network().memory().layer()));
    }

    private static String memory(Memory memory) {
        return memory.isThere() ? ", " + RunResult.lower(memory.kind()) + " " + memory.size() : "";
    }

    private static String batch(Configuration configuration) {
        String copies = " × " + configuration.environment().copiesPerShard() + " copies × ";
        if (Strategy.of(configuration).inRounds()) {
            return configuration.shards() + " shards" + copies
                    + configuration.learning().rolloutLength() + " steps";
        }
        int workers = configuration.a3c().workers();
        return (workers == Configuration.A3c.AUTO_WORKERS ? "a worker a slot" : workers + " workers")
                + (configuration.a3c().inTurn() ? " in turn" : "")
                + copies
                + configuration.a3c().learning().rolloutLength() + " steps, merged by "
                + RunResult.lower(configuration.a3c().merge()) + ", correction "
                + RunResult.lower(configuration.a3c().correction());
    }

    /** All curves in one pass over the metrics, which may be larger than memory. */
    private static void read(RunFolder folder, List<MetricCurve> curves) throws IOException {
        Metrics.read(folder, line -> curves.forEach(curve -> curve.add(line)));
    }

    private static Plot plot(String title, String key) {
        return new Plot(title, null, List.of(curve(title, key)));
    }

    private static MetricCurve curve(String name, String key) {
        return new MetricCurve(new Curve(name), "env_steps", key);
    }

    /** A chart, whose curves come while the metrics are read. */
    private record Plot(String title, Threshold threshold, List<MetricCurve> curves) {
        Chart chart(String xLabel) {
            return new Chart(
                    title,
                    xLabel,
                    threshold,
                    curves.stream().map(metric -> metric.curve().series()).toList());
        }
    }
}

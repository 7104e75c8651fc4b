package io.sparring.spark.cli;

import io.sparring.Returns;
import io.sparring.algorithm.ShardWorker;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Model;
import io.sparring.rollout.Episode;
import io.sparring.run.CheckpointFile;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.folder.SavedRun;
import io.sparring.spark.session.Session;
import io.sparring.spark.table.OutputFolder;
import io.sparring.spark.table.TrajectoryFiles;
import io.sparring.spark.training.SparkRounds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sparring evaluate}. */
@Command(
        name = "evaluate",
        description = "Plays fresh episodes by a checkpoint's policy.",
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer>, ClusterCommand {
    /** Apart from those of training, which are numbered by environment steps. */
    private static final long INDEX = -1;

    @Parameters(paramLabel = "RUN", description = "A run's folder.")
    private String run;

    @Option(names = "--episodes", paramLabel = "N", defaultValue = "100", description = "How many (default: 100).")
    private int episodes;

    @Option(
            names = "--checkpoint",
            paramLabel = "NAME",
            description = "best or last (default: best, or last where no evaluation has been).")
    private String checkpoint;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Overrides where and how Python is started, as in --set environment.python=/usr/bin/python3; may be repeated.")
    private List<String> overrides = List.of();

    @ArgGroup(exclusive = true)
    private Actions actions;

    private static final class Actions {
        @Option(names = "--greedy", description = "Takes the likeliest action (default: as in training's evaluations).")
        private boolean greedy;

        @Option(names = "--sample", description = "Samples actions.")
        private boolean sample;
    }

    @Mixin
    private FilmOptions film;

    @Option(
            names = "--log-trajectories",
            paramLabel = "DIR",
            description = "Writes down every step, in Parquet files of a new folder (docs/logs.md).")
    private String log;

    @Option(names = "--json", description = "Makes the last line of stdout one JSON object.")
    private boolean json;

    @Override
    public Travel travel(org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        SavedRun saved = open();
        saved.source();
        RunFolder folder = saved.folder().shared("RUN");
        List<String> words = new ArrayList<>(List.of(
                "evaluate", folder.uri(), "--episodes", Integer.toString(episodes), "--checkpoint", checkpoint));
        if (actions != null) {
            words.add(actions.greedy ? "--greedy" : "--sample");
        }
        words.addAll(film.travelling());
        if (log != null) {
            new OutputFolder("--log-trajectories", log, false, hadoop);
            words.addAll(List.of(
                    "--log-trajectories",
                    RunFolder.at(log, hadoop).shared("--log-trajectories").uri()));
        }
        overrides.forEach(override -> words.addAll(List.of("--set", override)));
        if (json) {
            words.add("--json");
        }
        return new Travel(folder.uri() + "/exit-evaluate.json", words);
    }

    private SavedRun open() throws IOException {
        if (episodes < 1) {
            throw new InvalidConfiguration("--episodes: expected a whole number of at least 1, got " + episodes);
        }
        checkpoint = SavedRun.checkpointName(run, checkpoint);
        return SavedRun.open(run, checkpoint, overrides);
    }

    @Override
    public Integer call() throws IOException {
        film.open();
        SavedRun saved = open();
        EnvironmentSource source = saved.source();
        boolean greedy = actions == null ? saved.configuration().evaluation().greedy() : actions.greedy;
        Model model = saved.checkpoint().model(ShardWorker.architecture(saved.configuration(), source.spec()));
        List<Episode> played;
        SparkConf settings = Session.settings();
        OutputFolder written =
                log == null ? null : new OutputFolder("--log-trajectories", log, false, Session.hadoop(settings));
        settings.setIfMissing(
                "spark.app.name",
                "sparring " + saved.configuration().environment().id());
        Session.makeRoomForEvaluation(settings, saved.configuration());
        try (JavaSparkContext spark = Session.start(settings);
                written) {
            // First, since it may turn out that nothing can be drawn.
            film.shoot(spark, saved, source, model, INDEX, greedy);
            played = SparkRounds.evaluate(
                    spark,
                    saved.configuration(),
                    source,
                    model,
                    INDEX,
                    episodes,
                    greedy,
                    "evaluation",
                    written == null ? null : new TrajectoryFiles(written.temporary(), source.spec()));
            if (written != null) {
                written.appear();
            }
        }
        film.compare(played.get(0));
        double mean =
                played.stream().mapToDouble(Episode::totalReward).average().orElseThrow();
        double deviation = Math.sqrt(played.stream()
                .mapToDouble(episode -> (episode.totalReward() - mean) * (episode.totalReward() - mean))
                .average()
                .orElseThrow());
        double min = played.stream().mapToDouble(Episode::totalReward).min().orElseThrow();
        double max = played.stream().mapToDouble(Episode::totalReward).max().orElseThrow();
        System.out.printf(
                Locale.ROOT,
                "%s of round %,d: mean return %s ± %s over %d %s episodes (from %s to %s)%n",
                checkpoint,
                saved.checkpoint().counters().round(),
                Returns.text(mean),
                Returns.text(deviation),
                episodes,
                greedy ? "greedy" : "sampled",
                Returns.text(min),
                Returns.text(max));
        film.say();
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("mean_return", mean);
            result.put("std_return", deviation);
            result.put("min_return", min);
            result.put("max_return", max);
            result.put(
                    "mean_length",
                    played.stream().mapToInt(Episode::length).average().orElseThrow());
            result.put("episodes", episodes);
            result.put("greedy", greedy);
            result.put("checkpoint", checkpoint);
            result.put("env_steps", saved.checkpoint().counters().envSteps());
            result.put("params_sha256", CheckpointFile.sha256(model.parameters()));
            result.put("run", saved.folder().name());
            film.describe(result);
            if (log != null) {
                result.put("trajectories", log);
            }
            System.out.println(RunResult.json(result));
        }
        return 0;
    }
}

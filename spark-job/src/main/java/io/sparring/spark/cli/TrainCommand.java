package io.sparring.spark.cli;

import io.sparring.algorithm.Footprint;
import io.sparring.algorithm.Strategy;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.configuration.MissingHere;
import io.sparring.environment.EnvironmentSource;
import io.sparring.spark.folder.Origin;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.SweepFolder;
import io.sparring.spark.folder.TrajectoryFolder;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import io.sparring.spark.session.TypedCommand;
import io.sparring.tracking.Tracking;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sparring train}. */
@Command(
        name = "train",
        description = "Trains until the target or the end of the budget is reached.",
        mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer>, ClusterCommand {
    @Mixin
    private ConfigurationOptions options;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "The run's folder, on any Hadoop file system (default: a new one in runs/).")
    private String run;

    @Option(
            names = "--resume",
            paramLabel = "DIR",
            description = "Goes on from this folder's last checkpoint; without CONFIG, with its own configuration.")
    private String resume;

    @Option(
            names = "--init",
            paramLabel = "DIR",
            description =
                    "Begins with the model of this run, its best or else its last: parameters and normaliser, with a fresh optimiser, whatever the algorithm.")
    private String init;

    @Option(
            names = "--seeds",
            paramLabel = "LIST",
            description =
                    "Trains with each of these seeds, such as 0-9 or 0-4,9, as one sweep, and compares what comes of them.")
    private String seeds;

    @Option(
            names = "--log-trajectories",
            paramLabel = "DIR",
            description =
                    "Writes down every step of training, in Parquet files of a new folder, and goes on there with --resume (docs/logs.md).")
    private String log;

    @Option(names = "--json", description = "Makes the last line of stdout one JSON object.")
    private boolean json;

    private static final String EVALUATES_HERE =
            "; a3c plays its evaluations in the driver, which does without it only with evaluation.every-env-steps=0";

    @Override
    public Integer call() throws IOException, InterruptedException {
        refuseBoth();
        SparkConf settings = Session.settings();
        // Whatever can be wrong with the input is said before Spark starts.
        Configuration asked = options.hasFile() || resume == null ? options.read() : null;
        EnvironmentSource source = resume == null ? resolve(asked, settings) : null;
        if (log != null && source != null) {
            Footprint.requireLog(asked, source.spec());
        }
        if (seeds != null) {
            return sweep(asked).call();
        }
        Tracking tracking = Tracked.asked();
        try (RunFolder folder = RunFolder.at(folderName(asked), Session.hadoop(settings))) {
            Attempt attempt = Attempt.at(folder, settings, this::refuseUnfit);
            // The other run may be gone when it is needed no more.
            Origin.Beginning beginning =
                    attempt.again() && folder.hasCheckpoint("last") ? null : beginning(asked, source);
            TrajectoryFolder trajectories = trajectories(folder, Session.hadoop(settings));
            if (trajectories != null) {
                trajectories.require(folder);
                trajectories.make();
            }
            attempt.lock();
            // An attempt that follows another goes on from the last checkpoint, if that came so far.
            boolean goesOn = resume != null || attempt.again() && folder.hasCheckpoint("last");
            Start start = goesOn ? Start.resumed(folder, options, asked) : Start.first(asked, source, beginning);
            if (goesOn) {
                requireForEvaluations(start.configuration());
            }
            if (trajectories == null) {
                // Of a start that failed.
                folder.delete(TrajectoryFolder.FILE);
            } else {
                if (goesOn) {
                    Footprint.requireLog(start.configuration(), start.source().spec());
                }
                if (TrajectoryFolder.of(folder, Session.hadoop(settings)) != null) {
                    requireSameTurns(start);
                }
                trajectories.claim(folder, start.counters().round(), attempt.patience());
            }
            return Main.leavingExit(
                    folder, () -> new RecordedTraining(folder, trajectories, json).run(start, settings, tracking));
        }
    }

    /**
     * The model to begin with, if another run's is asked for.
     *
     * @param source null where the environment is not known here
     */
    private Origin.Beginning beginning(Configuration asked, EnvironmentSource source) throws IOException {
        if (init == null) {
            return null;
        }
        Origin.Beginning beginning = Origin.Beginning.open(init);
        if (source == null) {
            beginning.require(asked);
        } else {
            beginning.require(asked, source.spec());
        }
        return beginning;
    }

    /** Where steps are written down: as is asked for, or where a run that goes on has had them; null for nowhere. */
    private TrajectoryFolder trajectories(RunFolder folder, org.apache.hadoop.conf.Configuration hadoop)
            throws IOException {
        if (log != null) {
            return TrajectoryFolder.at(log, hadoop);
        }
        return resume == null ? null : TrajectoryFolder.of(folder, hadoop);
    }

    /** A log that goes on: of workers in turn each has made as many steps as the others, and by that episodes are numbered. */
    private static void requireSameTurns(Start start) {
        Configuration.A3c options = start.configuration().a3c();
        int before = start.goesOn() ? start.state().positions().size() : 0;
        if (before > 0 && before != options.workers()) {
            throw new InvalidConfiguration("a3c.workers: expected " + before
                    + " in turn as before, since the run's log goes on, got " + options.workers());
        }
    }

    /** The environment; null where this machine lacks its Python and executors may have it. */
    private EnvironmentSource resolve(Configuration asked, SparkConf settings) {
        try {
            return options.resolve(asked);
        } catch (MissingHere e) {
            if (Session.staysHere(settings)) {
                throw e;
            }
            if (evaluatesHere(asked)) {
                throw new MissingHere(e.getMessage() + EVALUATES_HERE);
            }
            Console.say(e.getMessage() + "; an executor is asked");
            return null;
        }
    }

    /** Asynchronous workers do not stop for evaluations; those that take turns are here themselves. */
    private static boolean evaluatesHere(Configuration configuration) {
        return !Strategy.of(configuration).inRounds()
                && (configuration.evaluation().everyEnvSteps() > 0
                        || configuration.a3c().inTurn());
    }

    /** The same for a run that goes on: what it learns in is known, but not whether that is here. */
    private static void requireForEvaluations(Configuration configuration) {
        if (configuration.environment().isPythons() && evaluatesHere(configuration)) {
            try {
                configuration.environment().resolve();
            } catch (MissingHere e) {
                throw new MissingHere(e.getMessage() + EVALUATES_HERE);
            }
        }
    }

    @Override
    public Travel travel(org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        refuseBoth();
        Configuration asked = options.hasFile() || resume == null ? options.read() : null;
        if (seeds != null) {
            options.checkElsewhere(asked);
            return sweep(asked).travel(hadoop);
        }
        RunFolder folder = RunFolder.at(folderName(asked), hadoop).shared(resume == null ? "--run" : "--resume");
        refuseUnfit(folder);
        if (resume == null) {
            options.checkElsewhere(asked);
        } else {
            Start.resumed(folder, options, asked);
        }
        TrajectoryFolder trajectories = trajectories(folder, hadoop);
        if (trajectories != null) {
            trajectories.shared();
            trajectories.require(folder);
        }
        Origin.Beginning beginning = beginning(asked, null);
        List<String> words = new ArrayList<>(List.of("train"));
        words.addAll(options.travelling());
        if (beginning != null) {
            words.addAll(List.of(
                    "--init", beginning.saved().folder().shared("--init").uri()));
        }
        words.addAll(List.of(resume == null ? "--run" : "--resume", folder.uri()));
        if (log != null) {
            words.addAll(List.of("--log-trajectories", trajectories.shared()));
        }
        if (json) {
            words.add("--json");
        }
        return new Travel(folder.uri() + "/" + RunFolder.EXIT, words);
    }

    private void refuseBoth() {
        if (run != null && resume != null) {
            throw new InvalidConfiguration("--run and --resume: expected one of them, since --resume names the folder");
        }
        if (init != null && (resume != null || seeds != null)) {
            throw new InvalidConfiguration(
                    resume != null
                            ? "--init and --resume: expected one of them, since a run that goes on has a model"
                            : "--init and --seeds: expected one of them, since the runs of a sweep make their own models");
        }
        if (seeds != null && resume != null) {
            throw new InvalidConfiguration("--seeds and --resume: a sweep of seeds goes on by "
                    + TypedCommand.of("sweep", "--resume", resume));
        }
        if (seeds != null && log != null) {
            throw new InvalidConfiguration("--seeds and --log-trajectories: expected one of them");
        }
        if (seeds != null && options.hasSeed()) {
            throw new InvalidConfiguration("--seeds and --seed: expected one of them");
        }
    }

    /** Several seeds are a sweep that searches nothing. */
    private SweepCommand sweep(Configuration asked) {
        return new SweepCommand(options.sweep(asked, Seeds.parse(seeds)), folderName(asked), json);
    }

    private void refuseUnfit(RunFolder folder) throws IOException {
        if (resume == null) {
            refuseRun(folder);
        } else if (!folder.exists()) {
            throw new InvalidConfiguration("--resume " + folder.name() + ": there is no such folder");
        } else if (SweepFolder.isSweep(folder)) {
            throw new InvalidConfiguration(
                    "--resume " + folder.name() + ": there is a sweep in this folder, which goes on by "
                            + TypedCommand.of("sweep", "--resume", folder.name()));
        }
    }

    private String folderName(Configuration asked) {
        if (resume != null) {
            return resume;
        }
        if (run != null) {
            return run;
        }
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
        return "runs/" + options.name() + (seeds == null ? "-seed" + asked.seed() : "-seeds") + "-" + time;
    }

    static void refuseRun(RunFolder folder) throws IOException {
        if (SweepFolder.isSweep(folder)) {
            throw new InvalidConfiguration("--run " + folder.name()
                    + ": there is a sweep in this folder; name another one, or go on with it by "
                    + TypedCommand.of("sweep", "--resume", folder.name()));
        }
        // Where there is no checkpoint there is nothing to go on from: a start that failed may be tried again.
        if (folder.has("checkpoints")) {
            throw new InvalidConfiguration(
                    "--run " + folder.name() + ": there is a run in this folder; name another one, or "
                            + (folder.hasCheckpoint("last")
                                    ? "go on with --resume " + TypedCommand.quoted(folder.name())
                                    : "remove this one: it has no whole checkpoint to go on from"));
        }
    }
}

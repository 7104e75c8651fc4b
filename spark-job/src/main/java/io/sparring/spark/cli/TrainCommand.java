package io.sparring.spark.cli;

import io.sparring.Explanation;
import io.sparring.Returns;
import io.sparring.algorithm.Counters;
import io.sparring.algorithm.Footprint;
import io.sparring.algorithm.ShardWorker;
import io.sparring.algorithm.Strategy;
import io.sparring.algorithm.Training;
import io.sparring.algorithm.TrainingFailed;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingResult;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.configuration.MissingHere;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.gymnasium.Gymnasium;
import io.sparring.rollout.Trajectory;
import io.sparring.run.CheckpointFile;
import io.sparring.run.EnvironmentFile;
import io.sparring.spark.folder.Origin;
import io.sparring.spark.folder.Pretrained;
import io.sparring.spark.folder.Recorder;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunLock;
import io.sparring.spark.folder.RunReport;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.folder.SavedRun;
import io.sparring.spark.folder.SweepFolder;
import io.sparring.spark.folder.TrajectoryFolder;
import io.sparring.spark.folder.TrajectoryLog;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import io.sparring.spark.session.SparkMetrics;
import io.sparring.spark.session.StopSignals;
import io.sparring.spark.session.TypedCommand;
import io.sparring.spark.session.Versions;
import io.sparring.spark.training.FirstState;
import io.sparring.spark.training.SparkBackend;
import io.sparring.tracking.TrackedRun;
import io.sparring.tracking.Tracking;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
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

    /** What belongs to the cluster of the day: an asynchronous run may go on with other workers. */
    private static final Set<String> WORKERS_MAY_CHANGE = Set.of("workers", "min-workers", "patience-seconds");

    private static final String EVALUATES_HERE =
            "; a3c plays its evaluations in the driver, which does without it only with evaluation.every-env-steps=0";

    /** What belongs to the machine of the day; options are compared with their defaults. */
    private static final Set<String> HOSTING_MAY_CHANGE = Stream.concat(
                    Stream.of("options"), Configuration.Environment.HOSTING.stream())
            .collect(Collectors.toUnmodifiableSet());

    /**
     * Where a run begins.
     *
     * @param source null where an executor has to be asked what the environment is; then there is no state either
     * @param beginning another run's model that this one begins with; null where it makes its own, or goes on
     * @param goesOn whether it goes on from a checkpoint
     */
    private record Start(
            Configuration configuration,
            EnvironmentSource source,
            TrainingState state,
            float[] bestParameters,
            Origin.Beginning beginning,
            boolean goesOn) {

        static Start first(Configuration configuration, EnvironmentSource source, Origin.Beginning beginning) {
            if (source == null) {
                return new Start(configuration, null, null, null, beginning, false);
            }
            return of(configuration, source, TrainingState.first(configuration, source), beginning);
        }

        private static Start of(
                Configuration configuration,
                EnvironmentSource source,
                TrainingState first,
                Origin.Beginning beginning) {
            // An environment that was found out by an executor is new here.
            if (beginning != null) {
                beginning.require(configuration, source.spec());
            }
            TrainingState state = beginning == null ? first : first.with(beginning.model());
            return new Start(configuration, source, state, null, beginning, false);
        }

        /** The same, with what executors know. */
        Start described(JavaSparkContext spark) {
            if (source != null) {
                return this;
            }
            FirstState first = FirstState.of(spark, configuration);
            Footprint.require(configuration, first.spec(), Runtime.getRuntime().maxMemory());
            return of(configuration, configuration.environment().of(first.spec()), first.state(), beginning);
        }

        Counters counters() {
            return state == null ? Counters.NONE : state.counters();
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        refuseBoth();
        SparkConf settings = Session.settings();
        Submission submission = Submission.of(settings);
        // Whatever can be wrong with the input is said before Spark starts.
        Configuration asked = options.hasFile() || resume == null ? options.read() : null;
        if (log != null && asked != null) {
            refuseLog(asked);
        }
        EnvironmentSource source = resume == null ? resolve(asked, settings) : null;
        if (seeds != null) {
            return sweep(asked).call();
        }
        Tracking tracking = Tracked.asked();
        try (RunFolder folder = RunFolder.at(folderName(asked), Session.hadoop(settings))) {
            boolean again = submission != null && folder.belongsTo(submission.id());
            if (!again) {
                refuseUnfit(folder);
            }
            // The other run may be gone when it is needed no more.
            Origin.Beginning beginning = again && folder.hasCheckpoint("last") ? null : beginning(asked, source);
            TrajectoryFolder trajectories = trajectories(folder, Session.hadoop(settings));
            if (trajectories != null) {
                trajectories.require(folder);
                trajectories.make();
            }
            Duration patience = again ? RunLock.DEAD_AFTER.multipliedBy(2) : Duration.ZERO;
            // An earlier attempt's driver is dead, but its lock may not look so yet.
            folder.lock(patience);
            if (!again) {
                // Another one may have begun and ended meanwhile.
                refuseUnfit(folder);
            }
            if (submission != null) {
                folder.mark(submission.id());
            }
            // An attempt that follows another goes on from the last checkpoint, if that came so far.
            boolean goesOn = resume != null || again && folder.hasCheckpoint("last");
            Start start = goesOn ? resumed(folder, asked) : Start.first(asked, source, beginning);
            if (goesOn) {
                requireForEvaluations(start.configuration());
            }
            if (trajectories == null) {
                // Of a start that failed.
                folder.delete(TrajectoryFolder.FILE);
            } else {
                refuseLog(start.configuration());
                trajectories.claim(folder, start.counters().round(), patience);
            }
            return Main.leavingExit(folder, () -> train(folder, start, trajectories, settings, tracking));
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

    /** Workers that wait for nobody have no rounds whose steps could be told. */
    private static void refuseLog(Configuration configuration) {
        if (!Strategy.of(configuration).inRounds()) {
            throw new InvalidConfiguration(
                    "--log-trajectories: expected algorithm a2c or ppo, whose shards act in rounds, got a3c");
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

    /** Asynchronous workers do not stop for evaluations. */
    private static boolean evaluatesHere(Configuration configuration) {
        return !Strategy.of(configuration).inRounds()
                && configuration.evaluation().everyEnvSteps() > 0;
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
        if (log != null && asked != null) {
            refuseLog(asked);
        }
        RunFolder folder = RunFolder.at(folderName(asked), hadoop).shared(resume == null ? "--run" : "--resume");
        refuseUnfit(folder);
        if (resume == null) {
            options.checkElsewhere(asked);
        } else {
            resumed(folder, asked);
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

    private Start resumed(RunFolder folder, Configuration asked) throws IOException {
        CheckpointFile checkpoint;
        try {
            checkpoint = folder.readCheckpoint("last", Console::say);
        } catch (FileNotFoundException e) {
            throw new InvalidConfiguration(
                    "--resume " + folder.name() + ": there is no whole checkpoint to go on from");
        }
        Configuration saved =
                ConfigurationFile.parse(folder.name() + "/checkpoints/last", checkpoint.configuration(), List.of());
        Configuration configuration = keepingSchedule(
                saved,
                asked != null ? asked : options.parse(folder.name() + "/checkpoints/last", checkpoint.configuration()));
        refuseOther("seed", saved.seed(), configuration.seed());
        refuseOther("algorithm", saved.algorithm(), configuration.algorithm());
        refuseOtherSection("environment", saved.environment(), configuration.environment(), HOSTING_MAY_CHANGE);
        if (Gymnasium.has(saved.environment().id())) {
            refuseOther(
                    "environment.options",
                    saved.environment().options(),
                    configuration.environment().options());
        }
        EnvironmentSource source = SavedRun.source(folder, saved.environment().hostedAs(configuration.environment()));
        configuration.evaluationSource(source);
        if (!saved.environment().options().equals(configuration.environment().options())) {
            // One may name an option that the other leaves at that default.
            Map<String, Object> other =
                    options.resolveElsewhere(configuration).spec().options();
            source.spec()
                    .options()
                    .forEach((name, value) -> refuseOther("environment.options." + name, value, other.get(name)));
        }
        refuseOtherSection("network", saved.network(), configuration.network(), Set.of());
        refuseOtherSection("normalize", saved.normalize(), configuration.normalize(), Set.of());
        refuseOtherSection("a2c", saved.a2c(), configuration.a2c(), Set.of());
        refuseOtherSection("ppo", saved.ppo(), configuration.ppo(), Set.of());
        refuseOtherSection("a3c", saved.a3c(), configuration.a3c(), WORKERS_MAY_CHANGE);
        refuseOtherSection("optimizer", saved.optimizer(), configuration.optimizer(), Set.of("schedule-env-steps"));
        if (folder.has(Pretrained.FILE)) {
            throw new InvalidConfiguration(
                    "--resume " + folder.name() + ": this is a pretraining, which a new run begins with: "
                            + TypedCommand.of("train", "CONFIG", "--init", folder.name()));
        }
        if (Strategy.of(configuration).inRounds() && checkpoint.shards().isEmpty()) {
            throw new InvalidConfiguration("--resume " + folder.name()
                    + ": checkpoints/last has no environments to go on with, as if it were a copy of best");
        }
        float[] best = folder.bestParameters(Console::say);
        TrainingState state = checkpoint.state(ShardWorker.architecture(configuration, source.spec()));
        return new Start(configuration, source, state, best, null, true);
    }

    /** Another budget does not bend the learning rate's schedule, which would jump. */
    private static Configuration keepingSchedule(Configuration saved, Configuration asked) {
        return asked.optimizer().scheduleEnvSteps() != null || asked.scheduleEnvSteps() == saved.scheduleEnvSteps()
                ? asked
                : asked.with(asked.optimizer().withSchedule(saved.scheduleEnvSteps()));
    }

    private static void refuseOtherSection(String section, Record saved, Record asked, Set<String> mayChange) {
        ConfigurationFile.values(saved).forEach((key, value) -> {
            if (!mayChange.contains(key)) {
                refuseOther(
                        section + "." + key,
                        value,
                        ConfigurationFile.values(asked).get(key));
            }
        });
    }

    private static void refuseOther(String key, Object saved, Object asked) {
        if (!Objects.equals(saved, asked)) {
            throw new InvalidConfiguration("--resume: " + key + " is " + saved + " in the checkpoint and " + asked
                    + " in the configuration; a run goes on as it began");
        }
    }

    private int train(
            RunFolder folder, Start asked, TrajectoryFolder trajectories, SparkConf settings, Tracking tracking)
            throws IOException, InterruptedException {
        Configuration configuration = asked.configuration();
        StopSignals signals = new StopSignals();
        Session.makeRoom(settings, configuration);
        Strategy strategy = Strategy.of(configuration);
        if (strategy.inRounds()) {
            // The first executor begins and the others join: Spark on YARN and Kubernetes would have the driver idle
            // until most are there.
            settings.setIfMissing("spark.scheduler.minRegisteredResourcesRatio", "0");
        }
        Console.line("sparring " + Versions.sparring() + ": "
                + RunResult.lower(configuration.algorithm()) + " on "
                + configuration.environment().id() + ", seed "
                + configuration.seed() + ", " + strategy.parts(configuration) + " × "
                + configuration.environment().copiesPerShard() + " copies, " + settings.get("spark.master")
                + (asked.counters().round() > 0
                        ? ", going on after round " + asked.counters().round()
                        : "")
                + (asked.beginning() == null
                        ? ""
                        : ", from " + asked.beginning().origin().sentence())
                + (trajectories == null ? "" : ", trajectories to " + trajectories.name()));

        sayIfDone(configuration, asked.counters());
        sayIfScheduleEnds(configuration);
        try (JavaSparkContext spark = Session.start(settings, configuration)) {
            Start start = asked.described(spark);
            folder.write(
                    RunFolder.CONFIGURATION,
                    ConfigurationFile.write(configuration).getBytes(StandardCharsets.UTF_8));
            folder.write(
                    EnvironmentFile.NAME, EnvironmentFile.write(start.source().spec()));
            if (start.beginning() != null) {
                start.beginning().origin().write(folder);
            } else if (!start.goesOn()) {
                // Of a start that failed, which had no checkpoint.
                folder.delete(Origin.FILE);
            }
            folder.write("versions.json", RunResult.json(Versions.all()).getBytes(StandardCharsets.UTF_8));
            if (spark.sc().uiWebUrl().isDefined()) {
                Console.say("Spark's UI is at " + spark.sc().uiWebUrl().get());
            }
            try (Tracked tracked = Tracked.begin(
                    tracking,
                    "train",
                    folder,
                    start.counters().round() > 0,
                    ConfigurationFile.valuesUsed(configuration),
                    configuration.seed(),
                    settings)) {
                return train(folder, start, trajectories, spark, signals, tracked);
            }
        }
    }

    private int train(
            RunFolder folder,
            Start start,
            TrajectoryFolder trajectories,
            JavaSparkContext spark,
            StopSignals signals,
            Tracked tracked)
            throws IOException, InterruptedException {
        Configuration configuration = start.configuration();
        Evaluations evaluations = new Evaluations(start.bestParameters());
        TrainingResult result;
        try {
            result = recorded(folder, start, trajectories, spark, signals, evaluations, tracked.run());
        } catch (InterruptedException e) {
            tracked.ends(TrackedRun.End.KILLED);
            throw e;
        }
        RunResult summary = RunResult.of(
                result.state().counters(),
                result.state().model().parameters(),
                evaluations.bestParameters(),
                evaluations.lastReturn(),
                RunResult.lower(result.reason()),
                folder);
        folder.write("result.json", summary.json().getBytes(StandardCharsets.UTF_8));
        RunReport.write(folder, configuration, start.source().spec(), summary);
        tracked.run().tag("sparring.reason", summary.reason());
        tracked.run().tag("sparring.params_sha256", summary.paramsSha256());
        boolean requested = result.reason() == TrainingListener.Reason.REQUESTED;
        tracked.ends(requested ? TrackedRun.End.KILLED : TrackedRun.End.FINISHED);
        print(folder, configuration, summary);
        return requested ? signals.exitCode() : 0;
    }

    /** A run that is resumed where nothing is left to do says what it would go on with. */
    private static void sayIfDone(Configuration configuration, Counters counters) {
        Configuration.Budget budget = configuration.budget();
        String done = null;
        if (budget.targetReturn() != null && counters.bestReturn() >= budget.targetReturn()) {
            done = "its best evaluation, " + Returns.text(counters.bestReturn())
                    + ", has reached budget.target-return, "
                    + budget.targetReturn()
                    + ": it goes on with a higher one, or with --set budget.target-return=null";
        } else if (counters.envSteps() >= budget.envSteps()) {
            done = String.format(
                    Locale.ROOT,
                    "its %,d steps are all of budget.env-steps: it goes on with --set budget.env-steps=%d",
                    counters.envSteps(),
                    2 * counters.envSteps());
        } else if (budget.wallClockSeconds() > 0 && counters.seconds() >= budget.wallClockSeconds()) {
            done = String.format(
                    Locale.ROOT,
                    "its %.0f s are all of budget.wall-clock-seconds: it goes on with more of them, or with 0 for no limit",
                    counters.seconds());
        }
        if (done != null) {
            Console.say("there is nothing left to train: " + done);
        }
    }

    private static void sayIfScheduleEnds(Configuration configuration) {
        long end = configuration.scheduleEnvSteps();
        long budget = configuration.budget().envSteps();
        if (end < budget && configuration.learningRate(end) == 0) {
            Console.say(String.format(
                    Locale.ROOT,
                    "the learning rate's schedule ends at %,d steps, and nothing is learned after them: --set optimizer.schedule-env-steps=%d lets it end with the budget",
                    end,
                    budget));
        }
    }

    private TrainingResult recorded(
            RunFolder folder,
            Start start,
            TrajectoryFolder trajectories,
            JavaSparkContext spark,
            StopSignals signals,
            Evaluations evaluations,
            TrackedRun tracked)
            throws IOException, InterruptedException {
        Configuration configuration = start.configuration();
        Training training = Training.of(configuration, start.source());
        SparkBackend backend = new SparkBackend(spark, trajectories != null);
        try (TrajectoryLog written = trajectories == null
                        ? null
                        : new TrajectoryLog(
                                trajectories,
                                start.source().spec(),
                                configuration.shards(),
                                configuration.environment().copiesPerShard());
                Recorder recorder = new Recorder(folder, configuration, start.state(), backend::recomputed, tracked);
                Progress progress = new Progress(configuration, start.state().envSteps());
                SparkMetrics metrics = new SparkMetrics()) {
            try {
                List<TrainingListener> listeners = new ArrayList<>(List.of(recorder, progress, metrics, evaluations));
                if (written != null) {
                    listeners.add(written);
                    recorder.with(written);
                }
                return training.run(start.state(), backend, new Listeners(signals, listeners));
            } catch (TrainingFailed e) {
                throw new TrainingFailed(sentence(e.getMessage()) + intact(folder, recorder), e);
            } catch (InterruptedException e) {
                throw taken(e, folder, recorder);
            } catch (UncheckedIOException e) {
                if (Main.isTaken(e)) {
                    throw taken(e, folder, recorder);
                }
                throw new TrainingFailed(
                        sentence("writing " + e.getMessage() + " failed: " + Explanation.of(e.getCause()))
                                + intact(folder, recorder),
                        e);
            }
        }
    }

    private static InterruptedException taken(Exception e, RunFolder folder, Recorder recorder) {
        InterruptedException taken = new InterruptedException(sentence(Main.TAKEN) + intact(folder, recorder));
        taken.initCause(e);
        return taken;
    }

    private static String sentence(String message) {
        return message + (message.endsWith(".") || message.endsWith("?") ? " " : ". ");
    }

    private static String intact(RunFolder folder, Recorder recorder) {
        String written = recorder.checkpointRound() == 0
                ? "There is no checkpoint yet."
                : "The checkpoint of round " + recorder.checkpointRound() + " is intact: "
                        + TypedCommand.of("train", "--resume", folder.name());
        return recorder.rescued().isEmpty() ? written : recorder.rescued() + ". " + written;
    }

    private void print(RunFolder folder, Configuration configuration, RunResult result) {
        System.out.println(result.sentence(configuration));
        System.out.printf(
                java.util.Locale.ROOT,
                "%,d steps in %,d rounds, %,.0f steps/s; parameters %s%n",
                result.envSteps(),
                result.rounds(),
                result.envStepsPerSecond(),
                result.paramsSha256().substring(0, 16));
        System.out.println("  run      " + folder.name() + "  (report.html, metrics.jsonl, TensorBoard events)");
        System.out.println(
                result.reason().equals("requested")
                        ? "  go on    " + TypedCommand.of("train", "--resume", folder.name())
                        : "  next     " + TypedCommand.of("evaluate", folder.name(), "--episodes", "100"));
        if (json) {
            System.out.println(result.json());
        }
    }

    /** Keeps what the result says of the evaluations: the parameters of the best, for their hash, and the last. */
    private static final class Evaluations implements TrainingListener {
        private float[] bestParameters;
        private Double lastReturn;

        Evaluations(float[] bestParameters) {
            this.bestParameters = bestParameters;
        }

        @Override
        public void evaluated(Evaluated evaluated) {
            lastReturn = evaluated.meanReturn();
        }

        @Override
        public void best(TrainingState state) {
            bestParameters = state.model().parameters();
        }

        float[] bestParameters() {
            return bestParameters;
        }

        /** Null where this session had none. */
        Double lastReturn() {
            return lastReturn;
        }
    }

    /** Everybody who listens, and the signals that end training. */
    private record Listeners(StopSignals signals, List<TrainingListener> all) implements TrainingListener {
        @Override
        public void acted(long round, long stepsBefore, List<Trajectory> shards) {
            all.forEach(listener -> listener.acted(round, stepsBefore, shards));
        }

        @Override
        public void round(Round round) {
            all.forEach(listener -> listener.round(round));
        }

        @Override
        public void evaluated(Evaluated evaluated) {
            all.forEach(listener -> listener.evaluated(evaluated));
        }

        @Override
        public void remark(String line) {
            all.forEach(listener -> listener.remark(line));
        }

        @Override
        public void checkpoint(TrainingState state) {
            all.forEach(listener -> listener.checkpoint(state));
        }

        @Override
        public void best(TrainingState state) {
            all.forEach(listener -> listener.best(state));
        }

        @Override
        public boolean stopRequested() {
            return signals.received();
        }
    }
}

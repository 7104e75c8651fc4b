package io.sparring.spark.cli;

import io.sparring.Explanation;
import io.sparring.Returns;
import io.sparring.algorithm.Counters;
import io.sparring.algorithm.Strategy;
import io.sparring.algorithm.Training;
import io.sparring.algorithm.TrainingFailed;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingResult;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.run.EnvironmentFile;
import io.sparring.spark.folder.Origin;
import io.sparring.spark.folder.Recorder;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunReport;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.folder.TrajectoryFolder;
import io.sparring.spark.folder.TrajectoryLog;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import io.sparring.spark.session.SparkMetrics;
import io.sparring.spark.session.StopSignals;
import io.sparring.spark.session.TypedCommand;
import io.sparring.spark.session.Versions;
import io.sparring.spark.training.SparkBackend;
import io.sparring.tracking.TrackedRun;
import io.sparring.tracking.Tracking;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A training in an application of Spark's, told to everybody who wants to know: what {@code train} does once it is known where the run begins.
 */
final class RecordedTraining {
    private final RunFolder folder;
    /** Where steps are written down; null: nowhere. */
    private final TrajectoryFolder trajectories;

    private final boolean json;
    private final StopSignals signals = new StopSignals();

    /** Listens for signals from now on. */
    RecordedTraining(RunFolder folder, TrajectoryFolder trajectories, boolean json) {
        this.folder = folder;
        this.trajectories = trajectories;
        this.json = json;
    }

    /**
     * Trains.
     *
     * @param asked where it begins
     * @return the exit code
     * @throws TrainingFailed saying what happened, and what is left of it
     */
    int run(Start asked, SparkConf settings, Tracking tracking) throws IOException, InterruptedException {
        Configuration configuration = asked.configuration();
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
                return run(start, spark, tracked);
            }
        }
    }

    private int run(Start start, JavaSparkContext spark, Tracked tracked) throws IOException, InterruptedException {
        Configuration configuration = start.configuration();
        Evaluations evaluations = new Evaluations(start.bestParameters());
        TrainingResult result;
        try {
            result = recorded(start, spark, evaluations, tracked.run());
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
        print(configuration, summary);
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

    private TrainingResult recorded(Start start, JavaSparkContext spark, Evaluations evaluations, TrackedRun tracked)
            throws IOException, InterruptedException {
        Configuration configuration = start.configuration();
        Training training = Training.of(configuration, start.source());
        SparkBackend backend = new SparkBackend(spark, trajectories != null);
        try (TrajectoryLog written = trajectories == null
                        ? null
                        : new TrajectoryLog(trajectories, start.source().spec());
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
                throw new TrainingFailed(sentence(e.getMessage()) + intact(recorder), e);
            } catch (InterruptedException e) {
                throw taken(e, recorder);
            } catch (UncheckedIOException e) {
                if (Main.isTaken(e)) {
                    throw taken(e, recorder);
                }
                throw new TrainingFailed(
                        sentence("writing " + e.getMessage() + " failed: " + Explanation.of(e.getCause()))
                                + intact(recorder),
                        e);
            }
        }
    }

    private InterruptedException taken(Exception e, Recorder recorder) {
        InterruptedException taken = new InterruptedException(sentence(Main.TAKEN) + intact(recorder));
        taken.initCause(e);
        return taken;
    }

    private static String sentence(String message) {
        return message + (message.endsWith(".") || message.endsWith("?") ? " " : ". ");
    }

    private String intact(Recorder recorder) {
        String written = recorder.checkpointRound() == 0
                ? "There is no checkpoint yet."
                : "The checkpoint of round " + recorder.checkpointRound() + " is intact: "
                        + TypedCommand.of("train", "--resume", folder.name());
        return recorder.rescued().isEmpty() ? written : recorder.rescued() + ". " + written;
    }

    private void print(Configuration configuration, RunResult result) {
        System.out.println(result.sentence(configuration));
        System.out.printf(
                Locale.ROOT,
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
        public void acted(long round, List<Acted> trajectories) {
            all.forEach(listener -> listener.acted(round, trajectories));
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

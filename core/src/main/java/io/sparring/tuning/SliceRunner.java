package io.sparring.tuning;

import io.sparring.Explanation;
import io.sparring.algorithm.Evaluator;
import io.sparring.algorithm.KeptWorkers;
import io.sparring.algorithm.ShardWorker;
import io.sparring.algorithm.Training;
import io.sparring.algorithm.TrainingFailed;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingListener.Reason;
import io.sparring.algorithm.TrainingResult;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.rollout.Episode;
import io.sparring.run.CheckpointFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Trains trials slice by slice, in the calling thread (with {@code cores-per-trial}, in as many): the trainer of {@code train}, with a stop at a round's end. However a trial is sliced, and
 * whoever computes its slices, it ends with the parameters that {@code train} gives for its configuration.
 *
 * <p>Environments, networks and scratch memory are made once for all trials that share them. Used by one thread at a time.
 */
public final class SliceRunner implements SliceThread.Computer {
    /** As many trials' configurations as are likely to come again soon. */
    private static final int KEPT = 256;

    private final SweepFile sweep;
    private final SweepFile.Metric metric;
    private final long envStepsOfBaseRound;
    private final Map<Configuration.Environment, EnvironmentSource> sources = new LinkedHashMap<>();
    private final KeptWorkers workers;
    private final Map<List<String>, Prepared> prepared = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<String>, Prepared> eldest) {
            return size() > KEPT;
        }
    };

    /** A trial's configuration, and its text for the trial's states. */
    private record Prepared(Configuration configuration, String text) {}

    /** For the trials of this sweep. */
    public SliceRunner(SweepFile sweep) {
        this(sweep, sweep.metric());
    }

    /** @param metric what a score is, whatever the sweep says */
    SliceRunner(SweepFile sweep, SweepFile.Metric metric) {
        this.sweep = sweep;
        this.metric = metric;
        workers = new KeptWorkers(sweep.coresPerTrial());
        envStepsOfBaseRound = SweepFile.envStepsOfRound(sweep.configuration(List.of()));
    }

    /**
     * Trains on. Whatever goes wrong with the trial is in the result.
     *
     * @param cancelled asked after each round: whether nobody wants the result any more
     * @return null if it was cancelled
     * @throws InterruptedException if this thread was interrupted
     */
    @Override
    public SliceResult run(Slice slice, BooleanSupplier cancelled) throws InterruptedException {
        long start = System.nanoTime();
        try {
            return trained(slice, cancelled, start);
        } catch (InvalidConfiguration | TrainingFailed e) {
            workers.close();
            return SliceResult.failed(slice, seconds(start), e.getMessage());
        } catch (IOException | RuntimeException | Error e) {
            // An environment may throw anything.
            workers.close();
            if (Thread.interrupted()) {
                throw new InterruptedException(e.toString());
            }
            return SliceResult.failed(slice, seconds(start), Explanation.ofCause(e));
        }
    }

    private SliceResult trained(Slice slice, BooleanSupplier cancelled, long start)
            throws IOException, InterruptedException {
        Prepared trial = prepared.computeIfAbsent(slice.overrides(), overrides -> {
            Configuration configuration = sweep.configuration(overrides);
            return new Prepared(configuration, ConfigurationFile.write(configuration));
        });
        Configuration configuration = trial.configuration();
        EnvironmentSource source =
                sources.computeIfAbsent(configuration.environment(), Configuration.Environment::resolve);
        Training training = Training.of(configuration, source);
        TrainingState from = slice.state() == null
                ? workers.first(configuration, source)
                : CheckpointFile.read(slice.state()).state(ShardWorker.architecture(configuration, source.spec()));
        Until until = new Until(
                slice.untilRound() == Slice.END ? Long.MAX_VALUE : slice.untilRound() * envStepsOfBaseRound,
                SweepFile.envStepsOfRound(configuration),
                from.envSteps(),
                cancelled,
                sweep.trialSeconds());
        TrainingResult result = training.run(from, workers, until);
        if (until.cancelled) {
            return null;
        }
        TrainingState state = result.state();
        if (until.late) {
            return SliceResult.failed(
                    slice,
                    seconds(start),
                    String.format(
                            Locale.ROOT,
                            "after %,d rounds it had taken longer than trial-seconds, %s",
                            state.round(),
                            sweep.trialSeconds()));
        }
        boolean ended = result.reason() != Reason.REQUESTED;
        return new SliceResult(
                slice.trial(),
                slice.number(),
                state.round(),
                state.envSteps(),
                state.counters().episodes(),
                score(configuration, source, state),
                seconds(start),
                CheckpointFile.sha256(state.model().parameters()),
                ended ? result.reason().name().toLowerCase(Locale.ROOT).replace('_', '-') : null,
                null,
                ended ? null : bytes(trial.text(), state));
    }

    private double score(Configuration configuration, EnvironmentSource source, TrainingState state) {
        if (metric == SweepFile.Metric.TRAINING) {
            return state.counters().meanReturn();
        }
        Configuration.Evaluation evaluation = configuration.evaluation();
        return new Evaluator(configuration, source)
                .play(state.model(), state.envSteps(), 0, evaluation.episodes(), evaluation.greedy()).stream()
                        .mapToDouble(Episode::totalReward)
                        .average()
                        .orElseThrow();
    }

    private static byte[] bytes(String configuration, TrainingState state) {
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            new CheckpointFile(configuration, state).write(out);
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() {
        workers.close();
    }

    /** Ends training at the end of a round: the one that is nearest to so many environment steps. */
    private static final class Until implements TrainingListener {
        private final long last;
        private final long ofRound;
        private final BooleanSupplier cancelledNow;
        private final double mostSeconds;
        private final long start = System.nanoTime();
        private long envSteps;
        private boolean cancelled;
        private boolean late;

        /**
         * @param last so many environment steps
         * @param ofRound how many a round has
         * @param envSteps how many were made before
         */
        Until(long last, long ofRound, long envSteps, BooleanSupplier cancelledNow, double mostSeconds) {
            this.last = last;
            this.ofRound = ofRound;
            this.envSteps = envSteps;
            this.cancelledNow = cancelledNow;
            this.mostSeconds = mostSeconds;
        }

        @Override
        public void round(Round done) {
            envSteps = done.envSteps();
        }

        @Override
        public boolean stopRequested() {
            late = mostSeconds > 0 && seconds(start) > mostSeconds;
            cancelled = cancelledNow.getAsBoolean();
            boolean there = envSteps > 0 && last - envSteps <= ofRound / 2;
            return there || late || cancelled;
        }
    }
}

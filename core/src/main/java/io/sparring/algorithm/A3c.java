package io.sparring.algorithm;

import io.sparring.Explanation;
import io.sparring.Seconds;
import io.sparring.algorithm.TrainingListener.Acted;
import io.sparring.algorithm.TrainingListener.Asynchrony;
import io.sparring.algorithm.TrainingListener.Reason;
import io.sparring.algorithm.TrainingListener.Round;
import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.format.Unreadable;
import io.sparring.network.Model;
import io.sparring.optimizer.Optimizer;
import io.sparring.parameterserver.Build;
import io.sparring.parameterserver.Merging;
import io.sparring.parameterserver.Outcome;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.Staleness;
import io.sparring.parameterserver.Update;
import io.sparring.rollout.Episode;
import io.sparring.rollout.EpisodeNumbers;
import io.sparring.rollout.Shard;
import io.sparring.rollout.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Asynchronous advantage actor-critic: the driver's side. {@link A3cWorker} is the algorithm; here the global parameters are
 * kept, what was pushed is counted and recorded, and the end is decided. As many pushes as there are workers make a round.
 *
 * <p>Evaluations are played in the caller's thread while the workers go on. What comes out depends on timing by nature;
 * only {@link SteppedWorkers} give the same bits twice.
 */
public final class A3c {
    private final Configuration configuration;
    private final Workers workers;
    private final TrainingListener listener;
    private final Ledger ledger;
    private final Symptoms symptoms;
    private final ParameterServer server;
    private final Evaluator evaluator;
    private final long startNanos = System.nanoTime();
    private long lastPushNanos = startNanos;
    private long lastRoundNanos = startNanos;
    private long pushesSeen;
    private boolean startChecked;
    private long refused;
    /** What the workers' copies are playing, where it is written down. */
    private final Map<Integer, Playing> playing = new HashMap<>();
    /** What a run starts from: of the global network only the parameters and the normaliser change. */
    private final Model first;
    /** The model of the last evaluation. */
    private Model evaluated;

    private A3c(
            Configuration configuration,
            EnvironmentSource source,
            TrainingState start,
            Workers workers,
            TrainingListener listener) {
        this.configuration = configuration;
        this.workers = workers;
        this.listener = listener;
        first = start.model();
        ledger = new Ledger(configuration, start, listener);
        symptoms = new Symptoms(configuration, start.round() > 0);
        evaluator = new Evaluator(configuration, source);
        server = server(configuration, start, workers.count());
    }

    /**
     * Trains from {@code start} until the budget is used up or the target is reached.
     *
     * @param source of the environments that evaluations are played in
     * @param workers have not been started
     * @throws TrainingFailed if too few workers are left, or more updates were not finite than the configuration allows
     */
    public static TrainingResult train(
            Configuration configuration,
            EnvironmentSource source,
            TrainingState start,
            Workers workers,
            TrainingListener listener)
            throws InterruptedException {
        return new A3c(configuration, source, start, workers, listener).train();
    }

    private static ParameterServer server(Configuration configuration, TrainingState start, int count) {
        Configuration.A3c options = configuration.a3c();
        boolean shared = options.merge() == Merging.GRADIENTS;
        Optimizer optimizer = null;
        if (shared) {
            optimizer = new Optimizer(
                    configuration.optimizer().rule(), start.model().parameters().length);
            optimizer.restore(start.optimizerState(), start.optimizerSteps(0));
        }
        return new ParameterServer(
                new ParameterServer.Options(
                        count,
                        options.merge(),
                        options.movingRate(),
                        options.correction() == Configuration.Correction.DAMPING,
                        options.maxStaleness(),
                        options.injectedDelay(),
                        configuration.budget().envSteps(),
                        Build.fingerprint()),
                start.model().parameters(),
                start.model().normalizer(),
                0,
                start.envSteps(),
                optimizer,
                configuration::learningRate,
                snapshots(configuration, start, count, shared));
    }

    /** What an earlier session's workers left, by worker. */
    private static List<byte[]> snapshots(Configuration configuration, TrainingState start, int count, boolean shared) {
        List<byte[]> snapshots = new ArrayList<>();
        for (int worker = 0; worker < count; worker++) {
            snapshots.add(new byte[0]);
        }
        int known = start.shards().size();
        int length = known == 0 || shared ? 0 : start.optimizerState().length / known;
        float[] unused = shared
                ? new float[0]
                : new Optimizer(configuration.optimizer().rule(), start.model().parameters().length).state();
        for (int i = 0; i < known; i++) {
            Shard shard = start.shards().get(i);
            if (shard.index() < count) {
                int steps = shared ? 0 : start.optimizerSteps(i);
                // A worker may leave nothing else before the end: then this is its optimiser's state.
                float[] optimizerState =
                        steps == 0 ? unused : Arrays.copyOfRange(start.optimizerState(), i * length, (i + 1) * length);
                snapshots.set(shard.index(), new WorkerSnapshot(shard, optimizerState, steps).encode());
            }
        }
        return snapshots;
    }

    private TrainingResult train() throws InterruptedException {
        Reason reason = ledger.reasonToStop();
        if (reason == null) {
            workers.start(server);
        }
        while (reason == null) {
            long stepsBefore = ledger.envSteps();
            List<Update> updates;
            do {
                updates = nextRound();
                checkPatience();
            } while (updates.isEmpty() && !listener.stopRequested());
            if (!updates.isEmpty()) {
                record(updates);
                if (ledger.evaluationDue(stepsBefore)) {
                    evaluate();
                }
            }
            reason = ledger.reasonToStop();
            if (reason == null && !updates.isEmpty() && ledger.checkpointDue()) {
                listener.checkpoint(state(global()));
            }
        }
        server.finish();
        workers.awaitEnd();
        List<Update> rest = server.takeRest();
        if (!rest.isEmpty()) {
            // What was on its way when the end was decided counts too.
            record(rest);
        }
        // Where an evaluation ended the run, its parameters are the result, not what was pushed while it was played.
        TrainingState end = state(reason == Reason.TARGET_RETURN && evaluated != null ? evaluated : global());
        listener.checkpoint(end);
        return new TrainingResult(end, reason);
    }

    /** None where a round's pushes did not come in time; fewer than a round's where they never will. */
    private List<Update> nextRound() throws InterruptedException {
        List<Update> updates = workers.next(workers.count());
        // Workers that are told to end push no more, and if some never ran, what is left need not be a whole round.
        return updates.isEmpty() && server.finished() ? server.takeRest() : updates;
    }

    /** The episodes that a worker's copies are in after its last push, in that life of it. */
    private record Playing(long attempt, long[] episodes) {}

    private void record(List<Update> updates) {
        List<ShardStatistics> statistics = new ArrayList<>();
        List<Acted> acted = new ArrayList<>();
        long stepsBefore = ledger.envSteps();
        long steps = stepsBefore;
        double norms = 0;
        int finite = 0;
        int clipped = 0;
        double maxNorm = configuration.a3c().learning().maxGradientNorm();
        for (Update update : updates) {
            WorkerReport report = report(update);
            statistics.add(report.statistics());
            if (report.trajectory() != null) {
                acted.add(new Acted(report.trajectory(), numbers(update, report.trajectory(), stepsBefore, steps)));
            }
            steps += report.statistics().samples();
            if (Double.isFinite(report.gradientNorm())) {
                norms += report.gradientNorm();
                clipped += maxNorm > 0 && report.gradientNorm() > maxNorm ? 1 : 0;
                finite++;
            }
            if (update.outcome() != Outcome.APPLIED) {
                refused++;
            }
            if (update.outcome() == Outcome.NOT_FINITE) {
                countDropped(update, report.statistics());
            }
        }
        double learningRate = configuration.learningRate(stepsBefore);
        ledger.count(statistics);
        if (!acted.isEmpty()) {
            listener.acted(ledger.round(), acted);
        }
        RoundSum sum = new RoundSum(0);
        statistics.forEach(sum::count);
        List<Staleness> perWorker = new ArrayList<>();
        for (int worker = 0; worker < workers.count(); worker++) {
            perWorker.add(server.staleness(worker));
        }
        server.takeRemarks().forEach(listener::remark);
        long now = System.nanoTime();
        double roundSeconds = (now - lastRoundNanos) / 1e9;
        lastRoundNanos = now;
        Round round = new Round(
                ledger.round(),
                ledger.envSteps(),
                ledger.episodes(),
                ledger.meanReturn(),
                sum.policyLoss(),
                sum.valueLoss(),
                sum.entropy(),
                sum.explainedVariance(),
                norms / finite,
                learningRate,
                ledger.droppedGradients(),
                ledger.seconds(),
                roundSeconds,
                statistics,
                new Asynchrony(server.started().size(), refused, server.staleness(), perWorker),
                Measures.of(sum, global(), false, (double) clipped / finite));
        listener.round(round);
        symptoms.after(round).forEach(listener::remark);
    }

    /**
     * Workers in turn make a rollout each in every round, and go on to the bit; of all others it is only known what they push.
     *
     * @param stepsBefore before the round
     * @param steps before the push
     */
    private EpisodeNumbers numbers(Update update, Trajectory trajectory, long stepsBefore, long steps) {
        if (configuration.a3c().inTurn()) {
            long copies = (long) workers.count() * trajectory.lengths().length;
            return EpisodeNumbers.inRounds(trajectory, stepsBefore / copies, workers.count());
        }
        Playing before = playing.get(update.worker());
        boolean goesOn = before != null && before.attempt() == update.attempt();
        EpisodeNumbers numbers = EpisodeNumbers.inOrder(trajectory, steps, goesOn ? before.episodes() : null);
        playing.put(update.worker(), new Playing(update.attempt(), numbers.after(trajectory)));
        return numbers;
    }

    private static WorkerReport report(Update update) {
        try {
            return WorkerReport.decode(update.report());
        } catch (Unreadable e) {
            throw new TrainingFailed(
                    "the report that worker " + update.worker() + " (attempt " + update.attempt()
                            + ") sent with its update " + update.sequence() + " cannot be read: "
                            + Explanation.of(e),
                    e);
        }
    }

    private static WorkerSnapshot snapshot(int worker, byte[] bytes) {
        try {
            return WorkerSnapshot.decode(bytes);
        } catch (Unreadable e) {
            throw new TrainingFailed("the snapshot of worker " + worker + " cannot be read: " + Explanation.of(e), e);
        }
    }

    private void countDropped(Update update, ShardStatistics statistics) {
        ledger.drop();
        String name = "the update " + update.sequence() + " of worker " + update.worker();
        listener.remark(statistics.notFinite(name) + " and was dropped");
        int allowed = configuration.a3c().learning().maxDroppedGradients();
        if (ledger.droppedGradients() > allowed) {
            throw new TrainingFailed(statistics.notFinite(name + " (seed " + configuration.seed() + ")") + "; "
                    + ledger.droppedGradients() + " were dropped, and a3c.max-dropped-gradients is " + allowed + ". "
                    + statistics.remedy("a3c"));
        }
    }

    /** No wait without an end: workers have to start, and then to push. */
    private void checkPatience() {
        server.takeRemarks().forEach(listener::remark);
        double patience = configuration.a3c().patienceSeconds();
        if (!startChecked && (System.nanoTime() - startNanos) / 1e9 > patience) {
            startChecked = true;
            int started = server.started().size();
            String line = String.format(
                    Locale.ROOT,
                    "%d of %d workers have started within %s",
                    started,
                    workers.count(),
                    Seconds.text(patience));
            if (started < configuration.a3c().minWorkers()) {
                throw new TrainingFailed(
                        line + ", and a3c.min-workers is " + configuration.a3c().minWorkers() + workers.whyMissing());
            }
            if (started < workers.count()) {
                listener.remark(line + "; training goes on with these" + workers.whyMissing());
            }
        }
        long pushes = server.staleness().updates();
        if (pushes > pushesSeen) {
            pushesSeen = pushes;
            lastPushNanos = System.nanoTime();
        }
        if ((System.nanoTime() - lastPushNanos) / 1e9 > patience) {
            throw new TrainingFailed(String.format(
                    Locale.ROOT,
                    "no worker has pushed anything for %s (a3c.patience-seconds); %d of %d have started",
                    Seconds.text(patience),
                    server.started().size(),
                    workers.count()));
        }
    }

    private void evaluate() {
        Configuration.Evaluation options = configuration.evaluation();
        // Workers may be ahead of what is counted here.
        ParameterServer.Global now = server.global();
        evaluated = model(now);
        List<Episode> played = evaluator.play(evaluated, now.envSteps(), 0, options.episodes(), options.greedy());
        List<Episode> otherwise = options.compare()
                ? evaluator.play(evaluated, now.envSteps(), 0, options.episodes(), !options.greedy())
                : List.of();
        if (ledger.evaluated(ledger.round(), now.envSteps(), played, otherwise)) {
            listener.best(ledger.toAct(evaluated));
        }
    }

    private Model global() {
        return model(server.global());
    }

    private Model model(ParameterServer.Global global) {
        return first.with(global.parameters()).with(global.normalizer());
    }

    private TrainingState state(Model model) {
        List<WorkerPosition> positions = workers.pause();
        ParameterServer.State state = server.checkpoint();
        List<WorkerSnapshot> known = new ArrayList<>();
        for (int worker = 0; worker < state.snapshots().size(); worker++) {
            byte[] bytes = state.snapshots().get(worker);
            if (bytes.length > 0) {
                known.add(snapshot(worker, bytes));
            }
        }
        float[] optimizerState = state.optimizerState();
        List<Integer> optimizerSteps = List.of(state.optimizerSteps());
        if (configuration.a3c().merge() != Merging.GRADIENTS) {
            int length = known.isEmpty() ? 0 : known.get(0).optimizerState().length;
            optimizerState = new float[known.size() * length];
            for (int i = 0; i < known.size(); i++) {
                System.arraycopy(known.get(i).optimizerState(), 0, optimizerState, i * length, length);
            }
            optimizerSteps = known.stream().map(WorkerSnapshot::optimizerSteps).toList();
        }
        return ledger.state(
                model,
                optimizerState,
                optimizerSteps,
                known.stream().map(WorkerSnapshot::shard).toList(),
                positions);
    }
}

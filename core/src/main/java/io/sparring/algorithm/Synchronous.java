package io.sparring.algorithm;

import io.sparring.algorithm.TrainingListener.Acted;
import io.sparring.algorithm.TrainingListener.Reason;
import io.sparring.algorithm.TrainingListener.Round;
import io.sparring.configuration.Configuration;
import io.sparring.network.Model;
import io.sparring.optimizer.Optimizer;
import io.sparring.rollout.Episode;
import io.sparring.rollout.EpisodeNumbers;
import io.sparring.rollout.Trajectory;
import java.util.List;

/** What is around the rounds of any algorithm whose shards wait for each other: counting, evaluations, checkpoints, the end. */
final class Synchronous {

    /** An algorithm: what happens in a round. */
    interface Algorithm {
        /**
         * @param model with which it begins
         * @param optimizer as the last round has left it
         * @param ledger what was done before; gradients that are not finite are counted there, and nothing else
         */
        Learned round(Model model, Optimizer optimizer, Ledger ledger);
    }

    /**
     * What a round gives.
     *
     * @param model the next one, but for what the round has seen
     * @param sum of the shards
     * @param gradientNorm the mean over the steps, before clipping; NaN where none was taken
     * @param gradientsClipped of which share of the steps the gradient was clipped; NaN where none was taken
     */
    record Learned(Model model, RoundSum sum, double gradientNorm, double gradientsClipped) {
        /** By these steps. */
        static Learned of(Model model, RoundSum sum, LocalSteps steps) {
            return new Learned(
                    model,
                    sum,
                    steps.count() == 0 ? Double.NaN : steps.norms() / steps.count(),
                    steps.count() == 0 ? Double.NaN : (double) steps.clipped() / steps.count());
        }
    }

    private final Configuration configuration;
    private final Rounds rounds;
    private final TrainingListener listener;
    private final Algorithm algorithm;
    private final Optimizer optimizer;
    private final Ledger ledger;
    private final Symptoms symptoms;
    private Model model;

    private Synchronous(
            Configuration configuration,
            TrainingState start,
            Rounds rounds,
            TrainingListener listener,
            Algorithm algorithm) {
        this.configuration = configuration;
        this.rounds = rounds;
        this.listener = listener;
        this.algorithm = algorithm;
        optimizer =
                new Optimizer(configuration.optimizer().rule(), start.model().parameters().length);
        optimizer.restore(start.optimizerState(), start.optimizerSteps(0));
        ledger = new Ledger(configuration, start, listener);
        symptoms = new Symptoms(configuration, start.round() > 0);
        model = start.model();
    }

    /**
     * Trains from {@code start} until the budget is used up or the target is reached.
     *
     * @param rounds stands where {@code start}'s shards stand
     * @throws TrainingFailed if more gradients were not finite than the configuration allows
     */
    static TrainingResult train(
            Configuration configuration,
            TrainingState start,
            Rounds rounds,
            TrainingListener listener,
            Algorithm algorithm) {
        return new Synchronous(configuration, start, rounds, listener, algorithm).train();
    }

    private TrainingResult train() {
        Reason reason = ledger.reasonToStop();
        while (reason == null) {
            long roundStart = System.nanoTime();
            long stepsBefore = ledger.envSteps();
            Learned learned = algorithm.round(model, optimizer, ledger);
            RoundSum sum = learned.sum();
            Measures measures = Measures.of(
                    sum, model, configuration.algorithm() == Configuration.Algorithm.PPO, learned.gradientsClipped());
            model = learned.model().with(model.normalizer().plus(sum.seen()));
            ledger.count(sum.statistics());
            if (!sum.trajectories().isEmpty()) {
                listener.acted(ledger.round(), acted(sum.trajectories(), stepsBefore));
            }
            Round round = new Round(
                    ledger.round(),
                    ledger.envSteps(),
                    ledger.episodes(),
                    ledger.meanReturn(),
                    sum.policyLoss(),
                    sum.valueLoss(),
                    sum.entropy(),
                    sum.explainedVariance(),
                    learned.gradientNorm(),
                    configuration.learningRate(stepsBefore),
                    ledger.droppedGradients(),
                    ledger.seconds(),
                    (System.nanoTime() - roundStart) / 1e9,
                    sum.statistics(),
                    null,
                    measures);
            listener.round(round);
            symptoms.after(round).forEach(listener::remark);
            if (ledger.evaluationDue(stepsBefore)) {
                evaluate();
            }
            reason = ledger.reasonToStop();
            if (reason == null && ledger.checkpointDue()) {
                listener.checkpoint(state());
            }
        }
        TrainingState end = state();
        listener.checkpoint(end);
        return new TrainingResult(end, reason);
    }

    private List<Acted> acted(List<Trajectory> trajectories, long stepsBefore) {
        long copies =
                (long) configuration.shards() * configuration.environment().copiesPerShard();
        return trajectories.stream()
                .map(trajectory -> new Acted(
                        trajectory, EpisodeNumbers.inRounds(trajectory, stepsBefore / copies, configuration.shards())))
                .toList();
    }

    private void evaluate() {
        Configuration.Evaluation options = configuration.evaluation();
        long index = ledger.envSteps();
        List<Episode> played = rounds.evaluate(model, index, options.episodes(), options.greedy());
        List<Episode> otherwise =
                options.compare() ? rounds.evaluate(model, index, options.episodes(), !options.greedy()) : List.of();
        if (ledger.evaluated(ledger.round(), index, played, otherwise)) {
            listener.best(ledger.toAct(model));
        }
    }

    private TrainingState state() {
        return ledger.state(model, optimizer.state(), List.of(optimizer.steps()), rounds.shards(), List.of());
    }

    /** Whether all of it can be counted on. */
    static boolean isFinite(float[] gradient) {
        for (float element : gradient) {
            if (!Float.isFinite(element)) {
                return false;
            }
        }
        return true;
    }
}

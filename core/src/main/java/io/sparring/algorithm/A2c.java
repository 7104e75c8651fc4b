package io.sparring.algorithm;

import io.sparring.algorithm.TrainingListener.Reason;
import io.sparring.algorithm.TrainingListener.Round;
import io.sparring.configuration.Configuration;
import io.sparring.network.Model;
import io.sparring.optimizer.GlobalNorm;
import io.sparring.optimizer.Optimizer;
import io.sparring.rollout.Episode;
import java.util.List;

/**
 * Advantage actor-critic in synchronous rounds (Mnih et al. 2016, with all agents waiting for each other):
 *
 * <pre>
 *   1. initialise θ, φ; make N shards of environments
 *   2. repeat: (a) every shard acts with the same θ, φ for k steps
 *              (b) and computes A, ∇_θ and ∇_φ
 *              (c) all wait; the gradients are averaged
 *              (d) one optimiser step on θ, φ
 *              (e) θ, φ go back to the shards
 *   3. until the budget is used up or the target is reached
 * </pre>
 *
 * <p>The parameters after n rounds depend on the configuration alone, not on where {@link Rounds} computes.
 */
public final class A2c {
    private final Configuration configuration;
    private final Rounds rounds;
    private final TrainingListener listener;
    private final Optimizer optimizer;
    private final Ledger ledger;
    private Model model;

    private A2c(Configuration configuration, TrainingState start, Rounds rounds, TrainingListener listener) {
        this.configuration = configuration;
        this.rounds = rounds;
        this.listener = listener;
        optimizer =
                new Optimizer(configuration.optimizer().rule(), start.model().parameters().length);
        optimizer.restore(start.optimizerState(), start.optimizerSteps(0));
        ledger = new Ledger(configuration, start, listener);
        model = start.model();
    }

    /**
     * Trains from {@code start} until the budget is used up or the target is reached.
     *
     * @param rounds stands where {@code start}'s shards stand
     * @throws TrainingFailed if more gradients were not finite than the configuration allows
     */
    public static TrainingResult train(
            Configuration configuration, TrainingState start, Rounds rounds, TrainingListener listener) {
        return new A2c(configuration, start, rounds, listener).train();
    }

    private TrainingResult train() {
        Reason reason = ledger.reasonToStop();
        while (reason == null) {
            long roundStart = System.nanoTime();
            long stepsBefore = ledger.envSteps();

            Rounds.Outcome outcome = rounds.run(model); // (a), (b)
            Averages averages = new Averages(outcome.statistics());
            countDropped(outcome.statistics());

            double learningRate = ledger.learningRate();
            double gradientNorm = Double.NaN;
            if (averages.samples() > 0) {
                float[] gradient = averages.meanGradient(outcome.gradientSum(), configuration); // (c)
                gradientNorm = GlobalNorm.clip(gradient, configuration.a2c().maxGradientNorm());
                model = model.with(optimizer.step(model.parameters(), gradient, learningRate)); // (d), (e)
            }

            ledger.count(outcome.statistics());
            listener.round(new Round(
                    ledger.round(),
                    ledger.envSteps(),
                    ledger.episodes(),
                    ledger.meanReturn(),
                    averages.policyLoss(),
                    averages.valueLoss(),
                    averages.entropy(),
                    averages.explainedVariance(),
                    gradientNorm,
                    learningRate,
                    ledger.droppedGradients(),
                    ledger.seconds(),
                    (System.nanoTime() - roundStart) / 1e9,
                    outcome.statistics(),
                    null));

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

    private void countDropped(List<ShardStatistics> statistics) {
        for (ShardStatistics shard : statistics) {
            if (!shard.finite()) {
                ledger.drop();
                if (ledger.droppedGradients() > configuration.a2c().maxDroppedGradients()) {
                    throw new TrainingFailed("the gradient of shard " + shard.shard() + " (seed "
                            + configuration.seed() + ") was not finite in round " + (ledger.round() + 1) + "; "
                            + ledger.droppedGradients() + " were dropped, and a2c.max-dropped-gradients is "
                            + configuration.a2c().maxDroppedGradients()
                            + ". Lower optimizer.learning-rate or a2c.max-gradient-norm.");
                }
            }
        }
    }

    private void evaluate() {
        Configuration.Evaluation options = configuration.evaluation();
        List<Episode> played = rounds.evaluate(model, ledger.envSteps(), options.episodes(), options.greedy());
        if (ledger.evaluated(ledger.round(), ledger.envSteps(), played)) {
            listener.best(ledger.toAct(model));
        }
    }

    private TrainingState state() {
        return ledger.state(model, optimizer.state(), List.of(optimizer.steps()), rounds.shards());
    }
}

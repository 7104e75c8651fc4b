package io.sparring.algorithm;

import io.sparring.algorithm.ShardWorker.Part;
import io.sparring.algorithm.TrainingListener.Reason;
import io.sparring.algorithm.TrainingListener.Round;
import io.sparring.configuration.Configuration;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.loss.ActorCriticLoss.Weights;
import io.sparring.network.Model;
import io.sparring.optimizer.GlobalNorm;
import io.sparring.optimizer.Optimizer;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Rollout;
import io.sparring.rollout.Shard;
import java.util.Arrays;
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
 * <p>{@link #round} is an agent's part, and {@link #train} what happens once all have done theirs. The parameters after n rounds
 * depend on the configuration alone, not on where {@link Rounds} computes.
 *
 * <p>Gradients are of the <em>sum</em> over a shard's samples: adding up the shards' gradients and dividing by the number of all
 * samples gives the gradient of the mean over the whole batch, whatever the sizes of the shards.
 *
 * <p>Where advantages are normalised over the whole batch, μ and σ are known only after all shards have acted. Since the policy
 * loss is linear in A, a shard gives three gradients, one behind the other: ∇_A of the policy loss with A as it is, ∇_1 of the
 * policy loss with A = 1, and ∇_rest of the other terms. Then ∇ = (∇_A − μ ∇_1)/σ + ∇_rest.
 */
public final class A2c {
    private final Configuration configuration;
    private final Configuration.Learning learning;
    private final Rounds rounds;
    private final TrainingListener listener;
    private final Optimizer optimizer;
    private final Ledger ledger;
    private Model model;

    private A2c(Configuration configuration, TrainingState start, Rounds rounds, TrainingListener listener) {
        this.configuration = configuration;
        learning = configuration.a2c().learning();
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

    /**
     * (a) and (b) for one shard: (model, shard) → (gradient, statistics, shard′), a pure function, which changes neither.
     *
     * @param worker of this configuration; any gives the same
     */
    public static ShardUpdate round(ShardWorker worker, Model model, Shard shard) {
        Configuration.A2c options = worker.configuration().a2c();
        Configuration.Learning learning = options.learning();

        Actor.Result acted = worker.act(model, shard, learning); // (a)
        long start = System.nanoTime();

        Rollout rollout = acted.rollout();
        double[] advantages =
                options.advantage().estimate(rollout.advantageInputs(), learning.gaeLambda(), options.advantageSteps());
        Targets targets = Targets.of(advantages, rollout);

        Weights weights = learning.weights();
        List<Part> loss = options.normalizeAdvantages()
                ? List.of(
                        new Part(advantages, weights.ofPolicy()),
                        new Part(ones(advantages.length), weights.ofPolicy()),
                        new Part(advantages, weights.ofTheRest()))
                : List.of(new Part(advantages, weights));
        float[] gradient = new float[loss.size() * model.parameters().length];
        ActorCriticLoss.Sums losses = worker.learn(model, rollout, targets.returns(), loss, gradient); // (b)

        ShardStatistics statistics = ShardStatistics.of(
                shard.index(),
                acted,
                isFinite(gradient),
                losses,
                targets,
                System.nanoTime() - start,
                worker.disturbances());
        return new ShardUpdate(gradient, statistics, acted.next());
    }

    /** (c): ∇ of the mean over all samples. */
    static float[] average(RoundSum sum, boolean normalizeAdvantages) {
        float[] total = sum.gradient();
        if (!normalizeAdvantages) {
            for (int i = 0; i < total.length; i++) {
                total[i] /= sum.samples();
            }
            return total;
        }
        double mu = sum.advantages().mean();
        double sigma = Math.sqrt(sum.advantages().variance()) + 1e-8;
        int count = total.length / 3;
        float[] mean = new float[count];
        for (int i = 0; i < count; i++) {
            double policy = (total[i] - mu * total[count + i]) / sigma;
            mean[i] = (float) ((policy + total[2 * count + i]) / sum.samples());
        }
        return mean;
    }

    private TrainingResult train() {
        Reason reason = ledger.reasonToStop();
        while (reason == null) {
            long roundStart = System.nanoTime();
            long stepsBefore = ledger.envSteps();

            RoundSum sum = rounds.run(model); // (a), (b)
            countDropped(sum.statistics());

            double learningRate = configuration.learningRate(ledger.envSteps());
            double gradientNorm = Double.NaN;
            if (sum.samples() > 0) {
                float[] gradient = average(sum, configuration.a2c().normalizeAdvantages()); // (c)
                gradientNorm = GlobalNorm.clip(gradient, learning.maxGradientNorm());
                model = model.with(optimizer.step(model.parameters(), gradient, learningRate)); // (d), (e)
            }

            ledger.count(sum.statistics());
            listener.round(new Round(
                    ledger.round(),
                    ledger.envSteps(),
                    ledger.episodes(),
                    ledger.meanReturn(),
                    sum.policyLoss(),
                    sum.valueLoss(),
                    sum.entropy(),
                    sum.explainedVariance(),
                    gradientNorm,
                    learningRate,
                    ledger.droppedGradients(),
                    ledger.seconds(),
                    (System.nanoTime() - roundStart) / 1e9,
                    sum.statistics(),
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
                if (ledger.droppedGradients() > learning.maxDroppedGradients()) {
                    throw new TrainingFailed("the gradient of shard " + shard.shard() + " (seed "
                            + configuration.seed() + ") was not finite in round " + (ledger.round() + 1) + "; "
                            + ledger.droppedGradients() + " were dropped, and a2c.max-dropped-gradients is "
                            + learning.maxDroppedGradients()
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

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static boolean isFinite(float[] gradient) {
        for (float element : gradient) {
            if (!Float.isFinite(element)) {
                return false;
            }
        }
        return true;
    }
}

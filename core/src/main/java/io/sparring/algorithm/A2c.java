package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.loss.ActorCriticLoss.Weights;
import io.sparring.loss.Loss;
import io.sparring.loss.Sums;
import io.sparring.network.Model;
import io.sparring.optimizer.GlobalNorm;
import io.sparring.optimizer.Optimizer;
import io.sparring.rollout.Actor;
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
 * <p>{@link Round} is an agent's part, and what is around it happens once all have done theirs. The parameters after n rounds
 * depend on the configuration alone, not on where {@link Rounds} computes.
 *
 * <p>Gradients are of the <em>sum</em> over a shard's samples: adding up the shards' gradients and dividing by the number of all
 * samples gives the gradient of the mean over the whole batch, whatever the sizes of the shards.
 *
 * <p>Where advantages are normalised over the whole batch, μ and σ are known only after all shards have acted. Since the policy
 * loss is linear in A, a shard gives three gradients, one behind the other: ∇_A of the policy loss with A as it is, ∇_1 of the
 * policy loss with A = 1, and ∇_rest of the other terms. Then ∇ = (∇_A − μ ∇_1)/σ + ∇_rest. A shard that is alone knows them at once, and gives ∇.
 */
public final class A2c {
    private final Configuration configuration;
    private final Rounds rounds;

    private A2c(Configuration configuration, Rounds rounds) {
        this.configuration = configuration;
        this.rounds = rounds;
    }

    /**
     * Trains from {@code start} until the budget is used up or the target is reached.
     *
     * @param rounds stands where {@code start}'s shards stand
     * @throws TrainingFailed if more gradients were not finite than the configuration allows
     */
    public static TrainingResult train(
            Configuration configuration, TrainingState start, Rounds rounds, TrainingListener listener) {
        return Synchronous.train(configuration, start, rounds, listener, new A2c(configuration, rounds)::round);
    }

    /** Step 2, for all shards. */
    private Synchronous.Learned round(Model model, Optimizer optimizer, Ledger ledger) {
        Configuration.A2c options = configuration.a2c();
        double maxNorm = options.learning().maxGradientNorm();
        RoundSum sum = rounds.run(Round.of(configuration, model, ledger.envSteps())); // (a), (b)
        ledger.countDropped(sum.statistics());
        if (sum.samples() == 0) {
            return Synchronous.Learned.of(model, sum, LocalSteps.NONE);
        }
        float[] gradient = average(sum, options.normalizesAcrossShards()); // (c)
        double norm = GlobalNorm.clip(gradient, maxNorm);
        double learningRate = configuration.learningRate(ledger.envSteps());
        boolean warmsUp = options.learning().warmsUp(ledger.envSteps());
        Model next = learned(model, optimizer.step(model.parameters(), gradient, learningRate), warmsUp); // (d), (e)
        return Synchronous.Learned.of(next, sum, LocalSteps.NONE.and(norm, maxNorm));
    }

    /**
     * (a) and (b) for one shard.
     *
     * @param model θ, φ
     * @param weights of the loss's terms, as the round has them
     * @param inParts whether the gradient comes in the three parts of which it can be normalised over the batch
     */
    public record Round(Model model, Weights weights, boolean inParts) implements ShardTask<Shard> {
        private static final long serialVersionUID = 1L;

        /** The one that begins after so many environment steps. */
        public static Round of(Configuration configuration, Model model, long envSteps) {
            Configuration.A2c options = configuration.a2c();
            return new Round(
                    model,
                    options.learning().weights(configuration.progress(envSteps)),
                    options.normalizesAcrossShards());
        }

        @Override
        public int length() {
            return (inParts ? 3 : 1) * model.parameters().length;
        }

        @Override
        public ShardUpdate run(ShardWorker worker, Shard shard) {
            Configuration.A2c options = worker.configuration().a2c();
            Configuration.Learning learning = options.learning();

            Actor.Result acted = worker.actToLearn(model, shard, learning); // (a)
            long start = System.nanoTime();

            Rollout rollout = acted.rollout();
            double[] advantages = options.advantage()
                    .estimate(rollout.advantageInputs(), learning.gaeLambda(), options.advantageSteps());
            Targets targets = Targets.of(advantages, rollout);

            List<Loss> losses;
            if (inParts) {
                losses = List.of(
                        loss(rollout, targets, advantages, weights.ofPolicy()),
                        loss(rollout, targets, ones(advantages.length), weights.ofPolicy()),
                        loss(rollout, targets, advantages, weights.ofTheRest()));
            } else {
                double[] learned =
                        options.normalizeAdvantages() ? Moments.of(advantages).normalized(advantages) : advantages;
                losses = List.of(loss(rollout, targets, learned, weights));
            }
            float[] gradient = new float[length()];
            Sums sums = worker.learn(
                    model, rollout.observations(), rollout.allowed(), rollout.past(), losses, gradient); // (b)

            ShardStatistics statistics = ShardStatistics.of(
                    shard.index(),
                    acted,
                    Synchronous.isFinite(gradient),
                    sums,
                    targets,
                    System.nanoTime() - start,
                    worker.disturbances());
            return new ShardUpdate(gradient, acted.seen(), statistics, acted.next())
                    .with(worker.trajectory(model, shard, acted));
        }

        private static Loss loss(Rollout rollout, Targets targets, double[] advantages, Weights weights) {
            return new ActorCriticLoss(rollout.actions(), advantages, targets.returns(), weights);
        }
    }

    /**
     * What a step makes of a model.
     *
     * <p>Where the critic warms up, the optimiser is told the policy's gradient all the same, and the policy's step is not taken: moving averages that
     * began at 0 when many steps have been counted would make the first ones several times as long as the learning rate says.
     *
     * @param parameters after the step
     * @param warmsUp whether the policy stays as it is
     */
    static Model learned(Model before, float[] parameters, boolean warmsUp) {
        Model after = before.with(parameters);
        return warmsUp ? after.withPolicyOf(before) : after;
    }

    /** (c): ∇ of the mean over all samples. */
    static float[] average(RoundSum sum, boolean inParts) {
        float[] total = sum.gradient();
        if (!inParts) {
            for (int i = 0; i < total.length; i++) {
                total[i] /= sum.samples();
            }
            return total;
        }
        double mu = sum.advantages().mean();
        double sigma = sum.advantages().deviation();
        int count = total.length / 3;
        float[] mean = new float[count];
        for (int i = 0; i < count; i++) {
            double policy = (total[i] - mu * total[count + i]) / sigma;
            mean[i] = (float) ((policy + total[2 * count + i]) / sum.samples());
        }
        return mean;
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}

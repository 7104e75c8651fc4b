package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.network.Architecture;
import io.sparring.network.LearningNetwork;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.policy.ActionDistribution;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Rollout;
import io.sparring.rollout.Shard;
import java.util.Arrays;
import java.util.List;

/**
 * One round of one shard: (model, shard) → (gradient, statistics, shard′), a pure function. The worker itself is only a scratch
 * pad (an environment, two readers of the model) that saves making these anew; any worker gives the same result. Used by
 * one thread at a time, and closed by whoever made it.
 *
 * <p>The gradient is of the <em>sum</em> over the shard's samples: adding up the shards' gradients and dividing by the number of
 * all samples gives the gradient of the mean over the whole batch, whatever the sizes of the shards.
 *
 * <p>Where advantages are normalised over the whole batch, μ and σ are known only after all shards have acted. Since the policy
 * loss is linear in A, the shard returns three gradients, one behind the other: of the policy loss with A as it is, of the policy
 * loss with A = 1, and of the rest. {@link A2c} puts them together: ∇ = (∇_A − μ ∇_1)/σ + ∇_rest.
 */
public final class ShardWorker implements AutoCloseable {
    /** Rows that go through the network at once: enough to hide the calls' cost, few enough to stay in the cache. */
    private static final int CHUNK = 1024;

    private final Configuration configuration;
    private final Architecture architecture;
    private final ActionDistribution distribution;
    private final Environment environment;
    private final Actor actor;
    private final LearningNetwork learning;

    public ShardWorker(Configuration configuration, EnvironmentSource source) {
        this.configuration = configuration;
        architecture = architecture(configuration, source.spec());
        distribution = ActionDistribution.of(source.spec().actionSpace());
        learning = configuration.network().engine().create(architecture);
        environment = source.create(configuration.environment().copiesPerShard());
        actor = new Actor(environment, new Network(architecture), distribution);
    }

    /** The network that a configuration describes, for this environment. */
    public static Architecture architecture(Configuration configuration, EnvironmentSpec environment) {
        ActionDistribution distribution = ActionDistribution.of(environment.actionSpace());
        return new Architecture(
                configuration.network().kind(),
                configuration.network().hidden(),
                configuration.network().activation(),
                environment.observationSpace().size(),
                distribution.outputs(),
                distribution.freeParameters());
    }

    /** The shard at the start of a run. */
    Shard first(int index) {
        return Shard.first(configuration.seed(), index, environment);
    }

    @Override
    public void close() {
        environment.close();
    }

    /** The round. Neither argument is changed. */
    public ShardUpdate round(Model model, Shard shard) {
        Configuration.A2c options = configuration.a2c();

        Actor.Result acted = actor.act(model, shard, options.gamma(), options.rolloutLength());
        long start = System.nanoTime();

        Rollout rollout = acted.rollout();
        double[] advantages =
                options.advantage().estimate(rollout.advantageInputs(), options.gaeLambda(), options.advantageSteps());
        Targets targets = Targets.of(advantages, rollout);
        double[] returns = targets.returns();

        double alpha = options.valueWeight();
        double beta = options.entropyWeight();
        int count = architecture.parameterCount();
        List<Part> parts = options.normalizeAdvantages()
                ? List.of(
                        new Part(advantages, new ActorCriticLoss.Weights(1, 0, 0)),
                        new Part(ones(advantages.length), new ActorCriticLoss.Weights(1, 0, 0)),
                        new Part(advantages, new ActorCriticLoss.Weights(0, alpha, beta)))
                : List.of(new Part(advantages, new ActorCriticLoss.Weights(1, alpha, beta)));
        float[] gradient = new float[parts.size() * count];
        ActorCriticLoss.Sums losses = learn(model, rollout, returns, parts, gradient);

        ShardStatistics statistics = ShardStatistics.of(
                shard.index(), acted, isFinite(gradient), losses, targets, System.nanoTime() - start);
        return new ShardUpdate(gradient, statistics, acted.next());
    }

    /** Acts from where {@code shard} stands; see {@link Actor#act}. */
    Actor.Result act(Model model, Shard shard, double gamma, int steps) {
        return actor.act(model, shard, gamma, steps);
    }

    /**
     * A loss of which a gradient is wanted.
     *
     * @param advantages A of each sample
     * @param weights of the terms
     */
    record Part(double[] advantages, ActorCriticLoss.Weights weights) {
        boolean asksPolicy() {
            return weights.policy() != 0 || weights.entropy() != 0;
        }

        boolean asksValue() {
            return weights.value() != 0;
        }
    }

    /**
     * Writes the gradient of each part's sum over the rollout to {@code gradient}, one behind the other: one forward pass for all,
     * and one backward pass a part, through those heads alone that have a part in it.
     *
     * @return the first part's sums
     */
    ActorCriticLoss.Sums learn(Model model, Rollout rollout, double[] returns, List<Part> parts, float[] gradient) {
        int count = architecture.parameterCount();
        double[] free = model.freeParameters();
        double[][] sums = new double[parts.size()][count];
        double[][] freeSums = new double[parts.size()][free.length];
        ActorCriticLoss.Sums losses = ActorCriticLoss.Sums.NONE;
        learning.setModel(model);
        for (int from = 0; from < rollout.samples(); from += CHUNK) {
            int rows = Math.min(CHUNK, rollout.samples() - from);
            learning.forward(rollout.observations(), from * architecture.observationSize(), rows);
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                ActorCriticLoss.Sums terms = ActorCriticLoss.gradient(
                        distribution,
                        learning.policyOutputs(),
                        free,
                        learning.values(),
                        rollout.actions(),
                        part.advantages(),
                        returns,
                        from,
                        1,
                        part.weights(),
                        learning.policyGradient(),
                        learning.valueGradient(),
                        freeSums[i]);
                if (i == 0) {
                    losses = losses.plus(terms);
                }
                learning.backward(part.asksPolicy(), part.asksValue(), sums[i]);
            }
        }
        for (int i = 0; i < parts.size(); i++) {
            System.arraycopy(freeSums[i], 0, sums[i], count - free.length, free.length);
            for (int j = 0; j < count; j++) {
                gradient[i * count + j] = (float) sums[i][j];
            }
        }
        return losses;
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

package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.Disturbances;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.network.Architecture;
import io.sparring.network.LearningNetwork;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.Masks;
import io.sparring.policy.PolicyBatch;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Rollout;
import io.sparring.rollout.Shard;
import java.util.List;

/**
 * What acting and learning on a shard need and nothing remembers: an environment and two readers of the model, a scratch pad that saves
 * making these anew. Any worker gives the same result. Used by one thread at a time, and closed by whoever made it.
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
        distribution = configuration.network().distribution(source.spec());
        learning = configuration.network().engine().create(architecture);
        environment = source.create(configuration.environment().copiesPerShard());
        actor = new Actor(environment, new Network(architecture), distribution);
    }

    /** The network that a configuration describes, for this environment. */
    public static Architecture architecture(Configuration configuration, EnvironmentSpec environment) {
        ActionDistribution distribution = configuration.network().distribution(environment);
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

    Configuration configuration() {
        return configuration;
    }

    /** Acts from where {@code shard} stands; see {@link Actor#act}. */
    Actor.Result act(Model model, Shard shard, Configuration.Learning learning) {
        return actor.act(model, shard, learning.gamma(), learning.rolloutLength());
    }

    /** What has disturbed the environment since this was asked last. */
    Disturbances disturbances() {
        return environment.disturbances();
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
        PolicyBatch policy = PolicyBatch.of(learning, distribution.prepare(model.freeParameters()));
        double[][] sums = new double[parts.size()][count];
        double[][] freeSums = new double[parts.size()][architecture.freeParameters()];
        ActorCriticLoss.Sums losses = ActorCriticLoss.Sums.NONE;
        learning.setModel(model);
        for (int from = 0; from < rollout.samples(); from += CHUNK) {
            int rows = Math.min(CHUNK, rollout.samples() - from);
            learning.forward(rollout.observations(), from * architecture.observationSize(), rows);
            Masks.apply(learning.policyOutputs(), rollout.allowed(), from);
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                ActorCriticLoss.Sums terms = ActorCriticLoss.gradient(
                        distribution,
                        policy,
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
            System.arraycopy(
                    freeSums[i], 0, sums[i], count - architecture.freeParameters(), architecture.freeParameters());
            for (int j = 0; j < count; j++) {
                gradient[i * count + j] = (float) sums[i][j];
            }
        }
        return losses;
    }
}

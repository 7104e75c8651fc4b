package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.Disturbances;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.loss.Loss;
import io.sparring.loss.Sums;
import io.sparring.network.Architecture;
import io.sparring.network.LearningNetwork;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import io.sparring.network.Trunk;
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

    /** As many of images that are wider than {@link #WIDE} numbers somewhere. */
    private static final int WIDE_CHUNK = 256;

    private static final int WIDE = 4096;

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
        return configuration.network().architecture(environment);
    }

    /** How many rows of this network go through it at once. */
    static int chunk(Trunk trunk) {
        return trunk.widest() > WIDE && !trunk.convolutions().isEmpty() ? WIDE_CHUNK : CHUNK;
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

    /** log π(a|s) of each sample, as {@link #learn} computes it. */
    double[] logProbabilities(Model model, Rollout rollout) {
        double[] logProbabilities = new double[rollout.samples()];
        PolicyBatch policy = PolicyBatch.of(learning, distribution.prepare(model.freeParameters()));
        double[] outputs = new double[distribution.outputs() + distribution.features()];
        learning.setModel(model);
        int chunk = chunk(architecture.trunk());
        for (int from = 0; from < rollout.samples(); from += chunk) {
            int rows = Math.min(chunk, rollout.samples() - from);
            learning.forward(rollout.observations(), from * architecture.observationSize(), rows);
            Masks.apply(learning.policyOutputs(), rollout.allowed(), from);
            for (int row = 0; row < rows; row++) {
                policy.read(row, outputs);
                logProbabilities[from + row] = distribution.logProbability(
                        outputs, 0, policy.free(), rollout.actions(), (from + row) * distribution.actionSize());
            }
        }
        return logProbabilities;
    }

    /**
     * Writes the gradient of each loss's sum over the samples to {@code gradient}, one behind the other: one forward pass for all,
     * and one backward pass a loss, through those heads alone that have a part in it.
     *
     * @param observations of the samples
     * @param allowed the masks that held
     * @return the first loss's sums
     */
    Sums learn(Model model, Observations observations, boolean[] allowed, List<Loss> losses, float[] gradient) {
        int count = architecture.parameterCount();
        int samples = observations.length() / architecture.observationSize();
        PolicyBatch policy = PolicyBatch.of(learning, distribution.prepare(model.freeParameters()));
        double[][] sums = new double[losses.size()][count];
        double[][] freeSums = new double[losses.size()][architecture.freeParameters()];
        Sums first = Sums.NONE;
        learning.setModel(model);
        int chunk = chunk(architecture.trunk());
        for (int from = 0; from < samples; from += chunk) {
            int rows = Math.min(chunk, samples - from);
            learning.forward(observations, from * architecture.observationSize(), rows);
            Masks.apply(learning.policyOutputs(), allowed, from);
            for (int i = 0; i < losses.size(); i++) {
                Loss loss = losses.get(i);
                Sums terms = loss.gradient(
                        distribution,
                        policy,
                        learning.values(),
                        from,
                        learning.policyGradient(),
                        learning.valueGradient(),
                        freeSums[i]);
                if (i == 0) {
                    first = first.plus(terms);
                }
                learning.backward(loss.asksPolicy(), loss.asksValue(), sums[i]);
            }
        }
        for (int i = 0; i < losses.size(); i++) {
            System.arraycopy(
                    freeSums[i], 0, sums[i], count - architecture.freeParameters(), architecture.freeParameters());
            for (int j = 0; j < count; j++) {
                gradient[i * count + j] = (float) sums[i][j];
            }
        }
        return first;
    }
}

package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.Disturbances;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.loss.Chosen;
import io.sparring.loss.Loss;
import io.sparring.loss.Sums;
import io.sparring.network.Activations;
import io.sparring.network.Architecture;
import io.sparring.network.LearningNetwork;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import io.sparring.network.Past;
import io.sparring.network.Trunk;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.Masks;
import io.sparring.policy.PolicyBatch;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Rollout;
import io.sparring.rollout.Shard;
import io.sparring.rollout.Trajectory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

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
    /** With memory whole sequences go through it, of as many copies as would make so many rows if they had no more steps than this. */
    private static final int LONG = 32;

    private final Configuration configuration;
    private final Architecture architecture;
    private final ActionDistribution distribution;
    private final Environment environment;
    private final Actor actor;
    private final LearningNetwork learning;
    private final Activations kept;
    private final boolean logs;

    public ShardWorker(Configuration configuration, EnvironmentSource source) {
        this(configuration, source, false);
    }

    /** @param logs whether what is acted is to be written down */
    public ShardWorker(Configuration configuration, EnvironmentSource source, boolean logs) {
        this.configuration = configuration;
        this.logs = logs;
        architecture = architecture(configuration, source.spec());
        distribution = configuration.network().distribution(source.spec());
        learning = configuration.network().engine().create(architecture);
        kept = new Activations(architecture, chunk(architecture.trunk()));
        environment = source.create(configuration.environment().copiesPerShard());
        actor = new Actor(environment, new Network(architecture), distribution);
    }

    private ShardWorker(Configuration configuration, ShardWorker scratch) {
        this.configuration = configuration;
        architecture = scratch.architecture;
        distribution = scratch.distribution;
        environment = scratch.environment;
        actor = scratch.actor;
        learning = scratch.learning;
        kept = scratch.kept;
        logs = scratch.logs;
    }

    /** This one, for another run with the same environment and network. */
    ShardWorker in(Configuration other) {
        return new ShardWorker(other, this);
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
        return actor.act(model, shard, learning.gamma(), learning.rolloutLength(), logs, null);
    }

    /** The same for who is going to {@link #learn} from this rollout by this model: where it pays, that needs no forward pass of its own. */
    Actor.Result actToLearn(Model model, Shard shard, Configuration.Learning options) {
        long samples = (long) options.rolloutLength() * environment.copies();
        boolean keeps = learning instanceof Network && Activations.pay(architecture, environment.copies(), samples);
        return actor.act(model, shard, options.gamma(), options.rolloutLength(), logs, keeps ? kept : null);
    }

    /** What was acted, where it is to be written down; else null. */
    Trajectory trajectory(Model model, Shard shard, Actor.Result acted) {
        return logs ? trajectory(shard, acted, logProbabilities(model, acted.rollout())) : null;
    }

    /** The same where log π is known. */
    Trajectory trajectory(Shard shard, Actor.Result acted, double[] logProbabilities) {
        return logs ? Trajectory.of(shard, acted, logProbabilities) : null;
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
        for (Chunk chunk : chunks(rollout.observations(), rollout.allowed(), rollout.past())) {
            forward(chunk);
            for (int row = 0; row < chunk.rows(); row++) {
                int sample = chunk.sample(row);
                policy.read(row, outputs);
                logProbabilities[sample] = distribution.logProbability(
                        outputs, 0, policy.free(), rollout.actions(), sample * distribution.actionSize());
            }
        }
        return logProbabilities;
    }

    /**
     * Samples that go through the network at once.
     *
     * @param observations among which theirs stand one behind the other
     * @param allowed their masks, likewise
     * @param from the first one's place
     * @param rows how many
     * @param past how they hang together
     * @param chosen which of all samples they are; null: those from {@code from} on
     */
    private record Chunk(Observations observations, boolean[] allowed, int from, int rows, Past past, Chosen chosen) {
        int sample(int row) {
            return chosen == null ? from + row : chosen.samples()[row];
        }

        Loss of(Loss loss) {
            return chosen == null ? loss : loss.of(chosen);
        }
    }

    /** Cuts samples where nothing hangs together: anywhere, and where there is memory between copies. */
    private List<Chunk> chunks(Observations observations, boolean[] allowed, Past past) {
        int samples = observations.length() / architecture.observationSize();
        int most = chunk(architecture.trunk());
        List<Chunk> chunks = new ArrayList<>();
        if (!past.isThere()) {
            for (int from = 0; from < samples; from += most) {
                chunks.add(new Chunk(observations, allowed, from, Math.min(most, samples - from), past, null));
            }
            return chunks;
        }
        int together = most / Math.min(past.steps(), LONG);
        if (past.copies() <= together) {
            return List.of(new Chunk(observations, allowed, 0, samples, past, null));
        }
        for (int from = 0; from < past.copies(); from += together) {
            int[] copies = IntStream.range(from, Math.min(from + together, past.copies()))
                    .toArray();
            Chosen chosen = new Chosen(past.samples(copies));
            chunks.add(new Chunk(
                    chosen.of(observations, architecture.observationSize()),
                    chosen.of(allowed, allowed.length / samples),
                    0,
                    chosen.samples().length,
                    past.of(copies),
                    chosen));
        }
        return chunks;
    }

    private void forward(Chunk chunk) {
        learning.forward(
                chunk.observations(), chunk.from() * architecture.observationSize(), chunk.rows(), chunk.past());
        Masks.apply(learning.policyOutputs(), chunk.allowed(), chunk.from());
    }

    /** As {@link #forward}, by what the actor has computed. */
    private void recall(Chunk chunk) {
        int from = chunk.from() * architecture.observationSize();
        int index = chunk.from() / chunk(architecture.trunk());
        ((Network) learning).recall(kept, index, chunk.observations(), from, chunk.rows());
        Masks.apply(learning.policyOutputs(), chunk.allowed(), chunk.from());
    }

    /**
     * Writes the gradient of each loss's sum over the samples to {@code gradient}, one behind the other: one forward pass for all (none after
     * {@link #actToLearn}), and one backward pass a loss, through those heads alone that have a part in it.
     *
     * @param observations of the samples
     * @param allowed the masks that held
     * @param past how the samples hang together, where the network has memory; gradients end where it begins
     * @return the first loss's sums
     */
    Sums learn(
            Model model, Observations observations, boolean[] allowed, Past past, List<Loss> losses, float[] gradient) {
        int count = architecture.parameterCount();
        PolicyBatch policy = PolicyBatch.of(learning, distribution.prepare(model.freeParameters()));
        double[][] sums = new double[losses.size()][count];
        double[][] freeSums = new double[losses.size()][architecture.freeParameters()];
        Sums first = Sums.NONE;
        learning.setModel(model);
        boolean known = kept.take(model, observations);
        for (Chunk chunk : chunks(observations, allowed, past)) {
            if (known) {
                recall(chunk);
            } else {
                forward(chunk);
            }
            for (int i = 0; i < losses.size(); i++) {
                Loss loss = chunk.of(losses.get(i));
                Sums terms = loss.gradient(
                        distribution,
                        policy,
                        learning.values(),
                        chunk.from(),
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

package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.Configuration.Algorithm;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.network.Architecture;
import io.sparring.network.Memory;
import io.sparring.network.Trunk;
import io.sparring.parameterserver.ParameterServerClient;
import io.sparring.policy.ActionDistribution;
import io.sparring.rollout.TrajectoryCodec;
import java.util.List;
import java.util.Locale;

/**
 * What a run takes of memory at least, by its configuration alone: so that what can never fit is refused with the key that asks for it,
 * before anything is started. Lower bounds, good to the order of magnitude; what passes may still need more.
 */
public final class Footprint {
    /** Arrays of Java have at most so many elements. */
    private static final double MOST_ELEMENTS = Integer.MAX_VALUE - 8;

    /** Of a parameter: itself, two averages of the optimiser, a gradient, and that as a sum in double precision. */
    private static final double PARAMETER_BYTES = 4 * (1 + 2 + 1) + 8;

    /** Of an episode that was played. */
    private static final double EPISODE_BYTES = 32;

    /** Of a copy of an environment beside its observation: a generator, its state, its episode so far. */
    private static final double COPY_BYTES = 100;

    private Footprint() {}

    /**
     * @param heapBytes what the driver has; {@link Long#MAX_VALUE} where that is not known
     * @throws InvalidConfiguration naming the key and what it takes, where that is more than there is
     */
    public static void require(Configuration configuration, EnvironmentSpec spec, long heapBytes) {
        boolean rounds = Strategy.of(configuration).inRounds();
        String section = configuration.algorithm().section();
        double observation = spec.observationSpace().size();
        double copies = configuration.environment().copiesPerShard();
        double noiseBytes = Float.BYTES * noise(configuration.network().distribution(spec));
        double choices = spec.masks() ? spec.actionSpace().maskSize() : 0;
        Memory memory = configuration.network().memory().layer();
        double copyBytes = COPY_BYTES
                + spec.layout().rowBytes()
                + noiseBytes
                + choices
                + Float.BYTES * trunks(configuration) * memory.stateSize();
        // What a round has seen: mean and sum of squares of each number.
        double seenBytes = 2.0
                * Double.BYTES
                * configuration.normalize().first(spec).observations().size();

        boolean threefold = configuration.algorithm() == Algorithm.A2C
                && configuration.a2c().normalizesAcrossShards();
        double gradients = threefold ? 3 : 1;
        double parameters = parameters(configuration, spec);
        double recurrent = trunks(configuration) * memory.parameters(0);
        require("network.memory.size", memory.size(), recurrent * PARAMETER_BYTES, recurrent, heapBytes);
        List<Integer> hidden = configuration.network().hidden();
        require("network.hidden", hidden, parameters * PARAMETER_BYTES, parameters * gradients, heapBytes);

        Trunk trunk = configuration.network().trunk(spec);
        double seen = (double) ShardWorker.chunk(trunk) * trunk.widest();
        require("network.convolutions", trunk.convolutions(), 0, seen, heapBytes);

        // Environments and rollouts may be elsewhere, where there is more.
        int length = configuration.learning().rolloutLength();
        require(
                "environment.copies-per-shard",
                configuration.environment().copiesPerShard(),
                0,
                copies * observation,
                heapBytes);
        double samples = copies * length;
        require(
                section + ".rollout-length",
                length,
                0,
                samples * Math.max(Math.max(spec.actionSpace().size(), observation), choices),
                heapBytes);
        require("network.memory.size", memory.size(), 0, samples * memory.gates(), heapBytes);
        if (rounds) {
            double shards = configuration.shards();
            double shardBytes = copies * copyBytes + seenBytes;
            require(section + ".shards", configuration.shards(), shards * shardBytes, shards, heapBytes);
        }
        double episodes = configuration.evaluation().episodes();
        require(
                "evaluation.episodes",
                configuration.evaluation().episodes(),
                episodes * EPISODE_BYTES,
                episodes * observation,
                heapBytes);
    }

    /**
     * Of a run whose steps are written down: that a worker's push takes a whole rollout along.
     *
     * @throws InvalidConfiguration if that is more than a message may be
     */
    public static void requireLog(Configuration configuration, EnvironmentSpec spec) {
        if (Strategy.of(configuration).inRounds()) {
            return;
        }
        int length = configuration.learning().rolloutLength();
        double step = spec.layout().rowBytes()
                + (double) Float.BYTES * spec.actionSpace().size()
                + (spec.masks() ? spec.actionSpace().maskSize() : 0)
                + TrajectoryCodec.STEP_BYTES;
        // What it learned, and the snapshot of its optimiser's averages.
        double bytes = length * configuration.environment().copiesPerShard() * step
                + parameters(configuration, spec) * Float.BYTES * 3;
        if (bytes > ParameterServerClient.MOST_BYTES) {
            throw new InvalidConfiguration(String.format(
                    Locale.ROOT,
                    "a3c.rollout-length: expected with --log-trajectories what fits into a push of %s, got %d steps of %d copies, which make one of %s",
                    size(ParameterServerClient.MOST_BYTES),
                    length,
                    configuration.environment().copiesPerShard(),
                    size(bytes)));
        }
    }

    /**
     * How many Python processes an executor has beside its JVM at most at once: one for each of its shards or workers, and for each slot one while an
     * evaluation is played.
     *
     * @param executors at least 1
     * @param slots how many tasks run at once on one of them
     */
    public static int processes(Configuration configuration, int executors, int slots) {
        if (!Strategy.of(configuration).inRounds()) {
            return slots;
        }
        int shards = (configuration.shards() + executors - 1) / executors;
        return shards + (configuration.evaluation().everyEnvSteps() > 0 ? slots : 0);
    }

    /** As {@link Architecture} counts them, without its whole numbers' limit. */
    private static double parameters(Configuration configuration, EnvironmentSpec spec) {
        Trunk below = configuration.network().trunk(spec);
        double trunk = below.convolutionParameters();
        double inputs = below.joined();
        for (int outputs : configuration.network().hidden()) {
            trunk += (inputs + 1) * outputs + (below.layerNorm() ? 2.0 * outputs : 0);
            inputs = outputs;
        }
        Memory memory = configuration.network().memory().layer();
        if (memory.isThere()) {
            trunk += memory.parameters(inputs);
            inputs = memory.size();
        }
        ActionDistribution distribution = configuration.network().distribution(spec);
        double heads = (inputs + 1) * (distribution.outputs() + 1);
        return trunks(configuration) * trunk + heads + noise(distribution);
    }

    private static int trunks(Configuration configuration) {
        return configuration.network().kind() == Architecture.Kind.SHARED ? 1 : 2;
    }

    /** Of lasting noise: how many numbers each copy keeps, and how many scales are learned. */
    private static double noise(ActionDistribution distribution) {
        return (double) distribution.features() * distribution.outputs();
    }

    private static void require(String key, Object value, double bytes, double elements, long heapBytes) {
        if (bytes > heapBytes) {
            throw new InvalidConfiguration(String.format(
                    Locale.ROOT,
                    "%s: expected what fits into a heap of %s (--driver-memory gives more), got %s, which takes %s at least",
                    key,
                    size(heapBytes),
                    value,
                    size(bytes)));
        }
        if (elements > MOST_ELEMENTS) {
            throw new InvalidConfiguration(String.format(
                    Locale.ROOT,
                    "%s: expected what fits into an array of 2³¹ numbers, got %s, which makes %.1e",
                    key,
                    value,
                    elements));
        }
    }

    private static String size(double bytes) {
        return bytes < 1L << 30
                ? String.format(Locale.ROOT, "%,.0f MiB", bytes / (1 << 20))
                : String.format(Locale.ROOT, "%,.1f GiB", bytes / (1 << 30));
    }
}

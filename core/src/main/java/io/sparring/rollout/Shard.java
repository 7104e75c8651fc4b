package io.sparring.rollout;

import io.sparring.environment.Environment;
import io.sparring.environment.RowLayout;
import io.sparring.environment.Step;
import io.sparring.network.Observations;
import io.sparring.policy.LastingNoise;
import io.sparring.random.Generators;
import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * B environments between two rounds, as a value: whoever has it can go on from there, on any machine, with the same bits. The
 * arrays must not be changed.
 *
 * @param index which of the N shards
 * @param environment the environment's snapshot
 * @param observations what the policy acts on next, B × observation size
 * @param actionGenerators the states of the generators that draw actions
 * @param returns the rewards so far of each running episode
 * @param lengths the steps so far of each running episode
 * @param allowed which actions may be taken next, B × mask size; empty where none is ever forbidden
 * @param noise of the actions that were taken last, where noise lasts
 * @param discountedReturns G ← γ G + r so far of each running episode, where rewards are normalised and a step was made; else empty
 * @param memory what a network with memory remembers of each running episode, B × state size; empty for other networks and before the first step
 */
public record Shard(
        int index,
        byte[] environment,
        Observations observations,
        byte[] actionGenerators,
        double[] returns,
        int[] lengths,
        boolean[] allowed,
        LastingNoise noise,
        double[] discountedReturns,
        float[] memory)
        implements Serializable {

    /** The shard at the start of a run: B first episodes. */
    public static Shard first(long seed, int index, Environment environment) {
        int copies = environment.copies();
        long[] environmentSeeds = new long[copies];
        long[] actionSeeds = new long[copies];
        for (int copy = 0; copy < copies; copy++) {
            environmentSeeds[copy] = Streams.seed(seed, index, copy, Purpose.ENVIRONMENT);
            actionSeeds[copy] = Streams.seed(seed, index, copy, Purpose.ACTION);
        }
        Step first = Step.compact(environment);
        environment.reset(environmentSeeds, first);
        return new Shard(
                index,
                environment.snapshot(),
                observations(environment.layout(), first),
                states(Generators.of(actionSeeds), copies),
                new double[copies],
                new int[copies],
                first.allowed,
                LastingNoise.NONE,
                new double[0],
                new float[0]);
    }

    /** What a step gave, kept as this layout has it; a copy. */
    static Observations observations(RowLayout layout, Step step) {
        Observations given = given(step);
        Observations observations = Observations.room(layout, given.length());
        observations.put(0, given, 0, given.length());
        return observations;
    }

    /** What is acted on after a step, where it stands. */
    static Observations given(Step step) {
        return given(step, step.bytes, step.observations);
    }

    /** The last of the episodes that a step has ended, where they stand. */
    static Observations givenLast(Step step) {
        return given(step, step.finalBytes, step.finalObservations);
    }

    private static Observations given(Step step, byte[] bytes, float[] floats) {
        return step.layout == null ? new Observations.Floats(floats) : Observations.of(step.layout, bytes, floats);
    }

    static byte[] states(Generators generators, int copies) {
        ByteBuffer bytes = ByteBuffer.allocate(Generators.bytes(copies));
        generators.write(bytes);
        return bytes.array();
    }

    /** As Java serialises it: by its codec, as everywhere else. */
    private Object writeReplace() {
        return new ShardCodec.Travelling(ShardCodec.encode(this));
    }

    /** About how many bytes it takes. */
    public long bytes() {
        return environment.length
                + observations.roomBytes()
                + actionGenerators.length
                + (long) returns.length * (Double.BYTES + Integer.BYTES)
                + allowed.length
                + (long) (noise.values().length + memory.length) * Float.BYTES
                + (long) discountedReturns.length * Double.BYTES;
    }
}

package io.sparring.environment.probe;

import io.sparring.environment.IntCopies;
import io.sparring.environment.Space;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * MemoryChain-v0: remember what was shown at the start, and say it at the end.
 *
 * <p>Equal to bsuite's {@code environments/memory_chain.py}, with one bit (its experiment {@code memory_len}) unless told otherwise. Observed are the
 * time, from 1 down to 0 in N steps; the query, which bit will be asked for, with the question alone; and the bits of the context, each −1 or 1 at
 * first and 0 later. Actions 0 and 1 do nothing until the last: it terminates the episode with the reward 1 where it is the bit that was asked
 * for (0 for −1), else −1. Every step before is worth 0.
 *
 * <p>As in bsuite an episode has N + 1 steps, for what the reset showed is shown once more after the first: time stands still for a step. The question is
 * then what the Nth step shows, with the time 1/N.
 */
final class MemoryChain extends IntCopies {
    static final Space.Discrete ACTIONS = new Space.Discrete(2);
    /** What stands before the context. */
    private static final int CONTEXT = 2;

    private final int length;
    private final int bits;

    /** The state of a copy: the steps taken, the query, the bits. */
    MemoryChain(int copies, int length, int bits) {
        super(observations(bits), ACTIONS, copies, CONTEXT + bits, Probes.FRAMES_PER_SECOND);
        this.length = length;
        this.bits = bits;
    }

    static Space.Box observations(int bits) {
        float[] low = new float[CONTEXT + bits];
        float[] high = new float[CONTEXT + bits];
        Arrays.fill(low, CONTEXT, low.length, -1);
        Arrays.fill(high, 1);
        high[1] = Math.max(1, bits - 1);
        return new Space.Box(low, high);
    }

    @Override
    protected void start(int at, UniformRandomProvider random) {
        state[at] = 0;
        for (int i = 0; i < bits; i++) {
            state[at + CONTEXT + i] = random.nextInt(2);
        }
        state[at + 1] = random.nextInt(bits);
    }

    @Override
    protected double move(int at, int action, UniformRandomProvider random) {
        state[at]++;
        if (!over(at)) {
            return 0;
        }
        return action == state[at + CONTEXT + state[at + 1]] ? 1 : -1;
    }

    @Override
    protected boolean over(int at) {
        return state[at] == length + 1;
    }

    @Override
    protected void observe(int at, float[] observations, int to) {
        int time = Math.max(0, state[at] - 1);
        observations[to] = (float) (1 - (double) time / length);
        if (time == length - 1) {
            observations[to + 1] = state[at + 1];
        }
        for (int i = 0; i < bits && time == 0; i++) {
            observations[to + CONTEXT + i] = 2 * state[at + CONTEXT + i] - 1;
        }
    }
}

package io.sparring.network;

import java.io.Serializable;
import java.util.List;

/**
 * How the rows of a batch hang together where a network has memory: T steps of B copies, row t·B + b being step t of copy b. The arrays
 * must not be changed.
 *
 * @param copies B; 0 where there is no memory
 * @param states what each copy remembers before its first step, B × {@link Architecture#stateSize()}, copy by copy
 * @param continues T×B: 1 where the copy's next step belongs to the same episode; where it doesn't, the memory is 0 again before that
 */
public record Past(int copies, float[] states, double[] continues) implements Serializable {
    /** That of networks without memory. */
    public static final Past NONE = new Past(0, new float[0], new double[0]);

    /** Before one step of each copy. */
    public static Past before(float[] states, int copies) {
        return new Past(copies, states, new double[copies]);
    }

    /** One step of several copies, from those of one copy each, in this order. */
    public static Past beside(List<Past> steps) {
        if (steps.stream().noneMatch(Past::isThere)) {
            return NONE;
        }
        int size = steps.get(0).states.length;
        float[] states = new float[steps.size() * size];
        for (int i = 0; i < steps.size(); i++) {
            System.arraycopy(steps.get(i).states, 0, states, i * size, size);
        }
        return before(states, steps.size());
    }

    /** Whether there is memory. */
    public boolean isThere() {
        return copies > 0;
    }

    /** T. */
    public int steps() {
        return continues.length / copies;
    }

    /** Which samples all steps of some copies are, step by step. */
    public int[] samples(int[] chosen) {
        int[] samples = new int[steps() * chosen.length];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = i / chosen.length * copies + chosen[i % chosen.length];
        }
        return samples;
    }

    /** That of some copies alone, in this order. */
    public Past of(int[] chosen) {
        int size = states.length / copies;
        float[] own = new float[chosen.length * size];
        for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(states, chosen[i] * size, own, i * size, size);
        }
        int[] samples = samples(chosen);
        double[] ownContinues = new double[samples.length];
        for (int i = 0; i < samples.length; i++) {
            ownContinues[i] = continues[samples[i]];
        }
        return new Past(chosen.length, own, ownContinues);
    }
}

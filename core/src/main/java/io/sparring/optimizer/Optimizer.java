package io.sparring.optimizer;

import java.util.Arrays;

/** An {@link UpdateRule} at work on the flat vectors of parameters and gradients. Used by one thread at a time. */
public final class Optimizer {
    /** So many elements at a time become doubles: what they are computed from stays in the nearest cache. */
    private static final int BLOCK = 512;

    private final UpdateRule rule;
    private final int count;
    private final float[] state;
    private int steps;

    /**
     * Before the first step.
     *
     * @param parameterCount the length of the vectors
     */
    public Optimizer(UpdateRule rule, int parameterCount) {
        this.rule = rule;
        count = parameterCount;
        state = new float[rule.averages() * parameterCount];
        Arrays.fill(state, rule.firstAverage());
    }

    /**
     * θ − step(∇).
     *
     * @param parameters θ, left alone
     * @param gradient ∇, of the same length, left alone
     * @param learningRate of this step
     * @return the next θ
     */
    public float[] step(float[] parameters, float[] gradient, double learningRate) {
        steps++;
        float[] next = new float[count];
        double[] change = new double[BLOCK];
        double[][] averages = new double[rule.averages()][BLOCK];
        for (int from = 0; from < count; from += BLOCK) {
            int some = Math.min(BLOCK, count - from);
            widen(gradient, from, change, some);
            for (int i = 0; i < averages.length; i++) {
                widen(state, i * count + from, averages[i], some);
            }
            rule.apply(change, averages, some, steps, learningRate);
            for (int i = 0; i < averages.length; i++) {
                narrow(averages[i], state, i * count + from, some);
            }
            for (int i = 0; i < some; i++) {
                next[from + i] = (float) (parameters[from + i] - change[i]);
            }
        }
        return next;
    }

    private static void widen(float[] floats, int from, double[] doubles, int some) {
        for (int i = 0; i < some; i++) {
            doubles[i] = floats[from + i];
        }
    }

    private static void narrow(double[] doubles, float[] floats, int from, int some) {
        for (int i = 0; i < some; i++) {
            floats[from + i] = (float) doubles[i];
        }
    }

    /** The moving averages, as one vector; empty where there are none. */
    public float[] state() {
        return state.clone();
    }

    /** How many steps were taken. */
    public int steps() {
        return steps;
    }

    /**
     * Goes on from where {@link #state()} and {@link #steps()} were taken.
     *
     * @throws IllegalArgumentException if the state is another network's
     */
    public void restore(float[] savedState, int savedSteps) {
        if (savedSteps > 0) {
            if (savedState.length != state.length) {
                throw new IllegalArgumentException(
                        "an optimiser state of " + savedState.length + " floats, not " + state.length);
            }
            System.arraycopy(savedState, 0, state, 0, state.length);
            steps = savedSteps;
        }
    }
}

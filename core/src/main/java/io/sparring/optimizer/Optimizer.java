package io.sparring.optimizer;

import java.util.Arrays;

/** An {@link UpdateRule} at work on the flat vectors of parameters and gradients. Used by one thread at a time. */
public final class Optimizer {
    private final UpdateRule rule;
    private final float[] state;
    private int steps;

    /**
     * Before the first step.
     *
     * @param parameterCount the length of the vectors
     */
    public Optimizer(UpdateRule rule, int parameterCount) {
        this.rule = rule;
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
        float[] next = new float[parameters.length];
        rule.apply(parameters, gradient, state, steps, learningRate, next);
        return next;
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

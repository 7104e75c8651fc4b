package io.sparring.optimizer;

import java.io.Serializable;

/**
 * How a gradient becomes a step, element by element: an optimiser's formula. Moving averages are kept as floats; each element is computed
 * in double precision and rounded once, so the bits are the same on every CPU. A new optimiser is a record that implements this.
 */
public interface UpdateRule extends Serializable {

    /** How many moving averages each parameter has; they lie one vector behind the other. */
    int averages();

    /** What the moving averages start from. */
    default float firstAverage() {
        return 0;
    }

    /**
     * One step.
     *
     * @param parameters θ, left alone
     * @param gradient ∇, as long, left alone
     * @param state the moving averages, written over
     * @param step t, 1 for the first one
     * @param learningRate η
     * @param next receives the next θ
     */
    void apply(float[] parameters, float[] gradient, float[] state, int step, double learningRate, float[] next);

    /** Plain gradient descent: θ ← θ − η g. */
    record Sgd() implements UpdateRule {
        private static final long serialVersionUID = 1L;

        @Override
        public int averages() {
            return 0;
        }

        @Override
        public void apply(
                float[] parameters, float[] gradient, float[] state, int step, double learningRate, float[] next) {
            for (int i = 0; i < next.length; i++) {
                next[i] = (float) (parameters[i] - learningRate * gradient[i]);
            }
        }
    }

    /**
     * RMSProp (Tieleman and Hinton 2012): v ← ρ v + (1 − ρ) g², and θ ← θ − η g / (√v + ε), v from 0, as PyTorch has it; or
     * θ ← θ − η g / √(v + ε), v from 1, as TensorFlow 1 had it, by which published A2C results on Atari were made.
     *
     * @param decay ρ
     * @param epsilon ε
     * @param tensorflow which of the two forms
     */
    record RmsProp(double decay, double epsilon, boolean tensorflow) implements UpdateRule {
        private static final long serialVersionUID = 1L;

        @Override
        public int averages() {
            return 1;
        }

        @Override
        public float firstAverage() {
            return tensorflow ? 1 : 0;
        }

        @Override
        public void apply(
                float[] parameters, float[] gradient, float[] state, int step, double learningRate, float[] next) {
            for (int i = 0; i < next.length; i++) {
                double g = gradient[i];
                double v = decay * state[i] + (1 - decay) * g * g;
                double root = tensorflow ? Math.sqrt(v + epsilon) : Math.sqrt(v) + epsilon;
                state[i] = (float) v;
                next[i] = (float) (parameters[i] - learningRate * g / root);
            }
        }
    }

    /**
     * Adam (Kingma and Ba 2015, algorithm 1), as PyTorch has it: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
     * θ ← θ − η m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε).
     *
     * @param beta1 β₁
     * @param beta2 β₂
     * @param epsilon ε
     */
    record Adam(double beta1, double beta2, double epsilon) implements UpdateRule {
        private static final long serialVersionUID = 1L;

        @Override
        public int averages() {
            return 2;
        }

        @Override
        public void apply(
                float[] parameters, float[] gradient, float[] state, int step, double learningRate, float[] next) {
            double rate = learningRate / (1 - StrictMath.pow(beta1, step));
            double correction = 1 - StrictMath.pow(beta2, step);
            for (int i = 0; i < next.length; i++) {
                double g = gradient[i];
                double m = beta1 * state[i] + (1 - beta1) * g;
                double v = beta2 * state[next.length + i] + (1 - beta2) * g * g;
                state[i] = (float) m;
                state[next.length + i] = (float) v;
                next[i] = (float) (parameters[i] - rate * m / (Math.sqrt(v / correction) + epsilon));
            }
        }
    }
}

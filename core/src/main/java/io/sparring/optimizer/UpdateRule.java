package io.sparring.optimizer;

import java.io.Serializable;

/**
 * How a gradient becomes a step, element by element: an optimiser's formula. Moving averages are kept as floats; each element is computed
 * in double precision and rounded once, so the bits are the same on every CPU. A new optimiser is a record that implements this; loops over doubles
 * alone, each of one formula, become vector instructions.
 */
public interface UpdateRule extends Serializable {

    /** How many moving averages each parameter has; they lie one vector behind the other. */
    int averages();

    /** What the moving averages start from. */
    default float firstAverage() {
        return 0;
    }

    /**
     * One step of some of the elements.
     *
     * @param change ∇; becomes what is subtracted from θ
     * @param averages the moving averages of each kind, written over
     * @param count how many elements there are, at the arrays' beginnings
     * @param step t, 1 for the first one
     * @param learningRate η
     */
    void apply(double[] change, double[][] averages, int count, int step, double learningRate);

    /** Plain gradient descent: θ ← θ − η g. */
    record Sgd() implements UpdateRule {
        private static final long serialVersionUID = 1L;

        @Override
        public int averages() {
            return 0;
        }

        @Override
        public void apply(double[] change, double[][] averages, int count, int step, double learningRate) {
            for (int i = 0; i < count; i++) {
                change[i] = learningRate * change[i];
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
        public void apply(double[] change, double[][] averages, int count, int step, double learningRate) {
            double[] v = averages[0];
            for (int i = 0; i < count; i++) {
                v[i] = decay * v[i] + (1 - decay) * change[i] * change[i];
            }
            if (tensorflow) {
                for (int i = 0; i < count; i++) {
                    change[i] = learningRate * change[i] / Math.sqrt(v[i] + epsilon);
                }
            } else {
                for (int i = 0; i < count; i++) {
                    change[i] = learningRate * change[i] / (Math.sqrt(v[i]) + epsilon);
                }
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
        public void apply(double[] change, double[][] averages, int count, int step, double learningRate) {
            double rate = learningRate / (1 - StrictMath.pow(beta1, step));
            double correction = 1 - StrictMath.pow(beta2, step);
            double[] m = averages[0];
            double[] v = averages[1];
            for (int i = 0; i < count; i++) {
                m[i] = beta1 * m[i] + (1 - beta1) * change[i];
            }
            for (int i = 0; i < count; i++) {
                v[i] = beta2 * v[i] + (1 - beta2) * change[i] * change[i];
            }
            for (int i = 0; i < count; i++) {
                change[i] = rate * m[i] / (Math.sqrt(v[i] / correction) + epsilon);
            }
        }
    }
}

package io.sparring.network;

/** What follows a hidden layer. In float arithmetic, with the same bits on every machine; {@link VectorKernels} has the same functions. */
public enum Activation {
    /** max(0, x). */
    RELU(Math.sqrt(2)) {
        @Override
        void apply(float[] values, int from, int to) {
            for (int i = from; i < to; i++) {
                values[i] = Math.max(0f, values[i]);
            }
        }

        @Override
        void backward(float[] outputs, int from, float[] gradient, int at, int count) {
            for (int i = 0; i < count; i++) {
                if (outputs[from + i] <= 0) {
                    gradient[at + i] = 0;
                }
            }
        }
    },

    /** tanh, by {@link Tanh}. */
    TANH(Math.sqrt(2)) {
        @Override
        void apply(float[] values, int from, int to) {
            for (int i = from; i < to; i++) {
                values[i] = Tanh.of(values[i]);
            }
        }

        @Override
        void backward(float[] outputs, int from, float[] gradient, int at, int count) {
            for (int i = 0; i < count; i++) {
                gradient[at + i] *= 1f - outputs[from + i] * outputs[from + i];
            }
        }
    },

    /** x σ(x) (Elfwing et al. 2018), also called swish. Its slope is no function of its output. */
    SILU(Math.sqrt(2)) {
        @Override
        boolean slopeNeedsInputs() {
            return true;
        }

        @Override
        void apply(float[] values, int from, int to) {
            for (int i = from; i < to; i++) {
                float x = Math.max(Exponential.LOWEST, values[i]);
                values[i] = x * sigmoid(x);
            }
        }

        @Override
        void backward(float[] inputs, int from, float[] gradient, int at, int count) {
            for (int i = 0; i < count; i++) {
                float x = Math.max(Exponential.LOWEST, Math.min(-Exponential.LOWEST, inputs[from + i]));
                float sigmoid = sigmoid(x);
                gradient[at + i] *= Fused.multiplyAdd(x, 1f - sigmoid, 1f) * sigmoid;
            }
        }

        private float sigmoid(float x) {
            float e = Exponential.of(-Math.abs(x));
            return (x >= 0 ? 1f : e) / (1f + e);
        }
    },

    /** x where that is above 0, eˣ − 1 below (Clevert et al. 2016). */
    ELU(Math.sqrt(2)) {
        @Override
        void apply(float[] values, int from, int to) {
            for (int i = from; i < to; i++) {
                if (!(values[i] > 0)) {
                    values[i] = Exponential.minusOne(values[i]);
                }
            }
        }

        @Override
        void backward(float[] outputs, int from, float[] gradient, int at, int count) {
            for (int i = 0; i < count; i++) {
                if (!(outputs[from + i] > 0)) {
                    gradient[at + i] *= outputs[from + i] + 1f;
                }
            }
        }
    };

    /**
     * The gain of the orthogonal initialisation of the layer before it: √2 for all, which is right for {@link #RELU} and what
     * Stable-Baselines3 and CleanRL have for tanh too, where PyTorch's {@code calculate_gain} says 5/3.
     */
    final double gain;

    Activation(double gain) {
        this.gain = gain;
    }

    /** Applies the function in place to the elements from {@code from} (inclusive) to {@code to} (exclusive). */
    abstract void apply(float[] values, int from, int to);

    /** Whether f′ is computed from the function's inputs, and not from its outputs alone. */
    boolean slopeNeedsInputs() {
        return false;
    }

    /**
     * gradient ← gradient · f′.
     *
     * @param outputs {@code count} of them from {@code from} on; or the inputs, where {@link #slopeNeedsInputs}
     * @param gradient as many from {@code at} on
     */
    abstract void backward(float[] outputs, int from, float[] gradient, int at, int count);
}

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
    };

    /** The gain of the orthogonal initialisation of the layer before it. */
    final double gain;

    Activation(double gain) {
        this.gain = gain;
    }

    /** Applies the function in place to the elements from {@code from} (inclusive) to {@code to} (exclusive). */
    abstract void apply(float[] values, int from, int to);

    /**
     * gradient ← gradient · f′, f′ being known from the function's outputs alone.
     *
     * @param outputs {@code count} of them from {@code from} on
     * @param gradient as many from {@code at} on
     */
    abstract void backward(float[] outputs, int from, float[] gradient, int at, int count);
}

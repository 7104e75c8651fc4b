package io.sparring.network;

/** What follows a hidden layer. In float arithmetic, with the same bits on every machine. */
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
        void backward(float[] outputs, float[] gradient, int count) {
            for (int i = 0; i < count; i++) {
                // 0 or 1 without a branch, so that the loop is vectorised; NaN stays NaN. One factor is too small for
                // the
                // smallest outputs.
                gradient[i] *= Math.min(1f, outputs[i] * Float.MAX_VALUE * Float.MAX_VALUE);
            }
        }

        @Override
        double apply(double x) {
            return Math.max(0, x);
        }

        @Override
        double derivative(double output) {
            return output > 0 ? 1 : 0 * output; // NaN stays NaN
        }
    },

    /**
     * tanh by a rational approximation of degree (13, 6), the one of Eigen's {@code generic_fast_tanh_float}: within
     * 5e-7 of the exact value, and a vectorised loop where {@link Math#tanh} would take 30 ns an element.
     */
    TANH(Math.sqrt(2)) {
        private static final float LIMIT = 7.90531110763549805f;

        @Override
        void apply(float[] values, int from, int to) {
            for (int i = from; i < to; i++) {
                float x = Math.max(-LIMIT, Math.min(LIMIT, values[i]));
                float x2 = x * x;
                float p = x2 * -2.76076847742355e-16f + 2.00018790482477e-13f;
                p = x2 * p - 8.60467152213735e-11f;
                p = x2 * p + 5.12229709037114e-08f;
                p = x2 * p + 1.48572235717979e-05f;
                p = x2 * p + 6.37261928875436e-04f;
                p = x2 * p + 4.89352455891786e-03f;
                float q = x2 * 1.19825839466702e-06f + 1.18534705686654e-04f;
                q = x2 * q + 2.26843463243900e-03f;
                q = x2 * q + 4.89352518554385e-03f;
                values[i] = x * p / q;
            }
        }

        @Override
        void backward(float[] outputs, float[] gradient, int count) {
            for (int i = 0; i < count; i++) {
                gradient[i] *= 1f - outputs[i] * outputs[i];
            }
        }

        @Override
        double apply(double x) {
            return StrictMath.tanh(x);
        }

        @Override
        double derivative(double output) {
            return 1 - output * output;
        }
    };

    /** The gain of the orthogonal initialisation of the layer before it. */
    final double gain;

    Activation(double gain) {
        this.gain = gain;
    }

    /** Applies the function in place to the elements from {@code from} (inclusive) to {@code to} (exclusive). */
    abstract void apply(float[] values, int from, int to);

    /** gradient ← gradient · f′, f′ being known from the function's outputs alone. */
    abstract void backward(float[] outputs, float[] gradient, int count);

    /** The exact function, for networks in double precision. */
    abstract double apply(double x);

    /** The exact derivative, from the function's output. */
    abstract double derivative(double output);
}

package io.sparring.network;

import java.util.Arrays;

/**
 * A dense layer's three products in plain Java: y = W x + b, ∂L/∂x = Wᵀ δ and ∂L/∂W = Σ δ xᵀ over the rows of a batch.
 *
 * <p>A batch lies feature by feature, each feature's values of all rows in an array of their own, so that the inner loops run
 * over rows and are vectorised whatever the layer's width (five times as fast as one array for all features, which the compiler
 * must suspect of overlapping itself). Four terms are added at a time: 15 multiplications a nanosecond, where ND4J's gemm does 5
 * at the widths of these networks. Every sum has one order that no instruction set changes: the bits are the same on every CPU.
 *
 * <p>Weights lie output by output: that of (input, output) at output · inputs + input.
 */
final class DenseLoops {
    /** With fewer outputs, summing up pair by pair costs less than transposing the batch. */
    private static final int NARROW = 5;

    private DenseLoops() {}

    /**
     * out ← W in + b. A row's result depends on that row alone.
     *
     * @param parameters weights from {@code weights} on, biases from {@code biases} on
     * @param in inputs × at least {@code rows}
     * @param out outputs × at least {@code rows}
     */
    static void forward(float[] parameters, int weights, int biases, float[][] in, float[][] out, int rows) {
        int inputs = in.length;
        for (int output = 0; output < out.length; output++) {
            float[] sum = out[output];
            int weight = weights + output * inputs;
            Arrays.fill(sum, 0, rows, parameters[biases + output]);
            int input = 0;
            for (; input + 4 <= inputs; input += 4) {
                addFour(
                        sum,
                        rows,
                        in[input],
                        in[input + 1],
                        in[input + 2],
                        in[input + 3],
                        parameters[weight + input],
                        parameters[weight + input + 1],
                        parameters[weight + input + 2],
                        parameters[weight + input + 3]);
            }
            for (; input < inputs; input++) {
                addOne(sum, rows, in[input], parameters[weight + input]);
            }
        }
    }

    /**
     * inputGradient ← Wᵀ delta.
     *
     * @param delta outputs × at least {@code rows}: ∂L/∂y
     * @param inputGradient inputs × at least {@code rows}
     */
    static void inputGradient(float[] weights, float[][] delta, float[][] inputGradient, int rows) {
        int inputs = inputGradient.length;
        for (int input = 0; input < inputs; input++) {
            float[] sum = inputGradient[input];
            Arrays.fill(sum, 0, rows, 0);
            int output = 0;
            for (; output + 4 <= delta.length; output += 4) {
                addFour(
                        sum,
                        rows,
                        delta[output],
                        delta[output + 1],
                        delta[output + 2],
                        delta[output + 3],
                        weights[output * inputs + input],
                        weights[(output + 1) * inputs + input],
                        weights[(output + 2) * inputs + input],
                        weights[(output + 3) * inputs + input]);
            }
            for (; output < delta.length; output++) {
                addOne(sum, rows, delta[output], weights[output * inputs + input]);
            }
        }
    }

    /** Memory for {@link #weightGradient}, for one thread: the same for every layer and batch, so that it stays in the cache. */
    static final class Scratch {
        private float[][] transposed = new float[0][];
        private float[][] sums = new float[0][];

        private float[][] transposed(int rows, int width) {
            if (transposed.length < rows || transposed[0].length < width) {
                transposed = new float[rows][width];
            }
            return transposed;
        }

        /** All zero. */
        private float[][] sums(int count, int width) {
            if (sums.length < count || sums[0].length < width) {
                sums = new float[count][width];
            }
            for (int i = 0; i < count; i++) {
                Arrays.fill(sums[i], 0, width, 0);
            }
            return sums;
        }
    }

    /** weightGradient ← Σ δ xᵀ, laid out as the weights. */
    static void weightGradient(float[][] in, float[][] delta, float[] weightGradient, int rows, Scratch scratch) {
        int inputs = in.length;
        int outputs = delta.length;
        if (outputs < NARROW) {
            for (int output = 0; output < outputs; output++) {
                for (int input = 0; input < inputs; input++) {
                    weightGradient[output * inputs + input] = dot(in[input], delta[output], rows);
                }
            }
        } else if (inputs >= outputs) {
            float[][] sums = outerProducts(delta, in, rows, scratch);
            for (int output = 0; output < outputs; output++) {
                System.arraycopy(sums[output], 0, weightGradient, output * inputs, inputs);
            }
        } else {
            float[][] sums = outerProducts(in, delta, rows, scratch);
            for (int output = 0; output < outputs; output++) {
                for (int input = 0; input < inputs; input++) {
                    weightGradient[output * inputs + input] = sums[input][output];
                }
            }
        }
    }

    /** biasGradient ← Σ δ. */
    static void biasGradient(float[][] delta, float[] biasGradient, int rows) {
        for (int output = 0; output < delta.length; output++) {
            biasGradient[output] = sum(delta[output], rows);
        }
    }

    /** Σ over rows of narrow[i][row] · wide[j][row]: the inner loop runs over j, the longer side. */
    private static float[][] outerProducts(float[][] narrow, float[][] features, int rows, Scratch scratch) {
        int width = features.length;
        float[][] wide = scratch.transposed(rows, width);
        transpose(features, rows, wide);
        float[][] sums = scratch.sums(narrow.length, width);
        int row = 0;
        for (; row + 4 <= rows; row += 4) {
            for (int i = 0; i < narrow.length; i++) {
                addFour(
                        sums[i],
                        width,
                        wide[row],
                        wide[row + 1],
                        wide[row + 2],
                        wide[row + 3],
                        narrow[i][row],
                        narrow[i][row + 1],
                        narrow[i][row + 2],
                        narrow[i][row + 3]);
            }
        }
        for (; row < rows; row++) {
            for (int i = 0; i < narrow.length; i++) {
                addOne(sums[i], width, wide[row], narrow[i][row]);
            }
        }
        return sums;
    }

    private static void transpose(float[][] features, int rows, float[][] transposed) {
        for (int row = 0; row < rows; row++) {
            float[] values = transposed[row];
            for (int feature = 0; feature < features.length; feature++) {
                values[feature] = features[feature][row];
            }
        }
    }

    private static void addFour(
            float[] sum, int count, float[] a, float[] b, float[] c, float[] d, float w, float x, float y, float z) {
        for (int i = 0; i < count; i++) {
            sum[i] += a[i] * w + b[i] * x + (c[i] * y + d[i] * z);
        }
    }

    private static void addOne(float[] sum, int count, float[] in, float weight) {
        for (int i = 0; i < count; i++) {
            sum[i] += in[i] * weight;
        }
    }

    /** In eight sums, which do not wait for each other. */
    private static float dot(float[] a, float[] b, int count) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        int i = 0;
        for (; i + 8 <= count; i += 8) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
            s4 += a[i + 4] * b[i + 4];
            s5 += a[i + 5] * b[i + 5];
            s6 += a[i + 6] * b[i + 6];
            s7 += a[i + 7] * b[i + 7];
        }
        for (; i < count; i++) {
            s0 += a[i] * b[i];
        }
        return s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7));
    }

    private static float sum(float[] values, int count) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            s0 += values[i];
            s1 += values[i + 1];
            s2 += values[i + 2];
            s3 += values[i + 3];
        }
        for (; i < count; i++) {
            s0 += values[i];
        }
        return s0 + s1 + (s2 + s3);
    }
}

package io.sparring.network;

import static io.sparring.network.Fused.multiplyAdd;

import java.util.Arrays;

/** {@link Kernels} in plain Java. */
final class ScalarKernels extends Kernels {
    private static final int TILE = Batch.FEATURE_TILE;

    private final float[] lanes = new float[LANES];

    @Override
    int lanes() {
        return 1;
    }

    @Override
    void product(
            float[] packed,
            int reduced,
            int outputs,
            float[] biases,
            boolean add,
            Activation activation,
            Batch in,
            Batch out) {
        int rows = in.rows();
        if (!add) {
            out.resize(rows);
        }
        for (int output = 0; output < outputs; output++) {
            int at = output * out.stride();
            if (!add) {
                Arrays.fill(out.values(), at, at + rows, biases == null ? 0 : biases[output]);
            }
            int weight = output / TILE * reduced * TILE + output % TILE;
            int k = 0;
            for (; k + 4 <= reduced; k += 4) {
                addFour(
                        out.values(),
                        at,
                        in.values(),
                        k * in.stride(),
                        in.stride(),
                        rows,
                        packed[weight + k * TILE],
                        packed[weight + (k + 1) * TILE],
                        packed[weight + (k + 2) * TILE],
                        packed[weight + (k + 3) * TILE]);
            }
            for (; k < reduced; k++) {
                addOne(out.values(), at, in.values(), k * in.stride(), rows, packed[weight + k * TILE]);
            }
            if (activation != null) {
                activation.apply(out.values(), at, at + rows);
            }
        }
    }

    private static void addFour(
            float[] sum, int at, float[] in, int from, int stride, int rows, float w, float x, float y, float z) {
        int second = from + stride;
        int third = second + stride;
        int fourth = third + stride;
        for (int row = 0; row < rows; row++) {
            float partial = multiplyAdd(x, in[second + row], multiplyAdd(w, in[from + row], sum[at + row]));
            sum[at + row] = multiplyAdd(z, in[fourth + row], multiplyAdd(y, in[third + row], partial));
        }
    }

    private static void addOne(float[] sum, int at, float[] in, int from, int rows, float weight) {
        for (int row = 0; row < rows; row++) {
            sum[at + row] = multiplyAdd(weight, in[from + row], sum[at + row]);
        }
    }

    @Override
    void weightGradient(Batch in, Batch delta, double[] gradient, int offset) {
        clearPadding(in);
        clearPadding(delta);
        int end = Batch.padded(in.rows(), LANES);
        for (int output = 0; output < delta.features(); output++) {
            for (int input = 0; input < in.features(); input++) {
                dot(in.values(), input * in.stride(), delta.values(), output * delta.stride(), end);
                gradient[offset + output * in.features() + input] += sum(lanes, 0);
            }
        }
    }

    private void dot(float[] x, int from, float[] delta, int at, int end) {
        float[] sums = lanes;
        Arrays.fill(sums, 0);
        for (int row = 0; row < end; row += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                sums[lane] = multiplyAdd(delta[at + row + lane], x[from + row + lane], sums[lane]);
            }
        }
    }

    @Override
    void biasGradient(Batch delta, double[] gradient, int offset) {
        clearPadding(delta);
        int end = Batch.padded(delta.rows(), LANES);
        for (int output = 0; output < delta.features(); output++) {
            int at = output * delta.stride();
            Arrays.fill(lanes, 0);
            for (int row = 0; row < end; row += LANES) {
                for (int lane = 0; lane < LANES; lane++) {
                    lanes[lane] += delta.values()[at + row + lane];
                }
            }
            gradient[offset + output] += sum(lanes, 0);
        }
    }

    @Override
    void activateBackward(Activation activation, Batch outputs, Batch delta) {
        for (int feature = 0; feature < delta.features(); feature++) {
            activation.backward(
                    outputs.values(),
                    feature * outputs.stride(),
                    delta.values(),
                    feature * delta.stride(),
                    delta.rows());
        }
    }
}

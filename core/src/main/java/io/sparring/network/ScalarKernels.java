package io.sparring.network;

import static io.sparring.network.Fused.multiplyAdd;

import java.util.Arrays;

/** {@link Kernels} in plain Java. */
final class ScalarKernels extends Kernels {
    private static final int TILE = Batch.FEATURE_TILE;

    private final float[] lanes = new float[LANES];
    /** A product's input and one output: arrays of their own, since in one the compiler must suspect loads and stores of overlapping. */
    private float[][] columns = new float[0][];

    private float[] sum = new float[0];

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
        if (columns.length < reduced || sum.length < rows) {
            sum = new float[Math.max(rows, sum.length)];
            columns = new float[Math.max(reduced, columns.length)][sum.length];
        }
        for (int k = 0; k < reduced; k++) {
            System.arraycopy(in.values(), k * in.stride(), columns[k], 0, rows);
        }
        for (int output = 0; output < outputs; output++) {
            int at = output * out.stride();
            if (add) {
                System.arraycopy(out.values(), at, sum, 0, rows);
            } else {
                Arrays.fill(sum, 0, rows, biases == null ? 0 : biases[output]);
            }
            int weight = output / TILE * reduced * TILE + output % TILE;
            int k = 0;
            for (; k + 4 <= reduced; k += 4) {
                addFour(
                        sum,
                        columns[k],
                        columns[k + 1],
                        columns[k + 2],
                        columns[k + 3],
                        packed[weight + k * TILE],
                        packed[weight + (k + 1) * TILE],
                        packed[weight + (k + 2) * TILE],
                        packed[weight + (k + 3) * TILE],
                        rows);
            }
            for (; k < reduced; k++) {
                add(sum, columns[k], packed[weight + k * TILE], rows);
            }
            System.arraycopy(sum, 0, out.values(), at, rows);
            if (activation != null) {
                activation.apply(out.values(), at, at + rows);
            }
        }
    }

    private static void addFour(
            float[] sum, float[] a, float[] b, float[] c, float[] d, float w, float x, float y, float z, int rows) {
        for (int row = 0; row < rows; row++) {
            float partial = multiplyAdd(x, b[row], multiplyAdd(w, a[row], sum[row]));
            sum[row] = multiplyAdd(z, d[row], multiplyAdd(y, c[row], partial));
        }
    }

    private static void add(float[] sum, float[] column, float weight, int rows) {
        for (int row = 0; row < rows; row++) {
            sum[row] = multiplyAdd(weight, column[row], sum[row]);
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
        Arrays.fill(lanes, 0);
        addProducts(x, from, delta, at, end);
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
    void activate(Activation activation, Batch in, Batch out) {
        out.resize(in.rows());
        out.copy(in, 0, 0, in.features(), false);
        for (int feature = 0; feature < out.features(); feature++) {
            int at = feature * out.stride();
            activation.apply(out.values(), at, at + out.rows());
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

    @Override
    void convolve(
            float[] packed,
            Convolution.Window window,
            int filters,
            float[] biases,
            Activation activation,
            Batch in,
            Batch out) {
        int rows = in.rows();
        int places = window.corners().length;
        int[] taps = window.taps();
        out.resize(rows);
        float[] sums = new float[rows];
        for (int output = 0; output < filters * places; output++) {
            int filter = output / places;
            int corner = window.corners()[output % places];
            int weight = filter / TILE * taps.length * TILE + filter % TILE;
            Arrays.fill(sums, 0, rows, biases[filter]);
            for (int tap = 0; tap < taps.length; tap++) {
                addTo(sums, in.values(), (corner + taps[tap]) * in.stride(), packed[weight + tap * TILE], rows);
            }
            int at = output * out.stride();
            System.arraycopy(sums, 0, out.values(), at, rows);
            if (activation != null) {
                activation.apply(out.values(), at, at + rows);
            }
        }
    }

    private static void addTo(float[] sums, float[] values, int from, float weight, int rows) {
        for (int row = 0; row < rows; row++) {
            sums[row] = multiplyAdd(weight, values[from + row], sums[row]);
        }
    }

    @Override
    void convolveBack(float[] packed, Convolution.Window window, int filters, Batch delta, Batch inputGradient) {
        int rows = delta.rows();
        int places = window.corners().length;
        int[] taps = window.taps();
        float[] sums = new float[rows];
        for (int place = 0; place < places; place++) {
            for (int tap = 0; tap < taps.length; tap++) {
                int at = (window.corners()[place] + taps[tap]) * inputGradient.stride();
                int weight = tap / TILE * filters * TILE + tap % TILE;
                System.arraycopy(inputGradient.values(), at, sums, 0, rows);
                for (int filter = 0; filter < filters; filter++) {
                    int from = (filter * places + place) * delta.stride();
                    addTo(sums, delta.values(), from, packed[weight + filter * TILE], rows);
                }
                System.arraycopy(sums, 0, inputGradient.values(), at, rows);
            }
        }
    }

    @Override
    void filterGradient(Convolution.Window window, int filters, Batch in, Batch delta, double[] gradient, int offset) {
        clearPadding(in);
        clearPadding(delta);
        int places = window.corners().length;
        int[] taps = window.taps();
        int end = Batch.padded(in.rows(), LANES);
        for (int row = 0; row < end; row += Batch.ROW_TILE) {
            int count = Math.min(Batch.ROW_TILE, end - row);
            for (int i = 0; i < filters * taps.length; i++) {
                Arrays.fill(lanes, 0);
                for (int place = 0; place < places; place++) {
                    int x = (window.corners()[place] + taps[i % taps.length]) * in.stride() + row;
                    int d = (i / taps.length * places + place) * delta.stride() + row;
                    addProducts(in.values(), x, delta.values(), d, count);
                }
                gradient[offset + i] += sum(lanes, 0);
            }
        }
    }

    private void addProducts(float[] x, int from, float[] delta, int at, int count) {
        float[] sums = lanes;
        for (int row = 0; row < count; row += LANES) {
            for (int lane = 0; lane < LANES; lane++) {
                sums[lane] = multiplyAdd(delta[at + row + lane], x[from + row + lane], sums[lane]);
            }
        }
    }
}

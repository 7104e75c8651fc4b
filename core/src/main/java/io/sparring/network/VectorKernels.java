package io.sparring.network;

import java.util.Arrays;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Kernels} on the Vector API: registers hold a tile of four outputs × two vectors of rows. What a tile reads is first copied into a
 * small panel, where an index is a constant times the loop's variable, so that the compiler can prove it within bounds: without, the
 * checks take a third of the time.
 */
final class VectorKernels extends Kernels {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LENGTH = SPECIES.length();
    private static final int PANEL = 2 * LENGTH;
    private static final int TILE = Batch.FEATURE_TILE;
    /** So many inputs at a time have their share of the weights' gradient: an output's lie in whole lines of the cache. */
    private static final int INPUTS = 32;
    /** So many places at a time have their share of a filter's gradient: what they read stays in the nearest cache. */
    private static final int PLACES = 8;

    private static final VectorMask<Float> ODD_8 = odd(8);
    private static final VectorMask<Float> ODD_4 = odd(4);
    private static final VectorMask<Float> ODD_2 = odd(2);
    private static final VectorMask<Float> ODD_1 = odd(1);
    private static final int[] FOLDED_AT = foldedAt();

    /** Sums of a tile where outputs are few, and of biases: 4 × 2 of {@link #LANES} each. */
    private final float[] tile = new float[TILE * 2 * LANES];

    private float[] panel = new float[0];
    /** Of a gradient: one side, tile by tile. */
    private float[] deltas = new float[0];
    /** Of a gradient: several tiles' sums. */
    private float[] sums = new float[0];

    @Override
    int lanes() {
        return LENGTH;
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
        if (outputs <= 2) {
            for (int row = 0; row < rows; row += 2 * PANEL) {
                narrow(packed, reduced, biases, add, in.values(), row, in.stride(), out.values(), out.stride());
                activate(activation, out, outputs, row);
                activate(activation, out, outputs, row + PANEL);
            }
            return;
        }
        panel(reduced);
        for (int row = 0; row < rows; row += PANEL) {
            fill(panel, reduced, in.values(), row, in.stride());
            for (int output = 0; output < outputs; output += TILE) {
                int at = output * out.stride() + row;
                product(
                        packed,
                        output * reduced,
                        reduced,
                        biases,
                        output,
                        add,
                        panel,
                        out.values(),
                        at,
                        at + out.stride(),
                        at + 2 * out.stride(),
                        at + 3 * out.stride(),
                        LENGTH);
            }
            activate(activation, out, outputs, row);
        }
    }

    private void panel(int reduced) {
        if (panel.length < reduced * PANEL) {
            panel = new float[reduced * PANEL];
        }
    }

    /** Fills the panel with so many features' rows. */
    private static void fill(float[] panel, int features, float[] values, int from, int stride) {
        for (int k = 0; k < features; k++) {
            FloatVector.fromArray(SPECIES, values, from + k * stride).intoArray(panel, k * PANEL);
            FloatVector.fromArray(SPECIES, values, from + LENGTH + k * stride).intoArray(panel, k * PANEL + LENGTH);
        }
    }

    /** One panel's rows, while they are in the cache. */
    private static void activate(Activation activation, Batch out, int features, int row) {
        if (activation != null) {
            switch (activation) {
                case RELU -> relu(out.values(), row, out.stride(), features);
                case TANH -> tanh(out.values(), row, out.stride(), features);
                case SILU -> silu(out.values(), row, out.stride(), features);
                case ELU -> elu(out.values(), row, out.stride(), features);
            }
        }
    }

    /** Two outputs × four vectors, straight from the batch: for heads, which read it once. */
    private static void narrow(
            float[] packed,
            int reduced,
            float[] biases,
            boolean add,
            float[] in,
            int row,
            int stride,
            float[] out,
            int outStride) {
        int other = row + outStride;
        FloatVector s00 = start(biases, 0, add, out, row);
        FloatVector s01 = start(biases, 0, add, out, row + LENGTH);
        FloatVector s02 = start(biases, 0, add, out, row + 2 * LENGTH);
        FloatVector s03 = start(biases, 0, add, out, row + 3 * LENGTH);
        FloatVector s10 = start(biases, 1, add, out, other);
        FloatVector s11 = start(biases, 1, add, out, other + LENGTH);
        FloatVector s12 = start(biases, 1, add, out, other + 2 * LENGTH);
        FloatVector s13 = start(biases, 1, add, out, other + 3 * LENGTH);
        int at = row;
        for (int k = 0; k < reduced; k++) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, in, at);
            FloatVector x1 = FloatVector.fromArray(SPECIES, in, at + LENGTH);
            FloatVector x2 = FloatVector.fromArray(SPECIES, in, at + 2 * LENGTH);
            FloatVector x3 = FloatVector.fromArray(SPECIES, in, at + 3 * LENGTH);
            FloatVector weight = FloatVector.broadcast(SPECIES, packed[k * TILE]);
            s00 = weight.fma(x0, s00);
            s01 = weight.fma(x1, s01);
            s02 = weight.fma(x2, s02);
            s03 = weight.fma(x3, s03);
            weight = FloatVector.broadcast(SPECIES, packed[k * TILE + 1]);
            s10 = weight.fma(x0, s10);
            s11 = weight.fma(x1, s11);
            s12 = weight.fma(x2, s12);
            s13 = weight.fma(x3, s13);
            at += stride;
        }
        s00.intoArray(out, row);
        s01.intoArray(out, row + LENGTH);
        s02.intoArray(out, row + 2 * LENGTH);
        s03.intoArray(out, row + 3 * LENGTH);
        s10.intoArray(out, other);
        s11.intoArray(out, other + LENGTH);
        s12.intoArray(out, other + 2 * LENGTH);
        s13.intoArray(out, other + 3 * LENGTH);
    }

    /** Where a chain starts. */
    private static FloatVector start(float[] biases, int output, boolean add, float[] out, int at) {
        if (add) {
            return FloatVector.fromArray(SPECIES, out, at);
        }
        return FloatVector.broadcast(SPECIES, biases == null ? 0 : biases[output]);
    }

    /**
     * A tile.
     *
     * @param at where each of the four outputs has the first vector
     * @param second from there to the second one
     */
    private static void product(
            float[] packed,
            int from,
            int reduced,
            float[] biases,
            int bias,
            boolean add,
            float[] panel,
            float[] out,
            int at,
            int at1,
            int at2,
            int at3,
            int second) {
        FloatVector s00 = start(biases, bias, add, out, at);
        FloatVector s01 = start(biases, bias, add, out, at + second);
        FloatVector s10 = start(biases, bias + 1, add, out, at1);
        FloatVector s11 = start(biases, bias + 1, add, out, at1 + second);
        FloatVector s20 = start(biases, bias + 2, add, out, at2);
        FloatVector s21 = start(biases, bias + 2, add, out, at2 + second);
        FloatVector s30 = start(biases, bias + 3, add, out, at3);
        FloatVector s31 = start(biases, bias + 3, add, out, at3 + second);
        for (int k = 0; k < reduced; k++) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, panel, k * PANEL);
            FloatVector x1 = FloatVector.fromArray(SPECIES, panel, k * PANEL + LENGTH);
            FloatVector weight = FloatVector.broadcast(SPECIES, packed[from + k * TILE]);
            s00 = weight.fma(x0, s00);
            s01 = weight.fma(x1, s01);
            weight = FloatVector.broadcast(SPECIES, packed[from + k * TILE + 1]);
            s10 = weight.fma(x0, s10);
            s11 = weight.fma(x1, s11);
            weight = FloatVector.broadcast(SPECIES, packed[from + k * TILE + 2]);
            s20 = weight.fma(x0, s20);
            s21 = weight.fma(x1, s21);
            weight = FloatVector.broadcast(SPECIES, packed[from + k * TILE + 3]);
            s30 = weight.fma(x0, s30);
            s31 = weight.fma(x1, s31);
        }
        s00.intoArray(out, at);
        s01.intoArray(out, at + second);
        s10.intoArray(out, at1);
        s11.intoArray(out, at1 + second);
        s20.intoArray(out, at2);
        s21.intoArray(out, at2 + second);
        s30.intoArray(out, at3);
        s31.intoArray(out, at3 + second);
    }

    @Override
    void weightGradient(Batch in, Batch delta, double[] gradient, int offset) {
        clearPadding(in);
        clearPadding(delta);
        if (delta.features() < TILE) {
            narrowGradient(in, delta, gradient, offset);
        } else {
            wideGradient(in, delta, gradient, offset);
        }
    }

    /** Of a few outputs: tiles of four inputs × two of them, straight from the batches. */
    private void narrowGradient(Batch in, Batch delta, double[] gradient, int offset) {
        int inputs = in.features();
        for (int input = 0; input < inputs; input += 4) {
            for (int output = 0; output < delta.features(); output += 2) {
                outerProduct(in, input, delta, output);
                for (int i = 0; i < Math.min(4, inputs - input); i++) {
                    for (int o = 0; o < Math.min(2, delta.features() - output); o++) {
                        gradient[offset + (output + o) * inputs + input + i] += sum(tile, (2 * i + o) * LANES);
                    }
                }
            }
        }
    }

    /** Of at least a tile of outputs; both sides are first copied to where they are read in order, tile by tile. */
    private void wideGradient(Batch in, Batch delta, double[] gradient, int offset) {
        int inputs = in.features();
        int outputs = delta.features();
        int rows = Batch.padded(in.rows(), LANES);
        float[] deltas = room(Batch.padded(outputs, TILE) * rows);
        for (int output = 0; output < outputs; output++) {
            int at = output / TILE * TILE * rows + output % TILE * LANES;
            interleave(delta.values(), output * delta.stride(), rows, deltas, at);
        }
        panel(INPUTS * rows / PANEL + 1);
        makeSums(INPUTS / TILE);
        for (int first = 0; first < inputs; first += INPUTS) {
            int some = Math.min(INPUTS, inputs - first);
            int tiles = Batch.padded(some, TILE) / TILE;
            for (int i = 0; i < some; i++) {
                int at = i / TILE * TILE * rows + i % TILE * LANES;
                interleave(in.values(), (first + i) * in.stride(), rows, panel, at);
            }
            for (int output = 0; output < outputs; output += TILE) {
                Arrays.fill(sums, 0, tiles * TILE * TILE * LANES, 0);
                for (int input = 0; input < some; input += TILE) {
                    for (int lane = 0; lane < LANES; lane += LENGTH) {
                        int to = input * TILE * LANES + lane;
                        dots(deltas, output * rows + lane, panel, input * rows + lane, rows / LANES, sums, to);
                    }
                }
                fold(sums, tiles);
                for (int input = 0; input < some; input += TILE) {
                    int at = offset + output * inputs + first + input;
                    int columns = Math.min(TILE, some - input);
                    addFolded(sums, input * TILE, gradient, at, inputs, Math.min(TILE, outputs - output), columns);
                }
            }
        }
    }

    /** Adds a tile's sums to the gradient, four to a row of it. */
    private static void addFolded(
            float[] sums, int from, double[] gradient, int at, int stride, int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                gradient[at + row * stride + column] += sums[from + FOLDED_AT[TILE * row + column]];
            }
        }
    }

    /**
     * {@link #sum} of every sixteen lanes, tile by tile: what is added there are halves of one, here those of two side by side, and so on. A tile's sums
     * then lie at {@link #FOLDED_AT}, from 16 times the tile on.
     */
    private static void fold(float[] lanes, int tiles) {
        int count = tiles * TILE * TILE;
        if (LENGTH < 8) {
            for (int i = 0; i < count; i++) {
                lanes[i] = sum(lanes, i * LANES);
            }
            return;
        }
        if (LENGTH == LANES) {
            fold(lanes, count, 8, ODD_8);
            count /= 2;
        } else {
            for (int i = 0; i < count; i++) {
                FloatVector half = FloatVector.fromArray(SPECIES, lanes, i * LANES);
                half.add(FloatVector.fromArray(SPECIES, lanes, i * LANES + LENGTH))
                        .intoArray(lanes, i * LENGTH);
            }
        }
        fold(lanes, count, 4, ODD_4);
        fold(lanes, count / 2, 2, ODD_2);
        fold(lanes, count / 4, 1, ODD_1);
    }

    /**
     * Two vectors to one: each second group of lanes becomes the second one's sum of that group and the group before, the others the first one's of that
     * group and the group behind. Read from so many lanes on, a vector need not be shuffled, which costs a check each time.
     */
    private static void fold(float[] from, int vectors, int group, VectorMask<Float> odd) {
        for (int i = 0; i < vectors; i += 2) {
            FloatVector a = FloatVector.fromArray(SPECIES, from, i * LENGTH);
            FloatVector behind = FloatVector.fromArray(SPECIES, from, i * LENGTH + group);
            FloatVector before = FloatVector.fromArray(SPECIES, from, i * LENGTH + LENGTH - group);
            FloatVector b = FloatVector.fromArray(SPECIES, from, i * LENGTH + LENGTH);
            a.blend(before, odd).add(behind.blend(b, odd)).intoArray(from, i / 2 * LENGTH);
        }
    }

    private static VectorMask<Float> odd(int group) {
        boolean[] odd = new boolean[LENGTH];
        for (int lane = 0; lane < LENGTH; lane++) {
            odd[lane] = (lane & group) != 0;
        }
        return VectorMask.fromArray(SPECIES, odd, 0);
    }

    /** Where the sum of each of the sixteen ends: a bit of its number says which of two it was, the first by the largest group of lanes. */
    private static int[] foldedAt() {
        int[] at = new int[TILE * TILE];
        if (LENGTH < 8) {
            return IntStream.range(0, at.length).toArray();
        }
        for (int i = 0; i < at.length; i++) {
            at[i] = i / LENGTH * LENGTH + (Integer.reverse(i % LENGTH) >>> Integer.numberOfLeadingZeros(LENGTH) + 1);
        }
        return at;
    }

    private void outerProduct(Batch four, int first, Batch two, int second) {
        int end = Batch.padded(four.rows(), LANES);
        for (int lane = 0; lane < LANES; lane += LENGTH) {
            outerProduct(
                    four.values(),
                    first * four.stride() + lane,
                    four.stride(),
                    two.values(),
                    second * two.stride() + lane,
                    two.stride(),
                    end,
                    tile,
                    lane);
        }
    }

    private static void outerProduct(
            float[] a, int a0, int aStride, float[] b, int b0, int bStride, int end, float[] sums, int lane) {
        int a1 = a0 + aStride;
        int a2 = a1 + aStride;
        int a3 = a2 + aStride;
        int b1 = b0 + bStride;
        FloatVector s00 = FloatVector.zero(SPECIES);
        FloatVector s01 = s00;
        FloatVector s10 = s00;
        FloatVector s11 = s00;
        FloatVector s20 = s00;
        FloatVector s21 = s00;
        FloatVector s30 = s00;
        FloatVector s31 = s00;
        for (int row = 0; row < end; row += LANES) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, b, b0 + row);
            FloatVector x1 = FloatVector.fromArray(SPECIES, b, b1 + row);
            FloatVector y = FloatVector.fromArray(SPECIES, a, a0 + row);
            s00 = y.fma(x0, s00);
            s01 = y.fma(x1, s01);
            y = FloatVector.fromArray(SPECIES, a, a1 + row);
            s10 = y.fma(x0, s10);
            s11 = y.fma(x1, s11);
            y = FloatVector.fromArray(SPECIES, a, a2 + row);
            s20 = y.fma(x0, s20);
            s21 = y.fma(x1, s21);
            y = FloatVector.fromArray(SPECIES, a, a3 + row);
            s30 = y.fma(x0, s30);
            s31 = y.fma(x1, s31);
        }
        s00.intoArray(sums, lane);
        s01.intoArray(sums, lane + LANES);
        s10.intoArray(sums, lane + 2 * LANES);
        s11.intoArray(sums, lane + 3 * LANES);
        s20.intoArray(sums, lane + 4 * LANES);
        s21.intoArray(sums, lane + 5 * LANES);
        s30.intoArray(sums, lane + 6 * LANES);
        s31.intoArray(sums, lane + 7 * LANES);
    }

    @Override
    void biasGradient(Batch delta, double[] gradient, int offset) {
        clearPadding(delta);
        for (int output = 0; output < delta.features(); output += 4) {
            for (int lane = 0; lane < LANES; lane += LENGTH) {
                sums(
                        delta.values(),
                        output * delta.stride() + lane,
                        delta.stride(),
                        Batch.padded(delta.rows(), LANES),
                        tile,
                        lane);
            }
            for (int o = 0; o < Math.min(4, delta.features() - output); o++) {
                gradient[offset + output + o] += sum(tile, o * LANES);
            }
        }
    }

    private static void sums(float[] a, int a0, int stride, int end, float[] sums, int lane) {
        int a1 = a0 + stride;
        int a2 = a1 + stride;
        int a3 = a2 + stride;
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int row = 0; row < end; row += LANES) {
            s0 = s0.add(FloatVector.fromArray(SPECIES, a, a0 + row));
            s1 = s1.add(FloatVector.fromArray(SPECIES, a, a1 + row));
            s2 = s2.add(FloatVector.fromArray(SPECIES, a, a2 + row));
            s3 = s3.add(FloatVector.fromArray(SPECIES, a, a3 + row));
        }
        s0.intoArray(sums, lane);
        s1.intoArray(sums, lane + LANES);
        s2.intoArray(sums, lane + 2 * LANES);
        s3.intoArray(sums, lane + 3 * LANES);
    }

    @Override
    void activate(Activation activation, Batch in, Batch out) {
        out.resize(in.rows());
        out.copy(in, 0, 0, in.features(), false);
        for (int row = 0; row < in.rows(); row += PANEL) {
            activate(activation, out, in.features(), row);
        }
    }

    @Override
    void activateBackward(Activation activation, Batch outputs, Batch delta) {
        for (int feature = 0; feature < delta.features(); feature++) {
            int from = feature * outputs.stride();
            int at = feature * delta.stride();
            switch (activation) {
                case RELU -> reluBackward(outputs.values(), from, delta.values(), at, delta.rows());
                case TANH -> tanhBackward(outputs.values(), from, delta.values(), at, delta.rows());
                case SILU -> siluBackward(outputs.values(), from, delta.values(), at, delta.rows());
                case ELU -> eluBackward(outputs.values(), from, delta.values(), at, delta.rows());
            }
        }
    }

    private static void relu(float[] values, int at, int stride, int features) {
        for (int feature = 0; feature < features; feature++, at += stride) {
            relu(FloatVector.fromArray(SPECIES, values, at)).intoArray(values, at);
            relu(FloatVector.fromArray(SPECIES, values, at + LENGTH)).intoArray(values, at + LENGTH);
        }
    }

    /** max(0, x) in three instructions for six: −0 becomes 0 by the addition, and NaN stays. */
    private static FloatVector relu(FloatVector x) {
        FloatVector zero = FloatVector.zero(SPECIES);
        return x.blend(zero, x.compare(VectorOperators.LT, zero)).add(zero);
    }

    private static void reluBackward(float[] outputs, int from, float[] delta, int at, int rows) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int row = 0; row < rows; row += LENGTH) {
            FloatVector out = FloatVector.fromArray(SPECIES, outputs, from + row);
            FloatVector slope = FloatVector.fromArray(SPECIES, delta, at + row);
            slope.blend(zero, out.compare(VectorOperators.LE, zero)).intoArray(delta, at + row);
        }
    }

    private static void tanh(float[] values, int at, int stride, int features) {
        for (int feature = 0; feature < features; feature++, at += stride) {
            tanh(FloatVector.fromArray(SPECIES, values, at)).intoArray(values, at);
            tanh(FloatVector.fromArray(SPECIES, values, at + LENGTH)).intoArray(values, at + LENGTH);
        }
    }

    /** {@link Tanh#of}, in the same order. */
    private static FloatVector tanh(FloatVector value) {
        FloatVector limit = FloatVector.broadcast(SPECIES, Tanh.LIMIT);
        // A NaN is neither greater nor less, and stays.
        FloatVector x = value.blend(limit, value.compare(VectorOperators.GT, limit));
        limit = FloatVector.broadcast(SPECIES, -Tanh.LIMIT);
        x = x.blend(limit, x.compare(VectorOperators.LT, limit));
        FloatVector x2 = x.mul(x);
        FloatVector p = x2.fma(FloatVector.broadcast(SPECIES, Tanh.A13), FloatVector.broadcast(SPECIES, Tanh.A11));
        p = x2.fma(p, FloatVector.broadcast(SPECIES, Tanh.A9));
        p = x2.fma(p, FloatVector.broadcast(SPECIES, Tanh.A7));
        p = x2.fma(p, FloatVector.broadcast(SPECIES, Tanh.A5));
        p = x2.fma(p, FloatVector.broadcast(SPECIES, Tanh.A3));
        p = x2.fma(p, FloatVector.broadcast(SPECIES, Tanh.A1));
        FloatVector q = x2.fma(FloatVector.broadcast(SPECIES, Tanh.B6), FloatVector.broadcast(SPECIES, Tanh.B4));
        q = x2.fma(q, FloatVector.broadcast(SPECIES, Tanh.B2));
        q = x2.fma(q, FloatVector.broadcast(SPECIES, Tanh.B0));
        return x.mul(p).div(q);
    }

    private static void tanhBackward(float[] outputs, int from, float[] delta, int at, int rows) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1);
        for (int row = 0; row < rows; row += LENGTH) {
            FloatVector out = FloatVector.fromArray(SPECIES, outputs, from + row);
            FloatVector slope = one.sub(out.mul(out));
            FloatVector.fromArray(SPECIES, delta, at + row).mul(slope).intoArray(delta, at + row);
        }
    }

    private static void silu(float[] values, int at, int stride, int features) {
        for (int feature = 0; feature < features; feature++, at += stride) {
            silu(FloatVector.fromArray(SPECIES, values, at)).intoArray(values, at);
            silu(FloatVector.fromArray(SPECIES, values, at + LENGTH)).intoArray(values, at + LENGTH);
        }
    }

    /** {@link Activation#SILU}, in the same order. */
    private static FloatVector silu(FloatVector value) {
        FloatVector x = atLeast(Exponential.LOWEST, value);
        return x.mul(sigmoid(x));
    }

    private static FloatVector sigmoid(FloatVector x) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector one = FloatVector.broadcast(SPECIES, 1);
        FloatVector e = exponential(x.abs().neg(), zero);
        return e.blend(one, x.compare(VectorOperators.GE, zero)).div(one.add(e));
    }

    private static void siluBackward(float[] inputs, int from, float[] delta, int at, int rows) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1);
        FloatVector highest = FloatVector.broadcast(SPECIES, -Exponential.LOWEST);
        for (int row = 0; row < rows; row += LENGTH) {
            FloatVector in = FloatVector.fromArray(SPECIES, inputs, from + row);
            FloatVector x = atLeast(Exponential.LOWEST, in.blend(highest, in.compare(VectorOperators.GT, highest)));
            FloatVector sigmoid = sigmoid(x);
            FloatVector slope = x.fma(one.sub(sigmoid), one).mul(sigmoid);
            FloatVector.fromArray(SPECIES, delta, at + row).mul(slope).intoArray(delta, at + row);
        }
    }

    private static void elu(float[] values, int at, int stride, int features) {
        for (int feature = 0; feature < features; feature++, at += stride) {
            elu(FloatVector.fromArray(SPECIES, values, at)).intoArray(values, at);
            elu(FloatVector.fromArray(SPECIES, values, at + LENGTH)).intoArray(values, at + LENGTH);
        }
    }

    /** {@link Activation#ELU}, in the same order. */
    private static FloatVector elu(FloatVector x) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector below = exponential(x, FloatVector.broadcast(SPECIES, 1));
        return below.blend(x, x.compare(VectorOperators.GT, zero));
    }

    private static void eluBackward(float[] outputs, int from, float[] delta, int at, int rows) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector one = FloatVector.broadcast(SPECIES, 1);
        for (int row = 0; row < rows; row += LENGTH) {
            FloatVector out = FloatVector.fromArray(SPECIES, outputs, from + row);
            FloatVector slope = out.add(one).blend(one, out.compare(VectorOperators.GT, zero));
            FloatVector.fromArray(SPECIES, delta, at + row).mul(slope).intoArray(delta, at + row);
        }
    }

    /** A NaN stays. */
    private static FloatVector atLeast(float limit, FloatVector x) {
        FloatVector lowest = FloatVector.broadcast(SPECIES, limit);
        return x.blend(lowest, x.compare(VectorOperators.LT, lowest));
    }

    /** {@link Exponential}, in the same order: eˣ less something. */
    private static FloatVector exponential(FloatVector value, FloatVector less) {
        FloatVector x = atLeast(Exponential.LOWEST, value);
        FloatVector rounder = FloatVector.broadcast(SPECIES, Exponential.ROUNDER);
        FloatVector rounded = x.fma(FloatVector.broadcast(SPECIES, Exponential.LOG2_E), rounder);
        FloatVector scale = rounded.reinterpretAsInts()
                .lanewise(VectorOperators.LSHL, Exponential.MANTISSA_BITS)
                .add(Exponential.ONE)
                .reinterpretAsFloats();
        FloatVector n = rounded.sub(rounder);
        FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -Exponential.LOG_2_HIGH), x);
        r = n.fma(FloatVector.broadcast(SPECIES, -Exponential.LOG_2_LOW), r);
        FloatVector p =
                r.fma(FloatVector.broadcast(SPECIES, Exponential.P0), FloatVector.broadcast(SPECIES, Exponential.P1));
        p = r.fma(p, FloatVector.broadcast(SPECIES, Exponential.P2));
        p = r.fma(p, FloatVector.broadcast(SPECIES, Exponential.P3));
        p = r.fma(p, FloatVector.broadcast(SPECIES, Exponential.P4));
        p = r.fma(p, FloatVector.broadcast(SPECIES, Exponential.P5));
        p = r.mul(r).fma(p, r);
        return scale.fma(p, scale.sub(less));
    }

    // Convolutions: what a place sees is copied into the panel, then it is a product like any other.

    @Override
    void convolve(
            float[] packed,
            Convolution.Window window,
            int filters,
            float[] biases,
            Activation activation,
            Batch in,
            Batch out) {
        out.resize(in.rows());
        panel(window.taps().length);
        int vectors = (in.rows() + LENGTH - 1) / LENGTH;
        int row = 0;
        for (; row + LENGTH < vectors * LENGTH; row += PANEL) {
            convolve(packed, window, filters, biases, in, out, row, LENGTH, 1);
            activate(activation, out, out.features(), row);
        }
        if (row < vectors * LENGTH) {
            // One vector of rows is left: two places fill a panel.
            convolve(packed, window, filters, biases, in, out, row, 0, 2);
            activate(activation, out, out.features(), row);
        }
    }

    /**
     * @param nextRows from the rows of the panel's first vector to those of its second one
     * @param step how many places a panel has
     */
    private void convolve(
            float[] packed,
            Convolution.Window window,
            int filters,
            float[] biases,
            Batch in,
            Batch out,
            int row,
            int nextRows,
            int step) {
        int[] corners = window.corners();
        int[] taps = window.taps();
        int next = corners.length * out.stride();
        for (int place = 0; place < corners.length; place += step) {
            int other = Math.min(place + step - 1, corners.length - 1);
            int first = corners[place] * in.stride() + row;
            gather(in.values(), first, corners[other] * in.stride() + row + nextRows, taps, in.stride());
            int second = (other - place) * out.stride() + nextRows;
            for (int filter = 0; filter < filters; filter += TILE) {
                int at = filter * next + place * out.stride() + row;
                product(
                        packed,
                        filter * taps.length,
                        taps.length,
                        biases,
                        filter,
                        false,
                        panel,
                        out.values(),
                        at,
                        filter + 1 < filters ? at + next : out.spare(),
                        filter + 2 < filters ? at + 2 * next : out.spare(),
                        filter + 3 < filters ? at + 3 * next : out.spare(),
                        second);
            }
        }
    }

    /** Fills the panel with features. */
    private void gather(float[] values, int first, int second, int[] features, int stride) {
        for (int k = 0; k < features.length; k++) {
            FloatVector.fromArray(SPECIES, values, first + features[k] * stride).intoArray(panel, k * PANEL);
            FloatVector.fromArray(SPECIES, values, second + features[k] * stride)
                    .intoArray(panel, k * PANEL + LENGTH);
        }
    }

    @Override
    void convolveBack(float[] packed, Convolution.Window window, int filters, Batch delta, Batch inputGradient) {
        int[] corners = window.corners();
        int[] taps = window.taps();
        int stride = inputGradient.stride();
        panel(filters);
        for (int row = 0; row < delta.rows(); row += PANEL) {
            for (int place = 0; place < corners.length; place++) {
                fill(panel, filters, delta.values(), place * delta.stride() + row, corners.length * delta.stride());
                int corner = corners[place] * stride + row;
                for (int tap = 0; tap < taps.length; tap += TILE) {
                    product(
                            packed,
                            tap * filters,
                            filters,
                            null,
                            tap,
                            true,
                            panel,
                            inputGradient.values(),
                            corner + taps[tap] * stride,
                            tap + 1 < taps.length ? corner + taps[tap + 1] * stride : inputGradient.spare(),
                            tap + 2 < taps.length ? corner + taps[tap + 2] * stride : inputGradient.spare(),
                            tap + 3 < taps.length ? corner + taps[tap + 3] * stride : inputGradient.spare(),
                            LENGTH);
                }
            }
        }
    }

    @Override
    void filterGradient(Convolution.Window window, int filters, Batch in, Batch delta, double[] gradient, int offset) {
        clearPadding(in);
        clearPadding(delta);
        int end = Batch.padded(in.rows(), LANES);
        for (int row = 0; row < end; row += Batch.ROW_TILE) {
            filterGradient(window, filters, in, delta, row, Math.min(Batch.ROW_TILE, end - row), gradient, offset);
        }
    }

    /** That of a few rows; both sides are first copied to where they are read in order, tile by tile. */
    private void filterGradient(
            Convolution.Window window,
            int filters,
            Batch in,
            Batch delta,
            int row,
            int rows,
            double[] gradient,
            int offset) {
        int[] corners = window.corners();
        int[] taps = window.taps();
        int tapTiles = Batch.padded(taps.length, TILE) / TILE;
        int tiles = Batch.padded(filters, TILE) / TILE * tapTiles;
        makeSums(tiles);
        Arrays.fill(sums, 0, tiles * TILE * TILE * LANES, 0);
        int room = PLACES * rows;
        float[] deltas = room(Batch.padded(filters, TILE) * room);
        panel(TILE * room / PANEL + 1);
        for (int first = 0; first < corners.length; first += PLACES) {
            int places = Math.min(PLACES, corners.length - first);
            for (int filter = 0; filter < filters; filter++) {
                for (int place = 0; place < places; place++) {
                    interleave(
                            delta.values(),
                            (filter * corners.length + first + place) * delta.stride() + row,
                            rows,
                            deltas,
                            filter / TILE * TILE * room + place * rows * TILE + filter % TILE * LANES);
                }
            }
            for (int tap = 0; tap < taps.length; tap++) {
                for (int place = 0; place < places; place++) {
                    int from = (corners[first + place] + taps[tap]) * in.stride() + row;
                    interleave(in.values(), from, rows, panel, place * rows * TILE + tap % TILE * LANES);
                }
                if (tap % TILE == TILE - 1 || tap == taps.length - 1) {
                    for (int filter = 0; filter < filters; filter += TILE) {
                        int at = (filter / TILE * tapTiles + tap / TILE) * TILE * TILE * LANES;
                        for (int lane = 0; lane < LANES; lane += LENGTH) {
                            dots(deltas, filter * room + lane, panel, lane, places * rows / LANES, sums, at + lane);
                        }
                    }
                }
            }
        }
        fold(sums, tiles);
        for (int i = 0; i < tiles; i++) {
            int filter = i / tapTiles * TILE;
            int tap = i % tapTiles * TILE;
            int at = offset + filter * taps.length + tap;
            int columns = Math.min(TILE, taps.length - tap);
            addFolded(sums, i * TILE * TILE, gradient, at, taps.length, Math.min(TILE, filters - filter), columns);
        }
    }

    private void makeSums(int tiles) {
        if (sums.length < tiles * TILE * TILE * LANES) {
            sums = new float[tiles * TILE * TILE * LANES];
        }
    }

    private float[] room(int length) {
        if (deltas.length < length) {
            deltas = new float[length];
        }
        return deltas;
    }

    /** Copies rows, a group of lanes after the other, each to where its feature's are in a tile. */
    private static void interleave(float[] values, int from, int rows, float[] to, int at) {
        for (int lane = 0; lane < LANES; lane += LENGTH) {
            for (int row = 0; row < rows; row += LANES) {
                FloatVector.fromArray(SPECIES, values, from + lane + row).intoArray(to, at + lane + row * TILE);
            }
        }
    }

    /** Four rows of products with four others, on top of what the sums are: each vector that is read takes part in four of them. */
    private static void dots(float[] a, int from, float[] b, int second, int count, float[] sums, int lane) {
        FloatVector s00 = FloatVector.fromArray(SPECIES, sums, lane + 0 * LANES);
        FloatVector s01 = FloatVector.fromArray(SPECIES, sums, lane + 1 * LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, sums, lane + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, sums, lane + 3 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, sums, lane + 4 * LANES);
        FloatVector s11 = FloatVector.fromArray(SPECIES, sums, lane + 5 * LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, sums, lane + 6 * LANES);
        FloatVector s13 = FloatVector.fromArray(SPECIES, sums, lane + 7 * LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, sums, lane + 8 * LANES);
        FloatVector s21 = FloatVector.fromArray(SPECIES, sums, lane + 9 * LANES);
        FloatVector s22 = FloatVector.fromArray(SPECIES, sums, lane + 10 * LANES);
        FloatVector s23 = FloatVector.fromArray(SPECIES, sums, lane + 11 * LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, sums, lane + 12 * LANES);
        FloatVector s31 = FloatVector.fromArray(SPECIES, sums, lane + 13 * LANES);
        FloatVector s32 = FloatVector.fromArray(SPECIES, sums, lane + 14 * LANES);
        FloatVector s33 = FloatVector.fromArray(SPECIES, sums, lane + 15 * LANES);
        for (int i = 0; i < count; i++) {
            FloatVector x0 = FloatVector.fromArray(SPECIES, b, second + i * TILE * LANES + 0 * LANES);
            FloatVector x1 = FloatVector.fromArray(SPECIES, b, second + i * TILE * LANES + 1 * LANES);
            FloatVector x2 = FloatVector.fromArray(SPECIES, b, second + i * TILE * LANES + 2 * LANES);
            FloatVector x3 = FloatVector.fromArray(SPECIES, b, second + i * TILE * LANES + 3 * LANES);
            FloatVector y = FloatVector.fromArray(SPECIES, a, from + i * TILE * LANES + 0 * LANES);
            s00 = y.fma(x0, s00);
            s01 = y.fma(x1, s01);
            s02 = y.fma(x2, s02);
            s03 = y.fma(x3, s03);
            y = FloatVector.fromArray(SPECIES, a, from + i * TILE * LANES + 1 * LANES);
            s10 = y.fma(x0, s10);
            s11 = y.fma(x1, s11);
            s12 = y.fma(x2, s12);
            s13 = y.fma(x3, s13);
            y = FloatVector.fromArray(SPECIES, a, from + i * TILE * LANES + 2 * LANES);
            s20 = y.fma(x0, s20);
            s21 = y.fma(x1, s21);
            s22 = y.fma(x2, s22);
            s23 = y.fma(x3, s23);
            y = FloatVector.fromArray(SPECIES, a, from + i * TILE * LANES + 3 * LANES);
            s30 = y.fma(x0, s30);
            s31 = y.fma(x1, s31);
            s32 = y.fma(x2, s32);
            s33 = y.fma(x3, s33);
        }
        s00.intoArray(sums, lane + 0 * LANES);
        s01.intoArray(sums, lane + 1 * LANES);
        s02.intoArray(sums, lane + 2 * LANES);
        s03.intoArray(sums, lane + 3 * LANES);
        s10.intoArray(sums, lane + 4 * LANES);
        s11.intoArray(sums, lane + 5 * LANES);
        s12.intoArray(sums, lane + 6 * LANES);
        s13.intoArray(sums, lane + 7 * LANES);
        s20.intoArray(sums, lane + 8 * LANES);
        s21.intoArray(sums, lane + 9 * LANES);
        s22.intoArray(sums, lane + 10 * LANES);
        s23.intoArray(sums, lane + 11 * LANES);
        s30.intoArray(sums, lane + 12 * LANES);
        s31.intoArray(sums, lane + 13 * LANES);
        s32.intoArray(sums, lane + 14 * LANES);
        s33.intoArray(sums, lane + 15 * LANES);
    }
}

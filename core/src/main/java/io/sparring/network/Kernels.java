package io.sparring.network;

import java.lang.module.ModuleFinder;
import java.util.Arrays;

/**
 * The loops in which all of a network's time goes: a dense layer's three products and the activations, over {@link Batch}es.
 *
 * <p>Two implementations give the same bits on every CPU, because every sum has one order and every multiply-add is fused
 * ({@link Math#fma}, rounded once): {@link VectorKernels} on the Vector API, and {@link ScalarKernels}, its twin, where that module is
 * not there. Lanes run over rows, so how many there are changes nothing: products are chains along the reduced dimension, and sums over
 * rows always run in {@value #LANES} lanes, whatever the CPU has. The wider one is chosen at start.
 *
 * <p>An instance has scratch memory; used by one thread at a time.
 */
public abstract class Kernels {
    /** In so many lanes rows are summed up: row r in lane r mod 16. */
    static final int LANES = 16;

    private static final String MODULE = "jdk.incubator.vector";

    private static final Choice CHOICE = Choice.make();

    /** For the vectors' side. */
    Kernels() {}

    /** The fastest that this JVM has. */
    static Kernels create() {
        return CHOICE.vectors() ? Choice.vectorKernels() : new ScalarKernels();
    }

    /** Which kernels run in this JVM and why, as in {@code 16 floats at a time (jdk.incubator.vector)}. */
    public static String description() {
        return CHOICE.description();
    }

    /** Whether this Java has the Vector API, added or not. */
    public static boolean vectorizable() {
        return ModuleFinder.ofSystem().find(MODULE).isPresent();
    }

    /** Whether the Vector API is used. */
    public static boolean vectorized() {
        return CHOICE.vectors();
    }

    private record Choice(boolean vectors, String description) {

        static Choice make() {
            if ("scalar".equals(System.getProperty("sparring.kernels"))) {
                return new Choice(false, "one float at a time, as sparring.kernels says");
            }
            if (!vectorizable()) {
                return new Choice(false, "one float at a time, as Java compiles it: this one has no " + MODULE);
            }
            if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
                return new Choice(
                        false,
                        "one float at a time, as Java compiles it: add --add-modules " + MODULE + " for more speed");
            }
            if (!Fused.HARDWARE) {
                return new Choice(false, "one float at a time: this CPU has no fused multiply-add");
            }
            Kernels kernels = vectorKernels();
            int lanes = kernels.lanes();
            return lanes < 4
                    ? new Choice(false, "one float at a time: this CPU's vectors are too short")
                    : new Choice(true, lanes + " floats at a time (" + MODULE + ")");
        }

        /** By name: without the module the class cannot be loaded. */
        static Kernels vectorKernels() {
            try {
                return (Kernels) Class.forName("io.sparring.network.VectorKernels")
                        .getDeclaredConstructor()
                        .newInstance();
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("VectorKernels", e);
            }
        }
    }

    /** How many floats it computes at a time. */
    abstract int lanes();

    /**
     * A matrix as {@link #product} wants it: tiles of four outputs, in a tile the four weights of each reduced index side by side, 0 where
     * there are fewer outputs.
     *
     * @param outputStride from one output's weight to the next one's, for the same reduced index
     * @param reducedStride from one reduced index to the next
     */
    static void pack(
            float[] weights,
            int offset,
            int outputStride,
            int reducedStride,
            int outputs,
            int reduced,
            float[] packed) {
        for (int first = 0; first < outputs; first += Batch.FEATURE_TILE) {
            int some = Math.min(Batch.FEATURE_TILE, outputs - first);
            int at = offset + first * outputStride;
            int to = first * reduced;
            // Side by side, so that a line of the cache is read once for all four where they lie in one.
            for (int k = 0; k < reduced; k++, at += reducedStride, to += Batch.FEATURE_TILE) {
                for (int output = 0; output < some; output++) {
                    packed[to + output] = weights[at + output * outputStride];
                }
            }
        }
    }

    /**
     * out ← f(start + W in), for each row one chain of fused multiply-adds from the first reduced index to the last.
     *
     * @param packed W, by {@link #pack}
     * @param biases where the chains start, padded to whole tiles; null for 0
     * @param add whether they start from what {@code out} holds instead
     * @param activation f; null for the identity
     * @param out becomes as long as {@code in}, unless it is added to
     */
    abstract void product(
            float[] packed,
            int reduced,
            int outputs,
            float[] biases,
            boolean add,
            Activation activation,
            Batch in,
            Batch out);

    /**
     * gradient ← gradient + Σ δ xᵀ over the rows, that of (input, output) at {@code offset} + output · inputs + input: summed up in
     * {@link #LANES} lanes of fused multiply-adds, the lanes by halves, the result added in double precision. Rows are padded with 0.
     */
    abstract void weightGradient(Batch in, Batch delta, double[] gradient, int offset);

    /** gradient ← gradient + Σ δ over the rows, in the order of {@link #weightGradient}. */
    abstract void biasGradient(Batch delta, double[] gradient, int offset);

    /** out ← f(in); out becomes as long. */
    abstract void activate(Activation activation, Batch in, Batch out);

    /** delta ← delta · f′, f′ being known from the function's outputs, or from its inputs where {@link Activation#slopeNeedsInputs}. */
    abstract void activateBackward(Activation activation, Batch outputs, Batch delta);

    /**
     * The same as {@link #product} at every place of a filter: out(f, p) ← f(bias(f) + Σ w(f, t) in(corner(p) + tap(t))), output (f, p)
     * being feature f · places + p.
     *
     * @param packed the filters, by {@link #pack}, taps being what is reduced
     * @param biases padded to whole tiles
     */
    abstract void convolve(
            float[] packed,
            Convolution.Window window,
            int filters,
            float[] biases,
            Activation activation,
            Batch in,
            Batch out);

    /**
     * in(corner(p) + tap(t)) ← in(corner(p) + tap(t)) + Σ w(f, t) delta(f, p), place by place from the first to the last: chains of fused
     * multiply-adds over the filters that start from what is there.
     *
     * @param packed the filters, by {@link #pack}, filters being what is reduced
     */
    abstract void convolveBack(
            float[] packed, Convolution.Window window, int filters, Batch delta, Batch inputGradient);

    /**
     * gradient ← gradient + Σ delta(f, p) in(corner(p) + tap(t)) over the rows and places, that of (f, t) at {@code offset} + f · taps + t:
     * each {@value Batch#ROW_TILE} rows are summed up in {@link #LANES} lanes of fused multiply-adds, place by place and within a place
     * from the first rows to the last, the lanes by halves, the result added in double precision. Rows are padded with 0.
     */
    abstract void filterGradient(
            Convolution.Window window, int filters, Batch in, Batch delta, double[] gradient, int offset);

    /** Sixteen lanes from {@code at} on, by halves. */
    static float sum(float[] lanes, int at) {
        float s0 = lanes[at] + lanes[at + 8];
        float s1 = lanes[at + 1] + lanes[at + 9];
        float s2 = lanes[at + 2] + lanes[at + 10];
        float s3 = lanes[at + 3] + lanes[at + 11];
        float s4 = lanes[at + 4] + lanes[at + 12];
        float s5 = lanes[at + 5] + lanes[at + 13];
        float s6 = lanes[at + 6] + lanes[at + 14];
        float s7 = lanes[at + 7] + lanes[at + 15];
        return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
    }

    /** Zeros where rows are padded to whole groups of lanes. */
    static void clearPadding(Batch batch) {
        int end = Batch.padded(batch.rows(), LANES);
        if (end > batch.rows()) {
            int features = Batch.padded(batch.features(), Batch.FEATURE_TILE);
            for (int feature = 0; feature < features; feature++) {
                int at = feature * batch.stride();
                Arrays.fill(batch.values(), at + batch.rows(), at + end, 0);
            }
        }
    }
}

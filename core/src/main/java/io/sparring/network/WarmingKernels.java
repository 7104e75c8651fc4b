package io.sparring.network;

/**
 * {@link VectorKernels} as soon as they are fast, and until then their twin, which has the same bits: before the compiler has come to them,
 * vectors are objects, and a first round would take ten times as long. A thread of its own makes the compiler come, once a JVM; where it
 * does not, since there is only the simple one, the twin stays.
 */
final class WarmingKernels extends Kernels {
    private static final int WIDTH = 64;
    /** How often in a row vectors have to be faster. */
    private static final int ENOUGH = 3;

    private static final long PATIENCE_NANOS = 10_000_000_000L;

    /** Set once. It decides how fast results come, never which. */
    private static volatile boolean warm;

    private final Kernels twin = new ScalarKernels();
    private final Kernels vectors = vectors();

    static {
        Thread thread = new Thread(WarmingKernels::warmUp, "sparring-kernels");
        thread.setDaemon(true);
        thread.start();
    }

    private static void warmUp() {
        Kernels vectors = vectors();
        Kernels twin = new ScalarKernels();
        long start = System.nanoTime();
        for (int faster = 0; faster < ENOUGH && System.nanoTime() - start < PATIENCE_NANOS; ) {
            faster = exercise(vectors) < exercise(twin) ? faster + 1 : 0;
            warm = faster == ENOUGH;
        }
    }

    /** All that a network does, a few times over; in nanoseconds. */
    private static long exercise(Kernels kernels) {
        float[] weights = new float[WIDTH * WIDTH];
        float[] biases = new float[WIDTH];
        double[] gradient = new double[WIDTH * (WIDTH + 1)];
        Batch in = new Batch(WIDTH, WIDTH);
        Batch out = new Batch(WIDTH);
        Batch head = new Batch(2);
        long start = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            for (Activation activation : Activation.values()) {
                kernels.product(weights, WIDTH, WIDTH, biases, false, activation, in, out);
                kernels.activateBackward(activation, out, in);
            }
            kernels.product(weights, WIDTH, 2, biases, false, null, in, head);
            kernels.product(weights, 2, WIDTH, null, true, null, head, in);
            kernels.weightGradient(in, out, gradient, 0);
            kernels.weightGradient(in, head, gradient, 0);
            kernels.biasGradient(out, gradient, WIDTH * WIDTH);
        }
        return System.nanoTime() - start;
    }

    private Kernels fastest() {
        return warm ? vectors : twin;
    }

    @Override
    int lanes() {
        return vectors.lanes();
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
        fastest().product(packed, reduced, outputs, biases, add, activation, in, out);
    }

    @Override
    void weightGradient(Batch in, Batch delta, double[] gradient, int offset) {
        fastest().weightGradient(in, delta, gradient, offset);
    }

    @Override
    void biasGradient(Batch delta, double[] gradient, int offset) {
        fastest().biasGradient(delta, gradient, offset);
    }

    @Override
    void activateBackward(Activation activation, Batch outputs, Batch delta) {
        fastest().activateBackward(activation, outputs, delta);
    }
}

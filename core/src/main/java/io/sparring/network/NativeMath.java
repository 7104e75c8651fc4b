package io.sparring.network;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** ND4J's native side: how it is started and kept to one thread. */
public final class NativeMath {
    private NativeMath() {}

    /**
     * Computes something: a library that loads may still find no memory within its limits.
     *
     * @throws IllegalStateException if the result is wrong
     */
    public static void check() {
        // Larger than what JavaCPP takes from memory that it has already.
        int size = 512;
        try (INDArray ones = Nd4j.ones(size, size);
                INDArray product = ones.mmul(ones)) {
            float sum = product.sumNumber().floatValue();
            if (sum != (float) size * size * size) {
                throw new IllegalStateException("a product of matrices is wrong: " + sum);
            }
        }
    }

    /**
     * Keeps native code to one thread in this JVM. Two threads are slower for networks of this size, and sums that are split
     * among threads would make results depend on how many there are. Sets what OMP_NUM_THREADS and OPENBLAS_NUM_THREADS
     * would have set, for JVMs whose environment nobody could prepare. Loads the native library on first use (one to two
     * seconds).
     */
    public static void useOneThread() {
        Nd4j.getEnvironment().setMaxThreads(1);
        Nd4j.getEnvironment().setMaxMasterThreads(1);
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
        Nd4j.factory().blas().setMaxThreads(1);
    }
}

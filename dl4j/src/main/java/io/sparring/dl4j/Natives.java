package io.sparring.dl4j;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** ND4J's native side: how it is loaded, once a JVM, and kept to one thread. */
final class Natives {
    private Natives() {}

    /** The class's own lock: one thread loads, and others wait (two in the dynamic linker at once were seen to hang). */
    private static final class Holder {
        static final boolean LOADED = load();

        private static boolean load() {
            // Two threads are slower for networks of this size, and cores belong to Spark's tasks. What OMP_NUM_THREADS
            // and
            // OPENBLAS_NUM_THREADS would set, for JVMs whose environment nobody could prepare.
            Nd4j.getEnvironment().setMaxThreads(1);
            Nd4j.getEnvironment().setMaxMasterThreads(1);
            NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(1);
            Nd4j.factory().blas().setMaxThreads(1);
            return true;
        }
    }

    static void load() {
        if (!Holder.LOADED) {
            throw new IllegalStateException("ND4J has not been loaded");
        }
    }
}

package io.sparring.spark;

import io.sparring.network.NativeMath;
import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What {@code sparring doctor} finds in one JVM.
 *
 * @param executor its name in Spark's UI; {@code driver} for the driver
 * @param spark Spark's version there
 * @param nativeFailure why ND4J's native library does not load; null where it does
 * @param nativeThreads OMP_NUM_THREADS there; null where it is not set
 * @param heap the JVM's limit, in bytes
 * @param container heap and overhead as the cluster manager counts them, in bytes; 0 where nobody counts
 * @param overhead the part of it beside the heap, in bytes
 * @param maxPhysicalBytes what JavaCPP holds the whole process to; 0 where the native library does not load
 * @param sharedMemory free bytes of /dev/shm; -1 where there is none
 * @param folderFailure why a file in the run folder could not be written; null where it could, or none was asked for
 * @param clock its milliseconds since 1970
 */
record Examination(
        String executor,
        String host,
        int java,
        String javaVersion,
        String spark,
        String nativeFailure,
        String nativeThreads,
        long heap,
        long container,
        long overhead,
        long maxPhysicalBytes,
        long sharedMemory,
        String folderFailure,
        long clock)
        implements Serializable {
    private static final long MEBIBYTE = 1 << 20;

    /** @param folder where to try to write; null: nowhere */
    static Examination here(String folder, SerializableConfiguration hadoop) {
        ExecutorSettings.apply();
        SparkConf settings = SparkEnv.get().conf();
        String executor = SparkEnv.get().executorId();
        boolean counted = !executor.equals("driver");
        String nativeFailure = loadNativeLibrary();
        return new Examination(
                executor,
                hostName(),
                Runtime.version().feature(),
                Runtime.version().toString(),
                org.apache.spark.package$.MODULE$.SPARK_VERSION(),
                nativeFailure,
                System.getenv("OMP_NUM_THREADS"),
                Runtime.getRuntime().maxMemory(),
                counted
                        ? MEBIBYTE
                                * (ExecutorSettings.heapMebibytes(settings)
                                        + ExecutorSettings.overheadMebibytes(settings))
                        : 0,
                counted ? MEBIBYTE * ExecutorSettings.overheadMebibytes(settings) : 0,
                nativeFailure == null ? ExecutorSettings.maxPhysicalBytes() : 0,
                freeSharedMemory(),
                folder == null ? null : tryToWrite(folder, executor, hadoop),
                System.currentTimeMillis());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String loadNativeLibrary() {
        try {
            NativeMath.useOneThread();
            return null;
        } catch (Throwable e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            return firstLine(root);
        }
    }

    private static long freeSharedMemory() {
        try {
            return Files.getFileStore(Path.of("/dev/shm")).getUsableSpace();
        } catch (IOException none) {
            return -1;
        }
    }

    private static String tryToWrite(String folder, String executor, SerializableConfiguration hadoop) {
        try {
            org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(folder);
            FileSystem files = root.getFileSystem(hadoop.value());
            org.apache.hadoop.fs.Path probe = new org.apache.hadoop.fs.Path(root, ".doctor-" + executor);
            if (!files.mkdirs(root)) {
                return "it cannot be made";
            }
            try (FSDataOutputStream out = files.create(probe, true)) {
                out.write(0);
            }
            files.delete(probe, false);
            return null;
        } catch (Exception | org.apache.hadoop.fs.FSError e) {
            return firstLine(e);
        }
    }

    private static String firstLine(Throwable e) {
        return e.toString().lines().findFirst().orElse("");
    }

    String where() {
        return executor.equals("driver") ? "the driver (" + host + ")" : "executor " + executor + " (" + host + ")";
    }
}

package io.sparring.spark.doctor;

import io.sparring.Explanation;
import io.sparring.network.Kernels;
import io.sparring.spark.session.ExecutorSettings;
import io.sparring.spark.session.ThisHost;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
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
 * @param vectorized whether networks are computed by the Vector API
 * @param kernels which kernels those are, and why
 * @param heap the JVM's limit, in bytes
 * @param container heap and overhead as the cluster manager counts them, in bytes; 0 where nobody counts
 * @param overhead the part of it beside the heap, in bytes
 * @param sharedMemory free bytes of /dev/shm; -1 where there is none
 * @param temporaryFailure why a temporary file could not be written; null where it could
 * @param engineFailure why networks are not computed by the engine of the configuration; null where they are, or nobody tried
 * @param folderFailure why a file in the run folder could not be written; null where it could, or none was asked for
 * @param environmentFailure why a block of the environment's copies is not made in Python; null where it is, or it is no such environment
 * @param environmentBytes what that block's process has of memory; 0 where that is not known
 * @param pythonFailure why the Python asked for does not start; null where it does, or none was asked for
 * @param parameterServerFailure why messages do not go to the driver's parameter server and back; null where they do, or nobody tried
 */
record Examination(
        String executor,
        String host,
        int java,
        String javaVersion,
        String spark,
        boolean vectorized,
        String kernels,
        long heap,
        long container,
        long overhead,
        long sharedMemory,
        String temporaryFailure,
        String engineFailure,
        String folderFailure,
        String environmentFailure,
        long environmentBytes,
        String pythonFailure,
        String parameterServerFailure)
        implements Serializable {
    private static final long MEBIBYTE = 1 << 20;
    private static final Duration PYTHON_PATIENCE = Duration.ofSeconds(20);

    /**
     * What to look at beside the JVM itself.
     *
     * @param folder where to try to write; null: nowhere
     * @param python the command of a Python; null: none
     */
    record Order(String folder, SerializableConfiguration hadoop, String python) implements Serializable {
        Order withoutPython() {
            return new Order(folder, hadoop, null);
        }
    }

    /**
     * @param engine that networks are to be computed with; null: not tried
     * @param environment the one in Python; null: not tried
     * @param parameterServer the way to it; null: not tried
     */
    static Examination here(Order order, Trial engine, PythonTrial environment, Trial parameterServer) {
        ExecutorSettings.apply();
        SparkConf settings = SparkEnv.get().conf();
        String executor = SparkEnv.get().executorId();
        boolean counted = !executor.equals("driver");
        return new Examination(
                executor,
                hostName(executor),
                Runtime.version().feature(),
                Runtime.version().toString(),
                org.apache.spark.package$.MODULE$.SPARK_VERSION(),
                Kernels.vectorized(),
                Kernels.description(),
                Runtime.getRuntime().maxMemory(),
                counted
                        ? MEBIBYTE
                                * (ExecutorSettings.heapMebibytes(settings)
                                        + ExecutorSettings.overheadMebibytes(settings))
                        : 0,
                counted ? MEBIBYTE * ExecutorSettings.overheadMebibytes(settings) : 0,
                freeSharedMemory(),
                tryTemporaryFile(),
                engine == null ? null : engine.failure(),
                order.folder() == null ? null : tryToWrite(order.folder(), order.hadoop()),
                environment == null ? null : environment.failure(),
                environment == null ? 0 : environment.residentBytes().orElse(0),
                order.python() == null ? null : tryToStart(order.python()),
                parameterServer == null ? null : parameterServer.failure());
    }

    /** As Spark knows it: several hosts may go by one name with themselves. */
    private static String hostName(String executor) {
        return executor.equals("driver")
                ? ThisHost.name()
                : SparkEnv.get().blockManager().blockManagerId().host();
    }

    private static String tryToStart(String python) {
        try {
            Process process = new ProcessBuilder(python, "-c", "import sys; assert sys.version_info.major == 3")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(PYTHON_PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
                return python + " does not start within " + PYTHON_PATIENCE.toSeconds() + " s";
            }
            return process.exitValue() == 0 ? null : python + " is no Python 3 (exit code " + process.exitValue() + ")";
        } catch (IOException e) {
            return Explanation.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private static String tryTemporaryFile() {
        String folder = System.getProperty("java.io.tmpdir");
        // The folder that this JVM would have had: submit/sparring has found that Spark would not start with it.
        String refused = System.getProperty("sparring.unwritable");
        if (refused != null) {
            return refused + " cannot be written by " + System.getProperty("user.name");
        }
        try {
            Path probe = Files.createTempFile(Path.of(folder), "sparring-doctor", null);
            try {
                Files.write(probe, new byte[1]);
            } finally {
                Files.delete(probe);
            }
            return null;
        } catch (IOException e) {
            String reason = Explanation.of(e);
            if (e instanceof FileSystemException failure) {
                // Without the name of the file, which is another one everywhere.
                reason = failure.getReason() == null ? e.getClass().getSimpleName() : failure.getReason();
            }
            return folder + " cannot be written by " + System.getProperty("user.name") + ": " + reason;
        }
    }

    private static long freeSharedMemory() {
        try {
            return Files.getFileStore(Path.of("/dev/shm")).getUsableSpace();
        } catch (IOException none) {
            return -1;
        }
    }

    private static String tryToWrite(String folder, SerializableConfiguration hadoop) {
        try {
            org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(folder);
            FileSystem files = root.getFileSystem(hadoop.value());
            org.apache.hadoop.fs.Path probe = new org.apache.hadoop.fs.Path(root, ".doctor-" + UUID.randomUUID());
            if (!files.mkdirs(root)) {
                // A folder on this machine, of which Java says why.
                Files.createDirectories(Path.of(root.toUri().getPath()));
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

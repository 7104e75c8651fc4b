package io.sparring.spark.session;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.util.JavaUtils;

/** What an executor's JVM needs before its first round, and what no flag on the command line has to say. */
public final class ExecutorSettings {
    private static final String MAX_BYTES = "org.bytedeco.javacpp.maxbytes";
    private static final String MAX_PHYSICAL_BYTES = "org.bytedeco.javacpp.maxphysicalbytes";
    private static final long MEBIBYTE = 1 << 20;

    private ExecutorSettings() {}

    /** Has an effect in executors of their own, before ND4J is loaded; none in the driver's JVM, whose settings are the user's. */
    public static void apply() {
        SparkEnv environment = SparkEnv.get();
        if (environment == null || environment.executorId().equals("driver")) {
            return;
        }
        SparkConf settings = environment.conf();
        // Beyond these JavaCPP collects garbage and then refuses, which ends a task with a message; without, the
        // cluster manager
        // kills the container.
        limit(MAX_BYTES, overheadMebibytes(settings));
        limit(MAX_PHYSICAL_BYTES, heapMebibytes(settings) + overheadMebibytes(settings));
        // At INFO an executor writes ten lines a task.
        Level level = Level.toLevel(settings.get("spark.log.level", "WARN"), Level.WARN);
        if (LogManager.getRootLogger().getLevel().isLessSpecificThan(level)) {
            Configurator.setRootLevel(level);
        }
    }

    private static void limit(String property, long mebibytes) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, mebibytes + "m");
        }
    }

    /** An executor's heap. */
    public static long heapMebibytes(SparkConf settings) {
        return JavaUtils.byteStringAsMb(settings.get("spark.executor.memory", "1g"));
    }

    /** What the container has beside the heap, as Spark reckons it. */
    public static long overheadMebibytes(SparkConf settings) {
        if (settings.contains("spark.executor.memoryOverhead")) {
            return JavaUtils.byteStringAsMb(settings.get("spark.executor.memoryOverhead"));
        }
        double factor = Double.parseDouble(settings.get("spark.executor.memoryOverheadFactor", "0.1"));
        return Math.max(384, (long) (factor * heapMebibytes(settings)));
    }

    /** What JavaCPP really holds itself to in this JVM, in bytes. */
    static long maxBytes() {
        return org.bytedeco.javacpp.Pointer.maxBytes();
    }

    /** As {@link #maxBytes()}, heap and native memory together. */
    public static long maxPhysicalBytes() {
        return org.bytedeco.javacpp.Pointer.maxPhysicalBytes();
    }

    static long mebibytes(long bytes) {
        return bytes / MEBIBYTE;
    }
}

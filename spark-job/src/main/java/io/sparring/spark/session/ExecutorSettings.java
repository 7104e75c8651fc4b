package io.sparring.spark.session;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.util.JavaUtils;

/** What an executor's JVM needs before its first round, and what no flag on the command line has to say. */
public final class ExecutorSettings {
    /** The name that the factor had on Kubernetes before Spark 3.3; it still counts there. */
    private static final String KUBERNETES_FACTOR = "spark.kubernetes.memoryOverheadFactor";

    private static final double DEFAULT_FACTOR = 0.1;

    private ExecutorSettings() {}

    /** Has an effect in executors of their own, none in the driver's JVM, whose settings are the user's. */
    public static void apply() {
        SparkEnv environment = SparkEnv.get();
        if (environment == null || environment.executorId().equals("driver")) {
            return;
        }
        // At INFO an executor writes ten lines a task.
        Level level = Level.toLevel(environment.conf().get("spark.log.level", "WARN"), Level.WARN);
        if (LogManager.getRootLogger().getLevel().isLessSpecificThan(level)) {
            Configurator.setRootLevel(level);
        }
    }

    /** An executor's heap. */
    public static long heapMebibytes(SparkConf settings) {
        return JavaUtils.byteStringAsMb(settings.get("spark.executor.memory", "1g"));
    }

    /** Whether the cluster manager gives containers that much and ends those that take more. */
    public static boolean overheadCounts(SparkConf settings) {
        return settings.get("spark.master").matches("yarn|k8s://.*");
    }

    /** How many tasks run at once on an executor. */
    public static int slots(SparkConf settings) {
        return Math.max(1, settings.getInt("spark.executor.cores", 1) / settings.getInt("spark.task.cpus", 1));
    }

    /** Whether the user, or whoever set up the cluster, has said how much that is. */
    static boolean overheadIsSet(SparkConf settings) {
        return settings.contains("spark.executor.memoryOverhead")
                || settings.contains("spark.executor.memoryOverheadFactor")
                || settings.contains(KUBERNETES_FACTOR) && !isTheClients(settings);
    }

    /** Kubernetes' client hands every driver that factor: Spark's default where nobody has set another. */
    private static boolean isTheClients(SparkConf settings) {
        return settings.getBoolean("spark.kubernetes.submitInDriver", false)
                && settings.getDouble(KUBERNETES_FACTOR, DEFAULT_FACTOR) == DEFAULT_FACTOR;
    }

    /** What the container has beside the heap, as Spark reckons it. */
    public static long overheadMebibytes(SparkConf settings) {
        if (settings.contains("spark.executor.memoryOverhead")) {
            return JavaUtils.byteStringAsMb(settings.get("spark.executor.memoryOverhead"));
        }
        double older = settings.get("spark.master").startsWith("k8s://")
                ? settings.getDouble(KUBERNETES_FACTOR, DEFAULT_FACTOR)
                : DEFAULT_FACTOR;
        double factor = settings.getDouble("spark.executor.memoryOverheadFactor", older);
        return Math.max(384, (long) (factor * heapMebibytes(settings)));
    }
}

package io.sparring.spark.session;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Says so while a job has no executor. Spark and a cluster without room for one wait for ever and keep silent. */
final class AbsentExecutors implements Runnable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Duration SAID_AFTER = Duration.ofSeconds(20);

    private final JavaSparkContext spark;
    private final ScheduledExecutorService looking;
    private Duration absent = Duration.ZERO;
    private Duration said = SAID_AFTER;

    private AbsentExecutors(JavaSparkContext spark, ScheduledExecutorService looking) {
        this.spark = spark;
        this.looking = looking;
    }

    /** Looks from now on, until Spark is stopped. */
    static void watch(JavaSparkContext spark) {
        ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sparring-absent-executors");
            thread.setDaemon(true);
            return thread;
        });
        looking.scheduleWithFixedDelay(
                new AbsentExecutors(spark, looking),
                LOOK_EVERY.toMillis(),
                LOOK_EVERY.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
        if (spark.sc().isStopped()) {
            looking.shutdown();
            return;
        }
        // Without a job, dynamic allocation asks for none.
        boolean fine = spark.statusTracker().getActiveJobIds().length == 0 || Session.executors(spark) > 0;
        absent = fine ? Duration.ZERO : absent.plus(LOOK_EVERY);
        if (fine) {
            said = SAID_AFTER;
        } else if (absent.compareTo(said) >= 0) {
            // An hour without any is not an hour of lines.
            said = said.multipliedBy(2);
            Console.say("waiting for an executor for " + absent.toSeconds()
                    + " s: the cluster has no room for one (" + size(spark.getConf())
                    + "), or none reaches the driver at " + spark.getConf().get("spark.driver.host", "its address"));
        }
    }

    private static String size(SparkConf settings) {
        String memory = settings.get("spark.executor.memory", "1g");
        String cores = settings.get("spark.executor.cores", "");
        return memory + " of heap"
                // A standalone cluster counts none.
                + (settings.contains("spark.executor.memoryOverhead")
                                || settings.get("spark.master").matches("yarn|k8s.*")
                        ? ", " + ExecutorSettings.overheadMebibytes(settings) + "m beside it"
                        : "")
                + (cores.isEmpty() ? "" : ", cores: " + cores);
    }
}

package io.sparring.spark.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.algorithm.ShardTask;
import io.sparring.algorithm.ShardUpdate;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.spark.SharedTime;
import io.sparring.spark.cluster.ExecutorProcesses;
import io.sparring.spark.cluster.StandaloneCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Executors that come and go as Spark pleases: dynamic allocation, and decommissioning as clouds announce it. */
class ElasticIT {
    private static StandaloneCluster cluster;

    @BeforeAll
    static void threeWorkers() throws Exception {
        cluster = StandaloneCluster.start("127.0.0.2", "127.0.0.3", "127.0.0.4");
    }

    @AfterAll
    static void noWorkers() {
        cluster.close();
    }

    private static SparkConf settings() {
        return SameBitsIT.settings(cluster.master())
                .set("spark.executor.memory", "512m")
                .set("spark.executor.cores", "1")
                .set("spark.decommission.enabled", "true")
                .set("spark.storage.decommission.enabled", "true")
                // An executor looks whether its blocks are gone, and itself may go, only every 30 s by default.
                .set("spark.storage.decommission.replicationReattemptInterval", "1s");
    }

    /** Its tasks take long enough for Spark to want more executors. */
    private static final class Slow extends WorkerPool {
        private static final long serialVersionUID = 1L;

        Slow(Configuration configuration) {
            super(configuration, configuration.environment().resolve());
        }

        @Override
        <T> ShardUpdate run(ShardTask<T> task, T on) {
            try {
                TimeUnit.MILLISECONDS.sleep(500);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return super.run(task, on);
        }
    }

    /** Executors that came and went. */
    private static final class Traffic extends SparkListener {
        private final List<String> came = new CopyOnWriteArrayList<>();
        private final List<String> went = new CopyOnWriteArrayList<>();

        @Override
        public void onExecutorAdded(SparkListenerExecutorAdded event) {
            came.add(event.executorId());
        }

        @Override
        public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
            went.add(event.executorId() + ": " + event.reason());
        }
    }

    @Test
    void a2cGivesTheSameBitsWhileExecutorsComeAndGo() {
        Traffic traffic = new Traffic();
        SparkConf settings = settings()
                .set("spark.dynamicAllocation.enabled", "true")
                .set("spark.dynamicAllocation.shuffleTracking.enabled", "true")
                .set("spark.dynamicAllocation.minExecutors", "1")
                .set("spark.dynamicAllocation.maxExecutors", "3")
                .set("spark.dynamicAllocation.schedulerBacklogTimeout", "1s")
                .set("spark.dynamicAllocation.sustainedSchedulerBacklogTimeout", "1s")
                .set("spark.dynamicAllocation.executorIdleTimeout", "2s")
                // Shards are cached: by default such executors would never be let go.
                .set("spark.dynamicAllocation.cachedExecutorIdleTimeout", "2s");
        SameBitsIT.Run run = SameBitsIT.onSpark(
                settings, new Slow(ConfigurationFile.parse("test", SameBitsIT.CONFIGURATION, List.of())), round -> {
                    SparkContext spark = SparkContext.getOrCreate();
                    if (round == 1) {
                        spark.addSparkListener(traffic);
                    }
                    if (round == 3) {
                        await("more executors than one", () -> executors(spark) > 1);
                    }
                    if (round == 6) {
                        // Two rounds after a cut: what was computed since goes with the executors.
                        await("all but one gone", () -> executors(spark) == 1);
                    }
                    if (round == 9) {
                        ProcessHandle executor =
                                ExecutorProcesses.of(spark.applicationId()).get(0);
                        decommission(executor);
                    }
                });

        assertThat(run.sha256()).isEqualTo(SameBitsIT.plainJava());
        assertThat(run.observed().successes()).isEqualTo(SameBitsIT.ROUNDS * SameBitsIT.SHARDS);
        assertThat(traffic.went).hasSizeGreaterThanOrEqualTo(2);
        assertThat(run.observed().executors()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void workersOfA3cMoveOffAnExecutorThatIsDecommissionedAndEveryUpdateCountsOnce() throws Exception {
        List<ProcessHandle> decommissioned = new ArrayList<>();
        A3cIT.Run run = A3cIT.train(
                settings().set("spark.cores.max", "2"),
                pushes -> {
                    if (decommissioned.isEmpty() && pushes.count() >= 100 && pushes.workers() == 2) {
                        ProcessHandle executor = ExecutorProcesses.of(
                                        SparkContext.getOrCreate().applicationId())
                                .get(0);
                        decommission(executor);
                        decommissioned.add(executor);
                    }
                    return pushes.attempts() == 3 && !decommissioned.get(0).isAlive();
                },
                "a3c.workers=2",
                "budget.env-steps=200000000",
                "budget.wall-clock-seconds=120");

        A3cIT.assertEachUpdateOnce(run);
        assertThat(decommissioned).singleElement().matches(executor -> !executor.isAlive());
        assertThat(run.remarks())
                .anyMatch(line -> line.matches("executor \\d is being decommissioned: its worker moves"));
        assertThat(run.attempts()).as("attempts of workers that pushed").isEqualTo(3);
    }

    private static int executors(SparkContext spark) {
        return spark.statusTracker().getExecutorInfos().length - 1;
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(String what, Condition condition) {
        long deadline = SharedTime.nanos() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertThat(SharedTime.nanos()).as("waited 60 s for " + what).isLessThan(deadline);
            try {
                TimeUnit.MILLISECONDS.sleep(100);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What Kubernetes' preStop hook and Spark's own scripts send. */
    private static void decommission(ProcessHandle executor) {
        try {
            assertThat(new ProcessBuilder("kill", "-PWR", Long.toString(executor.pid()))
                            .start()
                            .waitFor())
                    .isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

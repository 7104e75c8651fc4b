package io.sparring.spark.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.spark.cluster.ExecutorProcesses;
import io.sparring.spark.session.Session;
import io.sparring.spark.training.SameBitsIT;
import io.sparring.tuning.SliceRunner;
import io.sparring.tuning.States;
import io.sparring.tuning.Sweep;
import io.sparring.tuning.SweepFile;
import io.sparring.tuning.SweepResult;
import io.sparring.tuning.Trial;
import io.sparring.tuning.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/** Trials as Spark's tasks compute them. */
class SweepIT {
    private static final String BASE = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: shared, hidden: [8]}
            a2c: {shards: 1, rollout-length: 8}
            optimizer: {kind: adam}
            budget: {env-steps: 1280}
            evaluation: {every-env-steps: 0}
            """;

    private static final String GRID = """
            base: base.yaml
            space:
              optimizer.learning-rate: {grid: [1.0e-3, 3.0e-3, 1.0e-2]}
              seed: {grid: [0, 1, 2, 3]}
            scheduler: {kind: successive-halving, eta: 3, first-rung-rounds: 10}
            """;

    private static SweepFile file(String text) {
        return SweepFile.parse("sweep.yaml", text, List.of(), null, name -> BASE);
    }

    private static Sweep begin(SweepFile file) {
        Map<Integer, byte[]> states = new ConcurrentHashMap<>();
        return Sweep.begin(
                file,
                new States() {
                    @Override
                    public void put(int trial, byte[] state) {
                        states.put(trial, state);
                    }

                    @Override
                    public byte[] get(int trial) {
                        return states.get(trial);
                    }

                    @Override
                    public void remove(int trial) {
                        states.remove(trial);
                    }
                },
                event -> {});
    }

    private static List<String> byOneThread(SweepFile file) throws InterruptedException {
        Sweep sweep = begin(file);
        SliceRunner runner = new SliceRunner(file);
        for (Work work = sweep.next("one"); work.kind() == Work.Kind.SLICE; work = sweep.next("one")) {
            sweep.finished(runner.run(work.slice(), () -> false));
        }
        return hashes(sweep.result());
    }

    private static List<String> hashes(SweepResult result) {
        return result.trials().stream().map(Trial::paramsSha256).toList();
    }

    private static Sweep onSpark(String master, SweepFile file, Runnable look) throws InterruptedException {
        SparkConf settings = SameBitsIT.settings(master).setAppName("sweep").set("spark.executor.memory", "512m");
        SweepPlugin.add(settings);
        List<String> remarks = new ArrayList<>();
        Sweep sweep = begin(file);
        try (JavaSparkContext spark = Session.start(settings)) {
            SweepWorkers.run(spark, sweep, () -> false, look, remarks::add);
        }
        assertThat(sweep.isOver()).as(remarks.toString()).isTrue();
        return sweep;
    }

    @Test
    void threadsOfOneJvmGiveTheBitsOfOneWorkerAlone() throws InterruptedException {
        SweepFile file = file(GRID);

        assertThat(hashes(onSpark("local[3]", file, () -> {}).result())).isEqualTo(byOneThread(file));
    }

    @Test
    void executorsGiveThemTooWhileTheyAreKilledAndNothingIsLost() throws InterruptedException {
        // Long enough for a worker to be killed at work.
        SweepFile file =
                file(GRID.replace("[0, 1, 2, 3]", "[0, 1, 2, 3, 4, 5, 6, 7]") + "overrides: {budget.env-steps: 64000}");
        int[] killed = {0};

        Sweep sweep = onSpark("local-cluster[2,1,1024]", file, () -> {
            List<ProcessHandle> executors =
                    ExecutorProcesses.of(SparkContext.getOrCreate().applicationId());
            if (killed[0] < 2 && executors.size() == 2) {
                killed[0]++;
                ProcessHandle executor = executors.get(0);
                executor.destroyForcibly();
                executor.onExit().join();
            }
        });

        assertThat(killed[0]).isEqualTo(2);
        SweepResult result = sweep.result();
        assertThat(result.count(Trial.State.FAILED)).isZero();
        assertThat(sweep.disagreements()).isZero();
        assertThat(hashes(result)).isEqualTo(byOneThread(file));
    }

    @Test
    void whereExecutorsComeAndGoOneThatHasNoMoreWorkGoes() throws InterruptedException {
        SweepFile file = file("base: base.yaml\nspace: {budget.env-steps: {grid: [320, 2000000000]}}");
        SparkConf settings = SameBitsIT.settings("local-cluster[2,1,1024]")
                .setAppName("sweep")
                .set("spark.executor.memory", "512m")
                .set("spark.dynamicAllocation.enabled", "true")
                .set("spark.dynamicAllocation.shuffleTracking.enabled", "true")
                .set("spark.dynamicAllocation.initialExecutors", "1")
                .set("spark.dynamicAllocation.maxExecutors", "2")
                .set("spark.dynamicAllocation.executorIdleTimeout", "1s");
        SweepPlugin.add(settings);
        Sweep sweep = begin(file);
        int[] most = {0};
        boolean[] gone = {false};
        long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        try (JavaSparkContext spark = Session.start(settings)) {
            SweepWorkers.run(
                    spark,
                    sweep,
                    () -> gone[0] || System.nanoTime() > end,
                    () -> {
                        int there =
                                ExecutorProcesses.of(spark.sc().applicationId()).size();
                        most[0] = Math.max(most[0], there);
                        gone[0] = most[0] == 2 && there == 1;
                    },
                    remark -> {});
        }

        assertThat(most[0]).as("one for each trial").isEqualTo(2);
        assertThat(gone[0]).as("whether the one without a trial was given back").isTrue();
        assertThat(sweep.computing()).as("the other's").isEqualTo(1);
    }
}

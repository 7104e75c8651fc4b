package io.sparring.spark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.algorithm.A3c;
import io.sparring.algorithm.TrainingFailed;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingResult;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.spark.cli.Sparring;
import io.sparring.spark.session.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/** A3C's workers as Spark tasks, with the server in the same JVM: what is Spark's part of it. */
class SparkWorkersIT {
    private static final int STEPS_PER_PUSH = 32;
    /** Enough for a task that comes late to a busy machine. */
    private static final int BUDGET = 128_000;

    private static final String CONFIGURATION = """
            algorithm: a3c
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {hidden: [16]}
            a3c: {workers: 4, rollout-length: 8}
            budget: {env-steps: %d}
            evaluation: {every-env-steps: 64000, episodes: 2}
            """.formatted(BUDGET);

    /** How a run ended, and what it said. */
    private record Run(TrainingResult result, List<String> remarks, TrainingListener.Round last, long received) {}

    private static Run train(String master, ParameterTransport transport, String... overrides) throws Exception {
        Configuration configuration = ConfigurationFile.parse("test", CONFIGURATION, List.of(overrides));
        SparkConf settings = new SparkConf().setMaster(master).set("spark.ui.enabled", "false");
        List<String> remarks = new ArrayList<>();
        List<TrainingListener.Round> rounds = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void remark(String line) {
                remarks.add(line);
            }

            @Override
            public void round(Round round) {
                rounds.add(round);
            }
        };
        try (JavaSparkContext spark = Session.start(settings, configuration)) {
            SparkWorkers workers = new SparkWorkers(
                    spark, configuration, configuration.environment().resolve(), transport);
            TrainingResult result;
            try (workers) {
                result = A3c.train(
                        configuration,
                        configuration.environment().resolve(),
                        TrainingState.first(
                                configuration, configuration.environment().resolve()),
                        workers,
                        listener);
            }
            awaitNoJobs(spark);
            return new Run(result, remarks, rounds.get(rounds.size() - 1), workers.bytesReceived());
        } finally {
            assertThat(InProcess.open()).as("servers left open").isZero();
        }
    }

    /** What the status tracker says is a little late. */
    private static void awaitNoJobs(JavaSparkContext spark) throws InterruptedException {
        Sparring.eventually(
                "no job left",
                Duration.ofSeconds(10),
                () -> spark.statusTracker().getActiveJobIds().length == 0);
    }

    private static void assertAllStepsCounted(Run run) {
        TrainingState end = run.result.state();
        assertThat(run.result.reason()).isEqualTo(TrainingListener.Reason.ENV_STEPS);
        assertThat(end.envSteps()).isBetween((long) BUDGET, BUDGET + 3L * STEPS_PER_PUSH);
        assertThat(run.last.asynchrony().staleness().updates()).isEqualTo(end.envSteps() / STEPS_PER_PUSH);
    }

    @Test
    void aWorkerASlotTrainsAndAllItsBytesGoThroughTheTransport() throws Exception {
        Run run = train("local[4]", new InProcess());

        assertAllStepsCounted(run);
        assertThat(run.last.asynchrony().workers()).isEqualTo(4);
        assertThat(run.remarks)
                .filteredOn(line -> line.contains("worker"))
                .containsExactly("4 workers reach the parameter server by calls in one process");
        int parameters = run.result.state().model().parameters().length;
        assertThat(run.received).isGreaterThan(run.last.asynchrony().staleness().updates() * parameters * Float.BYTES);
    }

    @Test
    void autoTakesAsManyWorkersAsThereAreSlots() throws Exception {
        Run run = train("local[3]", new InProcess(), "a3c.workers=auto");

        assertAllStepsCounted(run);
        assertThat(run.last.asynchrony().perWorker()).hasSize(3);
    }

    @Test
    void fewerSlotsThanWorkersIsSaidAtOnceAndTrainingGoesOnWithThoseThatAreThere() throws Exception {
        Run run = train("local[2]", new InProcess());

        assertAllStepsCounted(run);
        // The others find training finished when they start at last.
        assertThat(run.last.asynchrony().perWorker())
                .filteredOn(worker -> worker.updates() > 0)
                .hasSizeLessThanOrEqualTo(2);
        assertThat(run.remarks)
                .contains("4 workers and 2 slots: the others wait in vain; use --master local[4] or a3c.workers=auto");
    }

    @Test
    void fewerWorkersThanTheConfigurationAsksForEndsTheRunWithinItsPatience() {
        assertThatThrownBy(() -> train(
                        "local[2]",
                        new InProcess(),
                        "a3c.min-workers=3",
                        "a3c.patience-seconds=4",
                        "budget.env-steps=100000000"))
                .isInstanceOf(TrainingFailed.class)
                .hasMessageMatching(
                        "[0-2] of 4 workers have started within 4 s, and a3c.min-workers is 3: there are 2 slots only");
    }

    @Test
    void aTaskThatFailsIsStartedAgainBySparkAndTheOthersGoOn() throws Exception {
        Run run = train("local[4,3]", new InProcess((worker, connection) -> worker == 1 && connection < 2));

        assertAllStepsCounted(run);
        assertThat(run.last.asynchrony().workers()).isEqualTo(4);
    }

    @Test
    void aWorkerThatFailsForGoodIsNamedAndTheOthersGoOn() throws Exception {
        Run run = train("local[4]", new InProcess((worker, connection) -> worker == 1));

        assertAllStepsCounted(run);
        assertThat(run.last.asynchrony().workers()).isEqualTo(3);
        assertThat(run.remarks).contains("worker 1 failed for good, and training goes on with 3: worker 1: injected");
    }

    @Test
    void whenNoWorkerIsLeftTheRunEndsAndSaysWhy() {
        assertThatThrownBy(() -> train("local[4]", new InProcess((worker, connection) -> true)))
                .isInstanceOf(TrainingFailed.class)
                .hasMessageMatching(
                        "worker \\d failed for good, 0 are left, and a3c.min-workers is 1: worker \\d: injected");
    }

    @Test
    void noThreadOfAWorkerOutlivesTheRun() throws Exception {
        train("local[2]", new InProcess(), "a3c.workers=2");

        assertThat(Thread.getAllStackTraces().values().stream()
                        .flatMap(Arrays::stream)
                        .map(StackTraceElement::getClassName))
                .noneMatch(name -> name.contains("A3cWorker"));
    }
}

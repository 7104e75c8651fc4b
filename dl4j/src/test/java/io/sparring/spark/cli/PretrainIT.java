package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.sparring.algorithm.ShardWorker;
import io.sparring.dl4j.GraphsOfTests;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import io.sparring.spark.folder.SavedRun;
import io.sparring.spark.session.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A policy from a table of an expert's steps, in this JVM: one command after the other, as DL4J's static parts are there once. */
class PretrainIT {
    private static final int EPISODES = 12;

    @TempDir
    private static Path work;

    private static Path configuration;
    private static Path log;

    /** What a command has said, and its exit code. */
    private record Outcome(int exit, String said) {}

    @BeforeAll
    static void logAnExpert() throws IOException {
        configuration = Files.writeString(work.resolve("cartpole.yaml"), """
                environment: {id: CartPole-v1, copies-per-shard: 4}
                a2c: {shards: 2, rollout-length: 16}
                pretrain: {epochs: 5, learning-rate: 3.0e-3, held-out: 0.2}
                optimizer: {kind: adam, learning-rate: 1.0e-3}
                budget: {env-steps: 512}
                evaluation: {every-env-steps: 0}
                """);
        List<Row> rows = LoggedCartPole.rows(EPISODES, 0);
        log = work.resolve("log");
        List<Row> broken = new ArrayList<>(rows.subList(0, 1000));
        Row first = broken.get(3);
        broken.set(3, changed(first, 2, List.of(Float.NaN, 0f, 0f, 0f)));
        broken.set(700, changed(broken.get(700), 3, 2));
        try (JavaSparkContext spark = Session.start(settings())) {
            LoggedCartPole.table(Session.tables(spark, false), rows)
                    .coalesce(2)
                    .write()
                    .parquet(log.toString());
            LoggedCartPole.table(Session.tables(spark, false), broken)
                    .coalesce(1)
                    .write()
                    .parquet(work.resolve("broken").toString());
            LoggedCartPole.table(Session.tables(spark, false), List.of())
                    .write()
                    .parquet(work.resolve("empty").toString());
        }
    }

    private static Row changed(Row row, int column, Object value) {
        Object[] values = new Object[row.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i == column ? value : row.get(i);
        }
        return RowFactory.create(values);
    }

    private static SparkConf settings() {
        return Session.settings().setMaster("local[2]").setAppName("test");
    }

    private static Outcome run(String... words) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream both = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            System.setOut(both);
            System.setErr(both);
            System.setProperty("spark.master", "local[2]");
            int exit = Main.run(words);
            return new Outcome(exit, said.toString(StandardCharsets.UTF_8));
        } finally {
            System.clearProperty("spark.master");
            System.setOut(out);
            System.setErr(err);
        }
    }

    private static Outcome pretrain(Path from, Path run, String... more) {
        List<String> words = new ArrayList<>(
                List.of("pretrain", configuration.toString(), "--from", from.toString(), "--run", run.toString()));
        words.addAll(Arrays.asList(more));
        return run(words.toArray(new String[0]));
    }

    @Test
    void aPolicyClonedFromALogHoldsThePoleUpAndTrainingGoesOnFromIt() throws IOException {
        Path taught = work.resolve("taught");
        Outcome cloned = pretrain(log, taught);

        assertThat(cloned.exit()).as(cloned.said()).isZero();
        assertThat(cloned.said())
                .contains(
                        "6,000 rows of 12 episodes, mean return 500.0; actions 0: ", "held out: loss ", "Pretrained: ");
        assertThat(Files.readString(taught.resolve("metrics.jsonl"))).contains("\"held_out_accuracy\":");
        assertThat(Files.readString(taught.resolve("report.html"))).contains("Pretraining for CartPole-v1");
        Outcome played = run("evaluate", taught.toString(), "--episodes", "20", "--greedy", "--json");
        assertThat(played.exit()).as(played.said()).isZero();
        assertThat(meanReturn(played)).isGreaterThanOrEqualTo(450);
        assertThat(run("inspect", taught.toString()).said()).contains("Pretrained: 6,000 rows", "best: epoch ");

        Path trained = work.resolve("trained");
        String proposed = taught + "/configuration.yaml";
        assertThat(cloned.said()).contains("train " + proposed + " --init " + taught);
        Outcome begun = run("train", proposed, "--init", taught.toString(), "--run", trained.toString());
        assertThat(begun.exit()).as(begun.said()).isZero();
        assertThat(Files.readString(trained.resolve("init.json"))).contains("\"checkpoint\":\"best\"");
        Outcome resumed = run("train", "--resume", taught.toString());
        assertThat(resumed.exit()).isEqualTo(2);
        assertThat(resumed.said()).contains("this is a pretraining, which a new run begins with: ");
        requireSameAnswers(taught);
    }

    private static double meanReturn(Outcome outcome) {
        return number(outcome, "mean_return");
    }

    private static double number(Outcome outcome, String key) {
        return Double.parseDouble(outcome.said().replaceAll("(?s).*\"" + key + "\":([0-9.]+).*", "$1"));
    }

    @Test
    void fourWorkersLearnAsMuchFromAsManyRowsAsOne() {
        double[] losses = new double[2];
        for (int i = 0; i < 2; i++) {
            int workers = i == 0 ? 1 : 4;
            Outcome outcome = pretrain(
                    log,
                    work.resolve("workers-" + workers),
                    "--set",
                    "pretrain={epochs: 4, learning-rate: 5.0e-3, workers: " + workers + "}",
                    "--json");
            assertThat(outcome.exit()).as(outcome.said()).isZero();
            losses[i] = number(outcome, "held_out_policy_loss");
        }

        // With minibatches of 64 each, a quarter of the steps, it was 1.66 times as much; with 16 each by the same
        // learning rate 1.22.
        assertThat(losses[1]).isLessThan(1.1 * losses[0]);
    }

    @Test
    void anExecutorThatIsKilledCostsTimeAlone() throws IOException, InterruptedException {
        Path run = work.resolve("killed");
        Path said = work.resolve("killed.txt");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of("..", "submit", "sparring").toAbsolutePath().toString(),
                        "--master",
                        "local-cluster[2,1,1024]",
                        "pretrain",
                        configuration.toString(),
                        "--from",
                        log.toString(),
                        "--run",
                        run.toString(),
                        "--set",
                        "pretrain.epochs=3",
                        "--json")
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().remove("SPARK_HOME");
        Process pretraining = builder.start();
        try {
            Path metrics = run.resolve("metrics.jsonl");
            await(pretraining, said, () -> Files.exists(metrics) && Files.size(metrics) > 0);
            ProcessHandle executor = executors(pretraining).get(0);
            assertThat(executor.destroyForcibly()).isTrue();
            executor.onExit().join();

            assertThat(pretraining.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            pretraining.descendants().forEach(ProcessHandle::destroyForcibly);
            pretraining.destroyForcibly();
        }
        Outcome outcome = new Outcome(pretraining.exitValue(), Files.readString(said));
        assertThat(outcome.exit()).as(outcome.said()).isZero();
        assertThat(outcome.said()).contains("6,000 rows of 12 episodes", "executor");
        assertThat(number(outcome, "held_out_accuracy")).isGreaterThan(0.7);
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Process process, Path said, Condition condition)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!condition.holds()) {
            assertThat(process.isAlive() && System.nanoTime() < end)
                    .as(Files.readString(said))
                    .isTrue();
            Thread.sleep(20);
        }
    }

    private static List<ProcessHandle> executors(Process driver) {
        return driver.descendants()
                .filter(process -> {
                    try {
                        return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                                .contains("CoarseGrainedExecutorBackend");
                    } catch (IOException ended) {
                        return false;
                    }
                })
                .toList();
    }

    /** dl4j-spark's own way to ask a graph, on an executor's rows, and ours. */
    private static void requireSameAnswers(Path run) throws IOException {
        SavedRun saved = SavedRun.open(run.toString(), "best", List.of());
        Model model = saved.checkpoint().model(ShardWorker.architecture(saved.configuration(), saved.environment()));
        float[] observations = new float[4 * 300];
        for (int i = 0; i < observations.length; i++) {
            observations[i] = (float) Math.sin(i) / 3;
        }
        Network network = new Network(model.architecture());
        network.setModel(model);
        network.forward(new Observations.Floats(observations), 0, 300);
        Map<Integer, float[]> answers;
        try (JavaSparkContext spark = Session.start(settings())) {
            answers = GraphsOfTests.feedForwardWithKey(spark, model, observations);
        }
        assertThat(answers).hasSize(300);
        answers.forEach((row, outputs) -> {
            double logits = network.policyOutputs().get(1, row)
                    - network.policyOutputs().get(0, row);
            assertThat(outputs[1]).isCloseTo((float) (1 / (1 + Math.exp(-logits))), within(1e-5f));
            assertThat(outputs[2]).isCloseTo(network.values().get(0, row), withinPercentage(0.01));
        });
    }

    @Test
    void advantagesAndTheCriticsOwnReturnsAreLearnedFromToo() {
        Outcome weighted = pretrain(
                log,
                work.resolve("weighted"),
                "--set",
                "pretrain={method: advantage-weighted, critic: td-lambda, epochs: 1}",
                "--set",
                "normalize={observations: true, rewards: true}");

        assertThat(weighted.exit()).as(weighted.said()).isZero();
        assertThat(weighted.said()).contains("Pretrained: 6,000 rows of 12 episodes, 1 epoch, ");
    }

    @Test
    void brokenRowsAreCountedAndLeftOutOrEndItWithAFileAndARow() {
        Outcome refused = pretrain(work.resolve("broken"), work.resolve("none"));
        Outcome taught = pretrain(
                work.resolve("broken"), work.resolve("some"), "--max-bad-rows", "2", "--set", "pretrain.epochs=1");

        assertThat(refused.exit()).as(refused.said()).isEqualTo(1);
        assertThat(refused.said())
                .contains(
                        "2 rows cannot be learned from, and --max-bad-rows is 0, the first: ",
                        "row 4: observation[0] is NaN");
        assertThat(work.resolve("none/checkpoints")).doesNotExist();
        assertThat(taught.exit()).as(taught.said()).isZero();
        assertThat(taught.said())
                .contains("2 rows are left out, the first: ", "steps are missing within episodes, at 2 places");
    }

    @Test
    void aTableThatIsNotWhatItShouldBeIsOneLine() {
        assertThat(pretrain(work.resolve("empty"), work.resolve("none"))).satisfies(outcome -> {
            assertThat(outcome.exit()).isEqualTo(2);
            assertThat(outcome.said()).contains("the table has no rows");
        });
        assertThat(pretrain(log, work.resolve("none"), "--columns", "action=act"))
                .satisfies(outcome -> {
                    assertThat(outcome.exit()).isEqualTo(2);
                    assertThat(outcome.said()).contains("there is no column act for the action");
                });
        assertThat(pretrain(log, work.resolve("none"), "--columns", "reward=terminated"))
                .satisfies(outcome -> {
                    assertThat(outcome.exit()).isEqualTo(2);
                    assertThat(outcome.said()).contains("reward: expected a number, and column terminated is boolean");
                });
        assertThat(pretrain(log, work.resolve("none"), "--set", "environment.id=Pendulum-v1"))
                .satisfies(outcome -> {
                    assertThat(outcome.exit()).isEqualTo(1);
                    assertThat(outcome.said()).contains("observation has 4 numbers, expected 3");
                });
        assertThat(pretrain(log, work.resolve("none"), "--set", "network.memory=lstm"))
                .satisfies(outcome -> {
                    assertThat(outcome.exit()).isEqualTo(2);
                    assertThat(outcome.said()).contains("network.memory: expected none for pretrain, got lstm");
                });
    }
}

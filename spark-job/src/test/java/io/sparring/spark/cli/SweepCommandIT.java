package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sparring sweep} as it is called. */
class SweepCommandIT {
    private static final String SWEEP = """
            base: tiny.yaml
            space:
              optimizer.learning-rate: {log-uniform: [1.0e-3, 1.0e-1]}
              a2c.gamma: {choice: [0.9, 0.99]}
            scheduler: {kind: asha, eta: 3, first-rung-rounds: 4}
            trials: 12
            """;

    @TempDir
    private Path work;

    @BeforeEach
    void files() throws IOException {
        Files.writeString(work.resolve("tiny.yaml"), """
                environment: {id: CartPole-v1, copies-per-shard: 4}
                network: {kind: shared, hidden: [8]}
                a2c: {shards: 1, rollout-length: 8}
                optimizer: {kind: adam}
                budget: {env-steps: 1280}
                evaluation: {every-env-steps: 640, episodes: 2}
                """);
        Files.writeString(work.resolve("sweep.yaml"), SWEEP);
    }

    private Sparring.Outcome sweep(String... words) {
        String[] all = Arrays.copyOf(new String[] {"sweep"}, words.length + 1);
        System.arraycopy(words, 0, all, 1, words.length);
        return Sparring.here(all);
    }

    private String path(String name) {
        return work.resolve(name).toString();
    }

    @Test
    void whatItCallsTheBestIsWhatTrainMakesOfItsConfiguration() throws IOException {
        Sparring.Outcome outcome = sweep(path("sweep.yaml"), "--run", path("s"), "--json");

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        JsonNode json = outcome.json();
        assertThat(json.get("trials").asInt()).isEqualTo(12);
        assertThat(json.get("finished").asInt() + json.get("stopped_early").asInt())
                .isEqualTo(12);
        assertThat(json.get("failed").asInt()).isZero();
        assertThat(json.get("run").asText()).isEqualTo(path("s"));
        Sparring.Outcome trained = Sparring.here("train", path("s/best.yaml"), "--run", path("best"), "--json");
        assertThat(trained.json().get("params_sha256")).isEqualTo(json.get("best_params_sha256"));
        assertThat(trained.json().get("mean_return")).isEqualTo(json.get("best_score"));
        assertThat(Files.readAllLines(work.resolve("s/trials.csv"))).hasSize(13);
        assertThat(work.resolve("s/report.html")).content().contains("Over: 12 trials");
    }

    @Test
    void itsTablesAreReadBackBySparkSql() throws IOException {
        Sparring.Outcome outcome = sweep(path("sweep.yaml"), "--run", path("s"), "--trials", "4", "--json");

        try (SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "1")
                // A compiler for a handful of rows.
                .config("spark.sql.codegen.wholeStage", "false")
                .getOrCreate()) {
            spark.read().parquet(path("s/trials.parquet")).createOrReplaceTempView("trials");
            spark.read().parquet(path("s/reports.parquet")).createOrReplaceTempView("reports");
            Row finished = spark.sql("""
                            SELECT max(trials.score), max(reports.score), max(reports.env_steps), count(seed),
                                   min(`a2c.gamma`), max(`optimizer.learning-rate`), sum(reports.seconds) > 0
                            FROM trials JOIN reports USING (trial) WHERE state = 'finished' AND NOT confirms
                            """).first();
            double best = outcome.json().get("best_score").asDouble();
            assertThat(finished.getDouble(0)).isEqualTo(best);
            assertThat(finished.getDouble(1)).isGreaterThanOrEqualTo(best);
            assertThat(finished.getLong(2)).isEqualTo(1280);
            assertThat(finished.getLong(3)).as("the base's own seed").isZero();
            assertThat(finished.getDouble(4)).isIn(0.9, 0.99);
            assertThat(finished.getDouble(5)).isBetween(1e-3, 1e-1);
            assertThat(finished.getBoolean(6)).isTrue();
        }
    }

    @Test
    void aSweepThatIsOverIsExtendedAndOneThatIsThereIsNotWrittenOver() throws IOException {
        sweep(path("sweep.yaml"), "--run", path("s"), "--trials", "4");

        Sparring.Outcome again = sweep(path("sweep.yaml"), "--run", path("s"));
        Sparring.Outcome more = sweep(
                "--resume",
                path("s"),
                "--set",
                "trials=12",
                "--set",
                "confirm.points=1",
                "--set",
                "confirm.seeds=2",
                "--json");

        assertThat(again.exit()).isEqualTo(2);
        assertThat(again.complaints()).singleElement().asString().contains("there is a sweep in this folder");
        assertThat(more.exit()).as(more.toString()).isZero();
        assertThat(more.json().get("trials").asInt()).isEqualTo(12);
        assertThat(work.resolve("s/best.yaml")).content().contains("seed: 1000000");
    }

    @Test
    void oneOfWhichNothingCameHasFailed() throws IOException {
        Files.writeString(work.resolve("none.yaml"), "{base: tiny.yaml, space: {a2c.gamma: {grid: [1.5, 2.5]}}}");

        Sparring.Outcome outcome = sweep(path("none.yaml"), "--run", path("s"), "--json");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
        assertThat(outcome.stdout()).contains("2 failed").doesNotContain("best.yaml\n");
        assertThat(outcome.json().get("error").asText())
                .startsWith("all trials have failed: with a2c.gamma=1.5: a2c.gamma: expected");
    }

    @Test
    void aDryRunShowsThePointsAndWhatAllWillTakeAndLeavesNothing() throws IOException {
        Sparring.Outcome outcome = sweep(path("sweep.yaml"), "--dry-run", "--run", path("s"), "--json");

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.stdout().lines())
                .hasSize(15)
                .allSatisfy(line -> assertThat(line)
                        .containsAnyOf("12 trials", "optimizer.learning-rate=", "core-hours", "core_hours"));
        assertThat(outcome.json().get("core_hours").asDouble()).isPositive();
        assertThat(work.resolve("s")).doesNotExist();
    }

    @Test
    void killedOrAskedToStopItGoesOnToTheSameWinner() throws IOException, InterruptedException {
        // Long enough to be killed at work; a grid, which does not depend on who is faster.
        Files.writeString(work.resolve("grid.yaml"), """
                base: tiny.yaml
                overrides: {budget.env-steps: 64000, evaluation.every-env-steps: 0}
                space: {optimizer.learning-rate: {grid: [0.001, 0.01]}, seed: {grid: [0, 1, 2, 3, 4, 5]}}
                """);
        Sparring.Outcome undisturbed = sweep(path("grid.yaml"), "--run", path("whole"), "--json");

        try (Sparring killed = Sparring.start(work, "--master", "local[2]", "sweep", "grid.yaml", "--run", "s")) {
            awaitSlices(killed, 2);
            killed.signal("KILL");
            killed.outcome();
        }
        Sparring.Outcome stopped;
        try (Sparring asked =
                Sparring.start(work, "--master", "local[2]", "sweep", "--resume", "s", "--set", "cores-per-trial=2")) {
            awaitSlices(asked, 6);
            asked.signal("INT");
            stopped = asked.outcome();
        }
        Sparring.Outcome resumed = sweep("--resume", path("s"), "--set", "cores-per-trial=1", "--json");

        assertThat(stopped.exit()).as(stopped.toString()).isEqualTo(130);
        assertThat(stopped.stdout()).contains("sweep --resume");
        assertThat(resumed.exit()).as(resumed.toString()).isZero();
        assertThat(resumed.json().get("best_params_sha256"))
                .isEqualTo(undisturbed.json().get("best_params_sha256"));
        assertThat(resumed.json().get("finished").asInt()).isEqualTo(12);
    }

    private void awaitSlices(Sparring sparring, int count) throws InterruptedException {
        sparring.await(count + " slices", () -> {
            Path ledger = work.resolve("s/ledger.jsonl");
            try {
                return Files.exists(ledger)
                        && Files.readAllLines(ledger).stream()
                                        .filter(line -> line.startsWith("{\"event\":\"slice\""))
                                        .count()
                                >= count;
            } catch (IOException e) {
                return false;
            }
        });
    }
}

package io.sparring.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.spark.cli.Sparring;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunFolders;
import io.sparring.spark.training.SameBitsIT;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same jar on Spark 4 with Scala 2.13: its own spark-submit, driver and executors. */
class SparkFourIT {
    private static final String NEWEST = "4.3.0";
    private static final Path PRESETS = Path.of("..", "conf").toAbsolutePath().normalize();

    @TempDir
    private static Path work;

    private static Map<String, String> environment;

    @BeforeAll
    static void anInstallation() throws IOException {
        environment = Map.of(
                "SPARK_HOME",
                SparkInstallation.orSkip("spark-4-installation", NEWEST).toString());
        Files.writeString(work.resolve("test.yaml"), StandaloneIT.CONFIGURATION);
    }

    private static Sparring sparring(String master, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("--master", master));
        words.addAll(Arrays.asList(command));
        return Sparring.start(work, environment, words.toArray(String[]::new));
    }

    @Test
    void aPresetHasTheSameBitsWhereverTheTreeIs() throws Exception {
        Path preset = PRESETS.resolve("cartpole-a2c.yaml");
        Path script = Sparring.elsewhere(work.resolve(Sparring.ODD_NAME));
        try (Sparring sparring = Sparring.start(
                script,
                work,
                // Unlike the others it runs for long enough to be worth it.
                Map.of("SPARK_HOME", environment.get("SPARK_HOME"), "SPARK_SUBMIT_OPTS", ""),
                "--master",
                "local[2]",
                "--conf",
                "spark.driver.defaultJavaOptions=",
                "train",
                preset.toString(),
                "--run",
                "preset",
                "--json")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.json().get("params_sha256").asText())
                    .isEqualTo(SameBitsIT.plainJava(
                            ConfigurationFile.parse("preset", Files.readString(preset), List.of())));
        }
    }

    @Test
    void anExecutorThatIsKilledChangesNoBit() throws Exception {
        Path run = work.resolve("killed");
        try (Sparring sparring =
                sparring("local-cluster[2,1,1024]", "train", "test.yaml", "--run", run.toString(), "--json")) {
            sparring.await("shards on executors that no checkpoint has", () -> StandaloneIT.rounds(run) >= 5);
            ExecutorProcesses.started().get(0).destroyForcibly();
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.stderr()).contains("was lost: ");
            assertThat(outcome.json().get("params_sha256").asText())
                    .isEqualTo(SameBitsIT.plainJava(
                            ConfigurationFile.parse("test", StandaloneIT.CONFIGURATION, List.of())));
            assertThat(KubernetesIT.recomputedShards(
                            RunFolder.at(run.toString(), new org.apache.hadoop.conf.Configuration())))
                    .as("shards that were lost")
                    .isPositive();
        }
    }

    @Test
    void aSweepHasTheWinnerOfSparkThree() throws Exception {
        Path sweep = Files.writeString(work.resolve("sweep.yaml"), """
                base: test.yaml
                space: {algorithm: {grid: [a2c, ppo, a3c]}, seed: {grid: [0, 1]}}
                scheduler: {kind: successive-halving, first-rung-rounds: 3}
                """);
        try (Sparring sparring = sparring("local-cluster[2,1,1024]", "sweep", "sweep.yaml", "--run", "s", "--json")) {
            Sparring.Outcome four = sparring.outcome();
            assertThat(four.exit()).as(four.toString()).isZero();
            Sparring.Outcome three = Sparring.onTwoThreads(
                    "sweep", sweep.toString(), "--run", work.resolve("s-three").toString(), "--json");
            assertThat(three.exit()).as(three.toString()).isZero();
            for (String key : List.of("finished", "stopped_early", "best_score", "best_params_sha256")) {
                assertThat(four.json().get(key)).as(key).isEqualTo(three.json().get(key));
            }
        }
    }

    @Test
    void workersOfA3cPushToTheDriver() throws Exception {
        try (Sparring sparring = sparring(
                "local-cluster[2,1,1024]",
                "train",
                "test.yaml",
                "--run",
                "a3c",
                "--json",
                "--set",
                "algorithm=a3c",
                "--set",
                "a3c.workers=2")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.json().get("env_steps").asLong()).isGreaterThanOrEqualTo(1_600);
        }
    }

    /** Which is where Spark's own classes and Parquet's are called, as they are in both. */
    @Test
    void aTableIsScoredColumnByColumnAsOnSparkThree() throws Exception {
        Configuration configuration = ConfigurationFile.parse("test", StandaloneIT.CONFIGURATION, List.of());
        Path run = work.resolve("untrained");
        try (RunFolder folder = RunFolder.at(run.toString(), new org.apache.hadoop.conf.Configuration())) {
            RunFolders.writeCheckpoint(
                    folder,
                    "last",
                    configuration,
                    TrainingState.first(
                            configuration, configuration.environment().resolve()));
        }
        Files.writeString(work.resolve("states.csv"), "name,a,b,c,d\none,0.1,0,0.01,0\ntwo,0.1,0,-0.01,0.5\n");
        List<String> command = new ArrayList<>(List.of("score", run.toString(), "--columns", "observation=a,b,c,d"));
        command.addAll(List.of("--input", work.resolve("states.csv").toString(), "--output"));
        List<String> four = new ArrayList<>(command);
        four.add(work.resolve("four.parquet").toString());
        command.add(work.resolve("three.parquet").toString());

        try (Sparring sparring = sparring("local[1]", four.toArray(String[]::new))) {
            assertThat(sparring.outcome().exit()).isZero();
        }
        Sparring.Outcome three = Sparring.onTwoThreads(command.toArray(String[]::new));

        assertThat(three.exit()).as(three.toString()).isZero();
        assertThat(rows("four.parquet")).hasSize(2).isEqualTo(rows("three.parquet"));
        // Spark's own have another number behind.
        assertThat(work.resolve("four.parquet")).isDirectoryNotContaining("glob:**-c000.*");
    }

    private static List<String> rows(String name) {
        try (SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate()) {
            return spark.read().parquet(work.resolve(name).toString()).collectAsList().stream()
                    .map(Row::json)
                    .toList();
        }
    }
}

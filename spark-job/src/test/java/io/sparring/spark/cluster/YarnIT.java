package io.sparring.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.spark.cli.Sparring;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunFolders;
import io.sparring.spark.training.SameBitsIT;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * YARN and HDFS with a real spark-submit: those that HADOOP_CONF_DIR and SPARK_HOME name, else a cluster in a JVM and PyPI's Spark.
 */
class YarnIT {
    private static final String CONFIGURATION = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: separate, hidden: [16, 16], activation: tanh}
            a2c: {shards: 4, rollout-length: 8, gae-lambda: 0.95, entropy-weight: 0.01}
            optimizer: {kind: adam, learning-rate: 5e-3}
            budget: {env-steps: 6400}
            evaluation: {every-env-steps: 0}
            checkpoint: {every-rounds: 5}
            cluster: {cut-every-rounds: 25}
            """;

    @TempDir
    private static Path work;

    private static MiniCluster own;
    private static Map<String, String> environment;
    private static org.apache.hadoop.conf.Configuration hadoop;
    private static String expected;

    private final String run = "/sparring tést-" + UUID.randomUUID();

    @BeforeAll
    static void aCluster() throws IOException, InterruptedException {
        Path spark = SparkInstallation.orSkip();
        String given = System.getenv("HADOOP_CONF_DIR");
        if (given == null) {
            own = MiniCluster.start();
        }
        Path settings = given == null ? own.settings() : Path.of(given);
        environment = Map.of(
                "SPARK_HOME", spark.toString(), "HADOOP_CONF_DIR", settings.toString(), "SPARK_LOCAL_IP", "127.0.0.1");
        hadoop = new org.apache.hadoop.conf.Configuration();
        for (String file : List.of("core-site.xml", "hdfs-site.xml", "yarn-site.xml")) {
            hadoop.addResource(
                    new org.apache.hadoop.fs.Path(settings.resolve(file).toUri()));
        }
        Files.writeString(work.resolve("test.yaml"), CONFIGURATION);
        Configuration configuration = ConfigurationFile.parse("test", CONFIGURATION, List.of());
        expected = SameBitsIT.plainJava(configuration);
    }

    @AfterAll
    static void noCluster() {
        if (own != null) {
            own.close();
        }
    }

    @Test
    void inClusterModeBadInputIsFoundBeforeAnythingIsSubmitted() throws Exception {
        try (Sparring sparring = train("cluster", "--set", "a2c.shards=0")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).isEqualTo(2);
            assertThat(outcome.complaints()).singleElement().asString().contains("a2c.shards", "test.yaml");
            assertThat(folder().exists()).isFalse();
        }
    }

    @Test
    void inClusterModeTheResultComesBackThoughTheDriverIsKilledAndStartedOnceMore() throws Exception {
        try (Sparring sparring = train("cluster")) {
            sparring.await("the first checkpoint", () -> has("checkpoints/last"));
            kill("org.apache.spark.deploy.yarn.ApplicationMaster");
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.json().get("params_sha256").asText()).isEqualTo(expected);
            assertThat(outcome.stderr()).contains("submitted as application_", "yarn logs -applicationId application_");
            assertThat(rounds()).as("every round once").doesNotHaveDuplicates().hasSize(50);
            JsonNode exit = new ObjectMapper().readTree(read("exit.json"));
            assertThat(exit.get("exit").asInt()).isZero();
        }
    }

    @Test
    void anApplicationThatIsKilledLeavesNoProcessAndGoesOnInClientModeWithTheSameBitsThoughAnExecutorIsKilled()
            throws Exception {
        String application;
        try (Sparring sparring = train("cluster")) {
            sparring.await("the first checkpoint", () -> has("checkpoints/last"));
            application = application(sparring);
            if (own != null) {
                assertThat(processes(application)).as("its processes").isNotEmpty();
            }
            killApplication(application);
            Sparring.Outcome outcome = sparring.outcome();
            // How far the driver came before YARN's second signal: SIGKILL, 250 ms after the first.
            assertThat(outcome.exit()).as(outcome.toString()).isIn(1, 143);
            assertThat(outcome.stdout() + outcome.stderr())
                    .contains(" train --resume '" + folder().name() + "'")
                    .doesNotContain("Exception");
        }
        awaitNoProcess(application);
        int before = rounds().size();
        try (Sparring sparring = submit("client", "train", "--resume", run, "--json")) {
            sparring.await("the next checkpoint", () -> rounds().size() > before);
            kill("YarnCoarseGrainedExecutorBackend");
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.json().get("params_sha256").asText()).isEqualTo(expected);
            assertThat(outcome.stderr()).contains("was lost: ");
        }
    }

    /** The one that this command has submitted: on somebody's own cluster there are others. */
    private static String application(Sparring sparring) {
        Matcher submitted =
                Pattern.compile("submitted as (application_\\d+_\\d+)").matcher(sparring.complaints());
        assertThat(submitted.find()).as(sparring.complaints()).isTrue();
        return submitted.group(1);
    }

    /** As {@code yarn application -kill} does it. */
    private static void killApplication(String application) throws Exception {
        try (YarnClient yarn = YarnClient.createYarnClient()) {
            yarn.init(new YarnConfiguration(hadoop));
            yarn.start();
            yarn.killApplication(ApplicationId.fromString(application));
        }
    }

    /** Those on this machine: their files lie in folders with its number. */
    private static List<ProcessHandle> processes(String application) {
        String number = application.substring("application".length());
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).contains(number))
                .toList();
    }

    private static void awaitNoProcess(String application) throws InterruptedException {
        Sparring.eventually(
                "no process of " + application,
                Duration.ofSeconds(30),
                () -> processes(application).isEmpty());
    }

    @Test
    void aSweepInClusterModeHasTheWinnerOfThisMachineThoughAnExecutorIsKilled() throws Exception {
        // Long enough to be killed at work; a grid, which does not depend on who is faster.
        Path sweep = Files.writeString(work.resolve("sweep.yaml"), """
                base: test.yaml
                overrides: {budget.env-steps: 128000}
                space: {optimizer.learning-rate: {grid: [0.001, 0.01]}, seed: {grid: [0, 1, 2, 3]}}
                """);
        try (Sparring sparring = submit("cluster", "sweep", "sweep.yaml", "--run", run, "--json")) {
            sparring.await("a slice", () -> has("ledger.jsonl") && ledger().contains("\"slice\""));
            kill("YarnCoarseGrainedExecutorBackend");
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            Sparring.Outcome here = Sparring.onTwoThreads(
                    "sweep",
                    sweep.toString(),
                    "--run",
                    work.resolve("sweep-here").toString(),
                    "--json");
            assertThat(outcome.json().get("finished").asInt()).isEqualTo(8);
            assertThat(outcome.json().get("best_params_sha256"))
                    .isEqualTo(here.json().get("best_params_sha256"));
            assertThat(ledger()).as("what was lost").contains("\"lost\"");
        }
    }

    private String ledger() {
        try {
            return read("ledger.jsonl");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void containersKilledForTheirMemoryOneAfterTheOtherEndTheRunWithTheSettingToRaise() throws Exception {
        // All of the heap is touched at once, and with it the container's 512 MB are gone.
        String touched = "-Xms511m -XX:+AlwaysPreTouch";
        try (Sparring sparring = submit(
                "client",
                "--executor-memory",
                "511m",
                "--conf",
                "spark.executor.memoryOverhead=1m",
                // So that it is their number and not the fourth that dies with the same task.
                "--conf",
                "spark.task.maxFailures=1000",
                "--conf",
                "spark.executor.extraJavaOptions=" + touched,
                "train",
                "test.yaml",
                "--run",
                run)) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
            assertThat(outcome.stderr())
                    .containsPattern("executor \\d+ was lost: Container killed by YARN.*"
                            + "; the container used more memory than it has: raise spark.executor.memoryOverhead");
            assertThat(outcome.complaints())
                    .last()
                    .asString()
                    .containsPattern(
                            "^sparring: round \\d+ failed: Job \\d+ cancelled since \\d+ executors in a row.*raise spark.executor.memoryOverhead\\. (There is no checkpoint yet|The checkpoint of round \\d+ is intact)");
        }
    }

    private Sparring train(String mode, String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of("train", "test.yaml", "--run", run, "--json"));
        words.addAll(List.of(more));
        return submit(mode, words.toArray(String[]::new));
    }

    private Sparring submit(String mode, String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of("--master", "yarn", "--deploy-mode", mode));
        words.addAll(List.of("--num-executors", "2", "--executor-cores", "1", "--executor-memory", "512m"));
        words.addAll(List.of("--driver-memory", "512m", "--conf", "spark.yarn.am.memory=512m"));
        words.addAll(List.of("--conf", "spark.yarn.jars=local:" + environment.get("SPARK_HOME") + "/jars/*"));
        words.addAll(List.of(more));
        return Sparring.start(work, environment, words.toArray(String[]::new));
    }

    /** SIGKILL for one of the cluster's JVMs with this main class. */
    private static void kill(String mainClass) {
        Stream<ProcessHandle> containers = own == null ? ProcessHandle.allProcesses() : own.processes();
        ProcessHandle victim = containers
                .filter(process -> commandLine(process).split("\0")[0].endsWith("/bin/java")
                        && commandLine(process).contains(mainClass))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no process of " + mainClass));
        assertThat(victim.destroyForcibly()).isTrue();
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        } catch (IOException ended) {
            return "";
        }
    }

    private RunFolder folder() throws IOException {
        return RunFolder.at(run, hadoop);
    }

    private boolean has(String name) {
        try {
            return folder().has(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String read(String name) throws IOException {
        return new String(folder().read(name), StandardCharsets.UTF_8);
    }

    private List<Object> rounds() {
        try {
            return RunFolders.metrics(folder()).stream()
                    .map(line -> line.get("round"))
                    .toList();
        } catch (FileNotFoundException e) {
            throw new AssertionError("no metrics", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

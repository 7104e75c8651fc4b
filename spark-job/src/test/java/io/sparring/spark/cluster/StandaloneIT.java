package io.sparring.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparring.configuration.ConfigurationFile;
import io.sparring.spark.cli.Sparring;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunFolders;
import io.sparring.spark.training.SameBitsIT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark's own cluster, a master and two workers as processes, with authentication and encryption, and a real spark-submit. */
class StandaloneIT {
    static final String CONFIGURATION = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: separate, hidden: [16, 16], activation: tanh}
            a2c: {shards: 4, rollout-length: 8, gae-lambda: 0.95, entropy-weight: 0.01}
            optimizer: {kind: adam, learning-rate: 5e-3}
            budget: {env-steps: 1600}
            evaluation: {every-env-steps: 0}
            checkpoint: {every-rounds: 1000}
            cluster: {cut-every-rounds: 100}
            """;

    private static final String SETTINGS = """
            spark.authenticate             true
            spark.authenticate.secret      a secret of this test
            spark.network.crypto.enabled   true
            spark.io.encryption.enabled    true
            spark.driver.defaultJavaOptions    -XX:TieredStopAtLevel=1
            spark.executor.defaultJavaOptions  -XX:TieredStopAtLevel=1
            """;

    @TempDir
    private static Path work;

    private static StandaloneCluster cluster;
    private static Map<String, String> environment;
    private static String expected;

    @BeforeAll
    static void aCluster() throws IOException, InterruptedException {
        environment = Map.of("SPARK_HOME", SparkInstallation.orSkip().toString(), "SPARK_LOCAL_IP", "127.0.0.1");
        Files.writeString(work.resolve("settings.conf"), SETTINGS);
        Files.writeString(work.resolve("test.yaml"), CONFIGURATION);
        expected = SameBitsIT.plainJava(ConfigurationFile.parse("test", CONFIGURATION, List.of()));
        cluster = StandaloneCluster.start(work.resolve("settings.conf"), 2, "127.0.0.2", "127.0.0.3");
    }

    @AfterAll
    static void noCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void inClusterModeTheConfigurationTravelsAndTheResultComesBackThoughAnExecutorIsKilled() throws Exception {
        Path run = work.resolve("cluster");
        try (Sparring sparring =
                submit("train", "test.yaml", "--run", run.toUri().toString(), "--json")) {
            sparring.await("shards on executors that no checkpoint has", () -> rounds(run) >= 5);
            ExecutorProcesses.started().get(0).destroyForcibly();
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.json().get("params_sha256").asText()).isEqualTo(expected);
            assertThat(outcome.stderr()).contains("submitted as driver-", "the driver's log: ");
            assertThat(KubernetesIT.recomputedShards(
                            RunFolder.at(run.toString(), new org.apache.hadoop.conf.Configuration())))
                    .as("shards that were lost")
                    .isPositive();
        }
        try (Sparring sparring =
                submit("evaluate", run.toUri().toString(), "--checkpoint", "last", "--episodes", "2")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.stdout()).contains("over 2 greedy episodes");
        }
    }

    @Test
    void inClusterModeASavedRunIsPlayedByAnArchivesPythonThatTheClientLacks() throws Exception {
        String python = PyPi.install("gymnasium", "gymnasium==1.4.0") + "/bin/python";
        Path run = work.resolve("python");
        Sparring.Outcome trained = Sparring.onTwoThreads(
                "train",
                work + "/test.yaml",
                "--set",
                "environment.id=gymnasium:CartPole-v1",
                "--set",
                "environment.python=" + python,
                "--set",
                "budget.env-steps=128",
                "--run",
                run.toString());
        assertThat(trained.exit()).as(trained.toString()).isZero();
        Sparring.Outcome packed = Sparring.shell(work, Map.of(), """
                mkdir -p archive/bin && printf '#!/bin/sh\nexec %s "$@"\n' > archive/bin/python &&
                  chmod +x archive/bin/python && tar -C archive -czf env.tar.gz bin
                """.formatted(python));
        assertThat(packed.exit()).as(packed.toString()).isZero();

        try (Sparring sparring = submit(
                "--archives",
                work + "/env.tar.gz#env",
                "evaluate",
                run.toUri().toString(),
                "--set",
                "environment.python=./env/bin/python",
                "--episodes",
                "2")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.stdout()).contains("over 2 greedy episodes");
        }
    }

    @Test
    void aCommandThatIsInterruptedLeavesTheApplicationAloneAndSaysWhereItsResultWillBe() throws Exception {
        Path run = work.resolve("interrupted");
        try (Sparring sparring =
                submit("train", "test.yaml", "--run", run.toUri().toString())) {
            sparring.await("the driver's name", () -> sparring.complaints().contains("submitted as driver-"));
            sparring.signal("INT");
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(130);
            assertThat(outcome.stderr()).contains("the application goes on; driver-", run + "/exit.json");
        }
        Sparring.eventually("the driver's end", Duration.ofMinutes(2), () -> Files.exists(run.resolve("exit.json")));
        assertThat(Files.readString(run.resolve("exit.json"))).contains("\"exit\":0");
    }

    @Test
    void aDriverOnAMachineWhoseNameDoesNotResolveTrainsByItsAddressAndSaysSoWithoutOne() throws Exception {
        String nameless = "unshare -ru sh -c 'hostname nowhere.invalid || exit 99; ";
        assumeThat(Sparring.shell(work, Map.of(), nameless + "exit 0'").exit())
                .as("a machine can be named here")
                .isZero();

        String train = "\"$sparring\" --master %s --properties-file settings.conf --driver-memory 512m"
                + " --executor-memory 512m --total-executor-cores 2 train test.yaml --run nameless --json";
        Sparring.Outcome outcome =
                Sparring.shell(work, environment, """
                export sparring
                %s (unset SPARK_LOCAL_IP; %s) && exit
                %2$s'
                """.formatted(nameless, train.formatted(cluster.master())));

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.json().get("params_sha256").asText()).isEqualTo(expected);
        assertThat(outcome.complaints())
                .first()
                .isEqualTo("sparring: this machine's own name, nowhere.invalid, does not resolve;"
                        + " expected SPARK_LOCAL_IP=ADDRESS, or the name in /etc/hosts");
        assertThat(outcome.stderr()).doesNotContain("Exception", "\tat ");
    }

    static long rounds(Path run) {
        try {
            return Files.exists(run.resolve("metrics.jsonl"))
                    ? RunFolders.metrics(RunFolder.at(run.toString(), new org.apache.hadoop.conf.Configuration()))
                            .size()
                    : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Sparring submit(String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("--master", cluster.master(), "--deploy-mode", "cluster"));
        words.addAll(List.of("--properties-file", "settings.conf"));
        words.addAll(List.of(
                "--driver-memory",
                "512m",
                "--executor-memory",
                "512m",
                "--executor-cores",
                "1",
                "--total-executor-cores",
                "2"));
        words.addAll(Arrays.asList(command));
        return Sparring.start(work, environment, words.toArray(String[]::new));
    }
}

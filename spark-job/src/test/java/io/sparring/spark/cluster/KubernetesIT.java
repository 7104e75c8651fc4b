package io.sparring.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.spark.SharedTime;
import io.sparring.spark.cli.Sparring;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunFolders;
import io.sparring.spark.training.SameBitsIT;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Kubernetes: the one that kubectl talks to, with an image as submit/kubernetes/Dockerfile makes it, and a folder for runs that its pods reach
 * and this machine too.
 *
 * <pre>
 *   K8S_MASTER=k8s://https://… SPARRING_IMAGE=registry/sparring:0.1 SPARRING_RUNS=s3a://bucket/runs [SPARRING_PROPERTIES=FILE] SPARK_HOME=… \
 *     mvn -P kubernetes -pl spark-job -am verify
 * </pre>
 *
 * <p>The file has Spark's settings for this cluster: the namespace, how to reach the file system ({@code spark.hadoop.…}), the pods' cores. Secrets do not belong there: the
 * S3 client here reads the usual variables of the environment, and the pods' are named by {@code spark.kubernetes.driver.secretKeyRef.…}.
 */
class KubernetesIT {
    private static final String CONFIGURATION = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: separate, hidden: [16, 16], activation: tanh}
            a2c: {shards: 4, rollout-length: 8, gae-lambda: 0.95, entropy-weight: 0.01}
            optimizer: {kind: adam, learning-rate: 5e-3}
            budget: {env-steps: 38400}
            evaluation: {every-env-steps: 0}
            checkpoint: {every-rounds: 20}
            cluster: {cut-every-rounds: 25}
            """;

    /** Those of submit/kubernetes/network-policy.yaml. */
    private static final List<String> A3C = List.of(
            "--set", "cluster.parameter-server-port=40100",
            "--set", "cluster.worker-port=40200");

    private static final String LOST = "was lost: ";

    @TempDir
    private static Path work;

    private static String master;
    private static String image;
    private static String runs;
    private static String propertiesFile;
    private static final Properties PROPERTIES = new Properties();
    private static Map<String, String> environment;
    private static org.apache.hadoop.conf.Configuration hadoop;
    private static String expected;

    private final String id = "test-" + UUID.randomUUID();
    private final String run = runs + "/" + id;

    @BeforeAll
    static void aCluster() throws IOException, InterruptedException {
        master = given("K8S_MASTER", "the cluster's k8s://https://…");
        image = given("SPARRING_IMAGE", "an image of submit/kubernetes/Dockerfile that it has");
        runs = given("SPARRING_RUNS", "a folder that its pods reach, such as s3a://bucket/runs");
        propertiesFile = System.getenv("SPARRING_PROPERTIES");
        if (propertiesFile != null) {
            try (BufferedReader in = Files.newBufferedReader(Path.of(propertiesFile))) {
                PROPERTIES.load(in);
            }
        }
        environment = Map.of("SPARK_HOME", SparkInstallation.orSkip().toString());
        hadoop = new org.apache.hadoop.conf.Configuration();
        for (String key : PROPERTIES.stringPropertyNames()) {
            if (key.startsWith("spark.hadoop.")) {
                hadoop.set(key.substring("spark.hadoop.".length()), PROPERTIES.getProperty(key));
            }
        }
        Files.writeString(work.resolve("test.yaml"), CONFIGURATION);
        Files.copy(Path.of("..", "conf", "cartpole-a3c.yaml"), work.resolve("a3c.yaml"));
        Configuration configuration = ConfigurationFile.parse("test", CONFIGURATION, List.of());
        expected = SameBitsIT.plainJava(configuration);
    }

    private static String given(String variable, String meaning) {
        String value = System.getenv(variable);
        if (value == null || value.isEmpty()) {
            SparkInstallation.skip("No Kubernetes for this test: " + variable + " is to name " + meaning);
        }
        return value;
    }

    @AfterEach
    void noPods() throws IOException, InterruptedException {
        // Executors go with their driver.
        kubectl("delete", "pod", "-l", "sparring-test=" + id, "--ignore-not-found", "--grace-period=0", "--force");
    }

    @Test
    void theParametersAreThoseOfOneThread() throws Exception {
        try (Sparring sparring = train("test.yaml")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.json().get("params_sha256").asText()).isEqualTo(expected);
            assertThat(outcome.stderr()).contains("submitted as sparring-train-", "kubectl ");
        }
    }

    @Test
    void anExecutorsPodThatIsDeletedChangesNoBit() throws Exception {
        try (Sparring sparring = train("test.yaml")) {
            sparring.await("the first checkpoint", this::hasCheckpoint);
            kubectl("delete", "pod", executor(), "--wait=false");
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.json().get("params_sha256").asText()).isEqualTo(expected);
            assertThat(log()).contains(LOST);
        }
    }

    @Test
    void aRunGoesOnAfterItsDriversPodIsDeleted() throws Exception {
        try (Sparring sparring = train("test.yaml")) {
            sparring.await("the first checkpoint", this::hasCheckpoint);
            kubectl("delete", "pod", driver(), "--wait=false");
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(143);
        }
        try (Sparring sparring = submit("train", "--resume", run, "--json")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.json().get("params_sha256").asText()).isEqualTo(expected);
            assertThat(RunFolders.metrics(RunFolder.at(run, hadoop)).stream()
                            .map(line -> line.get("round"))
                            .toList())
                    .as("every round once")
                    .doesNotHaveDuplicates()
                    .hasSize(300);
        }
    }

    @Test
    void asynchronousWorkersReachTheirTargetThoughAnExecutorsPodIsDeleted() throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "a3c.yaml",
                "--set",
                "checkpoint.every-rounds=5",
                "--set",
                "budget.target-return=",
                "--set",
                "budget.env-steps=800000"));
        words.addAll(A3C);
        // Without the target, or a fast cluster is there before the pod is gone.
        try (Sparring sparring = train(words.toArray(String[]::new))) {
            sparring.await("the first checkpoint", this::hasCheckpoint);
            kubectl("delete", "pod", executor(), "--wait=false");
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.json().get("best_return").asDouble()).isGreaterThanOrEqualTo(495);
            assertThat(log()).contains("4 workers reach the parameter server", LOST);
        }
    }

    private Sparring train(String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of("train"));
        all.addAll(Arrays.asList(words));
        all.addAll(List.of("--run", run, "--json"));
        return submit(all.toArray(String[]::new));
    }

    /** Four slots on two executors. */
    private Sparring submit(String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("--master", master, "--deploy-mode", "cluster"));
        if (propertiesFile != null) {
            words.addAll(List.of("--properties-file", propertiesFile));
        }
        words.addAll(List.of("--num-executors", "2", "--executor-cores", "2"));
        words.addAll(List.of("--executor-memory", "512m", "--driver-memory", "512m"));
        words.addAll(List.of("--conf", "spark.kubernetes.container.image=" + image));
        words.addAll(List.of("--conf", "spark.kubernetes.driver.label.sparring-test=" + id));
        words.addAll(Arrays.asList(command));
        return Sparring.start(work, environment, words.toArray(String[]::new));
    }

    private String driver() throws IOException, InterruptedException {
        return kubectl("get", "pod", "-l", "sparring-test=" + id, "-o", "jsonpath={.items[-1:].metadata.name}");
    }

    /** The name of one of this run's. */
    private String executor() throws IOException, InterruptedException {
        String application = kubectl("get", "pod", driver(), "-o", "jsonpath={.metadata.labels.spark-app-selector}");
        return kubectl(
                "get",
                "pod",
                "-l",
                "spark-role=executor,spark-app-selector=" + application,
                "-o",
                "jsonpath={.items[0].metadata.name}");
    }

    private String log() throws IOException, InterruptedException {
        return kubectl("logs", driver());
    }

    private static String kubectl(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "kubectl",
                "--namespace",
                PROPERTIES.getProperty("spark.kubernetes.namespace", "default").strip()));
        command.addAll(Arrays.asList(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(SharedTime.waitFor(process, Duration.ofSeconds(60))).isTrue();
        assertThat(process.exitValue())
                .as(String.join(" ", command) + ": " + said)
                .isZero();
        return said.strip();
    }

    private boolean hasCheckpoint() {
        try {
            return RunFolder.at(run, hadoop).hasCheckpoint("last");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long recomputedShards(RunFolder folder) throws IOException {
        return RunFolders.metrics(folder).stream()
                .filter(line -> line.get("recomputed_shards") instanceof Number)
                .mapToLong(line -> ((Number) line.get("recomputed_shards")).longValue())
                .max()
                .orElse(0);
    }
}

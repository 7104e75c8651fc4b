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
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Kubernetes: the one that kubectl talks to, with an image as submit/kubernetes/Dockerfile makes it, and a folder for runs that its pods reach
 * and this machine too.
 *
 * <pre>
 *   K8S_MASTER=k8s://https://… SPARRING_IMAGE=registry/sparring:0.1 SPARRING_RUNS=s3a://bucket/runs [SPARRING_PROPERTIES=FILE] \
 *     [SPARRING_PYTHON_ARCHIVE=env.tar.gz] SPARK_HOME=… mvn -P kubernetes -pl spark-job -am verify
 * </pre>
 *
 * <p>The file has Spark's settings for this cluster: the namespace, how to reach the file system ({@code spark.hadoop.…}), the pods' cores. Secrets do not belong there: the
 * S3 client here reads the usual variables of the environment, and the pods' are named by {@code spark.kubernetes.driver.secretKeyRef.…}.
 *
 * <p>The archive has a whole Python with gymnasium, which runs here too. Without one the test that asks for it is skipped.
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

    private static final String GYMNASIUM = "environment.id=gymnasium:CartPole-v1";

    /** Those of submit/kubernetes/network-policy.yaml. */
    private static final List<String> A3C = List.of(
            "--set", "cluster.parameter-server-port=40100",
            "--set", "cluster.worker-port=40200");

    private static final String LOST = "was lost: ";

    /** Ends the processes of an archive's Python in a pod, those that supervise others too, and tells their ids. */
    private static final String KILL_PYTHON = """
            for process in /proc/[0-9]*; do
              case $(readlink $process/exe) in
                */env/bin/python*) kill -KILL ${process#/proc/} && echo ${process#/proc/} ;;
              esac
            done
            """;

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
        // The image's, whether or not there is somewhere to upload another one.
        environment = Map.of(
                "SPARK_HOME",
                SparkInstallation.orSkip().toString(),
                "SPARRING_JAR",
                "local:///opt/sparring/sparring-app.jar");
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

    @Test
    void anArchivesPythonChangesNoBitThoughItsProcessesAreKilledAndThenAnExecutorsPod() throws Exception {
        Path archive = Path.of(given("SPARRING_PYTHON_ARCHIVE", "a tar.gz whose bin/python has gymnasium"))
                .toAbsolutePath();
        Configuration here = ConfigurationFile.parse(
                "test", CONFIGURATION, List.of(GYMNASIUM, "environment.python=" + unpacked(archive) + "/bin/python"));
        String uploads = run + "-uploads";
        List<String> options = List.of(
                "--archives",
                archive + "#env",
                "--conf",
                "spark.kubernetes.file.upload.path=" + uploads,
                // Of a pod that is deleted by force Spark hears when it looks.
                "--conf",
                "spark.kubernetes.executor.apiPollingInterval=5s");
        String[] command = {
            "train",
            "test.yaml",
            "--set",
            GYMNASIUM,
            "--set",
            "environment.python=./env/bin/python",
            "--run",
            run,
            "--json"
        };
        try (Sparring sparring = submit(options, command)) {
            sparring.await("the first checkpoint", this::hasCheckpoint);
            assertThat(kubectl("exec", executor(), "--", "sh", "-c", KILL_PYTHON))
                    .as("processes that were killed")
                    .isNotEmpty();
            sparring.await("fresh ones in their place", () -> restarts() > 0);
            kubectl("delete", "pod", executor(), "--grace-period=0", "--force");
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.json().get("params_sha256").asText()).isEqualTo(SameBitsIT.plainJava(here));
            assertThat(log()).contains(LOST);
        } finally {
            // Spark leaves it.
            org.apache.hadoop.fs.Path left = new org.apache.hadoop.fs.Path(uploads);
            left.getFileSystem(hadoop).delete(left, true);
        }
    }

    private static Path unpacked(Path archive) throws IOException, InterruptedException {
        Path folder = Files.createDirectory(work.resolve("python"));
        execute("tar", "-xzf", archive.toString(), "-C", folder.toString());
        return folder;
    }

    private Sparring train(String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of("train"));
        all.addAll(Arrays.asList(words));
        all.addAll(List.of("--run", run, "--json"));
        return submit(all.toArray(String[]::new));
    }

    private Sparring submit(String... command) throws IOException {
        return submit(List.of(), command);
    }

    /**
     * Four slots on two executors.
     *
     * @param options of spark-submit's
     */
    private Sparring submit(List<String> options, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("--master", master, "--deploy-mode", "cluster"));
        if (propertiesFile != null) {
            words.addAll(List.of("--properties-file", propertiesFile));
        }
        words.addAll(List.of("--num-executors", "2", "--executor-cores", "2"));
        words.addAll(List.of("--executor-memory", "512m", "--driver-memory", "512m"));
        words.addAll(List.of("--conf", "spark.kubernetes.container.image=" + image));
        words.addAll(List.of("--conf", "spark.kubernetes.driver.label.sparring-test=" + id));
        words.addAll(options);
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
        return execute(command.toArray(String[]::new));
    }

    private static String execute(String... command) throws IOException, InterruptedException {
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

    private long restarts() {
        try {
            return numbers(RunFolder.at(run, hadoop), "environment_restarts").sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long recomputedShards(RunFolder folder) throws IOException {
        return numbers(folder, "recomputed_shards").max().orElse(0);
    }

    private static LongStream numbers(RunFolder folder, String metric) throws IOException {
        return RunFolders.metrics(folder).stream()
                .filter(line -> line.get(metric) instanceof Number)
                .mapToLong(line -> ((Number) line.get(metric)).longValue());
    }
}

package io.sparring.spark.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.configuration.ConfigurationFile;
import io.sparring.run.CheckpointFile;
import io.sparring.spark.cli.Sparring;
import io.sparring.spark.cluster.PyPi;
import io.sparring.spark.training.SameBitsIT;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs in an object store: PyPI's moto, an S3 server that gives out keys, takes requests with no others, and takes keys back.
 *
 * <pre>
 *   mvn -P s3 -pl spark-job -am verify
 * </pre>
 */
class S3IT {
    private static final String CONFIGURATION = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: separate, hidden: [16, 16], activation: tanh}
            a2c: {shards: 2, rollout-length: 8, gae-lambda: 0.95, entropy-weight: 0.01}
            optimizer: {kind: adam, learning-rate: 5e-3}
            budget: {env-steps: 38400}
            evaluation: {every-env-steps: 0}
            checkpoint: {every-rounds: 10, every-seconds: 0}
            """;
    private static final int ROUNDS = 600;

    /** As the S3 client takes it. */
    private record Key(String id, String secret) {}

    @TempDir
    private static Path work;

    private static Process store;
    private static BufferedReader answers;
    private static String endpoint;
    private static Key key;
    private static String expected;

    private final String run = "s3a://runs/" + UUID.randomUUID();

    @BeforeAll
    static void aStore() throws IOException, InterruptedException {
        Path moto = PyPi.install("moto", "moto[server]==5.2.5");
        store = new ProcessBuilder(moto.resolve("bin/python").toString(), "src/test/python/s3.py")
                .redirectError(work.resolve("store.log").toFile())
                .start();
        answers = store.inputReader();
        endpoint = "http://127.0.0.1:" + answer();
        key = key(answer());
        Files.writeString(work.resolve("test.yaml"), CONFIGURATION);
        expected = SameBitsIT.plainJava(ConfigurationFile.parse("test", CONFIGURATION, List.of()));
    }

    @AfterAll
    static void noStore() {
        if (store != null) {
            store.destroyForcibly();
        }
    }

    /** What the store answers. */
    private static String ask(String line) throws IOException {
        Writer questions = store.outputWriter();
        questions.write(line + "\n");
        questions.flush();
        return answer();
    }

    private static String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("no S3 server: " + Files.readString(work.resolve("store.log")));
        }
        return line;
    }

    private static Key key(String answer) {
        String[] words = answer.split(" ");
        return new Key(words[0], words[1]);
    }

    @Test
    void aWriterThatIsKilledLeavesAReadableCheckpointAndTheRunGoesOnWithTheSameBits() throws Exception {
        try (Sparring sparring = sparring(key, "train", "test.yaml", "--run", run)) {
            sparring.await("a checkpoint", this::hasCheckpoint);
        }
        long round = checkpoint().counters().round();
        assertThat(round).isBetween(10L, ROUNDS - 1L);
        assertSucceeds("evaluate", run, "--checkpoint", "last", "--episodes", "2");

        Sparring.Outcome outcome = assertSucceeds("train", "--resume", run, "--json");

        assertThat(outcome.json().get("params_sha256").asText()).isEqualTo(expected);
        assertThat(RunFolders.metrics(RunFolder.at(run, hadoop(key))).stream()
                        .map(line -> line.get("round"))
                        .toList())
                .as("every round once")
                .doesNotHaveDuplicates()
                .hasSize(ROUNDS);
    }

    @Test
    void aSweepWhoseDriverIsKilledGoesOnToTheSameWinner() throws Exception {
        // Long enough for a segment of its ledger to be there; a grid, which does not depend on who is faster.
        Files.writeString(work.resolve("sweep.yaml"), """
                base: test.yaml
                overrides: {budget.env-steps: 384000}
                space: {optimizer.learning-rate: {grid: [0.001, 0.01]}, seed: {grid: [0, 1, 2, 3]}}
                """);
        try (Sparring sparring = sparring(key, "sweep", "sweep.yaml", "--run", run)) {
            sparring.await("what has been done", () -> slices() >= 1);
            sparring.signal("KILL");
            sparring.outcome();
        }
        assertThat(slices()).isBetween(1L, 7L);

        Sparring.Outcome resumed = assertSucceeds("sweep", "--resume", run, "--json");
        Sparring.Outcome undisturbed = Sparring.onTwoThreads(
                "sweep",
                work.resolve("sweep.yaml").toString(),
                "--run",
                work.resolve("sweep").toString(),
                "--json");

        assertThat(resumed.json().get("finished").asInt()).isEqualTo(8);
        assertThat(resumed.json().get("best_params_sha256"))
                .isEqualTo(undisturbed.json().get("best_params_sha256"));
    }

    /** How many the ledger in the store has. */
    private long slices() {
        StringBuilder ledger = new StringBuilder();
        try (RunFolder folder = RunFolder.at(run, hadoop(key))) {
            folder.readGrown(
                    SweepFolder.LEDGER,
                    (name, in) -> ledger.append(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            return 0;
        }
        return ledger.toString()
                .lines()
                .filter(line -> line.contains("\"slice\""))
                .count();
    }

    @Test
    void aWrongKeyIsToldAtOnceInOneLine() throws Exception {
        Key wrong = new Key("AKIAUNKNOWN", "wrong");
        assertFailsAtOnce(sparring(wrong, "train", "test.yaml", "--run", run), "Status Code: 403");
    }

    @Test
    void noKeyAtAllIsToldAtOnceInOneLine() throws Exception {
        assertFailsAtOnce(sparring(null, "train", "test.yaml", "--run", run), "No AWS Credentials");
    }

    private void assertFailsAtOnce(Sparring start, String reason) throws Exception {
        try (Sparring sparring = start) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
            assertThat(outcome.complaints())
                    .filteredOn(line -> !line.contains("faster starts"))
                    .singleElement()
                    .asString()
                    .contains(run, "with these credentials: ", reason);
        }
    }

    @Test
    void aKeyThatIsTakenBackMeanwhileIsWaitedForAndThenTheStateIsOnThisMachine() throws Exception {
        Key passing = key(ask("key"));
        try (Sparring sparring = sparring(
                passing,
                "train",
                "test.yaml",
                "--run",
                run,
                "--set",
                "budget.env-steps=100000000",
                "--set",
                "checkpoint.every-rounds=50")) {
            sparring.await("a checkpoint", this::hasCheckpoint);
            assertThat(ask("delete " + passing.id)).isEqualTo("deleted");
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
            assertThat(outcome.stderr()).contains("is tried again for up to 3 s", "InvalidAccessKeyId");
            Matcher rescued = Pattern.compile("The state of round (\\d+) is in (/var/tmp/\\S+) on \\S+:.*"
                            + "The checkpoint of round (\\d+) is intact: \\S+ train --resume " + run)
                    .matcher(outcome.stderr());
            assertThat(rescued.find()).as(outcome.stderr()).isTrue();
            Path folder = Path.of(rescued.group(2));
            assertThat(CheckpointFile.read(Files.readAllBytes(folder.resolve("checkpoints/last")))
                            .counters()
                            .round())
                    .isEqualTo(Long.parseLong(rescued.group(1)));
            assertThat(checkpoint().counters().round()).isEqualTo(Long.parseLong(rescued.group(3)));
            FileUtils.deleteDirectory(folder.toFile());
        }
    }

    private Sparring.Outcome assertSucceeds(String... command) throws Exception {
        try (Sparring sparring = sparring(key, command)) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            return outcome;
        }
    }

    /** @param who null for somebody without a key */
    private Sparring sparring(Key who, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("--master", "local[2]", "--jars", client()));
        for (Map.Entry<String, String> setting : settings().entrySet()) {
            words.addAll(List.of("--conf", "spark.hadoop." + setting.getKey() + "=" + setting.getValue()));
        }
        words.addAll(Arrays.asList(command));
        Map<String, String> environment = who == null
                ? Map.of("AWS_EC2_METADATA_DISABLED", "true")
                : Map.of("AWS_ACCESS_KEY_ID", who.id, "AWS_SECRET_ACCESS_KEY", who.secret);
        return Sparring.start(work, environment, words.toArray(String[]::new));
    }

    /** Hadoop's S3 client, which is not part of the application. */
    private static String client() {
        return String.join(
                ",",
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(jar -> jar.matches(".*/(hadoop-aws|aws-java-sdk-bundle)-[^/]+\\.jar"))
                        .toList());
    }

    private static Map<String, String> settings() {
        return Map.of(
                "fs.s3a.endpoint",
                endpoint,
                "fs.s3a.endpoint.region",
                "us-east-1",
                "fs.s3a.path.style.access",
                "true",
                "fs.s3a.connection.ssl.enabled",
                "false",
                RunFolder.PATIENCE_SECONDS,
                "3");
    }

    private static org.apache.hadoop.conf.Configuration hadoop(Key who) {
        org.apache.hadoop.conf.Configuration hadoop = new org.apache.hadoop.conf.Configuration();
        settings().forEach(hadoop::set);
        hadoop.set("fs.s3a.access.key", who.id);
        hadoop.set("fs.s3a.secret.key", who.secret);
        return hadoop;
    }

    private CheckpointFile checkpoint() throws IOException {
        return RunFolder.at(run, hadoop(key)).readCheckpoint("last", warning -> {
            throw new AssertionError(warning);
        });
    }

    private boolean hasCheckpoint() {
        try {
            return RunFolder.at(run, hadoop(key)).hasCheckpoint("last");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

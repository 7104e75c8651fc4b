package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparring.algorithm.A2c;
import io.sparring.algorithm.LocalRounds;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentFactory;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Environments;
import io.sparring.run.CheckpointFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as it is called: {@code submit/sparring}, a process each. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CommandLineIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long STEPS_PER_ROUND = 64;
    private static final long BUDGET = 10 * STEPS_PER_ROUND;
    private static final String TINY = """
            environment: {id: Identity-Discrete-v0, copies-per-shard: 4}
            network: {hidden: [8]}
            a2c: {shards: 2, rollout-length: 8}
            budget: {env-steps: 640}
            evaluation: {every-env-steps: 320, episodes: 2}
            checkpoint: {every-rounds: 2}
            """;
    private static final String ENDLESS = "budget.env-steps=1000000000";

    /** With a run in {@code trained}, which no test changes. */
    @TempDir
    private static Path work;

    private static String tiny;
    private static Sparring.Outcome version;
    private static Sparring.Outcome trained;
    /** A cluster whose only worker is too small for an executor. */
    private static Sparring withoutRoom;

    @TempDir
    private Path fresh;

    @BeforeAll
    static void trainOnce() throws IOException, InterruptedException {
        tiny = Files.writeString(work.resolve("tiny.yaml"), TINY).toString();
        // The first start after a build also prepares faster starts, and says so.
        version = Sparring.run(work, "--version");
        // Before the command stand spark-submit's options; a value that is named as a command is none.
        trained = Sparring.run(
                work,
                "--conf",
                "spark.app.name=x",
                "--driver-memory",
                "1g",
                "--queue",
                "evaluate",
                "--master=local[2]",
                "train",
                "tiny.yaml",
                "--run",
                "trained",
                "--json");
        withoutRoom = Sparring.start(
                work,
                "--master",
                "local-cluster[1,1,1024]",
                "--conf",
                "spark.executor.memory=512m",
                "--conf",
                "spark.executor.cores=2",
                "train",
                "tiny.yaml",
                "--run",
                "without room");
    }

    @AfterAll
    static void nothingWaits() throws IOException {
        if (withoutRoom != null) {
            withoutRoom.close();
        }
    }

    @Test
    void versionNamesSparringAndSpark() {
        assertThat(version.exit()).as(version.toString()).isZero();
        assertThat(version.stdout()).startsWith("Sparring ").contains("Spark 3.");
    }

    @Test
    void theResultOfTrainingIsTheLastLineOfStdout() throws IOException {
        assertThat(trained.exit()).as(trained.toString()).isZero();
        JsonNode result = trained.json();
        assertThat(result.fieldNames())
                .toIterable()
                .contains(
                        "env_steps",
                        "episodes",
                        "mean_return",
                        "best_return",
                        "solved_at_steps",
                        "solved_at_seconds",
                        "env_steps_per_second",
                        "params_sha256",
                        "best_params_sha256",
                        "run");
        assertThat(result.get("env_steps").asLong()).isEqualTo(BUDGET);
        assertThat(result.get("reason").asText()).isEqualTo("env-steps");
        assertThat(result.get("best_return").asDouble()).isBetween(0.0, 100.0);
        assertThat(result.get("solved_at_steps").isNull()).isTrue();
        assertThat(result.get("env_steps_per_second").asDouble()).isPositive();
        assertThat(result.get("best_params_sha256").asText()).matches("[0-9a-f]{64}");
        assertThat(Path.of(result.get("run").asText())).isEqualTo(work.resolve("trained"));
        assertThat(result.get("params_sha256").asText())
                .as("what one thread computes without Spark")
                .isEqualTo(uninterrupted(BUDGET));
    }

    /** Its classes are found in the application's jar, wherever Spark has loaded that from. */
    @Test
    void anExportedJarActsByItself() throws IOException, InterruptedException {
        Sparring.Outcome exported = Sparring.shell(
                work,
                "$sparring export trained --format jar --output exported/policy.jar && echo 1,0,0,0 | \"${JAVA_HOME:+$JAVA_HOME/bin/}java\" -jar exported/policy.jar");

        assertThat(exported.exit()).as(exported.toString()).isZero();
        assertThat(exported.stderr()).isEmpty();
        assertThat(exported.stdout().lines().toList()).hasSize(3).satisfies(lines -> {
            assertThat(lines.get(0)).matches(".*/exported/policy.jar: best of round \\d+ as jar, [0-9,]+ bytes");
            assertThat(lines.get(1)).isEqualTo("action,p0,p1,p2,p3,value");
            assertThat(lines.get(2)).matches("[0-3](,[0-9.E-]+){5}");
        });
    }

    @Test
    void stderrSaysWhatRunsAndHasNoNoise() {
        assertThat(trained.complaints())
                .first()
                .asString()
                .matches("sparring .*: a2c on Identity-Discrete-v0, seed 0, 2 shards × 4 copies, local\\[2]");
        assertThat(trained.complaints().stream().skip(1)).allMatch(line -> line.contains(" of 640 steps, "));
    }

    @Test
    void aFinishedRunsFolderIsCompleteAndTidy() throws IOException {
        Map<String, String> files = contents(work.resolve("trained"));

        assertThat(files.keySet().stream().map(name -> name.replaceFirst("tfevents\\..*", "tfevents")))
                .containsExactlyInAnyOrder(
                        "configuration.yaml",
                        "environment.json",
                        "versions.json",
                        "metrics.jsonl",
                        "events.out.tfevents",
                        "checkpoints/last",
                        "checkpoints/last.previous",
                        "checkpoints/best",
                        "report.html",
                        "result.json",
                        "exit.json");
        Path run = work.resolve("trained");
        assertThat(JSON.readTree(run.resolve("exit.json").toFile())).isEqualTo(JSON.readTree("{\"exit\":0}"));
        assertThat(JSON.readTree(run.resolve("result.json").toFile())).isEqualTo(trained.json());
        assertThat(JSON.readTree(run.resolve("versions.json").toFile()).fieldNames())
                .toIterable()
                .contains("sparring", "spark", "java");
        assertThat(ConfigurationFile.parse("written", Files.readString(run.resolve("configuration.yaml")), List.of()))
                .isEqualTo(ConfigurationFile.parse("tiny", TINY, List.of()));
        assertThat(rounds(run)).isEqualTo(upTo(10));
        assertThat(lines(run).filter(line -> line.get("type").asText().equals("evaluation")))
                .extracting(line -> line.get("env_steps").asLong())
                .containsExactly(320L, 640L);
        assertThat(Files.readString(run.resolve("report.html"))).contains("<html", "Identity-Discrete-v0");
    }

    @Test
    void aFolderWithARunIsNotTrainedInto() throws IOException {
        Map<String, String> before = contents(work.resolve("trained"));

        Sparring.Outcome again = Sparring.onTwoThreads(
                "train", tiny, "--run", work.resolve("trained").toString());

        assertThat(again.exit()).as(again.toString()).isEqualTo(2);
        assertThat(again.complaints()).singleElement().asString().contains("--resume " + work.resolve("trained"));
        assertThat(again.stdout()).isEmpty();
        assertThat(contents(work.resolve("trained"))).isEqualTo(before);
    }

    @Test
    void evaluatePlaysSoManyEpisodesByTheCheckpointAskedFor() throws IOException, InterruptedException {
        Sparring.Outcome outcome = Sparring.run(
                work,
                "--master",
                "local[2]",
                "evaluate",
                "trained",
                "--episodes",
                "5",
                "--checkpoint",
                "last",
                "--sample",
                "--json");

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.stderr()).isEmpty();
        JsonNode result = outcome.json();
        assertThat(result.get("episodes").asInt()).isEqualTo(5);
        assertThat(result.get("checkpoint").asText()).isEqualTo("last");
        assertThat(result.get("greedy").asBoolean()).isFalse();
        assertThat(result.get("mean_length").asDouble()).isEqualTo(100);
        assertThat(result.get("mean_return").asDouble())
                .isBetween(
                        result.get("min_return").asDouble(),
                        result.get("max_return").asDouble());
        assertThat(result.get("params_sha256")).isEqualTo(trained.json().get("params_sha256"));
    }

    @Test
    void theFirstEpisodeIsFilmedAndTheEvaluationIsWhatItIsWithoutACamera() throws IOException, InterruptedException {
        Path run = fresh.resolve("cartpole");
        Path frames = fresh.resolve("frames");
        Sparring.Outcome cartPole =
                Sparring.onTwoThreads("train", tiny, "--set", "environment.id=CartPole-v1", "--run", run.toString());
        assertThat(cartPole.exit()).as(cartPole.toString()).isZero();
        // As a longer episode would have left one.
        Files.createDirectory(frames);
        IntStream.range(0, 502).forEach(step -> touch(frames.resolve(String.format("frame-%05d.png", step))));
        List<String> words = new ArrayList<>(List.of("evaluate", run.toString(), "--episodes", "3", "--json"));

        Sparring.Outcome unseen = Sparring.onTwoThreads(words.toArray(String[]::new));
        words.addAll(List.of("--gif", run.toString(), "--frames", frames.toString()));
        Sparring.Outcome seen = Sparring.run(work, words.toArray(String[]::new));

        assertThat(seen.exit()).as(seen.toString()).isZero();
        assertThat(seen.stderr()).isEmpty();
        ObjectNode result = (ObjectNode) seen.json();
        assertThat(result.remove("gif").asText())
                .isEqualTo(run.resolve("episode.gif").toString());
        assertThat(result.remove("frames").asText()).isEqualTo(frames.toString());
        assertThat(result).isEqualTo(unseen.json());
        Matcher said = Pattern.compile("CartPole-v1, seed 0, episode 0 of the evaluation: (\\d+) steps")
                .matcher(seen.stdout());
        assertThat(said.find()).as(seen.toString()).isTrue();
        int steps = Integer.parseInt(said.group(1));
        assertThat(frames.toFile().list()).hasSize(steps + 1).contains("frame-00000.png");
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream in =
                ImageIO.createImageInputStream(run.resolve("episode.gif").toFile())) {
            reader.setInput(in);
            assertThat(reader.getNumImages(true)).isEqualTo(steps + 1);
            assertThat(reader.getWidth(0)).isEqualTo(300);
        }
        assertThat(Files.readString(run.resolve("report.html")))
                .contains("img-src data:", "data:image/gif;base64,", said.group());

        Files.delete(run.resolve("episode.gif"));
        assertThat(Sparring.here("report", run.toString()).exit()).isZero();
        assertThat(Files.readString(run.resolve("report.html"))).doesNotContain("img-src", "data:image");
    }

    private static void touch(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void anEnvironmentWithoutADrawingIsNotFilmedAndNothingIsPlayed() {
        Path none = fresh.resolve("none");

        Sparring.Outcome outcome =
                Sparring.onTwoThreads("evaluate", work.resolve("trained").toString(), "--gif", none.toString());

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.stdout()).isEmpty();
        assertThat(outcome.complaints())
                .singleElement()
                .asString()
                .isEqualTo("sparring: --gif: Identity-Discrete-v0 has no drawing");
        assertThat(none).doesNotExist();
    }

    @Test
    void theEnvironmentsOptionsStayWithTheRun() throws IOException {
        Path run = fresh.resolve("short");
        Sparring.Outcome outcome = Sparring.onTwoThreads(
                "train", tiny, "--set", "environment.options.max-episode-steps=20", "--run", run.toString());
        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        JsonNode environment = JSON.readTree(run.resolve("environment.json").toFile());
        assertThat(environment.at("/options/max-episode-steps").asInt()).isEqualTo(20);
        assertThat(environment.at("/step-limit").asInt()).isEqualTo(20);

        for (boolean described : new boolean[] {true, false}) {
            if (!described) {
                // As in the folder of an older build: resolved anew, from the configuration.
                Files.delete(run.resolve("environment.json"));
            }
            Sparring.Outcome played = Sparring.onTwoThreads("evaluate", run.toString(), "--episodes", "3", "--json");
            assertThat(played.exit()).as(played.toString()).isZero();
            assertThat(played.json().get("mean_length").asDouble()).isEqualTo(20);
        }
        assertThat(resume(run, 2 * BUDGET).exit()).isZero();
        assertThat(JSON.readTree(run.resolve("environment.json").toFile())).isEqualTo(environment);
    }

    @Test
    void inspectAndReportReadTheRunAsItIs() throws IOException, InterruptedException {
        Path run = copyOfTrained();
        Files.delete(run.resolve("report.html"));

        Sparring.Outcome inspected = Sparring.run(work, "inspect", run.toString(), "--json");
        Sparring.Outcome reported = Sparring.here("report", run.toString());

        assertThat(inspected.exit()).as(inspected.toString()).isZero();
        assertThat(inspected.stderr()).isEmpty();
        for (String key : List.of("params_sha256", "best_params_sha256", "env_steps", "best_return")) {
            assertThat(inspected.json().get(key)).isEqualTo(trained.json().get(key));
        }
        assertThat(inspected.stdout()).startsWith("Ended after 640 steps: ").doesNotContain("\na3c:");
        Files.delete(run.resolve("exit.json"));
        assertThat(Sparring.here("inspect", run.toString()).stdout())
                .startsWith("Killed, or still running: 640 steps so far, ");
        assertThat(reported.exit()).as(reported.toString()).isZero();
        assertThat(reported.stdout().trim())
                .isEqualTo(run.resolve("report.html").toString());
        assertThat(Files.readString(run.resolve("report.html"))).contains("<html", "Identity-Discrete-v0");
    }

    @Test
    void aFolderWhereARunEndedBeforeItsFirstCheckpointMayBeUsedAgain() throws IOException {
        Path run = Files.createDirectory(fresh.resolve("again"));
        Files.writeString(
                run.resolve("metrics.jsonl"),
                "{\"type\":\"round\",\"round\":1,\"env_steps\":8,\"seconds\":1.0,\"wall_time\":1.0}\n");

        Sparring.Outcome again = Sparring.onTwoThreads("train", tiny, "--run", run.toString(), "--json");

        assertThat(again.exit()).as(again.toString()).isZero();
        assertThat(again.json().get("params_sha256")).isEqualTo(trained.json().get("params_sha256"));
        assertThat(rounds(run)).doesNotHaveDuplicates();
    }

    @Test
    void severalRunsAreReportedInOnePlot() throws IOException {
        Path one = copyOfTrained();
        Path other = work.resolve("trained");
        Path page = work.resolve("both.html");

        Sparring.Outcome reported = Sparring.here("report", one.toString(), other.toString(), "--to", page.toString());

        assertThat(reported.exit()).as(reported.toString()).isZero();
        assertThat(reported.stdout().trim()).isEqualTo(page.toString());
        assertThat(Files.readString(page)).contains("Return by time", ">copy<", ">trained<");
    }

    /** A run's rounds, however many, are no matter of the heap. */
    @Test
    void moreMetricsThanMemoryAreReported() throws IOException, InterruptedException {
        Path run = copyOfTrained();
        String note = "n".repeat(500);
        try (BufferedWriter metrics = Files.newBufferedWriter(run.resolve("metrics.jsonl"))) {
            for (int round = 1; round <= 150_000; round++) {
                metrics.write("{\"type\":\"round\",\"round\":" + round + ",\"env_steps\":" + 64 * round
                        + ",\"mean_return\":" + round % 1_000 + ",\"note\":\"" + note + "\"}\n");
            }
        }

        Sparring.Outcome reported = Sparring.run(work, "--driver-memory", "64m", "report", run.toString());

        assertThat(reported.exit()).as(reported.toString()).isZero();
        assertThat(run.resolve("report.html")).content().contains("[64,", ",9600000]");
    }

    @Test
    void aRunThatGoesOnEndsWhereAnUninterruptedOneDoes() throws IOException {
        Path run = copyOfTrained();
        Files.writeString(run.resolve("metrics.jsonl"), "{}\n\n\0\0\n{\"half\":", StandardOpenOption.APPEND);

        Sparring.Outcome outcome = resume(run, 2 * BUDGET);

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.stderr()).contains("going on after round 10", "metrics.jsonl: 3 lines are damaged");
        assertThat(outcome.json().get("params_sha256").asText()).isEqualTo(uninterrupted(2 * BUDGET));
        assertThat(rounds(run)).isEqualTo(upTo(20));
        assertThat(lines(run).filter(line -> line.get("type").asText().equals("evaluation")))
                .extracting(line -> line.get("env_steps").asLong())
                .containsExactly(320L, 640L, 960L, 1280L);
    }

    @Test
    void aRunWithNothingLeftToTrainSaysWhatItWouldGoOnWithAndARefusedOneStaysAsItIs() throws IOException {
        Path run = copyOfTrained();

        Sparring.Outcome outcome = resume(run, BUDGET);

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.stderr())
                .contains("there is nothing left to train: its 640 steps are all of budget.env-steps")
                .contains("--set budget.env-steps=1280");
        assertThat(rounds(run)).isEqualTo(upTo(10));

        Sparring.Outcome refused = Sparring.onTwoThreads("train", "--resume", run.toString(), "--seed", "9");

        assertThat(refused.exit()).as(refused.toString()).isEqualTo(2);
        assertThat(run.resolve("exit.json")).exists();
    }

    @Test
    void aTruncatedCheckpointIsNamedAndTheRunGoesOnFromTheOneBefore() throws IOException {
        Path run = copyOfTrained();
        Path last = run.resolve("checkpoints/last");
        byte[] whole = Files.readAllBytes(last);
        Files.write(last, Arrays.copyOf(whole, whole.length / 2));

        Sparring.Outcome outcome = resume(run, 2 * BUDGET);

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.stderr()).contains(last + " is not used", "truncated", "going on after round 8");
        assertThat(outcome.json().get("params_sha256").asText()).isEqualTo(uninterrupted(2 * BUDGET));
        assertThat(rounds(run)).isEqualTo(upTo(20));
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "HUP, 129"})
    void aSignalEndsARunAfterItsRoundAndItGoesOnExactly(String signal, int exit)
            throws IOException, InterruptedException {
        Path run = fresh.resolve("run");
        Sparring.Outcome stopped;
        try (Sparring sparring = startEndless(run)) {
            sparring.await("the third round", () -> rounds(run).size() >= 3);
            sparring.signal(signal);
            stopped = sparring.outcome();
        }

        assertThat(stopped.exit()).as(stopped.toString()).isEqualTo(exit);
        assertThat(stopped.stdout()).contains("train --resume " + run);
        assertThat(stopped.stderr()).doesNotContain("Exception");
        JsonNode result = stopped.json();
        assertThat(result.get("reason").asText()).isEqualTo("requested");
        assertThat(JSON.readTree(run.resolve("exit.json").toFile()).get("exit").asInt())
                .isEqualTo(exit);
        assertThat(run.resolve("lock")).doesNotExist();

        long budget = result.get("env_steps").asLong() + 5 * STEPS_PER_ROUND;
        Sparring.Outcome resumed = resume(run, budget);
        assertThat(resumed.exit()).as(resumed.toString()).isZero();
        assertThat(resumed.json().get("params_sha256").asText()).isEqualTo(uninterrupted(budget));
        assertThat(rounds(run)).isEqualTo(upTo(budget / STEPS_PER_ROUND));
    }

    @Test
    @Order(Integer.MAX_VALUE) // it has waited long enough by then
    void aClusterWithoutRoomForAnExecutorIsNotWaitedForInSilence() throws IOException, InterruptedException {
        withoutRoom.await("a line", () -> withoutRoom.complaints().contains("waiting for an executor for 20 s"));
        assertThat(withoutRoom.complaints()).contains("(512m of heap, cores: 2)");
        // Two, since a round that does not end cannot be waited for.
        withoutRoom.signal("INT");
        withoutRoom.await("an answer", () -> withoutRoom.complaints().contains("a second signal stops at once"));
        withoutRoom.signal("INT");
        assertThat(withoutRoom.outcome().exit()).isEqualTo(130);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--jars", "--driver-class-path"})
    void anEnvironmentOfTheUsersIsFoundByItsName(String option) throws IOException, InterruptedException {
        Path jar = fresh.resolve("a jar.jar");
        String name = Mine.class.getName();
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                InputStream mine = Mine.class.getResourceAsStream("CommandLineIT$Mine.class")) {
            out.putNextEntry(new JarEntry(name.replace('.', '/') + ".class"));
            mine.transferTo(out);
            out.putNextEntry(new JarEntry("META-INF/services/" + EnvironmentFactory.class.getName()));
            out.write(name.getBytes(StandardCharsets.UTF_8));
        }

        Path run = fresh.resolve("run");
        Sparring.Outcome outcome = Sparring.run(
                work,
                "--master",
                "local[2]",
                option,
                jar.toString(),
                "train",
                "tiny.yaml",
                "--set",
                "environment.id=Mine",
                "--run",
                run.toString());

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(rounds(run)).isEqualTo(upTo(10));
    }

    /** A user's. */
    public static final class Mine implements EnvironmentFactory {
        private static final String LIKE = "Identity-Discrete-v0";

        @Override
        public List<String> ids() {
            return List.of("Mine");
        }

        @Override
        public EnvironmentSpec spec(String id, SortedMap<String, Object> options) {
            EnvironmentSpec like = Environments.resolve(LIKE, Map.of()).spec();
            return new EnvironmentSpec(
                    id, options, like.observationSpace(), like.actionSpace(), like.stepLimit(), null, like.recovery());
        }

        @Override
        public Environment create(EnvironmentSpec spec, int copies) {
            return Environments.create(LIKE, copies);
        }
    }

    @Test
    void whereTheMachinesNameDoesNotResolveA2cTrainsAndA3cSaysSo() throws IOException, InterruptedException {
        String nameless = "unshare -ru sh -c 'hostname nowhere.invalid || exit 99; ";
        assumeThat(Sparring.shell(fresh, nameless + "exit 0'").exit())
                .as("a machine can be named here")
                .isZero();

        Sparring.Outcome outcome = Sparring.shell(fresh, """
                export sparring
                %s
                "$sparring" --master "local[2]" train %s/tiny.yaml --run run || exit
                "$sparring" --master "local-cluster[1,1,1024]" train %2$s/tiny.yaml --run cluster || exit
                "$sparring" --master "local[2]" train %2$s/tiny.yaml --set algorithm=a3c --set a3c.workers=2'
                """.formatted(nameless, work));

        assertThat(rounds(fresh.resolve("run"))).as(outcome.toString()).isEqualTo(upTo(10));
        assertThat(rounds(fresh.resolve("cluster"))).as(outcome.toString()).isEqualTo(upTo(10));
        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
        assertThat(outcome.complaints())
                .last()
                .asString()
                .startsWith(
                        "sparring: the parameter server could not be started: this machine's own name does not resolve")
                .contains("(nowhere.invalid: ", "/etc/hosts");
        assertThat(outcome.stderr()).doesNotContain("Exception", "\tat ");
    }

    @Test
    void namesAreWhatTheUserWroteWhateverTheLocale() throws IOException, InterruptedException {
        Files.copy(work.resolve("tiny.yaml"), fresh.resolve("prüfung.yaml"));
        Sparring.Outcome outcome = Sparring.shell(fresh, """
                unset LC_CTYPE
                LC_ALL=C "$sparring" --master "local[2]" train prüfung.yaml --run Läufe/1 || exit
                LC_ALL=POSIX "$sparring" inspect Läufe/1 || exit
                # As by ssh from where it is installed.
                LC_ALL= LANG=xx_XX.UTF-8 "$sparring" report Läufe/1 2> /dev/null
                """);

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(rounds(fresh.resolve("Läufe/1"))).isEqualTo(upTo(10));
        assertThat(outcome.stdout())
                .contains("Läufe/1  (report.html", "Läufe/1/report.html")
                .doesNotContain("?", "\ufffd");
        assertThat(outcome.stderr()).contains("2 shards × 4 copies");
    }

    @Test
    void executorsFindATreeWhereverItIs() throws IOException, InterruptedException {
        Path tree = fresh.resolve(Sparring.ODD_NAME);
        Path script = Sparring.elsewhere(tree);
        // No archives: to prepare them takes longer than all else here.
        for (String archive : List.of("sparring-", "executors-")) {
            Files.createFile(tree.resolve("spark-job/target/" + archive + System.getProperty("java.version") + ".jsa"));
        }
        String[] arguments = {"--master", "local-cluster[1,1,1024]", "train", "tiny.yaml", "--run", tree + "/run"};
        try (Sparring sparring = Sparring.start(script, work, Map.of(), arguments)) {
            Sparring.Outcome outcome = sparring.outcome();

            assertThat(outcome.exit()).as(outcome.toString()).isZero();
            assertThat(outcome.stderr()).doesNotContain("lost");
            assertThat(rounds(tree.resolve("run"))).isEqualTo(upTo(10));
        }
    }

    @Test
    void ofTwoRunsThatAreStartedAtOnceInOneFolderOneTrains() throws Exception {
        for (int pair = 0; pair < 2; pair++) {
            String run = fresh.resolve("run" + pair).toString();
            List<Sparring.Outcome> outcomes = new ArrayList<>();
            try (Sparring one = Sparring.start(work, "train", "tiny.yaml", "--run", run);
                    Sparring other = Sparring.start(work, "train", "tiny.yaml", "--run", run)) {
                outcomes.add(one.outcome());
                outcomes.add(other.outcome());
            }
            assertThat(outcomes).extracting(Sparring.Outcome::exit).containsExactlyInAnyOrder(0, 2);
            assertThat(outcomes)
                    .filteredOn(outcome -> outcome.exit() == 2)
                    .singleElement()
                    .extracting(Sparring.Outcome::stderr)
                    .asString()
                    .containsAnyOf("is in use by a live run", "there is a run in this folder");
        }
    }

    @Test
    void aLiveRunKeepsItsFolderAndAKilledOneLeavesItAndItsLogToTheNext() throws IOException, InterruptedException {
        Path run = fresh.resolve("run");
        Path log = fresh.resolve("log");
        try (Sparring live = startEndless(run, "--log-trajectories", log.toString())) {
            live.await("a checkpoint", () -> Files.exists(run.resolve("checkpoints/last.previous")));
            Sparring.Outcome second = resume(run, BUDGET);

            assertThat(second.exit()).as(second.toString()).isEqualTo(2);
            assertThat(second.complaints())
                    .singleElement()
                    .asString()
                    .contains(
                            run.toString(),
                            "live run",
                            "host " + InetAddress.getLocalHost().getHostName(),
                            "process " + live.pid());
            live.signal("KILL");
            assertThat(live.outcome().exit()).isEqualTo(137);
        }
        assertThat(run.resolve("lock")).exists();
        long budget = (rounds(run).size() + 5) * STEPS_PER_ROUND;

        Sparring.Outcome next = resume(run, budget);

        assertThat(next.exit()).as(next.toString()).isZero();
        assertThat(next.json().get("params_sha256").asText()).isEqualTo(uninterrupted(budget));
        assertThat(rounds(run)).isEqualTo(upTo(budget / STEPS_PER_ROUND));
        assertThat(run.resolve("lock")).doesNotExist();
        Path whole = fresh.resolve("whole log");
        Sparring.Outcome undisturbed = Sparring.onTwoThreads(
                "train",
                tiny,
                "--run",
                fresh.resolve("whole").toString(),
                "--log-trajectories",
                whole.toString(),
                "--set",
                "budget.env-steps=" + budget);
        assertThat(undisturbed.exit()).as(undisturbed.toString()).isZero();
        assertThat(steps(log)).hasSize((int) budget).isEqualTo(steps(whole));
    }

    /** A log's rows, in the order of its episodes. */
    private static List<String> steps(Path log) {
        try (SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate()) {
            return spark.read().parquet(log.toString()).orderBy("episode", "t").collectAsList().stream()
                    .map(Row::json)
                    .toList();
        }
    }

    @Test
    void aFileSystemOutOfReachIsOneLine() throws IOException, InterruptedException {
        Sparring.Outcome outcome =
                Sparring.run(work, "--master", "local[2]", "train", "tiny.yaml", "--run", "hdfs://127.0.0.1:1/run");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
        assertThat(outcome.complaints())
                .singleElement()
                .asString()
                .startsWith("sparring: ")
                .contains(":1 ", "refused");
    }

    @Test
    void aMasterThatSparkDoesNotKnowIsOneLine() throws IOException, InterruptedException {
        Path run = fresh.resolve("run");

        Sparring.Outcome outcome =
                Sparring.run(work, "--master", "local[many]", "train", "tiny.yaml", "--run", run.toString());

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
        assertThat(outcome.complaints()).hasSize(2).last().asString().contains("Spark failed", "'local[many]'");
        assertThat(JSON.readTree(run.resolve("exit.json").toFile()).get("exit").asInt())
                .isEqualTo(1);
        assertThat(run.resolve("lock")).doesNotExist();
    }

    @Test
    void aSitesKryoIsSaidAndLeftAside() throws IOException, InterruptedException {
        String kryo = "spark.serializer=org.apache.spark.serializer.KryoSerializer";
        Sparring.Outcome outcome = Sparring.run(
                work, "--master", "local[2]", "--conf", kryo, "train", "tiny.yaml", "--run", "kryo", "--json");

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.json().get("params_sha256")).isEqualTo(trained.json().get("params_sha256"));
        assertThat(outcome.stderr()).contains("Java's serializer is used and not Kryo");
    }

    @Test
    void aRunWhoseGradientsAreNotFiniteFailsWithItsCheckpointIntact() throws IOException {
        Path run = fresh.resolve("run");

        Sparring.Outcome outcome = Sparring.onTwoThreads(
                "train",
                tiny,
                "--run",
                run.toString(),
                "--set",
                "optimizer.kind=sgd",
                "--set",
                "optimizer.learning-rate=1e30",
                "--set",
                "a2c.max-gradient-norm=0",
                "--set",
                "a2c.max-dropped-gradients=2");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
        assertThat(outcome.complaints())
                .hasSize(2)
                .last()
                .asString()
                .contains("shard 0", "round 3", "a2c.max-dropped-gradients is 2", "checkpoint of round 2 is intact")
                .doesNotContain("..");
        assertThat(CheckpointFile.read(Files.readAllBytes(run.resolve("checkpoints/last")))
                        .counters()
                        .round())
                .isEqualTo(2);
        assertThat(JSON.readTree(run.resolve("exit.json").toFile()).get("exit").asInt())
                .isEqualTo(1);
        assertThat(run.resolve("lock")).doesNotExist();
    }

    @Test
    void aFullDiskIsOneLineAndLeavesTheLastCheckpointIntactAndTheStateElsewhere()
            throws IOException, InterruptedException {
        assumeThat(Sparring.shell(fresh, "unshare -rm mount -t tmpfs -o size=64k none .")
                        .exit())
                .as("a file system of 64 KiB can be mounted here")
                .isZero();

        // The mount is the script's own and goes with it.
        Sparring.Outcome outcome = Sparring.shell(fresh, """
                mkdir small
                export sparring
                unshare -rm sh -c 'mount -t tmpfs -o size=64k none small || exit 99
                "$sparring" --master "local[2]" train %s/tiny.yaml --run small/run --set %s
                code=$?
                cp -r small/run kept
                exit $code'
                """.formatted(work, ENDLESS));

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
        assertThat(outcome.complaints())
                .last()
                .asString()
                .matches(
                        "sparring: writing the (metrics|checkpoint .*) of round [0-9]+ failed: No space left on device\\."
                                + " The state of round [0-9]+ is in /var/tmp/\\S+ on \\S+: \\S+ train --resume \\S+\\."
                                + " The checkpoint of round [0-9]+ is intact: .*");
        assertThat(outcome.stderr()).doesNotContain("Exception", "\tat ");
        long round = CheckpointFile.read(Files.readAllBytes(fresh.resolve("kept/checkpoints/last")))
                .counters()
                .round();
        assertThat(outcome.stderr()).contains("checkpoint of round " + round + " is intact");
        assertThat(fresh.resolve("kept/checkpoints/.last.tmp")).doesNotExist();

        Path rescued = Path.of(outcome.stderr().replaceFirst("(?s).* is in (/var/tmp/\\S+) on .*", "$1"));
        long state = CheckpointFile.read(Files.readAllBytes(rescued.resolve("checkpoints/last")))
                .counters()
                .round();
        assertThat(state).isGreaterThan(round);
        Sparring.Outcome resumed = resume(rescued, (state + 2) * STEPS_PER_ROUND);
        assertThat(resumed.json().get("rounds").asLong()).isEqualTo(state + 2);
        FileUtils.deleteDirectory(rescued.toFile());
    }

    private static Sparring startEndless(Path run, String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of("--master", "local[2]", "train", "tiny.yaml"));
        words.addAll(List.of("--run", run.toString(), "--json"));
        words.addAll(List.of("--set", ENDLESS, "--set", "checkpoint.every-rounds=1"));
        words.addAll(Arrays.asList(more));
        return Sparring.start(work, words.toArray(String[]::new));
    }

    private static Sparring.Outcome resume(Path run, long budget) {
        return Sparring.onTwoThreads(
                "train", "--resume", run.toString(), "--set", "budget.env-steps=" + budget, "--json");
    }

    /** The parameters after so many steps in one thread, without Spark, files and interruptions. */
    private static String uninterrupted(long envSteps) {
        Configuration configuration = ConfigurationFile.parse("tiny", TINY, List.of("budget.env-steps=" + envSteps));
        TrainingState first =
                TrainingState.first(configuration, configuration.environment().resolve());
        try (LocalRounds rounds =
                new LocalRounds(configuration, configuration.environment().resolve(), first.shards())) {
            TrainingState end = A2c.train(configuration, first, rounds, new TrainingListener() {})
                    .state();
            return CheckpointFile.sha256(end.model().parameters());
        }
    }

    private Path copyOfTrained() throws IOException {
        Path copy = fresh.resolve("copy");
        FileUtils.copyDirectory(work.resolve("trained").toFile(), copy.toFile());
        return copy;
    }

    /** The rounds in the metrics; none as long as there are no metrics. */
    private static List<Long> rounds(Path run) {
        return lines(run)
                .filter(line -> line.get("type").asText().equals("round"))
                .map(line -> line.get("round").asLong())
                .toList();
    }

    /** The whole lines of the metrics. */
    private static Stream<JsonNode> lines(Path run) {
        try {
            String text = Files.readString(run.resolve("metrics.jsonl"));
            List<JsonNode> lines = new ArrayList<>();
            for (String line :
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
                lines.add(JSON.readTree(line));
            }
            return lines.stream();
        } catch (NoSuchFileException e) {
            return Stream.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Long> upTo(long rounds) {
        return LongStream.rangeClosed(1, rounds).boxed().toList();
    }

    /** Every file's name with its content. */
    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(folder.relativize(file).toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return contents;
    }
}

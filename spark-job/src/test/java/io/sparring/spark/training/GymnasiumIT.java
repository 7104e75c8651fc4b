package io.sparring.spark.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.spark.cli.Sparring;
import io.sparring.spark.cluster.ExecutorProcesses;
import io.sparring.spark.cluster.PyPi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The promise of {@link SameBitsIT} for environments in Python processes: whichever of them dies. */
class GymnasiumIT {
    private static final String ENVIRONMENT = "environment.id=gymnasium:CartPole-v1";

    private static String python;
    private static String[] configuration;
    private static String expected;

    @TempDir
    private Path work;

    @BeforeAll
    static void gymnasium() throws IOException {
        python = PyPi.install("gymnasium", "gymnasium==1.4.0") + "/bin/python";
        configuration = new String[] {ENVIRONMENT, "environment.python=" + python, "a2c.shards=3"};
        expected = SameBitsIT.plainJava(configuration);
    }

    /** Tasks on executors that end take theirs with them. */
    @AfterEach
    void noPythonIsLeft() throws Exception {
        Sparring.eventually(
                "no Python process", Duration.ofSeconds(20), () -> pythons().isEmpty());
    }

    private static List<ProcessHandle> pythons() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").matches(".*/python[0-9.]*"))
                .toList();
    }

    private static String train(String master, Consumer<Long> eachRound) {
        return SameBitsIT.onSpark(SameBitsIT.settings(master), null, eachRound, configuration)
                .sha256();
    }

    @Test
    void aShardKeepsItsEpisodesWhoeverComputesIt() {
        assertThat(train("local[1]", round -> {})).isEqualTo(expected);
        assertThat(train("local[2]", round -> {})).isEqualTo(expected);
    }

    @Test
    void pythonProcessesThatAreKilledInTheMiddleOfEpisodesChangeNoBit() {
        assertThat(train("local[2]", round -> {
                    if (round % 4 == 2) {
                        pythons().forEach(ProcessHandle::destroyForcibly);
                    }
                }))
                .isEqualTo(expected);
    }

    @Test
    void aKilledExecutorLeavesNoPythonProcessAndChangesNoBit() {
        assertThat(train("local-cluster[2,1,1024]", round -> {
                    if (round == 6) {
                        ProcessHandle executor = ExecutorProcesses.started().get(0);
                        assertThat(executor.descendants()).isNotEmpty();
                        executor.destroyForcibly();
                    }
                }))
                .isEqualTo(expected);
    }

    /** With fewer slots than shards. One may have to go where the second executor comes later than the first. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aShardStaysOnTheExecutorWhereItsProcessStands(int cutEvery) {
        SameBitsIT.Run run = SameBitsIT.onSpark(
                SameBitsIT.settings("local-cluster[2,1,1024]").set("spark.locality.wait.process", "60s"),
                null,
                round -> {},
                Stream.concat(Stream.of(configuration), Stream.of("cluster.cut-every-rounds=" + cutEvery))
                        .toArray(String[]::new));
        assertThat(run.sha256()).isEqualTo(expected);
        assertThat(run.observed().moves()).isLessThanOrEqualTo(1);
    }

    /** As {@code submit/sparring} is called, with a Python of the driver's and another one of the executor's. */
    private Sparring.Outcome sparring(String driversPython, String executorsPython, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                "--master",
                executorsPython == null ? "local[2]" : "local-cluster[1,1,1024]",
                "--conf",
                "spark.executorEnv.PYSPARK_PYTHON=" + executorsPython));
        all.addAll(List.of(words));
        try (Sparring sparring =
                Sparring.start(work, Map.of("PYSPARK_PYTHON", driversPython), all.toArray(String[]::new))) {
            return sparring.outcome();
        }
    }

    private String[] train(String... more) throws IOException {
        Path file = Files.writeString(work.resolve("run.yaml"), SameBitsIT.CONFIGURATION);
        List<String> words = new ArrayList<>(
                List.of("train", file.toString(), "--set", ENVIRONMENT, "--set", "a2c.shards=3", "--json"));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    /** An interpreter of its own name. */
    private String interpreter(String name, String command) throws IOException {
        Path script = Files.writeString(work.resolve(name), "#!/bin/sh\nexec " + command + " \"$@\"\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script.toString();
    }

    @Test
    void aDriverWithoutPythonAsksAnExecutorAndComesToTheSameBits() throws Exception {
        Sparring.Outcome trained = sparring("/no/python", python, train("--run", "run"));

        assertThat(trained.exit()).as(trained.toString()).isZero();
        assertThat(trained.json().get("params_sha256").asText()).isEqualTo(expected);
        assertThat(trained.complaints())
                .filteredOn(line -> line.contains("there is no Python interpreter /no/python"))
                .singleElement()
                .asString()
                .endsWith("; an executor is asked");

        assertThat(Files.readAllLines(work.resolve("run/metrics.jsonl")))
                .allMatch(line -> line.contains("\"environment_restarts\":0,\"environment_replays_differed\":0"));

        Sparring.Outcome inspected = sparring("/no/python", null, "inspect", "run");
        assertThat(inspected.stdout()).contains("gymnasium:CartPole-v1 {}: observes [4] float32");
    }

    @Test
    void whatExecutorsLackIsOneLineThatNamesOneOfThem() throws Exception {
        Sparring.Outcome nowhere = sparring("/no/python", "/nor/here", train("--run", "run"));
        Sparring.Outcome bare = sparring(python, interpreter("bare", "python3 -I -S"), train("--run", "run"));

        assertThat(List.of(nowhere.exit(), bare.exit())).containsOnly(1);
        assertThat(nowhere.json().get("error").asText())
                .matches("describing gymnasium:CartPole-v1 failed: tried on executor \\d+ \\(\\S+\\): environment: "
                        + "there is no Python interpreter /nor/here here; .*");
        assertThat(bare.json().get("error").asText())
                .matches("round 1 failed: shard \\d on executor \\d+ \\(\\S+\\): "
                        + "No module named 'numpy'; \\S+ -m pip install numpy\\. There is no checkpoint yet\\.");
    }

    @Test
    void aMistakeThatOnlyExecutorsSeeIsSaidAtOnce() throws Exception {
        Sparring.Outcome described = sparring(
                "/no/python", python, train("--run", "described", "--set", "environment.options={nonsense: 1}"));

        assertThat(described.exit()).as(described.toString()).isEqualTo(2);
        assertThat(described.json().get("error").asText())
                .matches("describing gymnasium:CartPole-v1 failed: tried on executor \\d+ \\(\\S+\\): environment: "
                        + "gymnasium:CartPole-v1: .*nonsense.*");

        Path attempts = work.resolve("attempts");
        String here = withModule(
                "here",
                "import gymnasium\n"
                        + "gymnasium.register('Mine-v0', 'gymnasium.envs.classic_control.cartpole:CartPoleEnv')\n");
        String there = withModule("there", "open('" + attempts + "', 'a').write('one\\n')\n");
        Sparring.Outcome computed = sparring(
                here,
                there,
                train(
                        "--run",
                        "computed",
                        "--set",
                        "environment.id=gymnasium:Mine-v0",
                        "--set",
                        "environment.modules=[mine]"));

        assertThat(computed.exit()).as(computed.toString()).isEqualTo(2);
        assertThat(computed.json().get("error").asText())
                .matches("round 1 failed: shard \\d on executor \\d+ \\(\\S+\\): "
                        + "there is no environment gymnasium:Mine-v0.*");
        assertThat(Files.readAllLines(attempts))
                .as("attempts, of which Spark makes four at a task")
                .hasSizeLessThan(4);
    }

    /** An interpreter that finds a module {@code mine}. */
    private String withModule(String name, String module) throws IOException {
        Path folder = Files.createDirectory(work.resolve(name + "-modules"));
        Files.writeString(folder.resolve("mine.py"), module);
        return interpreter(name, "env PYTHONPATH=" + folder + " " + python);
    }

    /** The command line with Spark in this JVM and this interpreter. */
    private static Sparring.Outcome with(String interpreter, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--set", "environment.python=" + interpreter));
        return Sparring.onTwoThreads(all.toArray(String[]::new));
    }

    @Test
    void workersOfA3cStepThemToo() throws Exception {
        Sparring.Outcome trained = with(
                python,
                train(
                        "--run",
                        work + "/run",
                        "--set",
                        "algorithm=a3c",
                        "--set",
                        "a3c={workers: 2, rollout-length: 8}"));

        assertThat(trained.exit()).as(trained.toString()).isZero();
        assertThat(trained.json().get("env_steps").asLong()).isGreaterThanOrEqualTo(1536);
        assertThat(Files.readAllLines(work.resolve("run/metrics.jsonl")))
                .filteredOn(line -> line.contains("\"type\":\"round\""))
                .isNotEmpty();
    }

    @Test
    void aRunGoesOnWithAnotherInterpreterAndToTheSameBits() throws Exception {
        String first = interpreter("first", python);
        String second = interpreter("second", python);
        String run = work + "/run";
        Sparring.Outcome half = with(first, train("--run", run, "--set", "budget.env-steps=768"));
        assertThat(half.exit()).as(half.toString()).isZero();
        Files.delete(Path.of(first));

        String[] goOn = {
            "train", "--resume", run, "--set", "budget.env-steps=1536", "--set", "environment.max-restarts=1", "--json"
        };
        Sparring.Outcome refused = Sparring.onTwoThreads(goOn);
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.complaints())
                .singleElement()
                .asString()
                .contains("/run: environment: there is no Python interpreter " + first + " here; name one by --set");

        Sparring.Outcome whole = with(second, goOn);
        assertThat(whole.exit()).as(whole.toString()).isZero();
        assertThat(whole.json().get("params_sha256").asText()).isEqualTo(expected);

        // From here on it is the saved one.
        String[] play = {"evaluate", run, "--episodes", "2"};
        Sparring.Outcome played = Sparring.onTwoThreads(play);
        assertThat(played.exit()).as(played.toString()).isZero();
        Files.delete(Path.of(second));
        assertThat(Sparring.onTwoThreads(play).exit()).isEqualTo(2);
        Sparring.Outcome there = with(python, play);
        assertThat(there.exit()).as(there.toString()).isZero();
    }
}

package io.sparring.spark.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.algorithm.A3c;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingResult;
import io.sparring.algorithm.TrainingState;
import io.sparring.algorithm.Workers;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.parameterserver.Outcome;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.Update;
import io.sparring.spark.cli.Sparring;
import io.sparring.spark.cluster.ExecutorProcesses;
import io.sparring.spark.session.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A3C over Aeron: as a process, on two executors, and after one of these is killed. */
public class A3cIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STEPS_PER_PUSH = 64;
    private static final String TINY = """
            algorithm: a3c
            environment: {id: Identity-Discrete-v0, copies-per-shard: 4}
            network: {hidden: [16]}
            a3c: {workers: 4, rollout-length: 16, patience-seconds: 180}
            budget: {env-steps: 25600}
            evaluation: {every-env-steps: 12800, episodes: 2}
            checkpoint: {every-rounds: 10}
            """;

    @TempDir
    private Path work;

    private static Set<Path> mediaDirectories() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
            return new HashSet<>(
                    files.filter(file -> file.getFileName().toString().startsWith("aeron-"))
                            .toList());
        }
    }

    /** Other processes on this machine may have theirs: those with our processes' numbers count. */
    private static boolean belongsTo(Path directory, long pid) {
        return directory.getFileName().toString().contains("-" + pid + "-");
    }

    private static Stream<JsonNode> lines(Path run) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
            lines.add(JSON.readTree(line));
        }
        return lines.stream();
    }

    @Test
    void trainResumeAndEvaluateAsWithA2c() throws Exception {
        Files.writeString(work.resolve("tiny.yaml"), TINY);
        Sparring.Outcome trained =
                Sparring.run(work, "--master", "local[4]", "train", "tiny.yaml", "--run", "run", "--json");

        assertThat(trained.exit()).as(trained.toString()).isZero();
        assertThat(trained.complaints())
                .anyMatch(line -> line.matches("sparring .*: a3c on .*, seed 0, 4 workers × 4 copies, local\\[4]"))
                .anyMatch(line -> line.matches(
                        "sparring: 4 workers reach the parameter server by Aeron on udp 127\\.0\\.0\\.1:\\d+"));
        JsonNode result = trained.json();
        long steps = result.get("env_steps").asLong();
        assertThat(steps).isBetween(25_600L, 25_600L + 3 * STEPS_PER_PUSH);
        JsonNode last = lines(work.resolve("run"))
                .filter(line -> line.get("type").asText().equals("round"))
                .reduce((one, other) -> other)
                .orElseThrow();
        assertThat(last.get("updates").asLong()).isEqualTo(steps / STEPS_PER_PUSH);
        assertThat(last.get("staleness_mean").asDouble()).isPositive();
        assertThat(last.get("worker_3_staleness_p99").asInt()).isNotNegative();
        assertThat(Files.readString(work.resolve("run/report.html"))).contains("Staleness");

        String run = work.resolve("run").toString();
        Sparring.Outcome resumed =
                Sparring.onThreads(4, "train", "--resume", run, "--set", "budget.env-steps=38400", "--json");
        assertThat(resumed.exit()).as(resumed.toString()).isZero();
        assertThat(resumed.json().get("env_steps").asLong()).isBetween(38_400L, 38_400L + 3 * STEPS_PER_PUSH);
        assertThat(lines(work.resolve("run"))
                        .filter(line -> line.get("type").asText().equals("round"))
                        .map(line -> line.get("round").asLong())
                        .toList())
                .isSorted()
                .doesNotHaveDuplicates();

        Sparring.Outcome evaluated =
                Sparring.onTwoThreads("evaluate", run, "--episodes", "3", "--checkpoint", "last", "--json");
        assertThat(evaluated.exit()).as(evaluated.toString()).isZero();
        assertThat(evaluated.json().get("params_sha256"))
                .isEqualTo(resumed.json().get("params_sha256"));
    }

    @Test
    void aTerminatedRunWritesItsCheckpointAndLeavesNoMediaDriver() throws Exception {
        Files.writeString(work.resolve("tiny.yaml"), TINY);
        long pid;
        Sparring.Outcome outcome;
        try (Sparring sparring = Sparring.start(
                work,
                "--master",
                "local[4]",
                "train",
                "tiny.yaml",
                "--run",
                "run",
                "--set",
                "budget.env-steps=1000000000")) {
            pid = sparring.pid();
            sparring.await("a checkpoint", () -> Files.exists(work.resolve("run/checkpoints/last")));
            sparring.signal("TERM");
            outcome = sparring.outcome();
        }

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(143);
        assertThat(outcome.stdout()).contains("--resume");
        assertThat(mediaDirectories()).noneMatch(directory -> belongsTo(directory, pid));
    }

    /** What executors did, by the server's log. */
    public record Run(TrainingResult result, Pushes pushes, List<String> remarks, long received) {
        public int workers() {
            return pushes.workers();
        }

        int attempts() {
            return pushes.attempts();
        }

        private List<Update> log() {
            return pushes.log;
        }
    }

    /** Kills an executor once so many updates were merged, and ends when a worker of it has pushed again; 0: never. */
    private static Run onTwoExecutors(int killAfter, String... overrides) throws Exception {
        SparkConf settings = SameBitsIT.settings("local-cluster[2,2,1024]");
        boolean[] done = {killAfter == 0};
        return train(
                settings,
                pushes -> {
                    if (!done[0] && pushes.count() >= killAfter && pushes.workers() == 4) {
                        done[0] = true;
                        ProcessHandle executor = ExecutorProcesses.started().get(0);
                        assertThat(executor.destroyForcibly()).isTrue();
                        executor.onExit().join();
                    }
                    return killAfter > 0 && pushes.attempts() > pushes.workers();
                },
                overrides);
    }

    /** What was merged so far, counted as it comes: a look at all of it each time would be slower than the workers are. */
    public static final class Pushes {
        private final List<Update> log = new ArrayList<>();
        private final Map<Integer, Set<Long>> attempts = new HashMap<>();

        private void add(List<Update> updates) {
            log.addAll(updates);
            for (Update update : updates) {
                attempts.computeIfAbsent(update.worker(), worker -> new HashSet<>())
                        .add(update.attempt());
            }
        }

        int count() {
            return log.size();
        }

        /** How many workers pushed. */
        int workers() {
            return attempts.size();
        }

        /** How many lives of workers pushed. */
        int attempts() {
            return attempts.values().stream().mapToInt(Set::size).sum();
        }
    }

    /** @param enough is called with all pushes so far, now and then, and says whether training may end before its budget does */
    public static Run train(SparkConf settings, Predicate<Pushes> enough, String... overrides) throws Exception {
        Configuration configuration = ConfigurationFile.parse("test", TINY, List.of(overrides));
        Pushes pushes = new Pushes();
        List<String> remarks = new ArrayList<>();
        try (JavaSparkContext spark = Session.start(settings, configuration)) {
            SparkWorkers workers = new SparkWorkers(
                    spark,
                    configuration,
                    configuration.environment().resolve(),
                    new AeronTransport(
                            spark,
                            configuration,
                            configuration.environment().resolve().spec()));
            TrainingResult result;
            try (workers;
                    Observing observed = new Observing(workers, pushes, enough)) {
                result = A3c.train(
                        configuration,
                        configuration.environment().resolve(),
                        TrainingState.first(
                                configuration, configuration.environment().resolve()),
                        observed,
                        new TrainingListener() {
                            @Override
                            public void remark(String line) {
                                remarks.add(line);
                            }

                            @Override
                            public boolean stopRequested() {
                                return observed.enough;
                            }
                        });
            }
            return new Run(result, pushes, remarks, workers.bytesReceived());
        }
    }

    /** Writes down what the server merged. */
    private static final class Observing implements Workers {
        private final Workers workers;
        private final Pushes pushes;
        private final Predicate<Pushes> isEnough;
        private boolean enough;

        Observing(Workers workers, Pushes pushes, Predicate<Pushes> isEnough) {
            this.workers = workers;
            this.pushes = pushes;
            this.isEnough = isEnough;
        }

        @Override
        public int count() {
            return workers.count();
        }

        @Override
        public void start(ParameterServer server) {
            workers.start(server);
        }

        @Override
        public List<Update> next(int count) throws InterruptedException {
            List<Update> updates = workers.next(count);
            pushes.add(updates);
            enough = enough || isEnough.test(pushes);
            return updates;
        }

        @Override
        public void awaitEnd() throws InterruptedException {
            workers.awaitEnd();
        }

        @Override
        public void close() {}
    }

    public static void assertEachUpdateOnce(Run run) {
        assertThat(run.log().stream()
                        .map(update -> List.of((long) update.worker(), update.attempt(), update.sequence()))
                        .toList())
                .doesNotHaveDuplicates();
        for (int index : run.log().stream().map(Update::worker).distinct().toList()) {
            List<Update> own = run.log().stream()
                    .filter(update -> update.worker() == index)
                    .toList();
            for (int i = 1; i < own.size(); i++) {
                Update before = own.get(i - 1);
                Update update = own.get(i);
                long expected = before.attempt() == update.attempt() ? before.sequence() + 1 : 1;
                assertThat(update.sequence()).as("none lost: " + update).isEqualTo(expected);
                assertThat(update.attempt()).isGreaterThanOrEqualTo(before.attempt());
            }
        }
        assertThat(run.log()).extracting(Update::outcome).containsOnly(Outcome.APPLIED);
    }

    @Test
    void twoExecutorsPushOverAeronAndEveryUpdateCountsOnce() throws Exception {
        Set<Path> before = mediaDirectories();
        Run run = onTwoExecutors(0);

        assertEachUpdateOnce(run);
        assertThat(run.log()).extracting(Update::worker).contains(0, 1, 2, 3);
        int parameters = run.result.state().model().parameters().length;
        assertThat(run.received).isGreaterThan((long) run.log().size() * parameters * Float.BYTES);
        assertThat(run.result.state().envSteps()).isGreaterThanOrEqualTo(25_600);
        Set<Path> left = mediaDirectories();
        left.removeAll(before);
        assertThat(left)
                .noneMatch(directory ->
                        belongsTo(directory, ProcessHandle.current().pid()));
    }

    @Test
    void afterAnExecutorIsKilledItsWorkersComeBackAndTheOthersNeverStop() throws Exception {
        Run run = onTwoExecutors(100, "budget.env-steps=200000000", "budget.wall-clock-seconds=300");

        assertEachUpdateOnce(run);
        assertThat(run.attempts()).as("lives of the four workers that pushed").isBetween(5, 6);
        assertThat(run.remarks).anyMatch(line -> line.matches("worker \\d was started anew \\(attempt .*"));
    }
}

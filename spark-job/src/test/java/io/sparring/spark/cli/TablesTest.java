package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunFolders;
import io.sparring.spark.score.Policy;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code score} and {@code --log-trajectories}: what goes into tables, what comes out, and what does not. */
class TablesTest {
    private static final String TINY = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: shared, hidden: [8]}
            algorithm: %s
            a2c: {shards: 2, rollout-length: 8}
            ppo: {shards: 2, rollout-length: 8, epochs: 2, minibatches: 2}
            a3c: {workers: 2, in-turn: true, rollout-length: 8}
            normalize: {observations: true, rewards: true}
            budget: {env-steps: 1280}
            """;

    @TempDir
    private static Path run;

    @TempDir
    private Path work;

    @BeforeAll
    static void aRunAndItsLog() throws IOException {
        System.setProperty("spark.master", "local[2]");
        Files.writeString(run.resolve("tiny.yaml"), TINY.formatted("a2c"));
        succeed(
                "train",
                run.resolve("tiny.yaml").toString(),
                "--run",
                run.resolve("run").toString());
        succeed(
                "evaluate",
                run.resolve("run").toString(),
                "--episodes",
                "7",
                "--greedy",
                "--log-trajectories",
                run.resolve("log").toString());
    }

    @BeforeEach
    void twoCores() {
        System.setProperty("spark.master", "local[2]");
    }

    @AfterEach
    void asItWas() {
        System.clearProperty("spark.master");
    }

    private static Sparring.Outcome succeed(String... words) {
        Sparring.Outcome outcome = Sparring.here(words);
        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        return outcome;
    }

    private String path(String name) {
        return work.resolve(name).toString();
    }

    private static String log() {
        return run.resolve("log").toString();
    }

    private Sparring.Outcome score(String input, String output, String... more) {
        List<String> words = new ArrayList<>(
                List.of("score", run.resolve("run").toString(), "--input", input, "--output", path(output), "--json"));
        words.addAll(Arrays.asList(more));
        return Sparring.here(words.toArray(String[]::new));
    }

    private static <T> T sql(Function<SparkSession, T> query) {
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                // Of hundreds of rows.
                .config("spark.sql.shuffle.partitions", "2")
                .getOrCreate()) {
            return query.apply(spark);
        }
    }

    private static List<String> rows(String parquet, String query) {
        return sql(spark -> {
            spark.read().parquet(parquet).createOrReplaceTempView("t");
            return spark.sql(query).collectAsList().stream().map(Row::toString).toList();
        });
    }

    private static List<String> columns(String parquet) {
        return sql(spark -> List.of(spark.read().parquet(parquet).columns()));
    }

    @Test
    void everyRowIsScoredAsTheEvaluationPlayedItToTheBit() throws IOException {
        Sparring.Outcome outcome = score(log(), "scored", "--prefix", "new_");

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(rows(
                        path("scored"),
                        "select count(*), sum(int(action = new_action)), sum(int(value = new_value)),"
                                + " max(abs(log_probability - ln(new_probabilities[new_action]))) < 1e-6,"
                                + " count(distinct episode) from t"))
                .singleElement()
                .asString()
                .matches("\\[(\\d+),\\1,\\1,true,7]");
        assertThat(outcome.json().get("rows").asLong()).isPositive();
        assertThat(work)
                .isDirectoryContaining(file -> file.getFileName().toString().equals("scored"));
        assertThat(work.toFile().list()).containsExactly("scored");
    }

    @Test
    void newColumnsReplaceTheTablesOwnWhereThereIsNoPrefix() {
        Sparring.Outcome outcome = score(log(), "scored");

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.complaints())
                .containsExactly("sparring: the table's own action and value are left out; --prefix keeps both");
        assertThat(columns(path("scored")))
                .containsExactly(
                        "episode",
                        "t",
                        "observation",
                        "mask",
                        "reward",
                        "terminated",
                        "truncated",
                        "log_probability",
                        "action",
                        "probabilities",
                        "value");
    }

    /** CartPole's speeds have no bounds. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "array(0f, float('infinity'), 0f, 0f)|observation[1] is Infinity, expected a finite number",
                "array(0f, float('nan'), 0f, 0f)|observation[1] is NaN, expected a finite number",
                "array(9f, 0f, 0f, 0f)|observation[0] is 9.0, expected from -4.8 to 4.8",
                "array(0f, null, 0f, 0f)|observation[1] is null, expected a number",
                "struct(0f, 0f, 0f)|observation has 3 numbers, expected 4",
            })
    void theFunctionOfSqlRefusesWhatTheCommandCallsABadRow(String observation, String why) {
        assertThatThrownBy(() -> function("select policy(" + observation + ")")).hasStackTraceContaining(why);
        assertThat(function("select policy(array(0d, 0d, 0d, 0d)).action in (0, 1)"))
                .isEqualTo("[true]");
    }

    /** A file system that only the application knows. */
    public static final class Own extends RawLocalFileSystem {
        @Override
        public URI getUri() {
            return URI.create("own:///");
        }
    }

    @Test
    void aPolicyIsLoadedByTheFileSystemsOfTheApplication() {
        long rows = sql(spark -> {
            spark.sparkContext().hadoopConfiguration().setClass("fs.own.impl", Own.class, FileSystem.class);
            try {
                return Policy.load("own:" + run.resolve("run"))
                        .transform(spark.read().parquet(log()))
                        .limit(3)
                        .count();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        assertThat(rows).isEqualTo(3);
    }

    /** The first row of a query that may call the run's policy. */
    private static String function(String query) {
        return sql(spark -> {
            spark.conf().set("spark.sparring.policy", run.resolve("run").toString());
            spark.udf()
                    .registerJava(
                            "policy",
                            "io.sparring.spark.score.PolicyFunction",
                            DataType.fromDDL("action int, probabilities array<float>, value float"));
            return spark.sql(query).first().toString();
        });
    }

    @Test
    void numbersMayLieInColumnsOfTheirOwnAndAFileMayBeText() throws IOException {
        Files.writeString(work.resolve("states.csv"), """
                id,x,x_dot,theta,theta_dot
                a,0.1,0,0.01,0
                b,0.1,0,-0.01,0.5
                """);

        Sparring.Outcome outcome = score(
                path("states.csv"),
                "scored.csv",
                "--columns",
                "observation=x,x_dot,theta,theta_dot",
                "--keep",
                "id,theta");

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        try (Stream<Path> files = Files.list(work.resolve("scored.csv"))) {
            Path written = files.filter(file -> file.toString().endsWith(".csv"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Files.readAllLines(written))
                    .hasSize(3)
                    .startsWith("id,theta,action,probabilities_0,probabilities_1,value")
                    .element(2)
                    .asString()
                    .startsWith("b,-0.01,");
        }
    }

    @Test
    void badRowsAreNamedByFileAndRowAndNothingIsWritten() throws IOException {
        Files.writeString(work.resolve("states.csv"), """
                x,X_Dot,theta,theta_dot
                0.1,0,0.01,0
                0.1,oops,0.01,0
                0.1,0,0.01,0
                7,0,0.01,0
                """);
        String columns = "observation=x,x_dot,theta,theta_dot";

        Sparring.Outcome refused = score(path("states.csv"), "scored", "--columns", columns);
        Sparring.Outcome taken = score(path("states.csv"), "scored", "--columns", columns, "--max-bad-rows", "2");
        Sparring.Outcome again = score(path("states.csv"), "scored", "--columns", columns, "--max-bad-rows", "2");

        assertThat(refused.exit()).as(refused.toString()).isEqualTo(1);
        assertThat(refused.complaints())
                .singleElement()
                .asString()
                .contains("2 of 4 rows are bad, expected at most 0 (--max-bad-rows); the first: file:")
                .endsWith("/states.csv, row 2: observation[1] is null");
        assertThat(taken.exit()).as(taken.toString()).isZero();
        assertThat(taken.json().get("rows").asInt()).isEqualTo(2);
        assertThat(taken.json().get("bad_rows").asInt()).isEqualTo(2);
        assertThat(again.exit()).isEqualTo(2);
        assertThat(again.complaints()).singleElement().asString().contains("--output", "there is something already");
        assertThat(work.toFile().list()).containsExactlyInAnyOrder("states.csv", "scored");
    }

    @Test
    void anOutputIsReplacedButNoFolderThatTheRunOrTheInputLiesIn() throws IOException {
        Files.createDirectories(work.resolve("scored/old"));

        Sparring.Outcome outcome = score(log(), "scored", "--overwrite", "--keep", "t");

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(work.toFile().list()).containsExactly("scored");
        assertThat(work.resolve("scored/old")).doesNotExist();
        for (String output : List.of(log(), run.toString(), run + "/run/../run", ".", "..")) {
            Sparring.Outcome refused = Sparring.here(
                    "score",
                    run.resolve("run").toString(),
                    "--input",
                    log() + "/*.parquet",
                    "--output",
                    output,
                    "--overwrite");
            assertThat(refused.exit()).as(refused.toString()).isEqualTo(2);
            assertThat(refused.complaints())
                    .singleElement()
                    .asString()
                    .contains("--output " + output, "lies there; expected a folder of its own");
        }
        assertThat(run.resolve("log")).isNotEmptyDirectory();
    }

    @Test
    void whatTheSchemaTellsIsOneLine() throws IOException {
        Files.writeString(work.resolve("empty.csv"), "observation\n");

        requireOneLine(score(log(), "a", "--keep", "t,action"))
                .contains("--keep: the new columns have an action of their own; --prefix");
        requireOneLine(score(log(), "a", "--columns", "observation=obs"))
                .contains("there is no column obs for the observation", "the table has [episode, t, observation,");
        requireOneLine(score(log(), "a", "--columns", "observation.speed=reward"))
                .contains("--columns: expected one of [observation, mask] before =, got observation.speed");
        requireOneLine(score(log(), "a", "--columns", "action=reward"))
                .contains("[observation, mask] before =, got action");
        requireOneLine(score(log(), "a", "--columns", "observation=reward"))
                .contains("observation: expected array<float> of 4", "and column reward is float");
        requireOneLine(score(log(), "a", "--keep", "epsode"))
                .contains("--keep: there is no column epsode (did you mean episode?); the table has [")
                .endsWith("]");
        requireOneLine(score(path("nothing"), "a"))
                .contains("--input ")
                .endsWith("/nothing: there is no such file or folder");
        requireOneLine(score("table:nowhere.nothing", "a"));
        requireOneLine(score(path("empty.csv"), "a"));
        assertThat(work.toFile().list()).containsExactly("empty.csv");
    }

    private static AbstractStringAssert<?> requireOneLine(Sparring.Outcome refused) {
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(2);
        return assertThat(refused.complaints()).singleElement().asString();
    }

    @Test
    void anEmptyTableIsAFailure() {
        sql(spark -> {
            spark.read().parquet(log()).limit(0).write().parquet(path("empty"));
            return null;
        });

        Sparring.Outcome outcome = score(path("empty"), "scored", "--prefix", "p");

        assertThat(outcome.exit()).isEqualTo(1);
        assertThat(outcome.complaints()).singleElement().asString().endsWith("empty has no rows");
        assertThat(work.resolve("scored")).doesNotExist();
    }

    @Test
    void anEvaluationsLogIsItsEpisodes() {
        assertThat(rows(
                        log(),
                        "select count(*), sum(int(n = last + 1)), sum(ended), count(distinct observation) from (select"
                                + " count(*) n, max(t) last, sum(int(terminated or truncated)) ended,"
                                + " first(observation[0]) observation from t group by episode)"))
                .containsExactly("[7,7,7,7]");
        Sparring.Outcome again = Sparring.here(
                "evaluate", run.resolve("run").toString(), "--episodes", "1", "--log-trajectories", log());
        assertThat(again.exit()).isEqualTo(2);
        assertThat(again.complaints())
                .singleElement()
                .asString()
                .contains("--log-trajectories", "there is something already; expected a new folder");
    }

    private static final String ALL = "select * from t order by episode, t";

    private void train(String algorithm, String name, String... more) throws IOException {
        Files.writeString(work.resolve("tiny.yaml"), TINY.formatted(algorithm));
        List<String> words = new ArrayList<>(
                List.of("train", path("tiny.yaml"), "--run", path(name), "--log-trajectories", path(name + "-log")));
        words.addAll(Arrays.asList(more));
        succeed(words.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a2c", "ppo"})
    void aTrainingsLogHasEveryStepOnceWhoeverMadeIt(String algorithm) throws IOException {
        String[] tenRounds = {"--set", "budget.env-steps=640"};
        train(algorithm, "two", tenRounds);
        System.setProperty("spark.master", "local[1]");
        train(algorithm, "one", tenRounds);

        List<String> rows = rows(path("two-log"), ALL);

        assertThat(rows).hasSize(640).doesNotHaveDuplicates().isEqualTo(rows(path("one-log"), ALL));
        // Episodes as training itself counts them; what has not ended is cut where it stood.
        String line = Files.readAllLines(work.resolve("two/metrics.jsonl")).stream()
                .filter(metric -> metric.contains("\"round_seconds\""))
                .reduce((one, next) -> next)
                .orElseThrow();
        JsonNode last = new ObjectMapper().readTree(line);
        assertThat(last.get("episodes").asInt()).isPositive().isLessThan(100);
        assertThat(rows(
                        path("two-log"),
                        "select sum(ended), avg(if(ended = 1, r, null)), sum(int(n = last + 1)) = count(*) from (select"
                                + " sum(reward) r, max(t) last, count(*) n,"
                                + " sum(int(terminated or truncated)) ended from t group by episode)"))
                .containsExactly("[" + last.get("episodes").asInt() + ","
                        + last.get("mean_return").asDouble() + ",true]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a2c", "ppo"})
    void aFirstRoundsLogSaysWhatTheFirstModelThoughtOfWhatItSaw(String algorithm) throws IOException {
        train(algorithm, "one", "--set", "budget.env-steps=64");
        Configuration configuration = ConfigurationFile.parse("tiny", TINY.formatted(algorithm), List.of());
        TrainingState first =
                TrainingState.first(configuration, configuration.environment().resolve());
        try (RunFolder run = RunFolder.at(path("first"), new org.apache.hadoop.conf.Configuration())) {
            RunFolders.writeCheckpoint(run, "last", configuration, first);
        }

        succeed("score", path("first"), "--input", path("one-log"), "--output", path("scored"), "--prefix", "new_");

        assertThat(rows(
                        path("scored"),
                        "select count(*), sum(int(value = new_value)),"
                                + " max(abs(log_probability - ln(new_probabilities[action]))) < 1e-6,"
                                + " count(distinct observation[0]) > 60 from t"))
                .containsExactly("[64,64,true,true]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a2c", "a3c"})
    void oneThatGoesOnHasEveryStepOnce(String algorithm) throws IOException {
        train(algorithm, "whole");
        train(algorithm, "half", "--set", "budget.env-steps=640");
        FileUtils.copyDirectory(new File(path("half/checkpoints")), new File(path("before")));
        String[] goesOn = {"train", path("tiny.yaml"), "--resume", path("half"), "--set", "budget.env-steps=1280"};

        Sparring.Outcome resumed = succeed(goesOn);

        assertThat(resumed.stdout() + resumed.stderr()).contains(", trajectories to " + path("half-log"));
        assertThat(rows(path("half-log"), ALL)).isEqualTo(rows(path("whole-log"), ALL));
        // As if it had been killed just before the checkpoint was written.
        FileUtils.deleteDirectory(new File(path("half/checkpoints")));
        FileUtils.copyDirectory(new File(path("before")), new File(path("half/checkpoints")));
        succeed(goesOn);
        assertThat(rows(path("half-log"), ALL)).isEqualTo(rows(path("whole-log"), ALL));

        Sparring.Outcome taken =
                Sparring.here("train", path("tiny.yaml"), "--run", path("new"), "--log-trajectories", path("half-log"));
        assertThat(taken.exit()).isEqualTo(2);
        assertThat(taken.complaints())
                .singleElement()
                .asString()
                .contains("expected a new folder", "those of file:" + path("half") + " are there");
        assertThat(work.resolve("new")).doesNotExist();
    }

    @Test
    void workersThatWaitForNobodyTellEveryStepOnceToo() throws IOException {
        train("a3c", "run", "--set", "a3c.in-turn=false", "--set", "budget.env-steps=640");
        assertThat(rows(path("run-log"), "select count(*) from t")).containsExactly("[" + steps("run") + "]");

        succeed("train", "--resume", path("run"), "--set", "budget.env-steps=1280");

        // The steps of an episode that was going on when the run ended are one's, and those after that another's.
        long steps = steps("run");
        assertThat(steps).isGreaterThanOrEqualTo(1280);
        assertThat(
                        rows(
                                path("run-log"),
                                "select sum(n), sum(int(n != last - first + 1)), sum(int(first > 0)) <= 8 from (select count(*) n,"
                                        + " count(distinct t) d, min(t) first, max(t) last from t group by episode) where d = n"))
                .containsExactly("[" + steps + ",0,true]");
    }

    @Test
    void aLogOfWorkersInTurnGoesOnWithAsManyOfThem() throws IOException {
        train("a3c", "run", "--set", "budget.env-steps=64");

        Sparring.Outcome outcome = Sparring.here("train", "--resume", path("run"), "--set", "a3c.workers=4");

        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.complaints())
                .singleElement()
                .asString()
                .contains("a3c.workers: expected 2 in turn as before, since the run's log goes on, got 4");
    }

    private long steps(String name) throws IOException {
        return new ObjectMapper()
                .readTree(work.resolve(name + "/result.json").toFile())
                .get("env_steps")
                .asLong();
    }
}

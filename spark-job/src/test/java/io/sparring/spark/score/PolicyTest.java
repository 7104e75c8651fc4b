package io.sparring.spark.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.network.Observations;
import io.sparring.random.Streams;
import io.sparring.rollout.Scorer;
import io.sparring.spark.table.BadRows;
import io.sparring.spark.table.Columns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Actions of every kind as columns. */
class PolicyTest {
    private static final Space.MultiDiscrete CHOICES = Space.MultiDiscrete.of(3, 2);

    private static SparkSession spark;

    @TempDir
    private Path work;

    @BeforeAll
    static void start() {
        spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static Policy policy(Space actions) {
        Configuration configuration =
                ConfigurationFile.parse("test", "environment: {id: CartPole-v1}", List.of("network={hidden: [8]}"));
        EnvironmentSpec environment = new EnvironmentSpec(
                "Some-v0",
                new TreeMap<>(),
                Space.Box.of(3, -10, 10),
                actions,
                null,
                null,
                EnvironmentSpec.Recovery.NONE,
                List.of(),
                actions.maskSize() > 0);
        Architecture architecture = configuration.network().architecture(environment);
        UniformRandomProvider random = Streams.of(3);
        float[] parameters = new float[architecture.parameterCount()];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = 2 * random.nextFloat() - 1;
        }
        return new Policy("some", configuration, environment, new Model(architecture, parameters));
    }

    /** Observations and masks; the first of each choice is always allowed. */
    private static Dataset<Row> table(Space actions) {
        String mask = actions.maskSize() == 0
                ? "cast(null as array<boolean>)"
                : "transform(sequence(0, " + (actions.maskSize() - 1) + "), i -> i in (0, 3) or (id + i) % 3 = 0)";
        return spark.sql("select id, array(float(sin(id)), float(cos(id)), float(id / 10)) observation, " + mask
                + " mask from range(0, 40, 1, 1)");
    }

    static Stream<Arguments> spaces() {
        return Stream.of(
                Arguments.of(
                        new Space.Discrete(4),
                        "int",
                        "id,action,probabilities_0,probabilities_1,probabilities_2,probabilities_3,value"),
                Arguments.of(
                        CHOICES,
                        "array<int>",
                        "id,action_0,action_1,probabilities_0,probabilities_1,probabilities_2,probabilities_3,"
                                + "probabilities_4,value"),
                Arguments.of(
                        new Space.MultiBinary(2),
                        "array<int>",
                        "id,action_0,action_1,probabilities_0,probabilities_1,value"),
                Arguments.of(
                        Space.Box.of(2, -0.2f, 0.2f),
                        "array<float>",
                        "id,action_0,action_1,mean_0,mean_1,log_sigma_0,log_sigma_1,value"));
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void everyRowHasWhatThePlainEngineSaysOfItToTheBit(Space actions, String type) {
        Policy policy = policy(actions);

        Dataset<Row> scored = policy.transform(table(actions));

        assertThat(scored.schema().apply("action").dataType().simpleString()).isEqualTo(type);
        List<Row> rows = scored.collectAsList();
        assertThat(rows).hasSize(40);
        for (Row row : rows) {
            List<Float> given = new ArrayList<>();
            for (int column = 3; column < row.length(); column++) {
                addNumbers(row, column, given);
            }
            assertThat(given).isEqualTo(expected(policy, row));
        }
    }

    /** Action, what describes it, and value, of one row alone. */
    private static List<Float> expected(Policy policy, Row row) {
        Space actions = policy.environment().actionSpace();
        float[] observation = new float[3];
        for (int i = 0; i < observation.length; i++) {
            observation[i] = row.<Float>getList(1).get(i);
        }
        boolean[] allowed = new boolean[actions.maskSize()];
        for (int i = 0; i < allowed.length; i++) {
            allowed[i] = row.<Boolean>getList(2).get(i);
        }
        Scorer scorer = policy.scorer();
        scorer.score(new Observations.Floats(observation), allowed, 1);
        List<Float> expected = new ArrayList<>();
        for (float number : scorer.actions()) {
            expected.add(number);
        }
        for (float number : scorer.descriptions()) {
            expected.add(number);
        }
        expected.add(scorer.values()[0]);
        return expected;
    }

    private static void addNumbers(Row row, int column, List<Float> into) {
        if (row.get(column) instanceof Number number) {
            into.add(number.floatValue());
        } else {
            row.<Number>getList(column).forEach(number -> into.add(number.floatValue()));
        }
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void inTextEveryNumberHasAColumn(Space actions, String type, String header) throws IOException {
        Policy policy = policy(actions);
        table(actions).write().parquet(work.resolve("states").toString());

        ScoringJob.Result result = job("scored", List.of("id")).run(spark, policy);

        assertThat(result.rows()).isEqualTo(40);
        List<String> lines = lines("scored");
        assertThat(lines).hasSize(41).startsWith(header);
        for (Row row : table(actions).collectAsList()) {
            String[] cells = lines.get(1 + (int) row.getLong(0)).split(",");
            List<Float> given = new ArrayList<>();
            for (int i = 1; i < cells.length; i++) {
                given.add(Float.parseFloat(cells[i]));
            }
            assertThat(given).isEqualTo(expected(policy, row));
        }
    }

    private ScoringJob job(String output, List<String> keep) {
        return job(output, TableFormat.CSV, keep, 1);
    }

    private ScoringJob job(String output, TableFormat format, List<String> keep, long maxBadRows) {
        return new ScoringJob(
                work.resolve("states").toString(),
                TableFormat.PARQUET,
                work.resolve(output).toString(),
                format,
                Columns.OWN_NAMES,
                keep,
                "",
                maxBadRows,
                false);
    }

    private Dataset<Row> scored(Policy policy, String columns, long maxBadRows) throws IOException {
        table(policy.environment().actionSpace())
                .selectExpr("*", columns)
                .write()
                .mode("overwrite")
                .parquet(work.resolve("states").toString());
        job("scored", TableFormat.PARQUET, null, maxBadRows).run(spark, policy);
        return spark.read().parquet(work.resolve("scored").toString());
    }

    private static List<String> rows(Dataset<Row> table) {
        return table.collectAsList().stream().map(Row::json).toList();
    }

    /** Column by column, and by Spark where a column comes along that is none of numbers or texts. */
    @ParameterizedTest
    @MethodSource("spaces")
    void aFileOfParquetHasWhatTheTableHasToTheBit(Space actions) throws IOException {
        Policy policy = policy(actions);
        for (String column : List.of("concat('row ', id) text", "timestamp_seconds(id) text")) {
            Dataset<Row> expected = policy.transform(table(actions).selectExpr("*", column));
            FileUtils.deleteQuietly(work.resolve("scored").toFile());

            Dataset<Row> scored = scored(policy, column, 0);

            assertThat(scored.schema().simpleString())
                    .isEqualTo(expected.schema().simpleString());
            assertThat(rows(scored)).isEqualTo(rows(expected));
        }
    }

    @Test
    void whereAllRowsAreBadTheOutputHasItsColumnsAndNoRow() throws IOException {
        table(CHOICES)
                .selectExpr("id", "array(1f) observation")
                .repartition(3)
                .write()
                .parquet(work.resolve("states").toString());

        ScoringJob.Result result =
                job("scored", TableFormat.PARQUET, List.of("id"), 40).run(spark, policy(CHOICES));

        assertThat(result.badRows()).isEqualTo(40);
        assertThat(result.firstBadRow()).endsWith("row 1: observation has 1 numbers, expected 3");
        assertThat(spark.read()
                        .parquet(work.resolve("scored").toString())
                        .schema()
                        .simpleString())
                .isEqualTo("struct<id:bigint,action:array<int>,probabilities:array<float>,value:float>");
        assertThat(spark.read().parquet(work.resolve("scored").toString()).count())
                .isZero();
    }

    /** Which has no partition either, so that no task makes a folder. */
    @Test
    void aTableOfTheCatalogueWithoutAFileHasNoRows() {
        Path output = work.resolve("scored");
        spark.sql("create table bare (observation array<float>) using parquet location '" + work.resolve("bare") + "'");
        try {
            ScoringJob job = new ScoringJob(
                    "table:bare",
                    TableFormat.PARQUET,
                    output.toString(),
                    TableFormat.PARQUET,
                    Columns.OWN_NAMES,
                    List.of(),
                    "",
                    0,
                    false);

            assertThatThrownBy(() -> job.run(spark, policy(new Space.Discrete(2))))
                    .hasMessageEndingWith("table:bare has no rows");
            assertThat(output).doesNotExist();
        } finally {
            spark.sql("drop table bare");
        }
    }

    @Test
    void whatAnAttemptHasLeftThatDiedIsNotInTheOutput() throws IOException {
        Policy policy = policy(CHOICES);
        Policy.Selection selection = policy.select(table(CHOICES), Columns.OWN_NAMES, List.of("id"), "");
        Path folder = Files.createDirectories(work.resolve("scored"));
        Files.writeString(folder.resolve("part-00000-died.snappy.parquet"), "PAR1");

        new DirectScoring(
                        policy,
                        selection.layout(),
                        new BadRows(spark.sparkContext()),
                        folder.toString(),
                        "snappy",
                        spark.version())
                .run(selection.rows(), new org.apache.hadoop.conf.Configuration());

        assertThat(folder.resolve("_SUCCESS")).isEmptyFile();
        assertThat(spark.read().parquet(folder.toString()).count()).isEqualTo(40);
    }

    private List<String> lines(String folder) throws IOException {
        try (Stream<Path> files = Files.list(work.resolve(folder))) {
            return Files.readAllLines(files.filter(file -> file.toString().endsWith(".csv"))
                    .findFirst()
                    .orElseThrow());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TableFormat.class,
            names = {"PARQUET", "JSON"})
    void aMaskThatForbidsAChoiceIsABadRow(TableFormat format) throws IOException {
        table(CHOICES)
                .selectExpr(
                        "id",
                        "observation",
                        "if(id = 7, array(true, true, true, false, false), if(id = 8, null, mask)) mask")
                .write()
                .parquet(work.resolve("states").toString());

        ScoringJob.Result result = job("scored", format, List.of("id"), 1).run(spark, policy(CHOICES));

        assertThat(result.rows()).isEqualTo(39);
        assertThat(result.firstBadRow()).endsWith("row 8: mask forbids every action");
        assertThat(spark.read()
                        .format(format.toString())
                        .load(work.resolve("scored").toString())
                        .where("id = 7")
                        .count())
                .isZero();
    }

    @Test
    void theFunctionOfAnObservationAndAMaskSaysWhatTheTableSays() {
        Policy policy = policy(CHOICES);
        StructType type = new StructType(policy.columns("").toArray(org.apache.spark.sql.types.StructField[]::new));
        spark.udf().register("masked", new MaskedPolicyFunction(new PolicyFunction(policy)), type);
        table(CHOICES).createOrReplaceTempView("states");

        Dataset<Row> called = spark.sql(
                "select id, observation, mask, p.* from" + " (select *, masked(observation, mask) p from states)");

        assertThat(called.collectAsList().stream().map(Row::json))
                .isEqualTo(policy.transform(table(CHOICES)).collectAsList().stream()
                        .map(Row::json)
                        .toList());
        assertThatThrownBy(() -> spark.sql("select masked(observation, array(array(true), null)) from states")
                        .collectAsList())
                .hasStackTraceContaining("mask has 2 numbers, expected 5");
        assertThatThrownBy(
                        () -> spark.sql("select masked(observation, array(true, true, true, false, false)) from states")
                                .collectAsList())
                .hasStackTraceContaining("mask forbids every action");
        assertThat(spark.sql("select masked(null, mask) p from states").first().isNullAt(0))
                .isTrue();
    }
}

package io.sparring.spark.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.network.Observations;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Spark has in its tables, and what comes of it. */
class ObservationColumnsTest {
    private static final EnvironmentSpec VECTOR = spec(Space.Box.of(3, -10, 10));
    private static final EnvironmentSpec IMAGE = spec(Space.Box.of(Space.Dtype.UINT8, 0, 255, 2, 2));
    private static final EnvironmentSpec LONG = spec(Space.Box.of(70, -1000, 1000));
    private static final EnvironmentSpec PARTS = new EnvironmentSpec(
            "Parts-v0",
            new TreeMap<>(),
            Space.Box.of(6, -300, 300),
            new Space.Discrete(2),
            null,
            null,
            EnvironmentSpec.Recovery.NONE,
            List.of(),
            false,
            List.of(
                    new EnvironmentSpec.Part("camera", Space.Dtype.UINT8, List.of(2, 2)),
                    new EnvironmentSpec.Part("hand/speed", Space.Dtype.FLOAT32, List.of(2))));

    private static SparkSession spark;

    private static EnvironmentSpec spec(Space.Box observations) {
        return new EnvironmentSpec(
                "Some-v0",
                new TreeMap<>(),
                observations,
                new Space.Discrete(3),
                null,
                null,
                EnvironmentSpec.Recovery.NONE,
                List.of(),
                true);
    }

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

    /** The masks of a table of these, or what is wrong with them. */
    private static List<String> masks(String... values) {
        Dataset<Row> table = spark.sql("select explode(array(" + String.join(", ", values) + ")) mask");
        MaskColumns masks = MaskColumns.of(table, VECTOR, Columns.OWN_NAMES);
        List<String> read = new ArrayList<>();
        for (Row row : table.select(masks.columns().toArray(Column[]::new)).collectAsList()) {
            boolean[] into = new boolean[6];
            String wrong = masks.read(Cells.of(row), 0, into, 1);
            read.add(wrong == null ? into[3] + " " + into[4] + " " + into[5] : wrong);
        }
        return read;
    }

    /** The observations of a query's rows, or what is wrong with them. */
    private static List<String> read(EnvironmentSpec environment, String columns, String query) {
        Dataset<Row> table = spark.sql(query);
        ObservationColumns observed = ObservationColumns.of(
                table, environment, columns.isEmpty() ? Columns.OWN_NAMES : Columns.of("--columns", columns));
        Column[] selected = observed.columns().toArray(Column[]::new);
        List<String> read = new ArrayList<>();
        for (Row row : table.select(selected).collectAsList()) {
            Observations into = observed.room(2);
            String wrong = observed.read(Cells.of(row), 0, into, 1);
            List<Float> second = new ArrayList<>();
            for (int i = observed.size(); i < into.length(); i++) {
                second.add(into.get(i));
            }
            read.add(wrong == null ? second.toString() : wrong);
        }
        return read;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|array(1f, 2f, 3f) observation",
                "''|array(1d, 2d, 3d) observation",
                "''|array(1, 2, 3) observation",
                "''|array(1.0, 2.0, 3.0) observation",
                "''|array(array(1, 2), array(3)) observation",
                "observation=obs|array(1f, 2f, 3f) obs",
                "observation=`o.b|array(1f, 2f, 3f) ```o.b`",
                "observation=x,y,z|1 x, 2d y, 3f z",
            })
    void aVectorLiesInOneColumnOrInOneForEachNumber(String columns, String select) {
        assertThat(read(VECTOR, columns, "select " + select)).containsExactly("[1.0, 2.0, 3.0]");
    }

    @Test
    void bytesAreUnsignedAndMayLieInAnArrayAsWell() {
        assertThat(read(IMAGE, "", "select X'000102ff' observation")).containsExactly("[0.0, 1.0, 2.0, 255.0]");
        assertThat(read(IMAGE, "", "select array(0, 1, 2, 255) observation")).containsExactly("[0.0, 1.0, 2.0, 255.0]");
        assertThat(read(IMAGE, "", "select array(0d, 1d, 2.5d, 255d) observation"))
                .containsExactly("observation[2] is 2.5, expected a whole number from 0 to 255");
    }

    @Test
    void longVectorsAreReadAsTheyStand() {
        assertThat(read(LONG, "", "select transform(sequence(0, 69), x -> x / 2) observation"))
                .singleElement()
                .asString()
                .startsWith("[0.0, 0.5, 1.0,")
                .endsWith("34.5]");
        assertThat(read(LONG, "", "select sequence(0, 68) observation"))
                .containsExactly("observation has 69 numbers, expected 70");
    }

    @Test
    void partsLieInAStructOrInColumnsOfTheirOwn() {
        String struct = "select named_struct('hand/speed', array(7f, -8f), 'camera', X'010203fe') observation";
        String separate = "select X'010203fe' pixels, array(7, -8) `observation.hand/speed`";

        assertThat(read(PARTS, "", struct)).containsExactly("[1.0, 2.0, 3.0, 254.0, 7.0, -8.0]");
        assertThat(read(PARTS, "observation.camera=pixels", separate))
                .containsExactly("[1.0, 2.0, 3.0, 254.0, 7.0, -8.0]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cast(null as array<float>)|observation is null",
                "array(1f, null, 3f)|observation[1] is null",
                "array(1f, 2f)|observation has 2 numbers, expected 3",
                "array(1f, 2f, 3f, 4f)|observation has 4 numbers, expected 3",
                "array(1f, 2f, float('nan'))|observation[2] is NaN, expected a finite number",
                "array(1f, float('infinity'), 3f)|observation[1] is Infinity, expected a finite number",
                "array(1f, 2f, 10.5f)|observation[2] is 10.5, expected from -10.0 to 10.0",
            })
    void aBadRowSaysWhy(String value, String why) {
        assertThat(read(VECTOR, "", "select " + value + " observation")).containsExactly(why);
    }

    @Test
    void anotherTypeIsRefusedWithWhatWasFound() {
        assertThatThrownBy(() -> read(VECTOR, "", "select 'a' observation"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage("observation: expected array<float> of 3, or 3 columns (--columns observation=A,B,…), and"
                        + " column observation is string");
        assertThatThrownBy(() -> read(IMAGE, "", "select 1 observation"))
                .hasMessage("observation: expected binary or array<float> of 4, and column observation is int");
        assertThatThrownBy(() -> read(VECTOR, "observation=a,b,c", "select 1 a, 2 b, true c"))
                .hasMessage("observation: expected a number, and column c is boolean");
        assertThatThrownBy(() -> read(VECTOR, "observation=a,b", "select 1 a, 2 b"))
                .hasMessage("observation: expected one column or 3 of them, got [a, b]");
        assertThatThrownBy(() -> read(PARTS, "", "select array(1) observation"))
                .hasMessage(
                        "observation: expected a struct of [camera, hand/speed], and column observation is array<int>");
        assertThatThrownBy(() -> read(PARTS, "", "select struct(1 as camra) observation"))
                .hasMessage("observation: expected a struct of [camera, hand/speed], and column observation has [camra]"
                        + " without camera (did you mean camra?)");
    }

    @Test
    void aMaskWithAPartThatIsNullIsNoMask() {
        assertThat(masks("array(array(true), null)", "array(array(true), array(false, true))", "null"))
                .containsExactly("mask[0] is null", "true false true", "true true true");
    }

    @Test
    void masksAreFlagsOrNothing() {
        assertThat(masks(
                        "array(true, false, true)",
                        "null",
                        "array(true)",
                        "array(false, false, false)",
                        "array(true, null, true)"))
                .containsExactly(
                        "true false true",
                        "true true true",
                        "mask has 1 numbers, expected 3",
                        "mask forbids every action",
                        "mask[1] is null");
        assertThat(MaskColumns.of(spark.sql("select 1 a"), VECTOR, Columns.OWN_NAMES))
                .isNull();
        Dataset<Row> table = spark.sql("select array(true) mask");
        assertThatThrownBy(() -> MaskColumns.of(table, spec(Space.Box.of(1, 0, 1)), Columns.of("--columns", "mask=m")))
                .hasMessageStartingWith("there is no column m for the mask");
    }
}

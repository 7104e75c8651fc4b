package io.sparring.spark.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written column by column, as Spark reads it. */
class ColumnFileTest {
    /** Every kind of column, with nulls, empty arrays, and nulls in arrays. */
    private static final String EVERYTHING = "select id, if(id % 3 = 0, null, id % 2 = 0) flag,"
            + " if(id % 3 = 1, null, cast(id % 100 as tinyint)) byte, cast(-id as smallint) short, cast(id * 7 as int) whole,"
            + " if(id % 5 = 0, null, shiftleft(id, 40)) long, float(sin(id)) number, if(id % 7 = 0, null, cos(id)) double,"
            + " if(id % 4 = 0, null, concat('ü', id)) text, if(id % 4 = 1, null, cast(cast(id as string) as binary)) bytes,"
            + " case when id % 4 = 0 then null when id % 4 = 1 then array() else array(float(id), null, 2f) end numbers,"
            + " array(id % 2 = 0, true) flags, array('a', if(id % 2 = 0, null, 'b')) texts"
            + " from range(0, 5000, 1, 1)";

    private static SparkSession spark;

    @TempDir
    private java.nio.file.Path work;

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

    /** Writes a table's rows, some at a time. */
    private String write(Dataset<Row> table, Set<String> measured, String codec, Configuration hadoop)
            throws IOException {
        Path path = new Path(work.resolve("file.parquet").toString());
        StructType schema = table.schema();
        try (ColumnFile file = new ColumnFile(path, schema, measured, codec, spark.version(), hadoop)) {
            int rows = 0;
            List<InternalRow> all = table.queryExecution()
                    .toRdd()
                    .toJavaRDD()
                    .map(InternalRow::copy)
                    .collect();
            for (InternalRow row : all) {
                for (int column = 0; column < schema.length(); column++) {
                    file.column(column).copy(row, column);
                }
                rows++;
                if (rows % 100 == 0 || rows == all.size()) {
                    file.endRows(rows % 100 == 0 ? 100 : rows % 100);
                }
            }
            file.finish();
        }
        return path.toString();
    }

    private static List<String> rows(Dataset<Row> table) {
        return table.collectAsList().stream().map(Row::json).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"snappy", "none", "zstd"})
    void sparkReadsWhatWasInTheTable(String codec) throws IOException {
        Dataset<Row> table = spark.sql(EVERYTHING);

        Dataset<Row> read = spark.read().parquet(write(table, Set.of(), codec, new Configuration()));

        assertThat(read.schema().simpleString()).isEqualTo(table.schema().simpleString());
        assertThat(rows(read)).isEqualTo(rows(table));
    }

    @Test
    void rowGroupsEndWhereTheyAreLargeEnough() throws IOException {
        Configuration hadoop = new Configuration();
        hadoop.setInt("parquet.block.size", 64 << 10);
        Dataset<Row> table = spark.sql(EVERYTHING);

        String path = write(table, Set.of(), "snappy", hadoop);

        List<BlockMetaData> groups = groups(path);
        assertThat(groups).hasSizeBetween(4, 20);
        assertThat(groups.stream().mapToLong(BlockMetaData::getRowCount).sum()).isEqualTo(5000);
        assertThat(rows(spark.read().parquet(path))).isEqualTo(rows(table));
    }

    @Test
    void noDictionaryIsTriedOfWhatIsMeasured() throws IOException {
        Dataset<Row> table = spark.sql("select float(1) a, array(float(1)) b, float(1) c from range(1000)");

        BlockMetaData group = groups(write(table, Set.of("a", "b"), "snappy", new Configuration()))
                .get(0);

        assertThat(group.getColumns())
                .extracting(ColumnChunkMetaData::hasDictionaryPage)
                .containsExactly(false, false, true);
    }

    private static List<BlockMetaData> groups(String path) throws IOException {
        try (ParquetFileReader reader =
                ParquetFileReader.open(HadoopInputFile.fromPath(new Path(path), new Configuration()))) {
            return reader.getFooter().getBlocks();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "current_timestamp() a",
                "date'2026-11-30' a",
                "1.5BD a",
                "struct(1 as b) a",
                "map(1, 2) a",
                "array(array(1)) a",
                "1 a, 2 A"
            })
    void otherTypesAreSparksToWrite(String columns) {
        assertThat(canHold(columns, "snappy", new Configuration())).isFalse();
    }

    @Test
    void aCodecThatIsNotKnownAndEncryptionAreSparksToo() {
        Configuration encrypted = new Configuration();
        encrypted.set("parquet.crypto.factory.class", "some.Factory");

        assertThat(canHold("1 a, 'x' b", "snappy", new Configuration())).isTrue();
        assertThat(canHold("1 a, 'x' b", "some", new Configuration())).isFalse();
        assertThat(canHold("1 a, 'x' b", "snappy", encrypted)).isFalse();
    }

    private static boolean canHold(String columns, String codec, Configuration hadoop) {
        return ColumnFile.canHold(spark.sql("select " + columns).schema(), codec, hadoop);
    }
}

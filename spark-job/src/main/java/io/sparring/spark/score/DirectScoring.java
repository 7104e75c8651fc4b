package io.sparring.spark.score;

import io.sparring.rollout.Scorer;
import io.sparring.spark.session.Session;
import io.sparring.spark.table.BadRows;
import io.sparring.spark.table.Cells;
import io.sparring.spark.table.ColumnFile;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetOutputFormat;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * One partition's scoring into a file of Parquet: as {@link Scoring}, but of rows as Spark has them itself, and column by column, so that there is an object for
 * no number. What another attempt of the task has left is removed at the end, on the driver.
 *
 * @param folder where it is to lie
 * @param codec as Spark names it
 * @param spark its version
 */
record DirectScoring(Policy policy, Policy.Layout layout, BadRows badRows, String folder, String codec, String spark)
        implements Function2<Integer, Iterator<InternalRow>, Iterator<String>> {

    /** What Spark writes beside the files of a folder that is whole. */
    private static final String SUCCESS = "_SUCCESS";

    /** Scores a table; the folder has what came of it, and nothing else. */
    void run(Dataset<Row> rows, Configuration hadoop) throws IOException {
        Set<String> written = Set.copyOf(rows.queryExecution()
                .toRdd()
                .toJavaRDD()
                .mapPartitionsWithIndex(this, true)
                .collect());
        Path path = new Path(folder);
        FileSystem system = path.getFileSystem(hadoop);
        // Of a table without files there is no partition, and no task that would have made it.
        system.mkdirs(path);
        for (FileStatus file : system.listStatus(path)) {
            if (!written.contains(file.getPath().getName())) {
                system.delete(file.getPath(), false);
            }
        }
        system.create(new Path(path, SUCCESS), true).close();
    }

    /** The name of the file; none where the partition has no rows, but for the first, by which readers know the columns. */
    @Override
    public Iterator<String> call(Integer partition, Iterator<InternalRow> rows) throws IOException {
        if (partition > 0 && !rows.hasNext()) {
            return List.<String>of().iterator();
        }
        String name = String.format(Locale.ROOT, "part-%05d-%s", partition, UUID.randomUUID())
                + ColumnFile.extension(codec) + ".parquet";
        List<ScoredColumn> added = ScoredColumn.of(policy.environment().actionSpace());
        Set<String> measured = added.stream()
                .filter(column -> !column.whole())
                .map(column -> layout.schema()
                        .fields()[layout.kept() + added.indexOf(column)]
                        .name())
                .collect(Collectors.toSet());
        Configuration hadoop = hadoop(SparkEnv.get().conf());
        try (ColumnFile file =
                new ColumnFile(new Path(folder, name), layout.schema(), measured, codec, spark, hadoop)) {
            write(rows, added, file);
            file.finish();
        }
        return List.of(name).iterator();
    }

    /** With row groups of which those of all tasks that run beside each other have room in memory. */
    private static Configuration hadoop(SparkConf settings) {
        Configuration hadoop = Session.hadoop(settings);
        Runtime runtime = Runtime.getRuntime();
        int tasks = settings.getInt("spark.executor.cores", runtime.availableProcessors());
        hadoop.setLong(
                ParquetOutputFormat.BLOCK_SIZE,
                Math.min(ParquetOutputFormat.getLongBlockSize(hadoop), runtime.maxMemory() / 2 / tasks));
        return hadoop;
    }

    private void write(Iterator<InternalRow> rows, List<ScoredColumn> added, ColumnFile file) throws IOException {
        int kept = layout.kept();
        Waiting waiting = new Waiting(policy, layout, badRows);
        while (rows.hasNext()) {
            InternalRow row = rows.next();
            if (waiting.add(Cells.of(row, row.numFields()))) {
                for (int i = 0; i < kept; i++) {
                    file.column(i).copy(row, i);
                }
            }
            if (waiting.isFull() || !rows.hasNext()) {
                int there = waiting.rows();
                Scorer scorer = waiting.score();
                for (int i = 0; i < added.size(); i++) {
                    added.get(i).write(scorer, there, file.column(kept + i));
                }
                file.endRows(there);
            }
        }
    }
}

package io.sparring.spark.score;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.Space;
import io.sparring.spark.session.Console;
import io.sparring.spark.table.BadRows;
import io.sparring.spark.table.ColumnFile;
import io.sparring.spark.table.Columns;
import io.sparring.spark.table.OutputFolder;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;

/**
 * A table that is scored into another one.
 *
 * @param input files, a folder of them, or {@code table:NAME}
 * @param format of the input
 * @param output a folder
 * @param outputFormat of the output
 * @param columns of the input
 * @param keep which of them the output has; null: all that have no new one's name
 * @param prefix of the new columns' names
 * @param maxBadRows so many are left out at most
 * @param overwrite whether an output that is there is replaced
 */
public record ScoringJob(
        String input,
        TableFormat format,
        String output,
        TableFormat outputFormat,
        Columns columns,
        List<String> keep,
        String prefix,
        long maxBadRows,
        boolean overwrite) {

    /**
     * What came of it.
     *
     * @param rows that were scored
     * @param badRows that were left out
     * @param firstBadRow where the first of these stands, and what was wrong; empty where there is none
     */
    public record Result(long rows, long badRows, String firstBadRow) {}

    /**
     * Whether the input is there and the output's place free.
     *
     * @param run the folder of the run that scores, with scheme and host
     * @throws InvalidConfiguration if they are not, or replacing what is there would remove the run, the input or the working directory
     */
    public void requireInputAndRoom(String run, Configuration hadoop) throws IOException {
        TableFormat.requireThere("--input", input, hadoop);
        OutputFolder folder = new OutputFolder("--output", output, overwrite, hadoop);
        folder.requireApartFrom("the run", new Path(run));
        if (!TableFormat.isTable(input)) {
            folder.requireApartFrom("the input " + input, input, hadoop);
        }
        folder.requireApartFromWorkingDirectory();
    }

    /**
     * Scores it. Nothing is left of an output that fails.
     *
     * @throws InvalidConfiguration if input and policy do not go together, by the input's schema
     * @throws BadRow if more rows are bad than may be
     */
    public Result run(SparkSession spark, Policy policy) throws IOException {
        Dataset<Row> table = format.numbers(format.read(spark, input), columns);
        Policy.Selection selection = policy.select(table, columns, keep, prefix);
        BadRows badRows = new BadRows(spark.sparkContext());
        List<String> replaced = policy.replaced(table.schema(), prefix);
        if (keep == null && !replaced.isEmpty()) {
            Console.say("the table's own " + String.join(" and ", replaced) + (replaced.size() == 1 ? " is" : " are")
                    + " left out; --prefix keeps both");
        }
        try (OutputFolder folder = new OutputFolder(
                "--output", output, overwrite, spark.sparkContext().hadoopConfiguration())) {
            write(spark, policy, selection, badRows, folder.temporary());
            if (badRows.rows() == 0) {
                throw new BadRow(input + " has no rows");
            }
            if (badRows.count() > maxBadRows) {
                throw new BadRow(String.format(
                        Locale.ROOT,
                        "%,d of %,d rows are bad, expected at most %,d (--max-bad-rows); the first: %s",
                        badRows.count(),
                        badRows.rows(),
                        maxBadRows,
                        badRows.first()));
            }
            folder.appear();
        }
        return new Result(badRows.rows() - badRows.count(), badRows.count(), badRows.first());
    }

    /** Column by column, without an object for any number, where the output is Parquet of numbers and texts; else Spark writes. */
    private void write(SparkSession spark, Policy policy, Policy.Selection selection, BadRows badRows, String folder) {
        Configuration hadoop = spark.sparkContext().hadoopConfiguration();
        String codec = spark.conf().get("spark.sql.parquet.compression.codec");
        if (outputFormat == TableFormat.PARQUET
                && !Boolean.parseBoolean(spark.conf().get("spark.sql.parquet.writeLegacyFormat"))
                && ColumnFile.canHold(selection.layout().schema(), codec, hadoop)) {
            DirectScoring scoring =
                    new DirectScoring(policy, selection.layout(), badRows, folder, codec, spark.version());
            TableFormat.explained(() -> scoring.run(selection.rows(), hadoop));
            return;
        }
        Space actions = policy.environment().actionSpace();
        List<StructField> added = policy.columns(prefix);
        List<Integer> lengths = added.stream()
                .map(field -> field.name().equals(prefix + "probabilities") ? actions.maskSize() : actions.size())
                .toList();
        Dataset<Row> scored = policy.score(selection, badRows);
        outputFormat.write(outputFormat.writable(scored, added, lengths), folder);
    }
}

package io.sparring.spark.cli;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.run.CheckpointFile;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.folder.SavedRun;
import io.sparring.spark.score.Policy;
import io.sparring.spark.score.ScoringJob;
import io.sparring.spark.score.TableFormat;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import io.sparring.spark.table.Columns;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sparring score}. */
@Command(
        name = "score",
        description = "Says of every row of a table what a checkpoint's policy does there.",
        mixinStandardHelpOptions = true)
final class ScoreCommand implements Callable<Integer>, ClusterCommand {
    @Parameters(paramLabel = "RUN", description = "A run's folder.")
    private String run;

    @Option(
            names = "--input",
            paramLabel = "PATH",
            required = true,
            description = "Files or a folder of them, or table:NAME for one of Spark's catalogue.")
    private String input;

    @Option(
            names = "--output",
            paramLabel = "PATH",
            required = true,
            description = "A folder, which appears whole or not at all.")
    private String output;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            description = "Of the input: parquet, csv, orc or json (default: by the end of its name, else parquet).")
    private String format;

    @Option(
            names = "--output-format",
            paramLabel = "NAME",
            description = "Of the output (default: by the end of its name, else the input's).")
    private String outputFormat;

    @Option(
            names = "--columns",
            paramLabel = "LIST",
            description = "Where observation and mask lie, as in observation=obs or observation=x,x_dot,theta,theta_dot"
                    + " (default: in columns of these names).")
    private String columns;

    @Option(
            names = "--keep",
            paramLabel = "LIST",
            split = ",",
            description = "Which of the input's columns the output has (default: all that have no new one's name).")
    private List<String> keep;

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            defaultValue = "",
            description =
                    "What the names of the new columns begin with, which keeps columns of the same names beside them (default: nothing).")
    private String prefix;

    @Option(
            names = "--max-bad-rows",
            paramLabel = "N",
            defaultValue = "0",
            description = "How many rows that are no observations are left out at most (default: 0).")
    private long maxBadRows;

    @Option(
            names = "--checkpoint",
            paramLabel = "NAME",
            description = "best or last (default: best, or last where no evaluation has been).")
    private String checkpoint;

    @Option(names = "--overwrite", description = "Replaces an output that is there.")
    private boolean overwrite;

    @Option(names = "--json", description = "Makes the last line of stdout one JSON object.")
    private boolean json;

    @Override
    public Travel travel(org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        ScoringJob job = job();
        SavedRun saved = open();
        Policy.of(saved);
        RunFolder folder = saved.folder().shared("RUN");
        List<String> words =
                new ArrayList<>(List.of("score", folder.uri(), "--checkpoint", checkpoint, "--prefix", prefix));
        words.addAll(List.of(
                "--input",
                TableFormat.isTable(input)
                        ? input
                        : RunFolder.at(input, hadoop).shared("--input").uri()));
        words.addAll(List.of(
                "--output", RunFolder.at(output, hadoop).shared("--output").uri()));
        words.addAll(List.of("--format", job.format().toString()));
        words.addAll(List.of("--output-format", job.outputFormat().toString()));
        words.addAll(List.of("--max-bad-rows", Long.toString(maxBadRows)));
        if (columns != null) {
            words.addAll(List.of("--columns", columns));
        }
        if (keep != null) {
            words.addAll(List.of("--keep", String.join(",", keep)));
        }
        if (overwrite) {
            words.add("--overwrite");
        }
        if (json) {
            words.add("--json");
        }
        job.requireInputAndRoom(folder.uri(), hadoop);
        return new Travel(folder.uri() + "/exit-score.json", words);
    }

    private ScoringJob job() {
        if (maxBadRows < 0) {
            throw new InvalidConfiguration("--max-bad-rows: expected a whole number of at least 0, got " + maxBadRows);
        }
        TableFormat from =
                format == null ? TableFormat.byEnd(input, TableFormat.PARQUET) : TableFormat.of("--format", format);
        TableFormat to = outputFormat == null
                ? TableFormat.byEnd(output, from)
                : TableFormat.of("--output-format", outputFormat);
        return new ScoringJob(
                input,
                from,
                output,
                to,
                columns == null ? Columns.OWN_NAMES : Columns.of("--columns", columns),
                keep,
                prefix,
                maxBadRows,
                overwrite);
    }

    private SavedRun open() throws IOException {
        checkpoint = SavedRun.checkpointName(run, checkpoint);
        return SavedRun.open(run, checkpoint, List.of());
    }

    @Override
    public Integer call() throws IOException {
        ScoringJob job = job();
        SavedRun saved = open();
        Policy policy = Policy.of(saved);
        SparkConf settings = Session.settings();
        job.requireInputAndRoom(saved.folder().uri(), Session.hadoop(settings));
        settings.setIfMissing("spark.app.name", "sparring score");
        ScoringJob.Result result;
        double seconds;
        try (JavaSparkContext spark = Session.start(settings)) {
            long start = System.nanoTime();
            result = job.run(Session.tables(spark, TableFormat.isTable(input)), policy);
            seconds = (System.nanoTime() - start) / 1e9;
        }
        if (result.badRows() > 0) {
            Console.say(String.format(
                    Locale.ROOT, "%,d rows are left out; the first: %s", result.badRows(), result.firstBadRow()));
        }
        System.out.printf(
                Locale.ROOT,
                "%,d rows by %s of round %,d, %.1f s, %,.0f rows/s: %s%n",
                result.rows(),
                checkpoint,
                saved.checkpoint().counters().round(),
                seconds,
                result.rows() / seconds,
                output);
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("rows", result.rows());
            object.put("bad_rows", result.badRows());
            if (result.badRows() > 0) {
                object.put("first_bad_row", result.firstBadRow());
            }
            object.put("seconds", seconds);
            object.put("output", output);
            object.put("checkpoint", checkpoint);
            object.put("params_sha256", CheckpointFile.sha256(policy.model().parameters()));
            object.put("run", saved.folder().name());
            System.out.println(RunResult.json(object));
        }
        return 0;
    }
}

package io.sparring.spark.cli;

import io.sparring.algorithm.Counters;
import io.sparring.algorithm.TrainingFailed;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.imitation.LoggedEpisode;
import io.sparring.imitation.Score;
import io.sparring.network.Engine;
import io.sparring.network.Model;
import io.sparring.run.CheckpointFile;
import io.sparring.run.EnvironmentFile;
import io.sparring.spark.folder.Pretrained;
import io.sparring.spark.folder.Recorder;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunReport;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.folder.SavedRun;
import io.sparring.spark.pretraining.GraphFitting;
import io.sparring.spark.pretraining.LogSummary;
import io.sparring.spark.pretraining.Pretraining;
import io.sparring.spark.pretraining.Trajectories;
import io.sparring.spark.score.TableFormat;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import io.sparring.spark.session.StopSignals;
import io.sparring.spark.session.TypedCommand;
import io.sparring.spark.session.Versions;
import io.sparring.spark.table.Columns;
import io.sparring.tracking.TrackedRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import scala.util.Properties;

/** {@code sparring pretrain}. */
@Command(
        name = "pretrain",
        description =
                "Teaches a first model what a table of steps shows, before there is any interaction: train --init goes on from it.",
        mixinStandardHelpOptions = true)
final class PretrainCommand implements Callable<Integer>, ClusterCommand {
    @Mixin
    private ConfigurationOptions options;

    @Option(
            names = "--from",
            paramLabel = "PATH",
            required = true,
            description = "The steps: files or a folder of them, or table:NAME for one of Spark's catalogue.")
    private String from;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            description = "Of the steps: parquet, csv, orc or json (default: by the end of the name, else parquet).")
    private String format;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "The run's folder, on any Hadoop file system (default: a new one in runs/).")
    private String run;

    @Option(
            names = "--columns",
            paramLabel = "NAMES",
            description = "Which columns hold what, where they are called otherwise: observation=obs,action=act")
    private String columns;

    @Option(
            names = "--max-bad-rows",
            paramLabel = "N",
            defaultValue = "0",
            description = "So many rows may be left out because of what stands in them (default: 0).")
    private long maxBadRows;

    @Option(names = "--json", description = "Makes the last line of stdout one JSON object.")
    private boolean json;

    /** What there is to learn from. */
    private record Log(JavaRDD<LoggedEpisode> episodes, LogSummary summary, long bad) {}

    @Override
    public Travel travel(org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        Configuration asked = options.read();
        options.checkElsewhere(asked);
        requireOptions();
        requireFeedForward(asked);
        RunFolder folder = RunFolder.at(folderName(asked), hadoop).shared("--run");
        TrainCommand.refuseRun(folder);
        String table = TableFormat.isTable(from)
                ? from
                : RunFolder.at(from, hadoop).shared("--from").uri();
        TableFormat.requireThere("--from", from, hadoop);
        List<String> words = new ArrayList<>(List.of("pretrain"));
        words.addAll(options.travelling());
        words.addAll(List.of(
                "--from",
                table,
                "--format",
                tableFormat().toString(),
                "--run",
                folder.uri(),
                "--max-bad-rows",
                Long.toString(maxBadRows)));
        if (columns != null) {
            words.addAll(List.of("--columns", columns));
        }
        if (json) {
            words.add("--json");
        }
        return new Travel(folder.uri() + "/" + RunFolder.EXIT, words);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        // Whatever can be wrong with the input is said before Spark starts.
        Configuration asked = options.read();
        requireOptions();
        requireFeedForward(asked);
        EnvironmentSource source = options.resolve(asked);
        SparkConf settings = Session.settings();
        TableFormat.requireThere("--from", from, Session.hadoop(settings));
        GraphFitting.Factory fitting = fitting();
        try (RunFolder folder = RunFolder.at(folderName(asked), Session.hadoop(settings))) {
            Attempt.at(folder, settings, TrainCommand::refuseRun).lock();
            return Main.leavingExit(folder, () -> pretrain(folder, asked, source, fitting, settings));
        }
    }

    private void requireOptions() {
        if (maxBadRows < 0) {
            throw new InvalidConfiguration("--max-bad-rows: expected a whole number of at least 0, got " + maxBadRows);
        }
        names();
        tableFormat();
    }

    private Columns names() {
        return columns == null ? Columns.OWN_NAMES : Columns.of("--columns", columns);
    }

    private static GraphFitting.Factory fitting() {
        String scala = Properties.versionNumberString();
        if (!scala.startsWith("2.12.")) {
            throw new InvalidConfiguration(
                    "pretrain: this Spark's Scala is " + scala
                            + ", and dl4j-spark is for 2.12 alone; expected a Spark 3.5 with Scala 2.12, or none (SPARK_HOME= …)");
        }
        return GraphFitting.factory()
                .orElseThrow(
                        () -> new InvalidConfiguration(
                                "pretrain: DL4J's jar is not on the class path (sparring-dl4j.jar, which submit/sparring builds and adds; a bare spark-submit takes it by --jars)"));
    }

    /** What a graph of DL4J's layers has. */
    private static void requireFeedForward(Configuration configuration) {
        if (configuration.network().memory().layer().isThere()) {
            throw new InvalidConfiguration("network.memory: expected none for pretrain, got "
                    + RunResult.lower(configuration.network().memory().kind())
                    + ": rows are learned from one by one");
        }
        if (configuration.network().layerNorm()) {
            throw new InvalidConfiguration(
                    "network.layer-norm: expected false for pretrain, since DL4J's own divides by the deviation alone");
        }
    }

    private String folderName(Configuration asked) {
        if (run != null) {
            return run;
        }
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
        return "runs/" + options.name() + "-pretrained-seed" + asked.seed() + "-" + time;
    }

    private int pretrain(
            RunFolder folder,
            Configuration configuration,
            EnvironmentSource source,
            GraphFitting.Factory fitting,
            SparkConf settings)
            throws IOException {
        StopSignals signals = new StopSignals();
        Console.line("sparring " + Versions.sparring() + ": pretraining for "
                + RunResult.lower(configuration.algorithm()) + " on "
                + configuration.environment().id() + ", seed " + configuration.seed() + ", "
                + RunResult.lower(configuration.pretrain().method()) + ", "
                + configuration.pretrain().workers() + " workers, " + settings.get("spark.master") + ", from " + from);
        try (JavaSparkContext spark = Session.start(settings, configuration, Engine.DL4J)) {
            long start = System.nanoTime();
            Log log = read(spark, configuration, source.spec());
            Console.line("  " + log.summary().sentence());
            log.summary().warnings().forEach(Console::say);
            folder.write(
                    RunFolder.CONFIGURATION,
                    ConfigurationFile.write(configuration).getBytes(StandardCharsets.UTF_8));
            folder.write(EnvironmentFile.NAME, EnvironmentFile.write(source.spec()));
            folder.write("versions.json", RunResult.json(Versions.all()).getBytes(StandardCharsets.UTF_8));
            Model first = TrainingState.first(configuration, source).model();
            AtomicReference<Pretraining.Epoch> last = new AtomicReference<>();
            Pretrained summary;
            try (Recorder recorder =
                    new Recorder(folder, configuration, state(first, 0, 0), () -> 0, TrackedRun.NONE)) {
                Pretraining.Epoch best = new Pretraining(spark, configuration, source.spec(), log.episodes())
                        .run(
                                first,
                                fitting,
                                epoch -> {
                                    last.set(epoch);
                                    say(epoch);
                                    recorder.pretrained(epoch.number(), seconds(start), numbers(epoch));
                                },
                                signals::received);
                summary = summary(folder, configuration, log, best, last.get(), seconds(start));
                folder.write(Pretrained.FILE, (summary.json() + "\n").getBytes(StandardCharsets.UTF_8));
                // Together at the end: a pretraining that was killed begins anew, in the same folder.
                recorder.best(state(best.model(), best.number(), seconds(start)));
                recorder.checkpoint(state(last.get().model(), last.get().number(), seconds(start)));
            }
            SavedRun saved = SavedRun.open(folder.uri());
            folder.write("result.json", saved.result().json().getBytes(StandardCharsets.UTF_8));
            RunReport.write(folder, configuration, source.spec(), saved.result());
            System.out.println(summary.sentence());
            System.out.println("  run      " + folder.name() + "  (report.html, metrics.jsonl, TensorBoard events)");
            System.out.println("  next     " + TypedCommand.of("evaluate", folder.name(), "--episodes", "100"));
            System.out.println("           "
                    + TypedCommand.of("train", folder.name() + "/" + RunFolder.CONFIGURATION, "--init", folder.name()));
            if (json) {
                System.out.println(summary.json());
            }
            return signals.received() ? signals.exitCode() : 0;
        }
    }

    /** The episodes, read once; whoever asks for them again gets them from Spark's memory or disks. */
    private Log read(JavaSparkContext spark, Configuration configuration, EnvironmentSpec environment) {
        spark.setJobDescription("reading " + from);
        Columns names = names();
        Dataset<Row> table = tableFormat()
                .numbers(tableFormat().read(Session.tables(spark, TableFormat.isTable(from)), from), names);
        Trajectories trajectories = new Trajectories(
                spark,
                table,
                environment,
                configuration.network().distribution(environment).actionSize(),
                names);
        int partitions =
                Math.max(configuration.pretrain().workers(), table.javaRDD().getNumPartitions());
        JavaRDD<LoggedEpisode> episodes =
                trajectories.episodes(table, names, partitions).persist(StorageLevel.MEMORY_AND_DISK_SER());
        LogSummary summary = LogSummary.of(episodes, environment.actionSpace());
        long bad = trajectories.bad().count() + trajectories.doubles();
        if (bad > maxBadRows) {
            String first = trajectories.bad().count() > 0
                    ? ", the first: " + trajectories.bad().first()
                    : ": steps that are there twice, with the same episode and t";
            throw new TrainingFailed(String.format(
                    Locale.ROOT,
                    "--from %s: %,d rows cannot be learned from, and --max-bad-rows is %,d%s",
                    from,
                    bad,
                    maxBadRows,
                    first));
        }
        if (summary.rows() == 0) {
            throw new InvalidConfiguration(
                    "--from " + from + ": the table has no rows" + (bad > 0 ? " that can be learned from" : ""));
        }
        if (bad > 0) {
            Console.say(String.format(
                    Locale.ROOT,
                    "%,d rows are left out%s",
                    bad,
                    trajectories.bad().count() > 0
                            ? ", the first: " + trajectories.bad().first()
                            : ": steps that are there twice"));
        }
        if (trajectories.cuts() > 0) {
            Console.say(String.format(
                    Locale.ROOT,
                    "steps are missing within episodes, at %,d places: an episode is cut there in two",
                    trajectories.cuts()));
        }
        return new Log(episodes, summary, bad);
    }

    private TableFormat tableFormat() {
        return format == null ? TableFormat.byEnd(from, TableFormat.PARQUET) : TableFormat.of("--format", format);
    }

    private static TrainingState state(Model model, int epoch, double seconds) {
        return new TrainingState(
                new Counters(epoch, 0, 0, List.of(), Double.NEGATIVE_INFINITY, 0, seconds, -1, -1),
                model,
                new float[0],
                List.of(),
                List.of());
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static void say(Pretraining.Epoch epoch) {
        Console.line(String.format(
                Locale.ROOT,
                "  epoch %d: %s%s%s",
                epoch.number(),
                text(epoch.taught()),
                epoch.heldOut().rows() > 0 ? "; held out: " + text(epoch.heldOut()) : "",
                epoch.best() ? "" : " (no better)"));
    }

    private static String text(Score score) {
        return String.format(Locale.ROOT, "loss %.3f", score.meanPolicyLoss())
                + (Double.isNaN(score.accuracy())
                        ? ""
                        : String.format(Locale.ROOT, ", %.1f %% of the actions", 100 * score.accuracy()))
                + (Double.isNaN(score.explainedVariance())
                        ? ""
                        : String.format(Locale.ROOT, ", returns explained by %.2f", score.explainedVariance()));
    }

    private static Map<String, Double> numbers(Pretraining.Epoch epoch) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        put(numbers, "taught_", epoch.taught());
        if (epoch.heldOut().rows() > 0) {
            put(numbers, "held_out_", epoch.heldOut());
        }
        return numbers;
    }

    private static void put(Map<String, Double> numbers, String prefix, Score score) {
        numbers.put(prefix + "policy_loss", score.meanPolicyLoss());
        numbers.put(prefix + "accuracy", score.accuracy());
        numbers.put(prefix + "value_loss", score.meanValueLoss());
        numbers.put(prefix + "explained_variance", score.explainedVariance());
    }

    private Pretrained summary(
            RunFolder folder,
            Configuration configuration,
            Log log,
            Pretraining.Epoch best,
            Pretraining.Epoch last,
            double seconds) {
        boolean judged = best.heldOut().rows() > 0;
        return new Pretrained(
                from,
                RunResult.lower(configuration.pretrain().method()),
                log.summary().rows(),
                log.summary().parts(),
                log.bad(),
                last.number(),
                best.number(),
                best.taught().meanPolicyLoss(),
                known(best.taught().accuracy()),
                known(best.taught().explainedVariance()),
                judged ? known(best.heldOut().meanPolicyLoss()) : null,
                judged ? known(best.heldOut().accuracy()) : null,
                judged ? known(best.heldOut().explainedVariance()) : null,
                seconds,
                CheckpointFile.sha256(best.model().parameters()),
                folder.name());
    }

    private static Double known(double number) {
        return Double.isNaN(number) ? null : number;
    }
}

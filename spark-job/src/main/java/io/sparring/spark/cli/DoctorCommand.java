package io.sparring.spark.cli;

import io.sparring.algorithm.Strategy;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.spark.doctor.Doctor;
import io.sparring.spark.doctor.Finding;
import io.sparring.spark.doctor.Finding.Verdict;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sparring doctor}. */
@Command(
        name = "doctor",
        description = "Looks at every executor, and says what to change before a run.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer>, ClusterCommand {
    @Mixin
    private ConfigurationOptions options;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "A folder that runs are to be written to; it is tried from everywhere.")
    private String run;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait for the first executor (default: 60).")
    private int wait;

    @Option(
            names = "--python",
            arity = "0..1",
            fallbackValue = "python3",
            paramLabel = "COMMAND",
            description = "Looks for a Python on the executors, too (default: python3).")
    private String python;

    @Option(names = "--json", description = "Makes the last line of stdout one JSON object.")
    private boolean json;

    @Override
    public Travel travel(org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        if (run == null) {
            throw new InvalidConfiguration(
                    "--run: expected a folder, as in doctor --run hdfs:///runs: in cluster mode the result comes back through it");
        }
        RunFolder folder = RunFolder.at(run, hadoop).shared("--run");
        List<String> words =
                new ArrayList<>(List.of("doctor", "--run", folder.uri(), "--wait", Integer.toString(wait)));
        if (python != null) {
            words.add("--python=" + python);
        }
        if (options.hasFile()) {
            options.checkElsewhere(options.read());
        }
        words.addAll(options.travelling());
        if (json) {
            words.add("--json");
        }
        return new Travel(folder.uri() + "/exit-doctor.json", words);
    }

    @Override
    public Integer call() throws IOException {
        Configuration configuration =
                options.hasFile() ? options.read() : options.parse("doctor", "environment: {id: CartPole-v1}");
        SparkConf settings = Session.settings();
        if (!configuration.environment().isPythons()) {
            options.resolve(configuration);
        }
        Session.makeRoomForPython(settings, configuration);
        settings.setIfMissing("spark.app.name", "sparring doctor");
        org.apache.hadoop.conf.Configuration hadoop = Session.hadoop(settings);
        String folder = run == null ? null : RunFolder.at(run, hadoop).uri();
        Console.line("sparring doctor: " + settings.get("spark.master"));
        JavaSparkContext started;
        try {
            started = Session.start(settings);
        } catch (Exception | LinkageError e) {
            // Scala throws checked exceptions that it does not declare.
            Finding finding = new Finding(
                    Verdict.FIX,
                    "Spark",
                    "it does not start here: " + Main.explain(e),
                    "the setting that this names, or spark.driver.host, spark.driver.bindAddress and the master's address (SPARRING_LOG=info shows Spark's log)");
            return print(new Doctor.Report(List.of(finding), 0), settings.get("spark.master"));
        }
        Doctor.Report report;
        try (JavaSparkContext spark = started) {
            Doctor doctor = new Doctor(spark, settings, configuration, Duration.ofSeconds(wait));
            // Without a configuration nobody has said that it is not to be A3C.
            boolean asynchronous =
                    !options.hasFile() || !Strategy.of(configuration).inRounds();
            report = doctor.examine(folder, hadoop, python, asynchronous);
        }
        // Below all that executors have said up to their end.
        return print(report, settings.get("spark.master"));
    }

    private int print(Doctor.Report report, String master) {
        List<Finding> findings = report.findings();
        for (Finding finding : findings) {
            System.out.printf(
                    Locale.ROOT,
                    "%-4s  %-16s  %s%n",
                    finding.verdict().name().toLowerCase(Locale.ROOT),
                    finding.check(),
                    finding.found());
            if (!finding.fix().isEmpty()) {
                System.out.printf(Locale.ROOT, "%-4s  %-16s  → %s%n", "", "", finding.fix());
            }
        }
        long faults = findings.stream().filter(f -> f.verdict() == Verdict.FIX).count();
        System.out.println(
                faults == 0 ? "All is well." : faults == 1 ? "One thing to fix." : faults + " things to fix.");
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("master", master);
            result.put("executors", report.executors());
            result.put("faults", faults);
            result.put(
                    "findings",
                    findings.stream()
                            .map(f -> Map.of(
                                    "verdict",
                                    f.verdict().name().toLowerCase(Locale.ROOT),
                                    "check",
                                    f.check(),
                                    "found",
                                    f.found(),
                                    "fix",
                                    f.fix()))
                            .toList());
            System.out.println(RunResult.json(result));
        }
        return faults == 0 ? 0 : 1;
    }
}

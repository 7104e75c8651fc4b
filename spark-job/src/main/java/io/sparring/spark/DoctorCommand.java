package io.sparring.spark;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.spark.Diagnosis.Finding;
import io.sparring.spark.Diagnosis.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sparring doctor}. */
@Command(
        name = "doctor",
        description = "Looks at every executor, and says what to change before a run.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer>, ClusterCommand {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Long enough for the next task to go to another core. */
    private static final long TASK_MILLIS = 100;

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

    @Option(names = "--json", description = "Makes the last line of stdout one JSON object.")
    private boolean json;

    /** An executor's state and its clock against the driver's. */
    private record Patient(Examination examination, long skewMillis) {}

    @Override
    public Travel travel(org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        if (run == null) {
            throw new InvalidConfiguration(
                    "--run: expected a folder, as in doctor --run hdfs:///runs: in cluster mode the result comes back through it");
        }
        RunFolder folder = RunFolder.at(run, hadoop).shared("--run");
        List<String> words =
                new ArrayList<>(List.of("doctor", "--run", folder.uri(), "--wait", Integer.toString(wait)));
        if (json) {
            words.add("--json");
        }
        return new Travel(folder.uri() + "/exit-doctor.json", words);
    }

    @Override
    public Integer call() throws IOException {
        SparkConf settings = Session.settings();
        settings.setIfMissing("spark.app.name", "sparring doctor");
        org.apache.hadoop.conf.Configuration hadoop = Session.hadoop(settings);
        String folder = run == null ? null : RunFolder.at(run, hadoop).uri();
        try (JavaSparkContext spark = Session.start(settings, "is missing below")) {
            System.err.println("sparring doctor: " + spark.master());
            SerializableConfiguration shipped = new SerializableConfiguration(hadoop);
            Examination driver = Examination.here(folder, shipped);
            List<Finding> findings = new ArrayList<>();
            Map<String, Patient> patients = new TreeMap<>();
            if (!spark.isLocal()) {
                if (await(spark)) {
                    examine(spark, folder, shipped, patients, findings);
                } else {
                    findings.add(new Finding(
                            Verdict.FIX,
                            "executors",
                            "none within " + wait + " s",
                            "the cluster has no room for one of " + settings.get("spark.executor.memory", "1g") + " + "
                                    + ExecutorSettings.overheadMebibytes(settings) + " MiB overhead and "
                                    + settings.get("spark.executor.cores", "1")
                                    + " cores (see its queue), or they cannot reach the driver at "
                                    + settings.get("spark.driver.host", "its host")
                                    + " (spark.driver.host, firewall)"));
                }
            }
            List<Patient> inOrder = List.copyOf(patients.values());
            findings.addAll(Diagnosis.of(
                    driver,
                    inOrder.stream().map(Patient::examination).toList(),
                    inOrder.stream().map(Patient::skewMillis).toList(),
                    folder));
            return print(findings, inOrder.size(), spark.master());
        }
    }

    private boolean await(JavaSparkContext spark) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(wait);
        while (executors(spark) == 0) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            pause();
        }
        return true;
    }

    private static int executors(JavaSparkContext spark) {
        // The driver is one of them.
        return spark.sc().statusTracker().getExecutorInfos().length - 1;
    }

    /** Small tasks on all cores until every executor has had one. */
    private static void examine(
            JavaSparkContext spark,
            String folder,
            SerializableConfiguration hadoop,
            Map<String, Patient> patients,
            List<Finding> findings) {
        long deadline = System.nanoTime() + LOOK_NANOS;
        try {
            do {
                int tasks = Math.max(2, 2 * spark.defaultParallelism());
                spark.setJobDescription("doctor");
                long before = System.currentTimeMillis();
                List<Examination> found = spark.parallelize(Collections.nCopies(tasks, 0), tasks)
                        .map(task -> {
                            Examination examination = Examination.here(folder, hadoop);
                            TimeUnit.MILLISECONDS.sleep(TASK_MILLIS);
                            return examination;
                        })
                        .collect();
                long after = System.currentTimeMillis();
                for (Examination examination : found) {
                    // Somewhere between the two the executor looked at its clock.
                    long early = examination.clock() - after;
                    long late = examination.clock() - before;
                    long skew = early > 0 ? early : Math.min(late, 0);
                    patients.merge(
                            examination.executor(),
                            new Patient(examination, skew),
                            (a, b) -> Math.abs(a.skewMillis()) <= Math.abs(b.skewMillis()) ? a : b);
                }
            } while (patients.size() < executors(spark) && System.nanoTime() < deadline);
        } catch (Exception e) {
            if (!((Object) e instanceof SparkException)) {
                throw e;
            }
            findings.add(failed(String.valueOf(e.getMessage())));
        }
        if (findings.isEmpty()) {
            int silent = executors(spark) - patients.size();
            findings.add(new Finding(
                    silent > 0 ? Verdict.NOTE : Verdict.OK,
                    "executors",
                    patients.size() + " of " + (patients.size() + Math.max(0, silent)) + " looked at",
                    silent > 0 ? "the others were busy, or came too late: try again" : ""));
        }
    }

    /** A job that cannot even begin. */
    static Finding failed(String message) {
        if (message.contains("UnsupportedClassVersionError")) {
            return new Finding(
                    Verdict.FIX,
                    "Java",
                    "executors run a Java older than 17",
                    "install a JDK 17 there; where there are several, name it by --conf spark.executorEnv.JAVA_HOME=…");
        }
        return new Finding(
                Verdict.FIX,
                "executors",
                message.lines().findFirst().orElse(""),
                "see the executors' logs (SPARRING_LOG=info shows the driver's)");
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(TASK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private int print(List<Finding> findings, int executors, String master) {
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
            result.put("executors", executors);
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

package io.sparring.spark;

import io.sparring.Explanation;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.spark.Diagnosis.Finding;
import io.sparring.spark.Diagnosis.Verdict;
import io.sparring.spark.Examination.Order;
import io.sparring.spark.ParameterTransport.ServerEnd;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
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
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.util.SerializableConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sparring doctor}. */
@Command(
        name = "doctor",
        description = "Looks at every executor, and says what to change before a run.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer>, ClusterCommand {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** So many executors that have ended before one could be looked at will be followed by more. */
    private static final int ENOUGH_ENDS = 4;
    /** Long enough for the next task to go to another core. */
    private static final long TASK_MILLIS = 100;

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
        if (python != null) {
            words.add("--python=" + python);
        }
        if (options.hasFile()) {
            options.read();
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
        settings.setIfMissing("spark.app.name", "sparring doctor");
        org.apache.hadoop.conf.Configuration hadoop = Session.hadoop(settings);
        String folder = run == null ? null : RunFolder.at(run, hadoop).uri();
        try (JavaSparkContext spark = Session.start(settings, "is missing below")) {
            System.err.println("sparring doctor: " + spark.master());
            Ends ends = new Ends();
            spark.sc().addSparkListener(ends);
            Order order = new Order(folder, new SerializableConfiguration(hadoop), python);
            List<Finding> findings = new ArrayList<>();
            boolean looking = spark.isLocal() || await(spark, ends);
            if (!looking) {
                findings.add(noExecutor(settings, spark, ends));
            }
            // Without a configuration nobody has said that it is not to be A3C.
            boolean asynchronous = !options.hasFile() || configuration.algorithm() == Configuration.Algorithm.A3C;
            try (ServerEnd server = looking && asynchronous ? open(spark, configuration, findings) : null) {
                ParameterServerTrial trial = server == null ? null : new ParameterServerTrial(server.workerEnd());
                Examination driver = spark.isLocal()
                        ? Examination.here(order, trial)
                        : Examination.here(order.withoutPython(), null);
                Map<String, Patient> patients = new TreeMap<>();
                if (looking && !spark.isLocal()) {
                    examine(spark, order, trial, patients, findings);
                }
                List<Patient> inOrder = List.copyOf(patients.values());
                findings.addAll(Diagnosis.of(
                        driver,
                        inOrder.stream().map(Patient::examination).toList(),
                        inOrder.stream().map(Patient::skewMillis).toList(),
                        folder,
                        spark.isLocal() || !patients.isEmpty() ? python : null,
                        trial == null || !spark.isLocal() && patients.isEmpty()
                                ? null
                                : server.description().replaceFirst(".* ", "")));
                return print(findings, inOrder.size(), spark.master());
            }
        }
    }

    /** A parameter server that sends back what it gets; null where it does not start. */
    private static ServerEnd open(JavaSparkContext spark, Configuration configuration, List<Finding> findings) {
        try {
            return new AeronTransport(
                            spark,
                            configuration.cluster(),
                            Duration.ofSeconds(ParameterServerTrial.PATIENCE_SECONDS),
                            ParameterServerTrial.MESSAGE_BYTES)
                    .open(request -> request, Math.max(1, executors(spark)));
        } catch (IOException e) {
            findings.add(
                    new Finding(
                            Verdict.FIX,
                            "parameter server",
                            "the driver: " + Explanation.of(e),
                            "for A3C only: "
                                    + (Explanation.of(e).contains("--add-opens")
                                            ? "start the driver by submit/sparring, or with --driver-java-options=--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
                                            : "another cluster.parameter-server-port, or 0 for any free one; spark.driver.bindAddress is to be an address of the driver's host")));
            return null;
        }
    }

    private boolean await(JavaSparkContext spark, Ends ends) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(wait);
        while (!spark.sc().isStopped()) {
            if (executors(spark) > 0) {
                return true;
            }
            if (System.nanoTime() > deadline || ends.count() >= ENOUGH_ENDS) {
                return false;
            }
            pause();
        }
        return false;
    }

    private Finding noExecutor(SparkConf settings, JavaSparkContext spark, Ends ends) {
        String last = ends.last();
        if (last != null || spark.sc().isStopped()) {
            return new Finding(
                    Verdict.FIX,
                    "executors",
                    last != null
                            ? "they end as soon as they have started: " + last
                            : "the cluster has given the application up: its executors end before they reach the driver",
                    "their own logs say why (standalone: work/" + spark.sc().applicationId()
                            + "/*/stderr of the workers; YARN: yarn logs -applicationId "
                            + spark.sc().applicationId()
                            + "): a Java that Spark 3.5 does not run on (--conf spark.executorEnv.JAVA_HOME=… names a JDK 17) or that is started without the --add-opens that Spark gives, an option that it does not know (spark.executor.extraJavaOptions), or no way to the driver (spark.driver.host)");
        }
        return new Finding(
                Verdict.FIX,
                "executors",
                "none within " + wait + " s",
                "the cluster has no room for one of " + settings.get("spark.executor.memory", "1g") + " + "
                        + ExecutorSettings.overheadMebibytes(settings) + " MiB overhead and "
                        + settings.get("spark.executor.cores", "1")
                        + " cores (see its queue), or they cannot reach the driver at "
                        + settings.get("spark.driver.host", "its host") + " (spark.driver.host, firewall)");
    }

    /** How executors ended. */
    private static final class Ends extends SparkListener {
        private volatile String last;
        private volatile int count;

        @Override
        public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
            count++;
            last = event.reason() == null
                    ? "no reason given"
                    : event.reason().lines().findFirst().orElse("").strip();
        }

        String last() {
            return last;
        }

        int count() {
            return count;
        }
    }

    private static int executors(JavaSparkContext spark) {
        // The driver is one of them.
        return spark.sc().statusTracker().getExecutorInfos().length - 1;
    }

    /** Small tasks on all cores until every executor has had one. */
    private static void examine(
            JavaSparkContext spark,
            Order order,
            ParameterServerTrial trial,
            Map<String, Patient> patients,
            List<Finding> findings) {
        try {
            Map<String, Examination> examinations = new TreeMap<>();
            Broadcast<ParameterServerTrial> shared = trial == null ? null : spark.broadcast(trial);
            everywhere(spark, () -> Examination.here(order, shared == null ? null : shared.value()), (found, job) -> {
                found.forEach(examination -> examinations.put(examination.executor(), examination));
                return examinations.size();
            });
            // By now nothing is to be loaded, and a job is over in an instant: the clocks' bounds are narrow.
            Map<String, Long> skews = new TreeMap<>();
            everywhere(
                    spark, () -> new Clock(SparkEnv.get().executorId(), System.currentTimeMillis()), (found, job) -> {
                        // Each is what a clock is off by at least.
                        found.forEach(clock -> skews.merge(
                                clock.executor(),
                                job.skew(clock.millis()),
                                (a, b) -> Math.abs(a) >= Math.abs(b) ? a : b));
                        return skews.size();
                    });
            examinations.forEach((executor, examination) ->
                    patients.put(executor, new Patient(examination, skews.getOrDefault(executor, 0L))));
            int silent = executors(spark) - patients.size();
            findings.add(new Finding(
                    silent > 0 ? Verdict.NOTE : Verdict.OK,
                    "executors",
                    patients.size() + " of " + (patients.size() + Math.max(0, silent)) + " looked at",
                    silent > 0 ? "the others were busy, or came too late: try again" : ""));
        } catch (Exception e) {
            if (!((Object) e instanceof SparkException)) {
                throw e;
            }
            findings.add(failed(Explanation.of(e)));
        }
    }

    /** What an executor's clock says. */
    private record Clock(String executor, long millis) implements Serializable {}

    /** When a job ran, by the driver's clock, in milliseconds since 1970. */
    record Span(long before, long after) {
        /** By how much a clock that was looked at meanwhile is off at least. */
        long skew(long clock) {
            return clock > after ? clock - after : Math.min(clock - before, 0);
        }
    }

    /** A question to an executor. */
    private interface Question<T> extends Serializable {
        T answer();
    }

    /** What becomes of a job's answers. */
    private interface Answers<T> {
        /** @return how many executors have answered so far */
        int take(List<T> found, Span job);
    }

    private static <T> void everywhere(JavaSparkContext spark, Question<T> question, Answers<T> answers) {
        long deadline = System.nanoTime() + LOOK_NANOS;
        int answered;
        do {
            int tasks = Math.max(2, 2 * spark.defaultParallelism());
            spark.setJobDescription("doctor");
            long before = System.currentTimeMillis();
            List<T> found = spark.parallelize(Collections.nCopies(tasks, 0), tasks)
                    .map(task -> {
                        T answer = question.answer();
                        TimeUnit.MILLISECONDS.sleep(TASK_MILLIS);
                        return answer;
                    })
                    .collect();
            answered = answers.take(found, new Span(before, System.currentTimeMillis()));
        } while (answered < executors(spark) && System.nanoTime() < deadline);
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

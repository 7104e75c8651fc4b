package io.sparring.spark.doctor;

import io.sparring.Explanation;
import io.sparring.algorithm.Footprint;
import io.sparring.configuration.Configuration;
import io.sparring.spark.doctor.Examination.Order;
import io.sparring.spark.doctor.Finding.Verdict;
import io.sparring.spark.session.ExecutorSettings;
import io.sparring.spark.session.JobFailures;
import io.sparring.spark.training.AeronTransport;
import io.sparring.spark.training.ParameterTransport.ServerEnd;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.util.SerializableConfiguration;

/** Looks at the driver and at every executor of a Spark application. */
public final class Doctor {
    private static final Duration LOOK = Duration.ofSeconds(10);
    /** So many executors that have ended before one could be looked at will be followed by more. */
    private static final int ENOUGH_ENDS = 4;
    /** Long enough for the next task to go to another core. */
    private static final Duration TASK = Duration.ofMillis(100);

    private final JavaSparkContext spark;
    private final SparkConf settings;
    private final Configuration configuration;
    private final Duration patience;

    /**
     * @param settings what the user has set
     * @param patience how long to wait for the first executor
     */
    public Doctor(JavaSparkContext spark, SparkConf settings, Configuration configuration, Duration patience) {
        this.spark = spark;
        this.settings = settings;
        this.configuration = configuration;
        this.patience = patience;
    }

    /**
     * What was found.
     *
     * @param executors how many were looked at
     */
    public record Report(List<Finding> findings, int executors) {}

    /** An executor's state and its clock against the driver's. */
    private record Patient(Examination examination, long skewMillis) {}

    /**
     * Looks.
     *
     * @param folder where to try to write; null: nowhere
     * @param python the command of a Python; null: none
     * @param asynchronous whether the way to a parameter server is tried too
     */
    public Report examine(
            String folder, org.apache.hadoop.conf.Configuration hadoop, String python, boolean asynchronous)
            throws IOException {
        Order order = new Order(folder, new SerializableConfiguration(hadoop), python);
        Ends ends = new Ends();
        spark.sc().addSparkListener(ends);
        List<Finding> findings = new ArrayList<>();
        boolean looking = spark.isLocal() || await(ends);
        if (!looking) {
            findings.add(noExecutor(ends));
        }
        try (ServerEnd server = looking && asynchronous ? open(findings) : null) {
            ParameterServerTrial trial = server == null ? null : new ParameterServerTrial(server.workerEnd());
            EngineTrial engine = new EngineTrial(configuration.network().engine());
            PythonTrial environment =
                    configuration.environment().isPythons() ? new PythonTrial(configuration.environment()) : null;
            Examination driver = spark.isLocal()
                    ? Examination.here(order, engine, environment, trial)
                    : Examination.here(order.withoutPython(), null, null, null);
            Map<String, Patient> patients = new TreeMap<>();
            if (looking && !spark.isLocal()) {
                look(order, engine, environment, trial, patients, findings);
            }
            List<Patient> inOrder = List.copyOf(patients.values());
            findings.addAll(Diagnosis.of(
                    driver,
                    inOrder.stream().map(Patient::examination).toList(),
                    inOrder.stream().map(Patient::skewMillis).toList(),
                    folder,
                    spark.isLocal() || !patients.isEmpty() ? python : null,
                    blocks(Math.max(1, inOrder.size())),
                    trial == null || !spark.isLocal() && patients.isEmpty()
                            ? null
                            : server.description().replaceFirst(".* ", "")));
            return new Report(findings, inOrder.size());
        }
    }

    /** The environment in Python, as an executor has it; null where it is no such one. */
    private Diagnosis.Blocks blocks(int executors) {
        return configuration.environment().isPythons()
                ? new Diagnosis.Blocks(
                        configuration.environment().id(),
                        configuration.environment().copiesPerShard(),
                        Footprint.processes(configuration, executors, ExecutorSettings.slots(settings)),
                        ExecutorSettings.overheadCounts(settings))
                : null;
    }

    /** A parameter server that sends back what it gets; null where it does not start. */
    private ServerEnd open(List<Finding> findings) {
        try {
            return new AeronTransport(
                            spark,
                            configuration.cluster(),
                            ParameterServerTrial.PATIENCE,
                            ParameterServerTrial.MESSAGE_BYTES)
                    .open(request -> request, Math.max(1, executors()));
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

    private boolean await(Ends ends) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!spark.sc().isStopped()) {
            if (executors() > 0) {
                return true;
            }
            if (System.nanoTime() > deadline || ends.count() >= ENOUGH_ENDS) {
                return false;
            }
            pause();
        }
        return false;
    }

    private Finding noExecutor(Ends ends) {
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
                            + "): a Java that this Spark does not run on (--conf spark.executorEnv.JAVA_HOME=… names a JDK 17) or that is started without the --add-opens that Spark gives, an option that it does not know (spark.executor.extraJavaOptions), a library of the system that Java itself asks for and their image lacks (libstdc++), or no way to the driver (spark.driver.host)");
        }
        return new Finding(
                Verdict.FIX,
                "executors",
                "none within " + patience.toSeconds() + " s",
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

    private int executors() {
        // The driver is one of them.
        return spark.sc().statusTracker().getExecutorInfos().length - 1;
    }

    /** Small tasks on all cores until every executor has had one. */
    private void look(
            Order order,
            EngineTrial engine,
            PythonTrial environment,
            ParameterServerTrial trial,
            Map<String, Patient> patients,
            List<Finding> findings) {
        JobFailures failures = JobFailures.of(spark);
        try {
            Map<String, Examination> examinations = new TreeMap<>();
            Broadcast<Trial> sharedEngine = spark.broadcast(engine);
            Broadcast<PythonTrial> sharedEnvironment = environment == null ? null : spark.broadcast(environment);
            Broadcast<Trial> shared = trial == null ? null : spark.broadcast(trial);
            everywhere(
                    () -> Examination.here(
                            order,
                            sharedEngine.value(),
                            sharedEnvironment == null ? null : sharedEnvironment.value(),
                            shared == null ? null : shared.value()),
                    (found, job) -> {
                        found.forEach(examination -> examinations.putIfAbsent(examination.executor(), examination));
                        return examinations.size();
                    });
            // By now nothing is to be loaded, and a job is over in an instant: the clocks' bounds are narrow.
            Map<String, Long> skews = new TreeMap<>();
            everywhere(() -> new Clock(SparkEnv.get().executorId(), System.currentTimeMillis()), (found, job) -> {
                // Each is what a clock is off by at least.
                found.forEach(clock -> skews.merge(
                        clock.executor(), job.skew(clock.millis()), (a, b) -> Math.abs(a) >= Math.abs(b) ? a : b));
                return skews.size();
            });
            examinations.forEach((executor, examination) ->
                    patients.put(executor, new Patient(examination, skews.getOrDefault(executor, 0L))));
            int silent = executors() - patients.size();
            findings.add(new Finding(
                    silent > 0 ? Verdict.NOTE : Verdict.OK,
                    "executors",
                    patients.size() + " of " + (patients.size() + Math.max(0, silent)) + " looked at",
                    silent > 0 ? "the others were busy, or came too late: try again" : ""));
        } catch (Exception e) {
            if (!((Object) e instanceof SparkException)) {
                throw e;
            }
            findings.add(failed(failures.reason(e)));
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

    private <T> void everywhere(Question<T> question, Answers<T> answers) {
        long deadline = System.nanoTime() + LOOK.toNanos();
        int answered;
        do {
            int tasks = Math.max(2, 2 * spark.defaultParallelism());
            spark.setJobDescription("doctor");
            long before = System.currentTimeMillis();
            List<T> found = spark.parallelize(Collections.nCopies(tasks, 0), tasks)
                    .map(task -> {
                        T answer = question.answer();
                        TimeUnit.NANOSECONDS.sleep(TASK.toNanos());
                        return answer;
                    })
                    .collect();
            answered = answers.take(found, new Span(before, System.currentTimeMillis()));
        } while (answered < executors() && System.nanoTime() < deadline);
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
        return new Finding(Verdict.FIX, "executors", message.lines().findFirst().orElse(""), Diagnosis.fixOf(message));
    }

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(TASK.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}

package io.sparring.spark.doctor;

import io.sparring.aeron.AeronServer;
import io.sparring.spark.doctor.Finding.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What {@code sparring doctor} says to what it has found. */
final class Diagnosis {
    private static final int JAVA = 17;
    private static final long MEBIBYTE = 1 << 20;
    /** Metaspace, compiled code, threads and network buffers: measured, and what Spark gives at least. */
    private static final long LEAST_OVERHEAD = 384 * MEBIBYTE;

    /** Of executors that share a fault: a large cluster's would fill the screen. */
    private static final int MOST_NAMED = 8;

    private static final Duration CLOCK_SKEW = Duration.ofSeconds(5);

    private static final String TEMPORARY_FILES =
            "in containers an emptyDir at /tmp, or another folder: --conf spark.executor.extraJavaOptions=-Djava.io.tmpdir=…; Spark unpacks its compression's native code there";

    private final List<Examination> all;
    private final List<Finding> findings = new ArrayList<>();

    private Diagnosis(List<Examination> all) {
        this.all = all;
    }

    /**
     * Blocks of copies of an environment in Python, each in a process of its own.
     *
     * @param copies in each of them
     * @param processes how many an executor has at most at once
     * @param counted whether executors that take more than their overhead are ended
     */
    record Blocks(String environment, int copies, int processes, boolean counted) {}

    /**
     * @param driver what was found in the driver
     * @param executors and in the executors; empty in local mode, where the driver is the executor
     * @param skews each executor's clock against the driver's, in milliseconds, in the executors' order
     * @param folder the run folder asked for, or null
     * @param python the Python asked for, or null
     * @param blocks the environment in Python, or null
     * @param parameterServer where the parameter server was tried, as host:port; null where it was not
     */
    static List<Finding> of(
            Examination driver,
            List<Examination> executors,
            List<Long> skews,
            String folder,
            String python,
            Blocks blocks,
            String parameterServer) {
        List<Examination> all = new ArrayList<>(List.of(driver));
        all.addAll(executors);
        Diagnosis diagnosis = new Diagnosis(all);
        diagnosis.java();
        diagnosis.spark(driver);
        diagnosis.kernels();
        diagnosis.engine();
        diagnosis.memory();
        diagnosis.temporaryFiles();
        diagnosis.folder(folder);
        diagnosis.clocks(executors, skews);
        diagnosis.sharedMemory();
        if (python != null) {
            diagnosis.python(python);
        }
        if (blocks != null) {
            diagnosis.environment(blocks);
        }
        if (parameterServer != null) {
            diagnosis.parameterServer(parameterServer);
        }
        return diagnosis.findings;
    }

    private void java() {
        judge(
                Verdict.FIX,
                "Java",
                all.get(0).javaVersion(),
                e -> e.java() < JAVA,
                e -> "Java " + e.javaVersion(),
                "install a JDK 17 there; where there are several, name it by --conf spark.executorEnv.JAVA_HOME=… (YARN: spark.yarn.appMasterEnv.JAVA_HOME too)");
    }

    private void spark(Examination driver) {
        judge(
                Verdict.FIX,
                "Spark",
                driver.spark(),
                e -> !e.spark().equals(driver.spark()) || !e.spark().matches("3\\.5\\..*|4\\..*"),
                e -> "Spark " + e.spark(),
                "use one Spark, 3.5 or 4, everywhere: SPARK_HOME here, and on YARN spark.yarn.archive or spark.yarn.jars of the same");
    }

    private void kernels() {
        judge(
                Verdict.NOTE,
                "networks",
                all.get(all.size() - 1).kernels(),
                e -> !e.vectorized(),
                Examination::kernels,
                "the same bits, but slower: on a Java that has the module submit/sparring sets the option, or --conf spark.executor.extraJavaOptions=--add-modules=jdk.incubator.vector (the driver: --driver-java-options)");
    }

    private void engine() {
        judge(
                Verdict.FIX,
                "engine",
                "makes networks",
                e -> e.engineFailure() != null,
                Examination::engineFailure,
                e -> fixOf(e.engineFailure()));
    }

    private void temporaryFiles() {
        judge(
                Verdict.FIX,
                "temporary files",
                "can be written",
                e -> e.temporaryFailure() != null,
                Examination::temporaryFailure,
                e -> e.executor().equals("driver")
                        ? "name another folder by TMPDIR, which submit/sparring hands on"
                        : TEMPORARY_FILES);
    }

    /** What to do about classes that cannot be loaded, or a job that cannot begin. */
    static String fixOf(String failure) {
        if (failure.contains("cannot open shared object file")) {
            return "install the library that is missing on these hosts, or in the image (libstdc++.so.6 is libstdc++6 of Debian, libstdc++ of Alpine and Red Hat)";
        }
        return failure.matches(".*(Read-only file system|Permission denied|Cannot unpack|java\\.library\\.path).*")
                ? TEMPORARY_FILES
                : "see the executors' logs (SPARRING_LOG=info shows the driver's)";
    }

    private void memory() {
        judge(
                Verdict.FIX,
                "memory overhead",
                all.size() == 1
                        ? "the driver's JVM is its own"
                        : mebibytes(all.get(1).overhead()) + " beside a heap of "
                                + mebibytes(all.get(1).container() - all.get(1).overhead()),
                e -> e.container() > 0 && e.overhead() < LEAST_OVERHEAD,
                e -> mebibytes(e.overhead()) + " beside the heap, and the JVM alone needs some 300 MiB",
                "--conf spark.executor.memoryOverhead=384m");
    }

    private void folder(String folder) {
        if (folder == null) {
            findings.add(new Finding(Verdict.NOTE, "run folder", "not tried", "name one by --run DIR"));
            return;
        }
        boolean local = folder.startsWith("file:");
        judge(
                Verdict.FIX,
                "run folder",
                folder + " can be written",
                e -> e.folderFailure() != null && e.executor().equals("driver"),
                Examination::folderFailure,
                "give this user the right to write " + folder + ", or name another one by --run");
        // Executors have no business in a folder of the driver's own disk.
        if (!local && all.size() > 1) {
            judge(
                    Verdict.NOTE,
                    "run folder",
                    "executors can write it too",
                    e -> e.folderFailure() != null && !e.executor().equals("driver"),
                    Examination::folderFailure,
                    "training does without: only the driver writes there");
        }
    }

    private void clocks(List<Examination> executors, List<Long> skews) {
        long most = skews.stream().mapToLong(Math::abs).max().orElse(0);
        judge(
                Verdict.FIX,
                "clocks",
                String.format(Locale.ROOT, "within %.1f s", most / 1000.0),
                e -> executors.contains(e) && Math.abs(skews.get(executors.indexOf(e))) > CLOCK_SKEW.toMillis(),
                e -> String.format(
                        Locale.ROOT, "%+.1f s against the driver's", skews.get(executors.indexOf(e)) / 1000.0),
                "let chrony or ntpd set the clocks of these hosts: leases and tickets depend on it");
    }

    private void sharedMemory() {
        judge(
                Verdict.NOTE,
                "/dev/shm",
                mebibytes(all.stream()
                                .mapToLong(Examination::sharedMemory)
                                .min()
                                .orElse(0))
                        + " free",
                e -> e.sharedMemory() < AeronServer.SHARED_MEMORY_BYTES,
                e -> e.sharedMemory() < 0 ? "there is none" : mebibytes(e.sharedMemory()) + " free",
                "for A3C only, which takes temporary files instead: in containers an emptyDir with medium: Memory at /dev/shm (Docker: --shm-size)");
    }

    private void python(String python) {
        judge(
                Verdict.FIX,
                "Python",
                python + " starts",
                e -> e.pythonFailure() != null,
                Examination::pythonFailure,
                "install a Python 3 on every host, or name the one that is there: --python /usr/bin/python3");
    }

    private void environment(Blocks blocks) {
        long most = all.stream().mapToLong(Examination::environmentBytes).max().orElse(0);
        long need = LEAST_OVERHEAD + blocks.processes() * most;
        judge(
                Verdict.FIX,
                "environment",
                blocks.environment() + ": " + blocks.copies() + " copies are a process of " + mebibytes(most)
                        + ", and an executor has up to " + blocks.processes() + " of them",
                e -> e.environmentFailure() != null,
                Examination::environmentFailure,
                "what it names; another interpreter by --set environment.python=PATH, or by --conf spark.executorEnv.PYSPARK_PYTHON=PATH");
        if (most == 0) {
            return;
        }
        judge(
                Verdict.FIX,
                "its memory",
                mebibytes(need) + " beside the heap of an executor"
                        + (blocks.counted() ? "" : ", which nobody counts here: a machine has to have it"),
                e -> blocks.counted() && e.container() > 0 && e.overhead() < need,
                e -> mebibytes(e.overhead()) + " beside the heap, and the JVM and " + blocks.processes()
                        + " processes of " + mebibytes(most) + " need " + mebibytes(need),
                "--conf spark.executor.memoryOverhead=" + (need / MEBIBYTE + 1) + "m");
    }

    private void parameterServer(String address) {
        judge(
                Verdict.FIX,
                "parameter server",
                "UDP " + address + " answers",
                e -> e.parameterServerFailure() != null,
                Examination::parameterServerFailure,
                e -> parameterServerFix(e, address));
    }

    private static String parameterServerFix(Examination e, String address) {
        String failure = e.parameterServerFailure();
        if (failure.contains("--add-opens")) {
            return "for A3C only: --conf spark.executor.extraJavaOptions=--add-opens=java.base/sun.nio.ch=ALL-UNNAMED (the driver: --driver-java-options); a java that is a wrapper may have dropped it";
        }
        if (failure.contains("not so much room")) {
            return "for A3C only: in containers an emptyDir with medium: Memory at /dev/shm (Docker: --shm-size), or another folder: --conf spark.executor.extraJavaOptions=-Dsparring.aeron.directory=…";
        }
        if (failure.contains("can be reached")) {
            return "for A3C only: let UDP through from the driver to the executors; cluster.worker-port fixes their ports, one an executor";
        }
        if (failure.contains("MTU")) {
            return "for A3C only: let fragmented UDP datagrams and ICMP through, or make the MTU the same on all the way";
        }
        return "for A3C only: let UDP through from the executors to " + address
                + " (cluster.parameter-server-port fixes the port), and see that they reach the driver under that name (spark.driver.host)";
    }

    private void judge(
            Verdict severity,
            String check,
            String well,
            Predicate<Examination> ill,
            Function<Examination, String> symptom,
            String fix) {
        judge(severity, check, well, ill, symptom, e -> fix);
    }

    /** One line for all where it is well with everybody, else one for each thing to do, with those that suffer from the lack of it. */
    private void judge(
            Verdict severity,
            String check,
            String well,
            Predicate<Examination> ill,
            Function<Examination, String> symptom,
            Function<Examination, String> fix) {
        Map<String, Map<String, List<Examination>>> sufferers = all.stream()
                .filter(ill)
                .collect(Collectors.groupingBy(
                        fix,
                        LinkedHashMap::new,
                        Collectors.groupingBy(symptom, LinkedHashMap::new, Collectors.toList())));
        if (sufferers.isEmpty()) {
            findings.add(new Finding(Verdict.OK, check, well, ""));
        }
        sufferers.forEach((todo, symptoms) -> findings.add(new Finding(
                severity,
                check,
                symptoms.entrySet().stream()
                        .map(alike -> where(alike.getValue()) + ": " + alike.getKey())
                        .collect(Collectors.joining("; ")),
                todo)));
    }

    private static String where(List<Examination> together) {
        String named =
                together.stream().limit(MOST_NAMED).map(Examination::where).collect(Collectors.joining(", "));
        return together.size() > MOST_NAMED ? named + " and " + (together.size() - MOST_NAMED) + " more" : named;
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", bytes / MEBIBYTE);
    }
}

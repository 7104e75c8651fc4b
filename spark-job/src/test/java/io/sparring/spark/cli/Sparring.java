package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.spark.SharedTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** {@code submit/sparring} as a process, which ends before its deadline or is ended. */
public final class Sparring implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(120);
    private static final Path SCRIPT =
            Path.of("..", "submit", "sparring").toAbsolutePath().normalize();

    /** Says that what lives for seconds is not optimised, which would be half of its work. An installation of Spark may have a folder of its own. */
    private static final Path SETTINGS =
            Path.of("src", "test", "spark").toAbsolutePath().normalize();

    /** A folder's name of what shells, URIs, lists, patterns and quoted words mean something by. */
    public static final String ODD_NAME = "a b,c%20d#e?f[g]*'h\"i\\j$(k)&ü";

    private static final Path TARGET = SCRIPT.resolve("../../spark-job/target").normalize();

    /** On a cluster containers are started, one after the other. */
    private static final Duration CLUSTER_DEADLINE = Duration.ofMinutes(6);

    private final Duration deadline;
    private final String command;
    private final Process process;
    private final Path stdout;
    private final Path stderr;

    /** How a process ended, and what it said. */
    public record Outcome(int exit, String stdout, String stderr) {
        /** The last line of stdout. */
        public JsonNode json() throws IOException {
            List<String> lines = stdout.lines().toList();
            assertThat(lines).as(toString()).isNotEmpty();
            return new ObjectMapper().readTree(lines.get(lines.size() - 1));
        }

        public List<String> complaints() {
            return stderr.lines().toList();
        }
    }

    private static boolean prepared;

    private Sparring(Path directory, Map<String, String> environment, List<String> words) throws IOException {
        deadline = environment.isEmpty() ? DEADLINE : CLUSTER_DEADLINE;
        command = String.join(" ", words);
        stdout = Files.createTempFile("sparring", ".out");
        stderr = Files.createTempFile("sparring", ".err");
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectOutput(stdout.toFile())
                .redirectError(stderr.toFile());
        builder.environment()
                .keySet()
                .removeAll(List.of(
                        "SPARK_HOME",
                        "SPARK_CONF_DIR",
                        "SPARK_LOCAL_IP",
                        "SPARK_LOCAL_HOSTNAME",
                        "SPARK_SCALA_VERSION",
                        "SPARK_DIST_CLASSPATH",
                        "SPARRING_LOG",
                        "SPARRING_DEBUG",
                        "HADOOP_CONF_DIR"));
        String spark = environment.get("SPARK_HOME");
        if (spark == null || !Files.exists(Path.of(spark, "conf"))) {
            builder.environment().put("SPARK_CONF_DIR", SETTINGS.toString());
        }
        // The client of a driver that is started elsewhere reads no settings for itself.
        builder.environment().put("SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1");
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /** @param directory where it is called */
    public static Sparring start(Path directory, String... arguments) throws IOException {
        return start(directory, Map.of(), arguments);
    }

    /** @param environment variables of a Spark installation and a cluster */
    public static Sparring start(Path directory, Map<String, String> environment, String... arguments)
            throws IOException {
        prepare(environment);
        return start(SCRIPT, directory, environment, arguments);
    }

    /** @param script of this tree or of one like it */
    public static Sparring start(Path script, Path directory, Map<String, String> environment, String... arguments)
            throws IOException {
        // A build in a shell's background has SIGINT ignored, one under nohup SIGHUP, and hands that down.
        List<String> words = new ArrayList<>(List.of("env", "--default-signal=INT,HUP", script.toString()));
        words.addAll(List.of(arguments));
        return new Sparring(directory, environment, words);
    }

    /** Has the script prepare its archives, which each of a build's JVMs would have it do that finds none yet. */
    private static synchronized void prepare(Map<String, String> environment) throws IOException {
        if (prepared || environment.containsKey("SPARK_HOME")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(
                TARGET.resolve("archives.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock();
            if (outdated(archive("sparring")) || outdated(archive("executors"))) {
                String[] version = {"--master", "local-cluster[1,1,1024]", "--version"};
                try (Sparring sparring = start(SCRIPT, TARGET, Map.of(), version)) {
                    Outcome outcome = sparring.outcome();
                    assertThat(outcome.exit()).as(outcome.toString()).isZero();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
        }
        prepared = true;
    }

    private static Path archive(String of) {
        return TARGET.resolve(of + "-" + System.getProperty("java.version") + ".jsa");
    }

    /** As the script decides it. */
    private static boolean outdated(Path archive) throws IOException {
        return !Files.exists(archive)
                || Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar())) < 0;
    }

    /** What executors have of ours. Where a test's own JVM starts them, its classes follow, by SPARK_DIST_CLASSPATH. */
    public static Path jar() {
        return TARGET.resolve("sparring-app.jar");
    }

    /**
     * What this JVM starts executors from. It has the jars of every other's, and a folder of its own for executors to work in: applications that two JVMs
     * begin in one second have one name, and in one folder the second's first executor fails.
     */
    public static Path ownSparkHome() {
        Path home = Path.of(System.getenv("SPARK_HOME"));
        Path jars = home.resolve("jars");
        if (!Files.exists(jars)) {
            try {
                Files.createSymbolicLink(
                        Files.createDirectories(home).resolve("jars"), TARGET.resolve("spark-home/jars"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return home;
    }

    /** For executors that a test's own JVM starts: they live for seconds, and start from the archive that the script's start from. */
    public static String executorOptions() {
        String options = "-XX:TieredStopAtLevel=1";
        try {
            prepare(Map.of());
            Path archive = archive("executors");
            // It is empty where this Java cannot write one.
            return !Files.exists(archive) || Files.size(archive) == 0
                    ? options
                    : options + " \"-XX:SharedArchiveFile=" + archive + "\" -Xlog:cds=off -Xlog:cds+dynamic=off";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The script of a tree like this one, elsewhere: what is built is shared, what the script prepares is not. */
    public static Path elsewhere(Path tree) throws IOException {
        Path home = SCRIPT.getParent().getParent();
        Path script = tree.resolve("submit/sparring");
        Files.createDirectories(script.getParent());
        Files.copy(SCRIPT, script, StandardCopyOption.COPY_ATTRIBUTES);
        Path target = Files.createDirectories(tree.resolve("spark-job/target"));
        for (String built : List.of("sparring-app.jar", "spark-home")) {
            Files.createSymbolicLink(
                    target.resolve(built), home.resolve("spark-job/target").resolve(built));
        }
        Files.createSymbolicLink(tree.resolve("conf"), home.resolve("conf"));
        Files.createSymbolicLink(tree.resolve("submit/kubernetes"), home.resolve("submit/kubernetes"));
        return script;
    }

    /** Waits for its end. */
    public static Outcome run(Path directory, String... arguments) throws IOException, InterruptedException {
        try (Sparring sparring = start(directory, arguments)) {
            return sparring.outcome();
        }
    }

    /** A shell script, which finds {@code submit/sparring} in {@code $sparring}. */
    static Outcome shell(Path directory, String script) throws IOException, InterruptedException {
        return shell(directory, Map.of(), script);
    }

    /** The same with these variables. */
    public static Outcome shell(Path directory, Map<String, String> environment, String script)
            throws IOException, InterruptedException {
        prepare(environment);
        try (Sparring sparring =
                new Sparring(directory, environment, List.of("sh", "-c", "sparring='" + SCRIPT + "'\n" + script))) {
            return sparring.outcome();
        }
    }

    /** The same command line without script and process: for what is decided before Spark starts. */
    public static Outcome here(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(stdout, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(stderr, true, StandardCharsets.UTF_8));
            int exit = Main.run(arguments);
            return new Outcome(exit, stdout.toString(StandardCharsets.UTF_8), stderr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** The same with Spark in this JVM, two threads of it: for what is no matter of the script, of signals or of how a process ends. */
    public static Outcome onTwoThreads(String... arguments) {
        return onThreads(2, arguments);
    }

    /** The same with so many threads of Spark. */
    public static Outcome onThreads(int threads, String... arguments) {
        String master = System.setProperty("spark.master", "local[" + threads + "]");
        try {
            return here(arguments);
        } finally {
            if (master == null) {
                System.clearProperty("spark.master");
            } else {
                System.setProperty("spark.master", master);
            }
        }
    }

    public Outcome outcome() throws IOException, InterruptedException {
        if (!SharedTime.waitFor(process, deadline)) {
            throw new AssertionError("no end within " + deadline + ": " + said());
        }
        return new Outcome(process.exitValue(), Files.readString(stdout), Files.readString(stderr));
    }

    /** Waits until something holds that no process of ours tells. */
    public static void eventually(String what, Duration limit, BooleanSupplier condition) throws InterruptedException {
        long end = SharedTime.nanos() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(SharedTime.nanos()).as("%s after %s", what, limit).isLessThan(end);
            Thread.sleep(20);
        }
    }

    /** Waits until something holds, as long as the process is alive and the deadline has not come. */
    public void await(String what, BooleanSupplier condition) throws InterruptedException {
        long start = SharedTime.nanos();
        while (!condition.getAsBoolean()) {
            if (!process.isAlive() || SharedTime.nanos() - start > deadline.toNanos()) {
                throw new AssertionError("waited in vain for " + what + ": " + said());
            }
            Thread.sleep(20);
        }
    }

    public void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    /** What it has said so far of progress and problems. */
    public String complaints() {
        try {
            return Files.readString(stderr);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    private String said() {
        try {
            return command + "\n" + Files.readString(stdout) + "\n" + Files.readString(stderr);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it by SIGKILL where it has not ended. */
    @Override
    public void close() throws IOException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        Files.deleteIfExists(stdout);
        Files.deleteIfExists(stderr);
    }
}

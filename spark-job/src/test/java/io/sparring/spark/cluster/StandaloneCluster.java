package io.sparring.spark.cluster;

import io.sparring.spark.SharedTime;
import io.sparring.spark.cli.Sparring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A standalone master and workers as processes, each worker a host of its own by its loopback address. */
public final class StandaloneCluster implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)\\s");
    private static final Pattern REGISTERED = Pattern.compile("Registering worker [^ ]+");

    private final List<Process> processes = new ArrayList<>();
    private final Path folder;

    /** Spark settings of master and workers. */
    private final List<String> settings;

    private String master;

    private StandaloneCluster(Path folder, List<String> settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /** One core and 2 GiB a worker. */
    public static StandaloneCluster start(String... workerAddresses) throws IOException, InterruptedException {
        return start(List.of(), 1, workerAddresses);
    }

    /** @param properties a file of Spark settings for master and workers */
    public static StandaloneCluster start(Path properties, int cores, String... workerAddresses)
            throws IOException, InterruptedException {
        return start(List.of("--properties-file", properties.toString()), cores, workerAddresses);
    }

    private static StandaloneCluster start(List<String> settings, int cores, String... workerAddresses)
            throws IOException, InterruptedException {
        StandaloneCluster cluster = master("127.0.0.1", settings);
        for (String address : workerAddresses) {
            cluster.worker(List.of(), address, cores);
        }
        cluster.awaitRegistered(workerAddresses.length);
        return cluster;
    }

    /** A worker with 2 GiB on each host, and the master here. */
    public static StandaloneCluster start(Hosts hosts, int count, int cores) throws IOException, InterruptedException {
        StandaloneCluster cluster = master(hosts.address(0), List.of());
        for (int host = 1; host <= count; host++) {
            cluster.worker(hosts.on(host), hosts.address(host), cores);
        }
        cluster.awaitRegistered(count);
        return cluster;
    }

    private static StandaloneCluster master(String address, List<String> settings)
            throws IOException, InterruptedException {
        StandaloneCluster cluster = new StandaloneCluster(Files.createTempDirectory("sparring-standalone"), settings);
        cluster.launch(
                List.of(),
                "master",
                "org.apache.spark.deploy.master.Master",
                "--host",
                address,
                // Any that is free, then: one found free before may be somebody else's by now.
                "--port",
                "0",
                "--webui-port",
                "0");
        cluster.master = cluster.awaitLogged("the master did not start", MASTER, 1)
                .get(0)
                .group(1);
        return cluster;
    }

    private void worker(List<String> before, String address, int cores) throws IOException {
        launch(
                before,
                "worker-" + address,
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                address,
                "--cores",
                Integer.toString(cores),
                "--memory",
                "2g",
                "--webui-port",
                "0",
                "--work-dir",
                folder.resolve(address).toString(),
                master);
    }

    public String master() {
        return master;
    }

    private void launch(List<String> before, String name, String mainClass, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Sparring.ownSparkHome() + "/jars/*",
                "-Dlog4j2.level=INFO",
                mainClass));
        command.addAll(settings);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        if (!settings.isEmpty()) {
            // What is submitted to it has no classes but those of its jar.
            builder.environment().remove("SPARK_DIST_CLASSPATH");
        }
        processes.add(builder.start());
    }

    private void awaitRegistered(int workers) throws IOException, InterruptedException {
        awaitLogged("the workers did not register", REGISTERED, workers);
    }

    /** So many different lines of the master: a worker that waits for long registers again. */
    private List<MatchResult> awaitLogged(String otherwise, Pattern line, int count)
            throws IOException, InterruptedException {
        long deadline = SharedTime.nanos() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            String log = Files.readString(folder.resolve("master.log"));
            List<MatchResult> found = line.matcher(log).results().toList();
            if (found.stream().map(MatchResult::group).distinct().count() == count) {
                return found;
            }
            if (SharedTime.nanos() > deadline) {
                close();
                throw new IOException(otherwise + " within " + START_SECONDS + " s:\n" + log);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    @Override
    public void close() {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}

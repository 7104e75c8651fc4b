package io.sparring.spark.cluster;

import io.sparring.spark.SharedTime;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A standalone master and workers as processes, each worker a host of its own by its loopback address. */
public final class StandaloneCluster implements AutoCloseable {
    private static final Pattern REGISTERED = Pattern.compile("Registering worker [^ ]+");

    private final List<Process> processes = new ArrayList<>();
    private final Path folder;
    private final String address;
    private final int port;

    /** Spark settings of master and workers. */
    private final List<String> settings;

    private StandaloneCluster(Path folder, String address, int port, List<String> settings) {
        this.folder = folder;
        this.address = address;
        this.port = port;
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

    private static StandaloneCluster master(String address, List<String> settings) throws IOException {
        StandaloneCluster cluster =
                new StandaloneCluster(Files.createTempDirectory("sparring-standalone"), address, freePort(), settings);
        cluster.launch(
                List.of(),
                "master",
                "org.apache.spark.deploy.master.Master",
                "--host",
                address,
                "--port",
                Integer.toString(cluster.port),
                "--webui-port",
                "0");
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
                master());
    }

    public String master() {
        return "spark://" + address + ":" + port;
    }

    private void launch(List<String> before, String name, String mainClass, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getenv("SPARK_HOME") + "/jars/*",
                "-Dlog4j2.level=INFO",
                mainClass));
        command.addAll(settings);
        command.addAll(List.of(arguments));
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start());
    }

    private void awaitRegistered(int workers) throws IOException, InterruptedException {
        long deadline = SharedTime.nanos() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            String log = Files.readString(folder.resolve("master.log"));
            // One that waits for long registers again.
            Stream<String> registered = REGISTERED.matcher(log).results().map(MatchResult::group);
            if (registered.distinct().count() == workers) {
                return;
            }
            if (SharedTime.nanos() > deadline) {
                close();
                throw new IOException("the workers did not register within 60 s:\n" + log);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
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

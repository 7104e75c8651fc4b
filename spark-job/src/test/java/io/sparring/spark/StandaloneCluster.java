package io.sparring.spark;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A standalone master and workers as processes, each worker a host of its own by its loopback address. */
final class StandaloneCluster implements AutoCloseable {
    private final List<Process> processes = new ArrayList<>();
    private final Path folder;
    private final int port;

    private StandaloneCluster(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** One core and 1 GiB a worker. */
    static StandaloneCluster start(String... workerAddresses) throws IOException, InterruptedException {
        StandaloneCluster cluster = new StandaloneCluster(Files.createTempDirectory("sparring-standalone"), freePort());
        cluster.launch(
                "master",
                "org.apache.spark.deploy.master.Master",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(cluster.port),
                "--webui-port",
                "0");
        for (String address : workerAddresses) {
            cluster.launch(
                    "worker-" + address,
                    "org.apache.spark.deploy.worker.Worker",
                    "--host",
                    address,
                    "--cores",
                    "1",
                    "--memory",
                    "1g",
                    "--webui-port",
                    "0",
                    "--work-dir",
                    cluster.folder.resolve(address).toString(),
                    cluster.master());
        }
        cluster.awaitRegistered(workerAddresses.length);
        return cluster;
    }

    String master() {
        return "spark://127.0.0.1:" + port;
    }

    private void launch(String name, String mainClass, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getenv("SPARK_HOME") + "/jars/*",
                "-Dlog4j2.level=INFO",
                mainClass));
        command.addAll(List.of(arguments));
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start());
    }

    private void awaitRegistered(int workers) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            String log = Files.readString(folder.resolve("master.log"));
            if (log.lines().filter(line -> line.contains("Registering worker")).count() == workers) {
                return;
            }
            if (System.nanoTime() > deadline) {
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

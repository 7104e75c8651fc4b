package io.sparring.spark.cluster;

import io.sparring.spark.SharedTime;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/** HDFS and YARN in a JVM of their own, with a folder of settings for {@code spark-submit}. */
final class MiniCluster implements AutoCloseable {
    private static final long START_SECONDS = 120;

    private final Path folder;
    private final Process process;

    private MiniCluster(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
    }

    static MiniCluster start() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("sparring-yarn");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-Dlog4j2.level=WARN",
                "-Dtest.build.data=" + folder.resolve("test"),
                "-cp",
                System.getProperty("java.class.path"),
                MiniCluster.class.getName(),
                folder.toString()));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("cluster.log").toFile())
                .start();
        MiniCluster cluster = new MiniCluster(folder, process);
        long deadline = SharedTime.nanos() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!Files.exists(folder.resolve("ready"))) {
            if (!process.isAlive() || SharedTime.nanos() > deadline) {
                String log = Files.readString(folder.resolve("cluster.log"));
                cluster.close();
                throw new IOException("the cluster did not start within " + START_SECONDS + " s:\n" + log);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return cluster;
    }

    /** What HADOOP_CONF_DIR is to name. */
    Path settings() {
        return folder.resolve("conf");
    }

    /** Those of its containers among them. */
    Stream<ProcessHandle> processes() {
        return process.descendants();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** @param arguments a folder for everything */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Configuration settings = new YarnConfiguration();
        settings.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
        MiniDFSCluster hdfs =
                new MiniDFSCluster.Builder(settings).numDataNodes(1).build();
        settings = hdfs.getConfiguration(0);
        settings.set("fs.defaultFS", hdfs.getURI().toString());
        settings.set("yarn.resourcemanager.scheduler.class", FIFO);
        settings.setInt("yarn.resourcemanager.am.max-attempts", 2);
        // Containers are given out when a node reports, by default once a second.
        settings.setInt("yarn.resourcemanager.nodemanagers.heartbeat-interval-ms", 100);
        settings.setInt("yarn.scheduler.minimum-allocation-mb", 128);
        settings.setInt("yarn.nodemanager.resource.memory-mb", 8192);
        settings.setInt("yarn.minicluster.yarn.nodemanager.resource.memory-mb", 8192);
        // By a look at the processes every other second; else only cgroups would do it, which are not everywhere.
        settings.setBoolean("yarn.nodemanager.pmem-check-enabled", true);
        settings.setBoolean("yarn.nodemanager.resource.memory.enforced", false);
        settings.setBoolean("yarn.minicluster.control-resource-monitoring", true);
        settings.setInt("yarn.nodemanager.container-monitor.interval-ms", 500);
        settings.setBoolean("yarn.nodemanager.vmem-check-enabled", false);
        settings.set("yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "99.9");
        MiniYARNCluster yarn = new MiniYARNCluster("sparring", 1, 1, 1);
        yarn.init(settings);
        yarn.start();
        if (!yarn.waitForNodeManagersToConnect(TimeUnit.SECONDS.toMillis(START_SECONDS))) {
            throw new IOException("no node manager");
        }
        // A class of Hadoop's tests, which the cluster's users do not have.
        yarn.getConfig().unset("net.topology.node.switch.mapping.impl");
        Files.createDirectories(folder.resolve("conf"));
        for (String file : List.of("core-site.xml", "hdfs-site.xml", "yarn-site.xml")) {
            try (OutputStream out = Files.newOutputStream(folder.resolve("conf").resolve(file))) {
                yarn.getConfig().writeXml(out);
            }
        }
        Files.createFile(folder.resolve("ready"));
        // Until it is killed.
        Thread.currentThread().join();
    }

    private static final String FIFO = "org.apache.hadoop.yarn.server.resourcemanager.scheduler.fifo.FifoScheduler";
}

package io.sparring.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.spark.cli.Sparring;
import io.sparring.spark.training.A3cIT;
import io.sparring.spark.training.SameBitsIT;
import java.net.DatagramSocket;
import java.net.SocketException;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A cluster of three hosts, 20 ms from each other and from the driver, with 1 % of all packets lost. The driver listens on every address of its host and
 * is known by one, as behind the service of a pod.
 */
class HostsIT {
    private static final int HOSTS = 3;

    private static Hosts hosts;
    private static StandaloneCluster cluster;

    @BeforeAll
    static void threeHosts() throws Exception {
        hosts = Hosts.orSkip(HOSTS, 20, 1);
        cluster = StandaloneCluster.start(hosts, HOSTS, 2);
    }

    @AfterAll
    static void noHosts() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
        if (hosts != null) {
            hosts.close();
        }
    }

    private static Map<String, String> driver() {
        return Map.of(
                "spark.master",
                cluster.master(),
                "spark.driver.host",
                hosts.address(0),
                "spark.driver.bindAddress",
                "0.0.0.0",
                "spark.ui.enabled",
                "false",
                "spark.executor.memory",
                "512m",
                "spark.executor.defaultJavaOptions",
                Sparring.executorOptions(),
                "spark.executor.extraClassPath",
                Sparring.jar().toString(),
                "spark.cores.max",
                Integer.toString(2 * HOSTS),
                "spark.scheduler.minRegisteredResourcesRatio",
                "1");
    }

    private static SparkConf settings() {
        SparkConf settings = new SparkConf();
        driver().forEach(settings::set);
        return settings;
    }

    @Test
    void a2cGivesTheBitsOfPlainJava() {
        SameBitsIT.Run run = SameBitsIT.onSpark(settings(), null, SameBitsIT.nothing(), "a2c.shards=6");

        assertThat(run.sha256()).isEqualTo(SameBitsIT.plainJava("a2c.shards=6"));
        assertThat(run.observed().executors()).isEqualTo(HOSTS);
    }

    @Test
    void everyUpdateOfA3cCountsOnceThoughDatagramsAreLost() throws Exception {
        long before = hosts.lostDatagrams();
        A3cIT.Run run = A3cIT.train(settings(), pushes -> false, "a3c.workers=6");

        A3cIT.assertEachUpdateOnce(run);
        assertThat(run.workers()).isEqualTo(6);
        assertThat(run.result().state().envSteps()).isGreaterThanOrEqualTo(25_600);
        assertThat(hosts.lostDatagrams()).isGreaterThan(before);
    }

    @Test
    void doctorNamesTheHostWhosePortIsClosed() throws Exception {
        int port = portOfNobody();
        hosts.block(port, 2);
        Sparring.Outcome outcome = doctor(port);

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
        String server = hosts.address(0) + ":" + port;
        assertThat(outcome.stdout().lines().filter(line -> line.startsWith("fix ")))
                .singleElement()
                .asString()
                .matches("fix +parameter server +executor \\d \\(" + hosts.address(2) + "\\): .* UDP " + server
                        + " does not answer.*");
        assertThat(outcome.stdout())
                .contains(HOSTS + " of " + HOSTS + " looked at", "let UDP through from the executors to " + server);
    }

    /** Below those that the system gives to who asks for any, as the other tests of this build do; another build begins elsewhere. */
    private static int portOfNobody() {
        int first = 20_000 + (int) (ProcessHandle.current().pid() % 10_000);
        for (int port = first; port < first + 1_000; port++) {
            try (DatagramSocket free = new DatagramSocket(port)) {
                return free.getLocalPort();
            } catch (SocketException taken) {
                // The next one.
            }
        }
        throw new AssertionError("no UDP port is free");
    }

    private static Sparring.Outcome doctor(int port) {
        Map<String, String> settings = driver();
        settings.forEach(System::setProperty);
        try {
            return Sparring.here("doctor", "--set", "cluster.parameter-server-port=" + port);
        } finally {
            settings.keySet().forEach(System::clearProperty);
        }
    }
}

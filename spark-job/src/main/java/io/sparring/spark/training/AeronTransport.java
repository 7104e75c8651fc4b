package io.sparring.spark.training;

import io.sparring.aeron.AeronChannel;
import io.sparring.aeron.AeronServer;
import io.sparring.aeron.ServerAddress;
import io.sparring.algorithm.ShardWorker;
import io.sparring.configuration.Configuration;
import io.sparring.parameterserver.Channel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * DL4J's parameter server over Aeron, found by what Spark already knows: it listens where the driver does, workers go to the
 * driver's host, and where Spark authenticates, both ends seal their messages with Spark's own secret.
 */
public final class AeronTransport implements ParameterTransport {
    private final SparkConf settings;
    private final Configuration.Cluster ports;
    private final Duration patience;
    private final long parameterBytes;

    /** For a run of A3C. */
    public AeronTransport(JavaSparkContext spark, Configuration configuration) {
        this(
                spark,
                configuration.cluster(),
                configuration.a3c().patience(),
                (long) Float.BYTES * ShardWorker.architecture(configuration).parameterCount());
    }

    /**
     * @param patience how long a worker waits for the server's first answer
     * @param parameterBytes of θ
     */
    public AeronTransport(JavaSparkContext spark, Configuration.Cluster ports, Duration patience, long parameterBytes) {
        settings = spark.getConf();
        this.ports = ports;
        this.patience = patience;
        this.parameterBytes = parameterBytes;
    }

    @Override
    public ServerEnd open(UnaryOperator<byte[]> server, int workers) throws IOException {
        String host = settings.get("spark.driver.host");
        String bind = settings.get("spark.driver.bindAddress", host);
        // Each worker may be in a JVM of its own, and its successor in another.
        AeronServer aeron = AeronServer.start(
                AeronServer.Options.on(bind, ports.parameterServerPort(), 2 * workers, parameterBytes),
                server,
                secret());
        ServerAddress address = aeron.address().at(host);
        int firstPort = ports.workerPort();
        int lastPort = firstPort == 0 ? 0 : firstPort + settings.getInt("spark.port.maxRetries", 16);
        return new End(aeron, address, new Way(address, firstPort, lastPort, patience));
    }

    /** Empty where Spark does not authenticate. */
    private static byte[] secret() {
        SecurityManager security = SparkEnv.get().securityManager();
        return security.isAuthenticationEnabled()
                ? security.getSecretKey().getBytes(StandardCharsets.UTF_8)
                : new byte[0];
    }

    private record End(AeronServer aeron, ServerAddress address, Way way) implements ServerEnd {
        @Override
        public WorkerEnd workerEnd() {
            return way;
        }

        @Override
        public String description() {
            return "Aeron on udp " + address;
        }

        @Override
        public long bytesReceived() {
            return aeron.counters().bytesIn();
        }

        @Override
        public long bytesSent() {
            return aeron.counters().bytesOut();
        }

        @Override
        public long refused() {
            return aeron.counters().refused();
        }

        @Override
        public void check() throws IOException {
            aeron.check();
        }

        @Override
        public void close() {
            aeron.close();
        }
    }

    private record Way(ServerAddress address, int firstPort, int lastPort, Duration patience) implements WorkerEnd {
        @Override
        public Channel connect(int worker, long attempt) throws IOException, InterruptedException {
            return AeronChannel.connect(
                    address, new AeronChannel.Options(firstPort, lastPort, 64 << 20, patience), secret());
        }
    }
}

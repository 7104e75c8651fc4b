package io.sparring.aeron;

import io.sparring.network.Normalizer;
import io.sparring.parameterserver.Merging;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.ParameterServerClient;
import io.sparring.parameterserver.ParameterServerClient.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * How many updates a second the parameter server merges when JVMs of workers push θ′ and pull θ over the loopback, and do nothing
 * else. Each update crosses the transport twice: θ′ there, θ back.
 *
 * <pre>
 *   mvn -P push-pull -pl spark-job -am process-test-classes [-Dbenchmark.arguments="BYTES JVMS SECONDS"]
 * </pre>
 */
public final class PushPullBenchmark {
    private static final String BUILD = "benchmark";
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final byte[] NONE = {};

    private PushPullBenchmark() {}

    /** Bytes of θ, JVMs of workers, seconds. */
    public static void main(String[] arguments) throws Exception {
        int bytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        int workers = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
        int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10;
        ParameterServer parameters = new ParameterServer(
                new ParameterServer.Options(workers, Merging.AVERAGE, 0, false, 0, 0, Long.MAX_VALUE, BUILD),
                new float[bytes / Float.BYTES],
                Normalizer.NONE,
                0,
                0,
                null,
                null,
                List.of());
        try (AeronServer server =
                AeronServer.start(AeronServer.Options.on("127.0.0.1", 0, workers, bytes), parameters, NONE)) {
            List<OtherJvm> jvms = new ArrayList<>();
            for (int worker = 0; worker < workers; worker++) {
                jvms.add(OtherJvm.start(
                        Worker.class,
                        server.address(),
                        Integer.toString(worker),
                        Integer.toString(bytes),
                        Integer.toString(seconds)));
            }
            double updates = 0;
            List<String> latencies = new ArrayList<>();
            for (OtherJvm jvm : jvms) {
                String[] words = jvm.line().split(" ");
                updates += Double.parseDouble(words[0]);
                latencies.add(words[1] + "/" + words[2]);
                parameters.takeRest();
            }
            for (OtherJvm jvm : jvms) {
                jvm.close();
            }
            System.out.printf(
                    Locale.ROOT,
                    "%d bytes, %d JVMs of workers: %.0f updates/s, %.0f MB/s each way; p50/p99 of a push and pull %s ms; %s%n",
                    bytes,
                    workers,
                    updates,
                    updates * bytes / 1e6,
                    latencies,
                    server.counters());
        }
    }

    /** One JVM of these. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws Exception {
            ServerAddress address = OtherJvm.address();
            int worker = Integer.parseInt(arguments[0]);
            int parameterCount = Integer.parseInt(arguments[1]) / Float.BYTES;
            long measured = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[2]));
            AeronChannel channel = AeronChannel.connect(
                    address, new AeronChannel.Options(0, 0, 64 << 20, Duration.ofSeconds(20)), NONE);
            try (ParameterServerClient client = new ParameterServerClient(
                    channel, worker, 0, new Patience(Duration.ofSeconds(5), Duration.ofSeconds(20)))) {
                float[] theta = client.hello(BUILD, parameterCount).parameters();
                long begin = System.nanoTime();
                while (System.nanoTime() - begin < WARM_UP_NANOS) {
                    theta = push(client, theta);
                }
                long[] latencies = new long[1_000_000];
                int updates = 0;
                begin = System.nanoTime();
                long now = begin;
                while (now - begin < measured && updates < latencies.length) {
                    theta = push(client, theta);
                    long end = System.nanoTime();
                    latencies[updates++] = end - now;
                    now = end;
                }
                Arrays.sort(latencies, 0, updates);
                System.out.printf(
                        Locale.ROOT,
                        "%.1f %.3f %.3f%n",
                        updates / ((now - begin) / 1e9),
                        latencies[updates / 2] / 1e6,
                        latencies[(int) (updates * 0.99)] / 1e6);
            }
        }

        private static float[] push(ParameterServerClient client, float[] theta)
                throws IOException, InterruptedException {
            return client.push(1, theta, Normalizer.NONE, NONE, NONE).parameters();
        }
    }
}

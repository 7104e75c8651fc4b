package io.sparring.spark.parameterserver;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * How many updates a second cross the transport: worker JVMs that push θ′ and wait for θ, a server that keeps a running average.
 *
 * <pre>
 *   mvn -P benchmark -pl spark-job -am test-compile exec:exec [-Dbenchmark.arguments="BYTES WORKERS SECONDS"]
 * </pre>
 */
public final class PushPullBenchmark {
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(3);

    private PushPullBenchmark() {}

    /** Bytes of a push, JVMs of workers, seconds. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals("worker")) {
            work(arguments);
            return;
        }
        int bytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        int workers = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2;
        int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10;
        try (AeronServer server = AeronServer.start(
                AeronServer.Options.on("127.0.0.1", 0, workers), new Average(bytes)::merge, new byte[0])) {
            List<Process> processes = new ArrayList<>();
            for (int worker = 0; worker < workers; worker++) {
                processes.add(start(server.address(), bytes, seconds));
            }
            double updates = 0;
            List<Double> latencies = new ArrayList<>();
            for (Process process : processes) {
                try (BufferedReader out =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                    String[] words = out.readLine().split(" ");
                    updates += Double.parseDouble(words[0]);
                    latencies.add(Double.parseDouble(words[1]));
                    latencies.add(Double.parseDouble(words[2]));
                }
                process.waitFor();
            }
            TransportCounters counters = server.counters();
            System.out.printf(
                    Locale.ROOT,
                    "%d bytes, %d worker JVMs: %.0f updates/s, %.1f MB/s in both directions together, latency p50/p99 of each %s ms, refused %d%n",
                    bytes,
                    workers,
                    updates,
                    2 * updates * bytes / 1e6,
                    latencies,
                    counters.refused());
        }
    }

    /** θ ← θ + Δ/N, as the parameter server does at the least. */
    private static final class Average {
        private final byte[] theta;

        private Average(int bytes) {
            theta = new byte[bytes];
        }

        private byte[] merge(byte[] push) {
            for (int i = 0; i < theta.length; i++) {
                theta[i] += (byte) ((push[i] - theta[i]) / 2);
            }
            return theta.clone();
        }
    }

    private static Process start(ServerAddress address, int bytes, int seconds) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"), "-Xmx512m", "-XX:+UseSerialGC", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
        command.addAll(List.of(
                PushPullBenchmark.class.getName(), "worker", Integer.toString(bytes), Integer.toString(seconds)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Base64.Encoder base64 = Base64.getEncoder();
        try (PrintStream in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8)) {
            in.println(address.host() + " " + address.port() + " " + base64.encodeToString(address.session()) + " "
                    + base64.encodeToString(address.key()));
        }
        return process;
    }

    private static void work(String[] arguments) throws Exception {
        byte[] push = new byte[Integer.parseInt(arguments[1])];
        Arrays.fill(push, (byte) 1);
        long measured = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[2]));
        String[] words = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                .readLine()
                .split(" ");
        Base64.Decoder base64 = Base64.getDecoder();
        ServerAddress address = new ServerAddress(
                words[0], Integer.parseInt(words[1]), base64.decode(words[2]), base64.decode(words[3]));
        try (AeronChannel channel =
                AeronChannel.connect(address, AeronChannel.Options.waiting(Duration.ofSeconds(20)), new byte[0])) {
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < WARM_UP_NANOS) {
                exchange(channel, push);
            }
            long[] latencies = new long[5_000_000];
            int updates = 0;
            begin = System.nanoTime();
            long now = begin;
            while (now - begin < measured && updates < latencies.length) {
                exchange(channel, push);
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

    private static void exchange(AeronChannel channel, byte[] push) throws IOException, InterruptedException {
        channel.send(push);
        if (channel.receive(TimeUnit.SECONDS.toNanos(10)) == null) {
            throw new IOException("no answer within 10 s from " + InetAddress.getLoopbackAddress());
        }
    }
}

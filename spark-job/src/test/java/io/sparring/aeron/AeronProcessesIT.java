package io.sparring.aeron;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.network.Normalizer;
import io.sparring.parameterserver.Merging;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.ParameterServerClient;
import io.sparring.parameterserver.ParameterServerClient.Patience;
import io.sparring.parameterserver.Update;
import io.sparring.spark.SharedTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Workers in JVMs of their own, some of which are killed. */
class AeronProcessesIT {
    private static final byte[] NONE = {};
    private static final int PARAMETERS = 5000;
    private static final int PUSHES = 200;

    private static ParameterServer parameters(int workers) {
        return new ParameterServer(
                new ParameterServer.Options(workers, Merging.SUM, 0, false, 0, 0, Long.MAX_VALUE, "test"),
                new float[PARAMETERS],
                Normalizer.NONE,
                0,
                0,
                null,
                null,
                List.of());
    }

    /** Pushes so often and prints every acknowledged number; for ever if there is no limit. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws Exception {
            int worker = Integer.parseInt(arguments[0]);
            long attempt = Long.parseLong(arguments[1]);
            int pushes = Integer.parseInt(arguments[2]);
            AeronChannel channel = AeronChannel.connect(
                    OtherJvm.address(), new AeronChannel.Options(0, 0, 64 << 20, Duration.ofSeconds(60)), NONE);
            try (ParameterServerClient client =
                    new ParameterServerClient(channel, worker, attempt, Patience.of(Duration.ofSeconds(60)))) {
                float[] theta = client.hello("test", PARAMETERS).parameters();
                for (int i = 0; i < pushes; i++) {
                    theta = theta.clone();
                    theta[0] += 1;
                    ParameterServerClient.Pulled pulled = client.push(1, theta, Normalizer.NONE, NONE, NONE);
                    theta = pulled.parameters();
                    System.out.println(pulled.sequence());
                }
                client.goodbye(NONE);
                System.out.println("end");
            }
        }
    }

    /** Only starts a server, says so, and stays as long as who started it does. */
    static final class Stays {
        private Stays() {}

        public static void main(String[] arguments) throws Exception {
            AeronServer.start(AeronServer.Options.on("127.0.0.1", 0, 1, 1000), request -> request, NONE);
            System.out.println("listening");
            System.in.read();
        }
    }

    @Test
    void everyAcknowledgedUpdateIsAppliedOnceWhileWorkersAreKilledAndStartedAnew() throws Exception {
        ParameterServer parameters = parameters(2);
        Map<List<Long>, Integer> acknowledged = new HashMap<>();
        int killed = 3;
        try (AeronServer server =
                AeronServer.start(AeronServer.Options.on("127.0.0.1", 0, 2, 20_000), parameters, NONE)) {
            try (OtherJvm steady =
                    OtherJvm.start(Worker.class, server.address(), "0", "0", Integer.toString(killed * PUSHES))) {
                for (long attempt = 0; attempt < killed; attempt++) {
                    try (OtherJvm doomed = OtherJvm.start(
                            Worker.class, server.address(), "1", Long.toString(attempt), Integer.toString(1_000_000))) {
                        for (int i = 0; i < 50; i++) {
                            acknowledged.put(List.of(1L, attempt, Long.parseLong(doomed.line())), 0);
                        }
                        doomed.kill();
                        String rest;
                        while ((rest = doomed.lineOrNull()) != null) {
                            acknowledged.put(List.of(1L, attempt, Long.parseLong(rest)), 0);
                        }
                    }
                }
                String line;
                while (!(line = steady.line()).equals("end")) {
                    acknowledged.put(List.of(0L, 0L, Long.parseLong(line)), 0);
                }
            }
            assertThat(server.counters().refused()).isZero();
            assertThat(server.counters().bytesIn())
                    .as("θ′ crossed the transport")
                    .isGreaterThan(4L * PARAMETERS * acknowledged.size());
            assertThat(server.counters().bytesOut())
                    .as("θ crossed the transport")
                    .isGreaterThan(4L * PARAMETERS * acknowledged.size());
        }
        List<List<Long>> applied = new ArrayList<>();
        for (Update update : parameters.takeRest()) {
            applied.add(List.of((long) update.worker(), update.attempt(), update.sequence()));
        }
        assertThat(applied).doesNotHaveDuplicates().containsAll(acknowledged.keySet());
        // What was applied and not acknowledged is at most the last push of every killed attempt.
        assertThat(applied).hasSizeBetween(acknowledged.size(), acknowledged.size() + killed);
        assertThat(parameters.global().parameters()[0]).isEqualTo(applied.size());
    }

    @Test
    void whatAKilledProcessLeavesIsRemovedByTheNextStart() throws Exception {
        long pid;
        try (OtherJvm stays = OtherJvm.start(Stays.class, null)) {
            assertThat(stays.line()).isEqualTo("listening");
            pid = stays.pid();
            assertThat(foldersOf(pid)).hasSize(1);
            stays.kill();
        }
        assertThat(foldersOf(pid)).as("SIGKILL leaves it").hasSize(1);
        AeronServer.start(AeronServer.Options.on("127.0.0.1", 0, 1, 1000), request -> request, NONE)
                .close();
        assertThat(foldersOf(pid)).isEmpty();
    }

    @Test
    void aTerminatedProcessLeavesNothing() throws Exception {
        try (OtherJvm stays = OtherJvm.start(Stays.class, null)) {
            assertThat(stays.line()).isEqualTo("listening");
            stays.terminate();
            assertThat(foldersOf(stays.pid())).isEmpty();
        }
    }

    @Test
    void aMissingFlagIsNamedInOneLine() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Stays.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(SharedTime.waitFor(process, Duration.ofSeconds(60))).isTrue();
        assertThat(output.lines().findFirst().orElse(""))
                .contains("this JVM was started without --add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
    }

    private static List<Path> foldersOf(long pid) throws IOException {
        try (Stream<Path> shared = Files.list(Path.of("/dev/shm"))) {
            return shared.filter(path -> path.getFileName().toString().matches("aeron-sparring-\\d+-" + pid + "-.*"))
                    .toList();
        }
    }
}

package io.sparring.spark.cluster;

import io.sparring.spark.SharedTime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Hosts of their own: network namespaces with an address each, and a wire between them on which packets wait and are lost
 * ({@code src/test/python/wire.py}). The machine itself is host 0.
 */
public final class Hosts implements AutoCloseable {
    private static final Path WIRE = Path.of("src", "test", "python", "wire.py");

    private final Process wire;
    private final BufferedReader answers;
    private final Writer commands;
    private final List<String> names = new ArrayList<>();
    private final List<String> addresses = new ArrayList<>();

    private Hosts(Process wire) {
        this.wire = wire;
        answers = wire.inputReader();
        commands = wire.outputWriter();
    }

    /**
     * Makes hosts. Where that is not permitted the calling test is skipped, in CI too.
     *
     * @param delayMillis how long each packet is under way
     * @param lossPercent of the packets that get lost
     */
    public static Hosts orSkip(int count, int delayMillis, double lossPercent) throws IOException {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "Network namespaces need root");
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/net/tun")), "Network namespaces need /dev/net/tun");
        Hosts hosts = new Hosts(new ProcessBuilder(
                        "python3",
                        WIRE.toString(),
                        Integer.toString(count),
                        Integer.toString(delayMillis),
                        Double.toString(lossPercent))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        for (int host = 0; host <= count; host++) {
            String line = hosts.answers.readLine();
            if (line == null) {
                hosts.close();
                Assumptions.abort("No network namespaces may be made here; " + WIRE + " says why above");
            }
            hosts.names.add(line.split(" ")[0]);
            hosts.addresses.add(line.split(" ")[1]);
        }
        return hosts;
    }

    /** By which the others reach it. */
    public String address(int host) {
        return addresses.get(host);
    }

    /** What to put before a command that is to run there. */
    List<String> on(int host) {
        return host == 0 ? List.of() : List.of("nsenter", "--net=/run/netns/" + names.get(host));
    }

    /** UDP packets that were lost so far. */
    public long lostDatagrams() {
        return Long.parseLong(ask("lost").split(" ")[1]);
    }

    /** Lets no UDP of a host through to a port any more. */
    void block(int port, int host) {
        ask("block " + port + " " + host);
    }

    private synchronized String ask(String command) {
        try {
            commands.write(command + "\n");
            commands.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException(WIRE + " has ended");
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the hosts and what runs on them. */
    @Override
    public void close() throws IOException {
        commands.close();
        try {
            if (!SharedTime.waitFor(wire, Duration.ofSeconds(20))) {
                wire.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

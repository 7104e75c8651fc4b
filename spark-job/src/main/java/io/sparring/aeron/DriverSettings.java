package io.sparring.aeron;

import io.sparring.Explanation;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * System properties for the one moment in which DL4J's transport starts its media driver: it takes them from nowhere else. What the
 * user has set stays; what was changed, also by DL4J, is put back on closing.
 */
final class DriverSettings implements AutoCloseable {
    /** The most that is asked of the operating system. */
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    private final Map<String, String> before = new HashMap<>();

    DriverSettings(Path directory, int termBytes) throws TransportFailed {
        int socketBytes = socketBufferBytes();
        Map<String, String> settings = new LinkedHashMap<>();
        // Nobody's choice: one thread of ours drives all of Aeron, in a folder of ours.
        settings.put("aeron.dir", directory.toString());
        settings.put("aeron.threading.mode", "INVOKER");
        settings.put("aeron.dir.delete.on.start", "true");
        settings.put("aeron.dir.delete.on.shutdown", "true");
        Map<String, String> defaults = new LinkedHashMap<>();
        // Has to be more than the 30 s that DL4J sets for a client's liveness.
        defaults.put("aeron.publication.unblock.timeout", "60000000000");
        defaults.put("aeron.term.buffer.length", Integer.toString(termBytes));
        defaults.put("aeron.socket.so_rcvbuf", Integer.toString(socketBytes));
        defaults.put("aeron.socket.so_sndbuf", Integer.toString(socketBytes));
        defaults.put("aeron.rcv.initial.window.length", Integer.toString(Math.min(socketBytes, termBytes / 2)));
        defaults.forEach((key, value) -> {
            if (System.getProperty(key) == null) {
                settings.put(key, value);
            }
        });
        // DL4J sets these two itself.
        before.put("aeron.client.liveness.timeout", System.getProperty("aeron.client.liveness.timeout"));
        before.put("aeron.term.buffer.length", System.getProperty("aeron.term.buffer.length"));
        settings.forEach((key, value) -> {
            before.put(key, System.getProperty(key));
            System.setProperty(key, value);
        });
    }

    /** What the operating system grants (net.core.rmem_max, often 208 KiB): Aeron refuses to start with a window beyond it. */
    private static int socketBufferBytes() throws TransportFailed {
        try (DatagramChannel probe = DatagramChannel.open()) {
            probe.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
            probe.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
            return Math.min(
                    probe.getOption(StandardSocketOptions.SO_RCVBUF), probe.getOption(StandardSocketOptions.SO_SNDBUF));
        } catch (IOException e) {
            throw new TransportFailed("no UDP socket can be opened: " + Explanation.of(e), e);
        }
    }

    @Override
    public void close() {
        before.forEach((key, value) -> {
            if (value == null) {
                System.clearProperty(key);
            } else {
                System.setProperty(key, value);
            }
        });
    }
}

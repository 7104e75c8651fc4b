package io.sparring.aeron;

import io.sparring.Explanation;
import io.sparring.aeron.StarTransport.Limits;
import io.sparring.parameterserver.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A worker's way to the server. All channels of a JVM to one server share one transport; the last to close ends it. */
public final class AeronChannel implements Channel {
    /** Keyed by session: the transports of this JVM, one for each server it talks to. */
    private static final Map<UUID, Shared> SHARED = new HashMap<>();

    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** More answers than these nobody waits for. */
    private static final int INBOX = 16;

    private final Shared shared;
    private final int number;
    private final BlockingQueue<byte[]> inbox = new ArrayBlockingQueue<>(INBOX);
    private volatile boolean closed;

    /**
     * How to listen for answers.
     *
     * @param firstPort UDP; 0 takes a free one
     * @param lastPort the ports up to this one are tried in turn, since several executors may share a host
     * @param messageBytes larger messages are refused
     * @param timeout how long to wait for the server's first answer
     */
    public record Options(int firstPort, int lastPort, int messageBytes, Duration timeout) {}

    /** A transport and its users. */
    private static final class Shared {
        private final UUID session;
        private final StarTransport transport;
        private final Map<Integer, AeronChannel> channels = new ConcurrentHashMap<>();
        private final AtomicInteger next = new AtomicInteger();

        private Shared(UUID session, StarTransport transport) {
            this.session = session;
            this.transport = transport;
        }

        private void deliver(Envelope answer) {
            AeronChannel channel = channels.get(answer.channel());
            if (channel != null) {
                while (!channel.inbox.offer(answer.payload())) {
                    channel.inbox.poll();
                }
            }
        }
    }

    private AeronChannel(Shared shared, int number) {
        this.shared = shared;
        this.number = number;
    }

    /**
     * Opens a channel. The server has proved by then that it has the key.
     *
     * @param sparkSecret what both ends know from Spark; not looked at where the address brings a key
     * @throws TransportFailed in one line, if the server cannot be reached in time
     */
    public static AeronChannel connect(ServerAddress address, Options options, byte[] sparkSecret)
            throws TransportFailed, InterruptedException {
        UUID session = UUID.nameUUIDFromBytes(address.session());
        synchronized (SHARED) {
            Shared shared = SHARED.get(session);
            if (shared != null && !works(shared)) {
                SHARED.remove(session);
                shared.transport.close();
                shared = null;
            }
            if (shared == null) {
                shared = open(address, options, sparkSecret, session);
                SHARED.put(session, shared);
            }
            AeronChannel channel = new AeronChannel(shared, shared.next.getAndIncrement());
            shared.channels.put(channel.number, channel);
            return channel;
        }
    }

    private static boolean works(Shared shared) {
        try {
            shared.transport.check();
            return true;
        } catch (TransportFailed e) {
            return false;
        }
    }

    private static Shared open(ServerAddress address, Options options, byte[] sparkSecret, UUID session)
            throws TransportFailed, InterruptedException {
        InetAddress host = AeronServer.resolve(address.host());
        StarTransport transport = StarTransport.leaf(
                new Limits(
                        interfaceTowards(host, address.port()),
                        options.firstPort,
                        options.lastPort,
                        options.messageBytes,
                        address.termBytes(),
                        1),
                address.key().length == 0 ? sparkSecret : address.key(),
                address.session());
        Shared shared = new Shared(session, transport);
        boolean connected = false;
        try {
            transport.addRequestConsumer(Envelope.class, shared::deliver);
            transport.launch();
            transport.connect(host, address.port(), options.timeout.toNanos());
            connected = true;
            return shared;
        } catch (UncheckedIOException e) {
            throw (TransportFailed) e.getCause();
        } finally {
            if (!connected) {
                transport.close();
            }
        }
    }

    /** The address that datagrams to the server leave from: the kernel knows the way, so there is no netmask to configure. */
    private static InetAddress interfaceTowards(InetAddress host, int port) throws TransportFailed {
        try (DatagramSocket probe = new DatagramSocket()) {
            probe.connect(new InetSocketAddress(host, port));
            return probe.getLocalAddress();
        } catch (SocketException | UncheckedIOException e) {
            throw new TransportFailed(
                    "there is no way from here to " + host.getHostAddress() + ": " + Explanation.of(e), e);
        }
    }

    @Override
    public void send(byte[] message) throws IOException {
        check();
        shared.transport.sendMessage(new Envelope(shared.transport.id(), number, message), "server");
    }

    @Override
    public byte[] receive(long timeoutNanos) throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (true) {
            check();
            long left = timeoutNanos - (System.nanoTime() - start);
            byte[] message = inbox.poll(Math.max(0, Math.min(left, SLICE_NANOS)), TimeUnit.NANOSECONDS);
            if (message != null || left <= SLICE_NANOS) {
                return message;
            }
        }
    }

    private void check() throws TransportFailed {
        if (closed) {
            throw new TransportFailed("this channel to the parameter server is closed");
        }
        shared.transport.check();
    }

    /** What this JVM's end has seen so far. */
    public TransportCounters counters() {
        return shared.transport.counters();
    }

    @Override
    public void close() {
        synchronized (SHARED) {
            if (!closed) {
                closed = true;
                shared.channels.remove(number);
                if (shared.channels.isEmpty()) {
                    SHARED.remove(shared.session, shared);
                    shared.transport.close();
                }
            }
        }
    }
}

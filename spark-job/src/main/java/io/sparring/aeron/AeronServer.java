package io.sparring.aeron;

import io.sparring.aeron.StarTransport.Limits;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.function.UnaryOperator;
import org.nd4j.parameterserver.distributed.v2.ModelParameterServer;

/** The driver's end: DL4J's parameter server as the root, answering what workers ask. */
public final class AeronServer implements AutoCloseable {
    private static final int LEAST_TERM_BYTES = 256 << 10;
    private static final int MOST_TERM_BYTES = 8 << 20;
    /** Of one end, whatever goes over it: Aeron's own counters, logs and lists, 9 MiB, and some to spare. */
    private static final long FIXED_BYTES = 16L << 20;

    /**
     * What an executor's buffers take in /dev/shm at most, 64 MiB; and the driver's, where up to 16 workers send small networks. It is what a
     * container has where nobody asked for more.
     */
    public static final long SHARED_MEMORY_BYTES = bufferBytes(MOST_TERM_BYTES, 1);

    private final StarTransport transport;
    private final ModelParameterServer server;
    private final ServerAddress address;
    private TransportCounters last;

    /**
     * How to listen.
     *
     * @param bindHost the one interface to listen on: Spark's own, {@code spark.driver.bindAddress}
     * @param port UDP; 0 takes a free one
     * @param messageBytes larger messages are refused
     * @param termBytes of Aeron's buffers: three for each direction of each executor, a power of 2, at least 64 KiB
     * @param executors how many JVMs of workers to have room for
     */
    public record Options(String bindHost, int port, int messageBytes, int termBytes, int executors) {
        /**
         * Takes messages up to 64 MiB, with buffers that fit those in use. A message crosses in windows of half a buffer, and every
         * window costs a round trip; but the buffers of all executors have to fit into /dev/shm.
         *
         * @param usualBytes of the larger messages, in which θ goes
         */
        public static Options on(String bindHost, int port, int executors, long usualBytes) {
            int termBytes = (int) Math.max(
                    LEAST_TERM_BYTES, Math.min(MOST_TERM_BYTES, Long.highestOneBit(Math.max(1, usualBytes)) * 2));
            return new Options(bindHost, port, 64 << 20, termBytes, executors);
        }
    }

    /**
     * How much room one end needs in its folder at most.
     *
     * @param termBytes of Aeron's buffers: three for each direction of each peer
     * @param peers how many ends it talks to
     */
    static long bufferBytes(int termBytes, int peers) {
        return FIXED_BYTES + 6L * termBytes * peers;
    }

    private AeronServer(StarTransport transport, ModelParameterServer server, ServerAddress address) {
        this.transport = transport;
        this.server = server;
        this.address = address;
    }

    /**
     * Starts listening.
     *
     * @param handler from request to answer (null: none); called by the transport's one thread
     * @param sparkSecret what both ends know from Spark; empty where Spark does not authenticate: then a key is made for this run
     * @throws TransportFailed in one line: the port is taken, there is no room for buffers, a flag is missing
     */
    public static AeronServer start(Options options, UnaryOperator<byte[]> handler, byte[] sparkSecret)
            throws TransportFailed {
        SecureRandom random = new SecureRandom();
        byte[] session = new byte[16];
        random.nextBytes(session);
        byte[] key = new byte[sparkSecret.length == 0 ? 32 : 0];
        random.nextBytes(key);
        StarTransport transport = StarTransport.root(
                new Limits(
                        resolve(options.bindHost),
                        options.port,
                        options.port,
                        options.messageBytes,
                        options.termBytes,
                        options.executors),
                sparkSecret.length == 0 ? key : sparkSecret,
                session);
        try {
            ModelParameterServer server = new ModelParameterServer(StarTransport.configuration(), transport, true);
            transport.addRequestConsumer(Envelope.class, request -> {
                byte[] answer = handler.apply(request.payload());
                if (answer != null) {
                    transport.sendMessage(
                            new Envelope(transport.id(), request.channel(), answer), request.getOriginatorId());
                }
            });
            server.launch();
            return new AeronServer(
                    transport,
                    server,
                    new ServerAddress(options.bindHost, transport.listeningPort(), session, key, options.termBytes));
        } catch (UncheckedIOException e) {
            transport.close();
            throw (TransportFailed) e.getCause();
        } catch (RuntimeException e) {
            transport.close();
            throw e;
        }
    }

    static InetAddress resolve(String host) throws TransportFailed {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new TransportFailed("the host " + host + " is not known here", e);
        }
    }

    /** What workers need to get here. */
    public ServerAddress address() {
        return address;
    }

    /** What has come and gone so far. */
    public synchronized TransportCounters counters() {
        if (last != null) {
            return last;
        }
        return transport.counters();
    }

    /** @throws TransportFailed if the transport does not work any more */
    public void check() throws TransportFailed {
        transport.check();
    }

    /** Leaves nothing behind: no thread, no socket, no file. */
    @Override
    public synchronized void close() {
        if (last == null) {
            last = transport.counters();
            server.shutdown();
        }
    }
}

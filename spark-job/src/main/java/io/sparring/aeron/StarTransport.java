package io.sparring.aeron;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.driver.status.SystemCounterDescriptor;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.TimeoutException;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import io.sparring.Explanation;
import io.sparring.Seconds;
import io.sparring.aeron.Frame.Kind;
import io.sparring.aeron.Link.Outgoing;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.nd4j.parameterserver.distributed.conf.VoidConfiguration;
import org.nd4j.parameterserver.distributed.v2.enums.PropagationMode;
import org.nd4j.parameterserver.distributed.v2.messages.VoidMessage;
import org.nd4j.parameterserver.distributed.v2.transport.impl.AeronUdpTransport;
import org.nd4j.parameterserver.distributed.v2.transport.impl.StaticPortSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DL4J's Aeron transport as one end of a star. Taken from it: the media driver it starts, and the way a message takes through
 * {@code addRequestConsumer}. Changed, because it would deserialise what any stranger sends, connect to whatever address a message
 * names, sleep 10 ms at a time, and never end its threads:
 *
 * <ul>
 *   <li>{@link #jointMessageHandler} looks at the seal first, and decodes data only
 *   <li>{@link #sendMessage} cuts messages into sealed frames, and never waits
 *   <li>the server answers to the address that datagrams come from, at the port that a sealed frame names
 *   <li>one daemon thread does everything: media driver, Aeron's client, receiving, sending. A task's own thread must not touch a
 *       socket: Spark interrupts tasks, and an interrupt closes the socket that a thread is at
 * </ul>
 */
final class StarTransport extends AeronUdpTransport {
    private static final Logger LOG = LoggerFactory.getLogger(StarTransport.class);

    private static final int STREAM = 119;
    private static final int MAX_LINKS = 4096;
    private static final int FRAMES_A_TURN = 32;
    private static final long GONE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long FOREVER_MILLISECONDS = TimeUnit.DAYS.toMillis(365);
    private static final long FLUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Ethernet's 1,500 bytes less some for the wrappings of overlay networks, as Aeron's default. */
    private static final int NETWORK_MTU = 1408;
    /** On the loopback a datagram may have up to 64 KiB. */
    private static final int LOOPBACK_MTU = 32 << 10;

    /** What DL4J's constructor reads from system properties is the same for the whole JVM. */
    private static final Object STARTING = new Object();

    private final MediaDirectory directory;
    private final Limits limits;
    private final boolean root;
    private final Seal incoming;
    private final Seal outgoing;
    private final UUID self;
    private final AgentInvoker driverInvoker;
    private final AgentInvoker clientInvoker;
    private final byte[] received;
    private final UnsafeBuffer sending = new UnsafeBuffer(0, 0);
    private final Map<UUID, Link> links = new ConcurrentHashMap<>();
    /** Of messages in several fragments: how much of one has come, by Aeron's session. */
    private final Map<Integer, Integer> fragmentBytes = new HashMap<>();

    private final CountDownLatch welcomed = new CountDownLatch(1);
    private final Thread thread;
    private Link server;
    private int listeningPort;
    private volatile TransportFailed failure;
    private volatile boolean stopping;
    private volatile boolean closed;

    private final AtomicLong messagesIn = new AtomicLong();
    private final AtomicLong messagesOut = new AtomicLong();
    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();
    private final AtomicLong forged = new AtomicLong();
    private final AtomicLong replayed = new AtomicLong();
    private final AtomicLong oversized = new AtomicLong();
    private final AtomicLong malformed = new AtomicLong();
    private final AtomicLong unanswerable = new AtomicLong();

    /**
     * What one end listens on, and how much it takes.
     *
     * @param bindAddress the one interface to listen on
     * @param firstPort UDP; 0 takes a free one
     * @param lastPort the ports up to this one are tried in turn
     * @param messageBytes larger messages are refused
     * @param termBytes of Aeron's buffers, three for each direction of each peer; a power of 2
     * @param peers how many to have room for
     */
    record Limits(InetAddress bindAddress, int firstPort, int lastPort, int messageBytes, int termBytes, int peers) {}

    /** The server's end. */
    static StarTransport root(Limits limits, byte[] secret, byte[] session) throws TransportFailed {
        return start(
                true,
                limits,
                new Seal(secret, session, Seal.Sender.WORKER),
                new Seal(secret, session, Seal.Sender.SERVER));
    }

    /** A worker's end. */
    static StarTransport leaf(Limits limits, byte[] secret, byte[] session) throws TransportFailed {
        return start(
                false,
                limits,
                new Seal(secret, session, Seal.Sender.SERVER),
                new Seal(secret, session, Seal.Sender.WORKER));
    }

    private static StarTransport start(boolean root, Limits limits, Seal incoming, Seal outgoing)
            throws TransportFailed {
        JavaModules.requireOpen();
        requireName();
        synchronized (STARTING) {
            MediaDirectory directory = MediaDirectory.create(AeronServer.bufferBytes(limits.termBytes, limits.peers));
            DriverSettings settings = new DriverSettings(directory.driver(), limits.termBytes);
            try {
                return new StarTransport(root, directory, limits, incoming, outgoing);
            } catch (RuntimeException | LinkageError e) {
                directory.close();
                throw new TransportFailed("Aeron's media driver does not start: " + Explanation.of(e), e);
            } finally {
                settings.close();
            }
        }
    }

    /** Aeron's driver asks for its machine's name, to label a counter with, and does not start where that has no address. */
    private static void requireName() throws TransportFailed {
        try {
            InetAddress.getLocalHost();
        } catch (UnknownHostException e) {
            throw new TransportFailed(
                    "this machine's own name does not resolve, and Aeron does not start without (" + e.getMessage()
                            + "): /etc/hosts should have it",
                    e);
        }
    }

    private StarTransport(boolean root, MediaDirectory directory, Limits limits, Seal incoming, Seal outgoing) {
        // Both addresses are placeholders: the port is known when the subscription is there.
        super("127.0.0.1", 1, "127.0.0.1", root ? 1 : 2, configuration());
        this.root = root;
        this.directory = directory;
        this.limits = limits;
        this.incoming = incoming;
        this.outgoing = outgoing;
        self = UUID.randomUUID();
        // DL4J's client has a thread of its own, and ends the whole JVM if the driver stalls.
        aeron.close();
        driverInvoker = driver.sharedAgentInvoker();
        context = new Aeron.Context()
                .aeronDirectoryName(driver.aeronDirectoryName())
                .driverAgentInvoker(driverInvoker)
                .useConductorAgentInvoker(true)
                // Driver and client are one thread's: either is there as long as the other, however long all of it was
                // stopped.
                .nanoClock(new UnstoppedClock(SystemNanoClock.INSTANCE))
                .driverTimeoutMs(FOREVER_MILLISECONDS)
                .errorHandler(this::reported);
        aeron = Aeron.connect(context);
        clientInvoker = aeron.conductorAgentInvoker();
        clientInvoker.start();
        received = new byte[frameBytes()];
        thread = new Thread(this::drive, "sparring-parameter-server-" + (root ? "driver" : "worker"));
        thread.setDaemon(true);
    }

    static VoidConfiguration configuration() {
        return VoidConfiguration.builder()
                .streamId(STREAM)
                .portSupplier(new StaticPortSupplier(1))
                .build();
    }

    /** The largest message that Aeron takes in one piece. */
    private int frameBytes() {
        return FrameDescriptor.computeMaxMessageLength(limits.termBytes);
    }

    // ---- starting ----

    /** The server: listens. DL4J's own would start a heartbeat for its mesh and threads for a queue; there is neither here. */
    @Override
    public synchronized void launchAsMaster() {
        createSubscription();
        masterMode = true;
        mesh.get().getRootNode().setId(id);
        thread.start();
    }

    /** A worker: listens for answers. {@link #connect} comes next. */
    @Override
    public synchronized void launch() {
        createSubscription();
        thread.start();
    }

    @Override
    protected void createSubscription() {
        messageHandler = new FragmentAssembler(this::jointMessageHandler);
        RuntimeException last = null;
        for (int port = limits.firstPort; port <= limits.lastPort; port++) {
            try {
                ownSubscription = aeron.addSubscription(
                        new ChannelUriStringBuilder()
                                .media("udp")
                                .endpoint(endpoint(limits.bindAddress, port))
                                .build(),
                        STREAM,
                        null,
                        this::forget);
                listeningPort = resolvePort();
                id = "aeron:udp?endpoint=" + endpoint(limits.bindAddress, listeningPort);
                if (root) {
                    rootId = id;
                }
                return;
            } catch (AeronException e) {
                last = e;
            }
        }
        String ports = limits.firstPort == limits.lastPort
                ? "port " + limits.firstPort
                : "ports " + limits.firstPort + " to " + limits.lastPort;
        throw new UncheckedIOException(new TransportFailed(
                "cannot listen on UDP " + ports + " of " + limits.bindAddress.getHostAddress() + ": "
                        + (Explanation.of(last).contains("Address already in use")
                                ? "taken by another process"
                                : Explanation.of(last)),
                last));
    }

    private int resolvePort() {
        long end = System.nanoTime() + GONE_NANOS;
        while (ownSubscription.localSocketAddresses().isEmpty()) {
            if (System.nanoTime() > end) {
                throw new AeronException("no socket within 10 s");
            }
            driverInvoker.invoke();
            clientInvoker.invoke();
        }
        String address = ownSubscription.localSocketAddresses().get(0);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** Where this end listens. */
    int listeningPort() {
        return listeningPort;
    }

    /**
     * Makes the link to the server, and waits until it has proved that it has the key.
     *
     * @throws TransportFailed if nobody answers in time, or nobody with this key
     */
    void connect(InetAddress host, int port, long timeoutNanos) throws TransportFailed, InterruptedException {
        long start = System.nanoTime();
        Link link = new Link(self, endpoint(host, port));
        links.put(self, link);
        server = link;
        long lastKnock = start - timeoutNanos;
        while (true) {
            long now = System.nanoTime();
            if (now - lastKnock >= TimeUnit.MILLISECONDS.toNanos(200)) {
                lastKnock = now;
                enqueue(link, new Outgoing(Kind.KNOCK, 0, new byte[0]));
            }
            if (welcomed.await(50, TimeUnit.MILLISECONDS)) {
                return;
            }
            if (failure != null) {
                throw failure;
            }
            if (now - start > timeoutNanos) {
                Publication publication = link.publication;
                boolean reached = publication != null && publication.isConnected();
                String span = Seconds.text(timeoutNanos / 1e9);
                throw new TransportFailed(
                        reached
                                ? "the parameter server at UDP " + link.endpoint
                                        + " can be reached, but does not answer within " + span
                                        + ": it has another key or belongs to another run, or UDP " + listeningPort
                                        + " of " + limits.bindAddress.getHostAddress() + " is blocked for its answers"
                                : "the parameter server at UDP " + link.endpoint + " does not answer within " + span
                                        + ": the port is blocked by a firewall, or the driver is gone");
            }
        }
    }

    // ---- sending ----

    /**
     * Hands a message over to the transport's thread, and returns.
     *
     * @param message an {@link Envelope}
     * @param id the receiver: a worker's transport by its UUID, or anything at a worker's end, which knows only the server
     */
    @Override
    public void sendMessage(VoidMessage message, String id) {
        if (!(message instanceof Envelope envelope)) {
            throw new IllegalArgumentException("no message of this transport: " + message.getClass());
        }
        Link link = root ? links.get(UUID.fromString(id)) : server;
        if (link == null) {
            throw new IllegalArgumentException("there is no link to " + id);
        }
        enqueue(link, new Outgoing(Kind.MESSAGE, envelope.channel(), envelope.payload()));
    }

    private void enqueue(Link link, Outgoing message) {
        int dropped = link.enqueue(message);
        if (message.kind() == Kind.MESSAGE) {
            unanswerable.addAndGet(dropped);
        }
        if (Thread.currentThread() != thread) {
            LockSupport.unpark(thread);
        }
    }

    private int send() {
        int work = 0;
        for (Link link : links.values()) {
            try {
                work += send(link);
            } catch (AeronException e) {
                LOG.warn("UDP {}: {}", link.endpoint, Explanation.of(e));
                unanswerable.addAndGet(link.drop());
                CloseHelper.quietClose(link.publication);
                link.publication = null;
            }
        }
        return work;
    }

    private int send(Link link) {
        if (link.idle()) {
            return 0;
        }
        if (link.publication == null || link.publication.isClosed()) {
            link.publication = publication(link.endpoint);
            link.awaySince = 0;
        }
        if (!link.publication.isConnected()) {
            return waitFor(link);
        }
        link.awaySince = 0;
        int frames = 0;
        while (frames < FRAMES_A_TURN && link.prepare(listeningPort, frameBytes(), outgoing)) {
            sending.wrap(link.frame(), 0, link.frameBytes());
            if (link.publication.offer(sending) < 0) {
                // No room, or not connected any more: the next turn sees to it.
                break;
            }
            frames++;
            Outgoing whole = link.sent();
            if (whole != null && whole.kind() == Kind.MESSAGE) {
                messagesOut.incrementAndGet();
                bytesOut.addAndGet(whole.payload().length);
            }
        }
        return frames;
    }

    private Publication publication(String endpoint) {
        InetAddress address;
        try {
            address = InetAddress.getByName(endpoint.substring(0, endpoint.lastIndexOf(':')));
        } catch (UnknownHostException e) {
            throw new AeronException(e);
        }
        return aeron.addPublication(
                new ChannelUriStringBuilder()
                        .media("udp")
                        .endpoint(endpoint)
                        .mtu(isThisMachine(address) ? LOOPBACK_MTU : NETWORK_MTU)
                        .termLength(limits.termBytes)
                        .linger(0L)
                        .build(),
                STREAM);
    }

    private static boolean isThisMachine(InetAddress address) {
        try {
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    private int waitFor(Link link) {
        long now = System.nanoTime();
        if (link.awaySince == 0) {
            link.awaySince = now;
        } else if (root && now - link.awaySince > GONE_NANOS) {
            unanswerable.addAndGet(link.drop());
            link.publication.close();
            link.publication = null;
            link.assemblies.clear();
        }
        return 0;
    }

    // ---- receiving ----

    /** Keeps count of fragments, for Aeron's assembler would collect them without end for a sender that never ends. */
    private void fragment(DirectBuffer buffer, int offset, int length, Header header) {
        int flags = header.flags();
        if ((flags & FrameDescriptor.UNFRAGMENTED) != FrameDescriptor.UNFRAGMENTED) {
            boolean begins = (flags & FrameDescriptor.BEGIN_FRAG_FLAG) != 0;
            int bytes = length + (begins ? 0 : fragmentBytes.getOrDefault(header.sessionId(), 0));
            fragmentBytes.put(header.sessionId(), Math.min(bytes, frameBytes() + 1));
            if (bytes > frameBytes()) {
                if (messageHandler.freeSessionBuffer(header.sessionId())) {
                    oversized.incrementAndGet();
                }
                return;
            }
        }
        messageHandler.onFragment(buffer, offset, length, header);
    }

    private void forget(Image image) {
        messageHandler.freeSessionBuffer(image.sessionId());
        fragmentBytes.remove(image.sessionId());
    }

    /** One frame from whoever. */
    @Override
    protected void jointMessageHandler(DirectBuffer buffer, int offset, int length, Header header) {
        if (length < Frame.HEADER_BYTES + Seal.BYTES) {
            malformed.incrementAndGet();
            return;
        }
        if (length > received.length) {
            oversized.incrementAndGet();
            return;
        }
        buffer.getBytes(offset, received, 0, length);
        if (!incoming.holds(received, length)) {
            if (forged.getAndIncrement() == 0) {
                LOG.warn("frames with another key are refused; the first came from {}", source(header));
            }
            return;
        }
        Frame frame = Frame.read(received);
        int payloadBytes = length - Frame.HEADER_BYTES - Seal.BYTES;
        if (frame == null || payloadBytes > frame.messageBytes()) {
            malformed.incrementAndGet();
            return;
        }
        if (frame.messageBytes() > limits.messageBytes) {
            oversized.incrementAndGet();
            return;
        }
        Link link = root ? linkOf(frame, header) : self.equals(frame.workerJvm()) ? server : null;
        if (link == null) {
            // Meant for another worker, or one worker too many.
            malformed.incrementAndGet();
            return;
        }
        if (!link.taken.take(frame.number())) {
            replayed.incrementAndGet();
            return;
        }
        switch (frame.kind()) {
            case KNOCK -> {
                if (root) {
                    enqueue(link, new Outgoing(Kind.WELCOME, 0, new byte[0]));
                }
            }
            case WELCOME -> welcomed.countDown();
            case MESSAGE -> assemble(link, frame, payloadBytes);
        }
    }

    /** The worker's JVM that sent this; one that is new is answered to where it comes from. */
    private Link linkOf(Frame frame, Header header) {
        Link known = links.get(frame.workerJvm());
        if (known != null || links.size() >= MAX_LINKS || frame.replyPort() == 0) {
            return known;
        }
        String source = source(header);
        Link link = new Link(frame.workerJvm(), source.substring(0, source.lastIndexOf(':') + 1) + frame.replyPort());
        links.put(frame.workerJvm(), link);
        return link;
    }

    private static String source(Header header) {
        return ((Image) header.context()).sourceIdentity();
    }

    private void assemble(Link link, Frame frame, int payloadBytes) {
        Assembly assembly =
                frame.number() == frame.first() ? new Assembly(frame) : link.assemblies.get(frame.channel());
        if (assembly == null || !assembly.continues(frame)) {
            // A frame before it was lost; the message will be sent again.
            link.assemblies.remove(frame.channel());
            return;
        }
        if (!assembly.add(received, payloadBytes)) {
            link.assemblies.remove(frame.channel());
            malformed.incrementAndGet();
            return;
        }
        if (!assembly.complete()) {
            link.assemblies.put(frame.channel(), assembly);
            return;
        }
        link.assemblies.remove(frame.channel());
        messagesIn.incrementAndGet();
        bytesIn.addAndGet(assembly.message().length);
        try {
            internalProcessMessage(new Envelope(link.workerJvm.toString(), frame.channel(), assembly.message()));
        } catch (RuntimeException e) {
            // Whoever asked will ask again, and be given up in the end; the others must not suffer.
            unanswerable.incrementAndGet();
            LOG.error("a message to the parameter server could not be handled", e);
        }
    }

    // ---- the one thread ----

    private void drive() {
        // Two processors and several JVMs: a spinning thread would take the time of those that learn.
        IdleStrategy idle =
                new BackoffIdleStrategy(5, 5, TimeUnit.MICROSECONDS.toNanos(10), TimeUnit.MICROSECONDS.toNanos(500));
        try {
            while (!stopping && failure == null) {
                idle.idle(turn());
            }
            long end = System.nanoTime() + FLUSH_NANOS;
            while (failure == null
                    && System.nanoTime() < end
                    && !links.values().stream().allMatch(Link::idle)) {
                idle.idle(turn());
            }
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            failed(e);
        } finally {
            release();
        }
    }

    private int turn() {
        // The client first: after a stop the driver finds its sign of life, and not one of long ago.
        int work = clientInvoker.invoke();
        work += driverInvoker.invoke();
        work += ownSubscription.poll(this::fragment, FRAMES_A_TURN);
        int sent = send();
        if (sent > 0) {
            // What was just written leaves now, not after a pause.
            driverInvoker.invoke();
        }
        return work + sent;
    }

    /** What Aeron's client reports. Some of it concerns one message or one address only. */
    private void reported(Throwable problem) {
        if (problem instanceof TimeoutException || problem instanceof AgentTerminationException) {
            failed(problem);
        } else {
            LOG.warn("Aeron: {}", Explanation.of(problem));
        }
    }

    private void failed(Throwable problem) {
        if (failure == null && !stopping) {
            LOG.warn("the parameter server's transport has failed", problem);
            failure = new TransportFailed(
                    "the transport of the parameter server has failed: " + Explanation.of(problem), problem);
        }
    }

    /** @throws TransportFailed if the transport does not work any more */
    void check() throws TransportFailed {
        if (failure != null) {
            throw failure;
        }
        if (closed || stopping) {
            throw new TransportFailed("the transport of the parameter server is closed");
        }
    }

    // ---- ending ----

    /** Ends the thread and the media driver, and removes their files. */
    @Override
    public void shutdown() {
        if (!shutdownFlag.compareAndSet(false, true)) {
            return;
        }
        stopping = true;
        if (thread.getState() == Thread.State.NEW) {
            release();
        } else {
            LockSupport.unpark(thread);
            boolean interrupted = false;
            while (thread.isAlive() && thread != Thread.currentThread()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    // Cleaning up is not given up.
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        executorService.shutdown();
        messagesExecutorService.shutdown();
    }

    @Override
    public void close() {
        shutdown();
    }

    private synchronized void release() {
        if (!closed) {
            closed = true;
            CloseHelper.quietCloseAll(aeron, driver, directory);
            links.clear();
            consumers.clear();
        }
    }

    TransportCounters counters() {
        return new TransportCounters(
                messagesIn.get(),
                messagesOut.get(),
                bytesIn.get(),
                bytesOut.get(),
                forged.get(),
                replayed.get(),
                oversized.get(),
                malformed.get(),
                closed
                        ? 0
                        : driver.context()
                                .systemCounters()
                                .get(SystemCounterDescriptor.INVALID_PACKETS)
                                .get(),
                unanswerable.get());
    }

    // ---- what a star does not do ----

    @Override
    protected void addConnection(String ipAndPort) {
        throw new UnsupportedOperationException("links are made for those who have the key, not for an address");
    }

    @Override
    public void propagateMessage(VoidMessage message, PropagationMode mode) {
        throw new UnsupportedOperationException("there is no mesh");
    }

    static String endpoint(InetAddress address, int port) {
        String host = address.getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}

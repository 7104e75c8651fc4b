package io.sparring.aeron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.spark.SharedTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real datagrams over the loopback. */
class AeronTransportTest {
    private static final byte[] NO_SPARK_SECRET = {};
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private AeronServer server() throws TransportFailed {
        AeronServer server = AeronServer.start(
                AeronServer.Options.on("127.0.0.1", 0, 4, 1 << 19), AeronTransportTest::plusOne, NO_SPARK_SECRET);
        opened.add(server);
        return server;
    }

    private AeronChannel channel(ServerAddress address) throws Exception {
        AeronChannel channel = AeronChannel.connect(address, waiting(20), NO_SPARK_SECRET);
        opened.add(channel);
        return channel;
    }

    private Intruder intruder(ServerAddress address) {
        Intruder intruder = new Intruder(directory, address);
        opened.add(intruder);
        return intruder;
    }

    private static AeronChannel.Options waiting(int seconds) {
        return new AeronChannel.Options(0, 0, 64 << 20, Duration.ofSeconds(seconds));
    }

    private static byte[] plusOne(byte[] request) {
        byte[] answer = request.clone();
        for (int i = 0; i < answer.length; i++) {
            answer[i]++;
        }
        return answer;
    }

    private static byte[] random(int bytes, long seed) {
        byte[] message = new byte[bytes];
        new Random(seed).nextBytes(message);
        return message;
    }

    private static void assertExchange(AeronChannel channel, byte[] message) throws Exception {
        channel.send(message);
        assertThat(channel.receive(PATIENCE)).isEqualTo(plusOne(message));
    }

    /** Until the counters say so. */
    private static TransportCounters await(
            AeronServer server, Predicate<TransportCounters> condition, Runnable meanwhile)
            throws InterruptedException {
        long end = SharedTime.nanos() + PATIENCE;
        while (!condition.test(server.counters())) {
            assertThat(SharedTime.nanos()).as("waiting: %s", server.counters()).isLessThan(end);
            meanwhile.run();
            Thread.sleep(1);
        }
        return server.counters();
    }

    @Test
    void messagesOfEverySizeComeBack() throws Exception {
        AeronServer server = server();
        AeronChannel channel = channel(server.address());
        int frame = (1 << 17) - Frame.HEADER_BYTES - Seal.BYTES;
        long bytes = 0;
        int[] sizes = {0, 1, 20_000, frame - 1, frame, frame + 1, 2 * frame, 6_800_000};
        for (int size : sizes) {
            assertExchange(channel, random(size, size));
            bytes += size;
        }
        assertThat(server.counters())
                .isEqualTo(new TransportCounters(sizes.length, sizes.length, bytes, bytes, 0, 0, 0, 0, 0, 0));
    }

    /** Doctor's and the transport's number is one: it is not to be less than what is taken. */
    @Test
    void whatAnEndTakesFitsIntoWhatIsAskedFor() throws Exception {
        AeronServer server = server();
        AeronChannel channel = channel(server.address());
        assertExchange(channel, random(1 << 20, 1));

        long asked = AeronServer.bufferBytes(server.address().termBytes(), 1);
        assertThat(mediaDirectories()).hasSize(2).allSatisfy(folder -> {
            try (Stream<Path> files = Files.walk(folder)) {
                assertThat(files.filter(Files::isRegularFile)
                                .mapToLong(file -> file.toFile().length())
                                .sum())
                        .isBetween(asked / 4, asked);
            }
        });
        assertThat(asked).isLessThan(AeronServer.SHARED_MEMORY_BYTES).isEqualTo((16 + 6) << 20);
    }

    @Test
    void channelsOfOneJvmShareOneTransportAndGetTheirOwnAnswers() throws Exception {
        AeronServer server = server();
        List<AeronChannel> channels = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            channels.add(channel(server.address()));
        }
        assertThat(transportThreads()).hasSize(2);
        assertThat(mediaDirectories()).hasSize(2);
        for (int i = 0; i < 8; i++) {
            channels.get(i).send(random(50_000, i));
        }
        for (int i = 7; i >= 0; i--) {
            assertThat(channels.get(i).receive(PATIENCE)).isEqualTo(plusOne(random(50_000, i)));
        }
        channels.get(0).close();
        assertExchange(channels.get(1), random(10, 1));
        assertThatThrownBy(() -> channels.get(0).send(new byte[1]))
                .isInstanceOf(IOException.class)
                .hasMessage("this channel to the parameter server is closed");
    }

    @Test
    void whereSparkAuthenticatesItsSecretIsTheKeyAndNoneTravels() throws Exception {
        byte[] secret = random(32, 5);
        AeronServer server = AeronServer.start(
                AeronServer.Options.on("127.0.0.1", 0, 1, 1 << 19), AeronTransportTest::plusOne, secret);
        opened.add(server);
        assertThat(server.address().key()).isEmpty();
        AeronChannel channel = AeronChannel.connect(server.address(), waiting(20), secret);
        opened.add(channel);
        assertExchange(channel, random(100, 1));
    }

    @Test
    void aWorkerWithAnotherKeyIsToldSoAndTheOthersGoOn() throws Exception {
        AeronServer server = server();
        ServerAddress address = server.address();
        AeronChannel honest = channel(address);
        ServerAddress otherRun =
                new ServerAddress(address.host(), address.port(), random(16, 1), random(32, 2), 1 << 20);
        assertThatThrownBy(() -> AeronChannel.connect(otherRun, waiting(2), NO_SPARK_SECRET))
                .isInstanceOf(TransportFailed.class)
                .hasMessageContaining("can be reached")
                .hasMessageContaining("another key");
        assertThat(server.counters().forged()).isPositive();
        assertExchange(honest, random(1000, 3));
    }

    @Test
    void aKeyIsWorthNothingInAnotherSession() throws Exception {
        ServerAddress address = server().address();
        ServerAddress earlier =
                new ServerAddress(address.host(), address.port(), random(16, 1), address.key(), 1 << 20);
        assertThatThrownBy(() -> AeronChannel.connect(earlier, waiting(2), NO_SPARK_SECRET))
                .isInstanceOf(TransportFailed.class);
    }

    @Test
    void aPortWhereNobodyAnswersIsNamedWithinTheDeadline() throws Exception {
        int port;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            port = socket.getLocalPort();
        }
        ServerAddress nobody = new ServerAddress("127.0.0.1", port, random(16, 1), random(32, 2), 1 << 20);
        assertThatThrownBy(() -> AeronChannel.connect(nobody, waiting(2), NO_SPARK_SECRET))
                .isInstanceOf(TransportFailed.class)
                .hasMessage("the parameter server at UDP 127.0.0.1:" + port
                        + " does not answer within 2 s: the port is blocked by a firewall, or the driver is gone");
        assertThat(transportThreads()).isEmpty();
        assertThat(mediaDirectories()).isEmpty();
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> AeronServer.start(
                            AeronServer.Options.on("127.0.0.1", port, 1, 1 << 19),
                            AeronTransportTest::plusOne,
                            NO_SPARK_SECRET))
                    .isInstanceOf(TransportFailed.class)
                    .hasMessage("cannot listen on UDP port " + port + " of 127.0.0.1: taken by another process");
        }
        assertThat(mediaDirectories()).isEmpty();
    }

    @Test
    void forgedFramesAreRefusedAndTheExchangeGoesOn() throws Exception {
        AeronServer server = server();
        AeronChannel channel = channel(server.address());
        Intruder intruder = intruder(server.address());
        byte[] good = intruder.sealed(Intruder.frame(UUID.randomUUID(), 0, 100), random(100, 1));
        for (int i = 0; i < good.length; i++) {
            byte[] forged = good.clone();
            forged[i] ^= 1;
            intruder.say(forged);
        }
        TransportCounters counters = await(server, c -> c.forged() >= good.length, intruder::turn);
        assertThat(counters.forged()).isEqualTo(good.length);
        assertThat(counters.messagesIn()).isZero();
        assertExchange(channel, random(1000, 3));
    }

    @Test
    void replayedFramesAreRefusedAndTheExchangeGoesOn() throws Exception {
        AeronServer server = server();
        AeronChannel channel = channel(server.address());
        Intruder intruder = intruder(server.address());
        byte[] recorded = intruder.sealed(Intruder.frame(UUID.randomUUID(), 0, 100), random(100, 1));
        for (int i = 0; i < 5; i++) {
            intruder.say(recorded);
        }
        TransportCounters counters = await(server, c -> c.replayed() >= 4, intruder::turn);
        assertThat(counters.messagesIn()).isEqualTo(1);
        assertThat(counters.replayed()).isEqualTo(4);
        assertExchange(channel, random(1000, 3));
    }

    @Test
    void oversizedFramesAndMessagesAreRefusedAndTheExchangeGoesOn() throws Exception {
        AeronServer server = server();
        AeronChannel channel = channel(server.address());
        Intruder intruder = intruder(server.address());
        // Nobody's key: Aeron would collect the pieces. Then a key, and a message that claims more than is allowed.
        intruder.say(random(1 << 20, 1));
        intruder.say(intruder.sealed(Intruder.frame(UUID.randomUUID(), 0, (64 << 20) + 1), random(100, 1)));
        intruder.say(intruder.sealed(Intruder.frame(UUID.randomUUID(), 0, Integer.MAX_VALUE), random(100, 1)));
        TransportCounters counters = await(server, c -> c.oversized() >= 3, intruder::turn);
        assertThat(counters.messagesIn()).isZero();
        assertExchange(channel, random(1000, 3));
    }

    @Test
    void truncatedFramesAreRefusedAndTheExchangeGoesOn() throws Exception {
        AeronServer server = server();
        AeronChannel channel = channel(server.address());
        Intruder intruder = intruder(server.address());
        byte[] good = intruder.sealed(Intruder.frame(UUID.randomUUID(), 0, 100), random(100, 1));
        for (int length = 0; length < good.length; length++) {
            intruder.say(Arrays.copyOf(good, length));
        }
        TransportCounters counters = await(server, c -> c.forged() + c.malformed() >= good.length, intruder::turn);
        assertThat(counters.malformed()).isEqualTo(Frame.HEADER_BYTES + Seal.BYTES);
        assertThat(counters.messagesIn()).isZero();
        assertExchange(channel, random(1000, 3));
    }

    @Test
    void sealedFramesThatContradictThemselvesAreRefusedAndTheExchangeGoesOn() throws Exception {
        AeronServer server = server();
        AeronChannel channel = channel(server.address());
        Intruder intruder = intruder(server.address());
        UUID worker = UUID.randomUUID();
        byte[] payload = random(100, 1);
        intruder.say(intruder.sealed(Intruder.frame(worker, 0, 99), payload));
        intruder.say(intruder.sealed(Intruder.frame(worker, 0, -1), payload));
        intruder.say(intruder.sealed(Intruder.frame(worker, -1, 100), payload));
        intruder.say(intruder.sealed(new Frame(Frame.Kind.MESSAGE, 9, worker, 0, 100, 3, 4), payload));
        intruder.say(intruder.sealed(new Frame(Frame.Kind.MESSAGE, 0, worker, 0, 100, 3, 3), payload));
        TransportCounters counters = await(server, c -> c.malformed() >= 5, intruder::turn);
        assertThat(counters.messagesIn()).isZero();
        assertExchange(channel, random(1000, 3));
    }

    @Test
    void randomDatagramsAndRandomMessagesAreRefusedAndTheExchangeGoesOn() throws Exception {
        AeronServer server = server();
        AeronChannel channel = channel(server.address());
        Intruder intruder = intruder(server.address());
        Random random = new Random(11);
        for (int i = 0; i < 1000; i++) {
            byte[] datagram = random(random.nextInt(1400), i);
            if (i % 2 == 0 && datagram.length >= 8) {
                // Aeron's version and one of its frame types: what gets past the first look.
                datagram[4] = 0;
                datagram[6] = (byte) random.nextInt(8);
                datagram[7] = 0;
            }
            intruder.throwDatagram(datagram);
            intruder.say(random(random.nextInt(2000), -i));
            if (i % 100 == 0) {
                assertExchange(channel, random(1000, i));
            }
        }
        TransportCounters counters = await(server, c -> c.forged() + c.malformed() >= 1000, intruder::turn);
        assertThat(counters.invalidDatagrams()).isPositive();
        assertThat(counters.messagesIn()).isEqualTo(10);
        assertExchange(channel, random(6_800_000, 3));
    }

    /** What a deserialisation would run. */
    private static final class Gadget implements Serializable {
        private static final long serialVersionUID = 1L;
        private static final AtomicInteger RUN = new AtomicInteger();

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            RUN.incrementAndGet();
        }
    }

    @Test
    void serialisedObjectsAreNeverDeserialisedWithOrWithoutTheKey() throws Exception {
        AeronServer server = server();
        AeronChannel channel = channel(server.address());
        Intruder intruder = intruder(server.address());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new Gadget());
            out.writeObject(random(200, 1));
        }
        byte[] gadget = bytes.toByteArray();
        // DL4J's own transport deserialises the first of these.
        intruder.say(gadget);
        byte[] withKey = Arrays.copyOf(gadget, gadget.length + Seal.BYTES);
        new Seal(server.address().key(), server.address().session(), Seal.Sender.WORKER).close(withKey, gadget.length);
        intruder.say(withKey);
        TransportCounters counters = await(server, c -> c.refused() >= 2, intruder::turn);
        assertThat(counters.forged()).isEqualTo(1);
        assertThat(counters.malformed()).isEqualTo(1);
        assertThat(Gadget.RUN).hasValue(0);
        assertExchange(channel, random(1000, 3));
    }

    @Test
    void anInterruptedTaskTakesNobodyElsesWayAway() throws Exception {
        AeronServer server = server();
        AeronChannel interrupted = channel(server.address());
        AeronChannel other = channel(server.address());
        Thread.currentThread().interrupt();
        interrupted.send(random(1000, 1));
        assertThatThrownBy(() -> interrupted.receive(PATIENCE)).isInstanceOf(InterruptedException.class);
        assertExchange(other, random(1000, 3));
    }

    @Test
    void aHandlerThatThrowsLosesItsMessageAndNothingElse() throws Exception {
        AeronServer server = AeronServer.start(
                AeronServer.Options.on("127.0.0.1", 0, 1, 1 << 19),
                request -> {
                    if (request.length == 1) {
                        throw new IllegalStateException("on purpose");
                    }
                    return plusOne(request);
                },
                NO_SPARK_SECRET);
        opened.add(server);
        AeronChannel channel = channel(server.address());
        channel.send(new byte[1]);
        assertExchange(channel, random(1000, 3));
    }

    @Test
    void nothingIsLeftAfterClosing() throws Exception {
        AeronServer server = server();
        AeronChannel channel = channel(server.address());
        assertExchange(channel, random(1000, 3));
        assertThat(transportThreads()).isNotEmpty();
        assertThat(mediaDirectories()).isNotEmpty();
        channel.close();
        server.close();
        assertThat(transportThreads()).isEmpty();
        assertThat(mediaDirectories()).isEmpty();
        assertThat(System.getProperties().stringPropertyNames()).noneMatch(name -> name.startsWith("aeron."));
        TransportCounters counters = server.counters();
        assertThat(counters.messagesIn()).as("counters outlive the transport").isEqualTo(1);
        try (DatagramSocket free = new DatagramSocket(server.address().port(), InetAddress.getByName("127.0.0.1"))) {
            assertThat(free.isBound()).isTrue();
        }
    }

    @Test
    void listensOnOneInterfaceOnly() throws Exception {
        ServerAddress address = server().address();
        try (DatagramSocket elsewhere = new DatagramSocket(address.port(), InetAddress.getByName("127.0.0.2"))) {
            assertThat(elsewhere.isBound()).isTrue();
        }
    }

    @Test
    void theKeyIsNotPrinted() throws Exception {
        ServerAddress address = server().address();
        assertThat(address).hasToString("127.0.0.1:" + address.port());
    }

    private static List<String> transportThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("sparring-parameter-server") || name.contains("aeron"))
                .toList();
    }

    /** Of this process. */
    private static List<Path> mediaDirectories() throws IOException {
        String self = "-" + ProcessHandle.current().pid() + "-";
        try (Stream<Path> shared = Files.list(Path.of("/dev/shm"))) {
            return shared.filter(path -> path.getFileName().toString().startsWith("aeron-"))
                    .filter(path -> path.getFileName().toString().contains(self))
                    .toList();
        }
    }
}

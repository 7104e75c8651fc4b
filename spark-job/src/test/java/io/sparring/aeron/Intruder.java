package io.sparring.aeron;

import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.sparring.spark.SharedTime;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/** Somebody who speaks Aeron to the server's port, and says what he likes. */
final class Intruder implements AutoCloseable {
    private final MediaDriver driver;
    private final Aeron aeron;
    private final Publication publication;
    private final ServerAddress address;

    Intruder(Path directory, ServerAddress address) {
        this.address = address;
        driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                .aeronDirectoryName(directory.resolve("intruder").toString())
                .threadingMode(ThreadingMode.INVOKER)
                .dirDeleteOnShutdown(true)
                .publicationTermBufferLength(16 << 20));
        aeron = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(driver.aeronDirectoryName())
                .driverAgentInvoker(driver.sharedAgentInvoker())
                .useConductorAgentInvoker(true));
        aeron.conductorAgentInvoker().start();
        publication = aeron.addPublication("aeron:udp?endpoint=" + address, 119);
    }

    /** Sends an Aeron message, whole. */
    void say(byte[] message) {
        UnsafeBuffer buffer = new UnsafeBuffer(message);
        long end = SharedTime.nanos() + 10_000_000_000L;
        while (publication.offer(buffer) < 0) {
            assertThat(SharedTime.nanos()).as("Aeron takes it within 10 s").isLessThan(end);
            turn();
        }
        turn();
    }

    void turn() {
        driver.sharedAgentInvoker().invoke();
        aeron.conductorAgentInvoker().invoke();
    }

    /** Sends a UDP datagram that need not be Aeron's. */
    void throwDatagram(byte[] bytes) throws Exception {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName(address.host()), address.port()));
        }
    }

    /** A frame as a worker makes it, with the right key. */
    byte[] sealed(Frame frame, byte[] payload) {
        byte[] bytes = new byte[Frame.HEADER_BYTES + payload.length + Seal.BYTES];
        frame.writeTo(bytes);
        System.arraycopy(payload, 0, bytes, Frame.HEADER_BYTES, payload.length);
        new Seal(address.key(), address.session(), Seal.Sender.WORKER)
                .close(bytes, Frame.HEADER_BYTES + payload.length);
        return bytes;
    }

    /** The header of the first and only frame of a message. */
    static Frame frame(UUID workerJvm, long number, int messageBytes) {
        return new Frame(Frame.Kind.MESSAGE, 9, workerJvm, 0, messageBytes, number, number);
    }

    @Override
    public void close() {
        aeron.close();
        driver.close();
    }
}

package io.sparring.aeron;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * What stands before the payload of every frame. Data only, little-endian:
 *
 * <pre>
 *   magic (int) · kind (byte) · 0 (byte) · reply port (unsigned short) · worker JVM (2 longs) · channel (int)
 *   · message bytes (int) · number (long) · number of the message's first frame (long) · payload … · seal (32 bytes)
 * </pre>
 *
 * @param kind what it is for
 * @param replyPort where the worker's JVM listens; the server answers to this port of the address that the datagrams came from
 * @param workerJvm random, names the transport at the worker's end; in both directions
 * @param channel which of that transport's channels
 * @param messageBytes of the whole message
 * @param number counts the frames of one sender to one receiver
 * @param first the number of the message's first frame
 */
record Frame(Kind kind, int replyPort, UUID workerJvm, int channel, int messageBytes, long number, long first) {
    static final int HEADER_BYTES = 48;

    /** "SPF" and the version of this layout. */
    private static final int MAGIC = 'S' | 'P' << 8 | 'F' << 16 | 1 << 24;

    /** What a frame is for. */
    enum Kind {
        /** Is there anybody with the right key? */
        KNOCK,
        /** There is. */
        WELCOME,
        /** A piece of a message. */
        MESSAGE
    }

    /** Writes the header to the beginning of these bytes. */
    void writeTo(byte[] bytes) {
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC);
        out.put((byte) kind.ordinal()).put((byte) 0).putShort((short) replyPort);
        out.putLong(workerJvm.getMostSignificantBits()).putLong(workerJvm.getLeastSignificantBits());
        out.putInt(channel).putInt(messageBytes).putLong(number).putLong(first);
    }

    /** @return null if this is no header of ours, or one that contradicts itself */
    static Frame read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt() != MAGIC) {
            return null;
        }
        int kind = in.get();
        in.get();
        int replyPort = Short.toUnsignedInt(in.getShort());
        UUID workerJvm = new UUID(in.getLong(), in.getLong());
        int channel = in.getInt();
        int messageBytes = in.getInt();
        long number = in.getLong();
        long first = in.getLong();
        if (kind < 0 || kind >= Kind.values().length || messageBytes < 0 || first < 0 || first > number) {
            return null;
        }
        return new Frame(Kind.values()[kind], replyPort, workerJvm, channel, messageBytes, number, first);
    }
}

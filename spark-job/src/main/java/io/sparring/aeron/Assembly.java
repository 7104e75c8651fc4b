package io.sparring.aeron;

/** A message of several frames on its way in. */
final class Assembly {
    private final long first;
    private final byte[] message;
    private long next;
    private int filled;

    Assembly(Frame frame) {
        first = frame.first();
        next = first;
        message = new byte[frame.messageBytes()];
    }

    /** Whether this frame is the one that goes on here. Aeron keeps the order, so a gap means that the rest will not come. */
    boolean continues(Frame frame) {
        return frame.first() == first && frame.number() == next && frame.messageBytes() == message.length;
    }

    /** @return false if there is more than the message has room for */
    boolean add(byte[] frame, int payloadBytes) {
        if (payloadBytes > message.length - filled) {
            return false;
        }
        System.arraycopy(frame, Frame.HEADER_BYTES, message, filled, payloadBytes);
        filled += payloadBytes;
        next++;
        return true;
    }

    boolean complete() {
        return filled == message.length;
    }

    byte[] message() {
        return message;
    }
}

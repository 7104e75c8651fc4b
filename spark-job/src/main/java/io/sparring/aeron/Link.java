package io.sparring.aeron;

import io.aeron.Publication;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;

/** The way to one remote end: the messages that wait for it, the frames that they are cut into, and what has come from there. Everything but the waiting messages belongs to the transport's thread. */
final class Link {
    /** A channel has one request under way; more than its repetition need not wait. */
    private static final int WAITING_PER_CHANNEL = 2;

    private static final int SMALLEST_BUFFER = 4096;

    final UUID workerJvm;
    /** An address and a port. */
    final String endpoint;

    final ReplayWindow taken = new ReplayWindow();
    /** Unfinished messages by channel: one each, since a channel's messages come one after the other. */
    final Map<Integer, Assembly> assemblies = new HashMap<>();

    Publication publication;
    /** Since when there is nobody at the other end, {@link System#nanoTime}; 0 while there is. */
    long awaySince;

    /** The message that is being sent; null if none. Written by the transport's thread, which alone looks further. */
    private volatile Outgoing current;
    /** Of its payload. */
    private int sentBytes;
    /** The number of its first frame. */
    private long first;
    /** Of the next frame. */
    private long number;

    /** The next frame, sealed; 0 bytes if there is none. */
    private byte[] frame;

    private int frameBytes;
    private int framePayloadBytes;

    private final ArrayDeque<Outgoing> waiting = new ArrayDeque<>();

    /** A message, or an empty word of greeting. */
    record Outgoing(Frame.Kind kind, int channel, byte[] payload) {
        private boolean isSame(Outgoing other) {
            return other != null && other.channel == channel && other.payload == payload;
        }
    }

    Link(UUID workerJvm, String endpoint) {
        this.workerJvm = workerJvm;
        this.endpoint = endpoint;
    }

    /**
     * Adds a message, unless the very same is still on its way: Aeron loses nothing, so a repetition would only be in its way.
     *
     * @return how many older messages of the same channel were dropped for it
     */
    int enqueue(Outgoing message) {
        synchronized (waiting) {
            if (message.kind == Frame.Kind.MESSAGE
                    && (message.isSame(current) || waiting.stream().anyMatch(message::isSame))) {
                return 0;
            }
            int dropped = 0;
            int sameChannel = 0;
            for (Iterator<Outgoing> newestFirst = waiting.descendingIterator(); newestFirst.hasNext(); ) {
                Outgoing other = newestFirst.next();
                if (other.kind == message.kind && other.channel == message.channel) {
                    sameChannel++;
                    if (sameChannel >= WAITING_PER_CHANNEL) {
                        newestFirst.remove();
                        dropped++;
                    }
                }
            }
            waiting.add(message);
            return dropped;
        }
    }

    /**
     * Makes the next frame, unless there is one that Aeron had no room for.
     *
     * @param replyPort where answers go
     * @param largestFrame in bytes
     * @return whether there is one, in {@link #frame()}
     */
    boolean prepare(int replyPort, int largestFrame, Seal seal) {
        if (frameBytes > 0) {
            return true;
        }
        if (current == null) {
            synchronized (waiting) {
                current = waiting.poll();
            }
            if (current == null) {
                return false;
            }
            sentBytes = 0;
            first = number;
        }
        byte[] payload = current.payload();
        int wanted = Math.min(largestFrame, Frame.HEADER_BYTES + payload.length - sentBytes + Seal.BYTES);
        if (frame == null || frame.length < wanted) {
            frame = new byte[Math.min(largestFrame, Math.max(SMALLEST_BUFFER, wanted))];
        }
        framePayloadBytes = Math.min(payload.length - sentBytes, frame.length - Frame.HEADER_BYTES - Seal.BYTES);
        new Frame(current.kind(), replyPort, workerJvm, current.channel(), payload.length, number, first)
                .writeTo(frame);
        System.arraycopy(payload, sentBytes, frame, Frame.HEADER_BYTES, framePayloadBytes);
        seal.close(frame, Frame.HEADER_BYTES + framePayloadBytes);
        frameBytes = Frame.HEADER_BYTES + framePayloadBytes + Seal.BYTES;
        return true;
    }

    /** What {@link #prepare} made, in its first {@link #frameBytes()} bytes. */
    byte[] frame() {
        return frame;
    }

    int frameBytes() {
        return frameBytes;
    }

    /**
     * Aeron has taken the frame.
     *
     * @return the message whose last frame it was; null if more are to come
     */
    Outgoing sent() {
        frameBytes = 0;
        number++;
        sentBytes += framePayloadBytes;
        if (sentBytes < current.payload().length) {
            return null;
        }
        Outgoing whole = current;
        current = null;
        return whole;
    }

    boolean idle() {
        synchronized (waiting) {
            return current == null && waiting.isEmpty();
        }
    }

    /** @return how many messages will not be sent */
    int drop() {
        synchronized (waiting) {
            int dropped = waiting.size() + (current == null ? 0 : 1);
            waiting.clear();
            current = null;
            frameBytes = 0;
            return dropped;
        }
    }
}

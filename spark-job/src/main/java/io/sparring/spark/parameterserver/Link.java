package io.sparring.spark.parameterserver;

import io.aeron.Publication;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;

/** The way to one remote end, and what is known of it. Everything but the waiting messages belongs to the transport's thread. */
final class Link {
    /** A channel has one request under way; more than its repetition need not wait. */
    private static final int WAITING_PER_CHANNEL = 2;

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
    volatile Outgoing current;

    int sentBytes;
    long first;
    /** Of the next frame. */
    long number;

    /** A sealed frame that Aeron had no room for; 0 bytes if there is none. */
    byte[] frame;

    int frameBytes;
    int framePayloadBytes;

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

    /** @return null if there is none */
    Outgoing next() {
        synchronized (waiting) {
            return waiting.poll();
        }
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

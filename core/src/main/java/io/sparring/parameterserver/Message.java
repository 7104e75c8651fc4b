package io.sparring.parameterserver;

import io.sparring.network.Normalizer;
import io.sparring.network.RunningMoments;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What workers and server say to each other. Data only, little-endian:
 *
 * <pre>
 *   "SP" · format version (short) · kind (byte) · worker (int) · attempt (long) · sequence (long) · the kind's own fields
 * </pre>
 *
 * <p>Every array stands behind its length, which is believed only as far as there are bytes.
 */
sealed interface Message {
    /** Changes whenever the layout does. */
    short VERSION = 2;

    /** Larger messages are neither sent nor read. */
    int MAX_BYTES = 64 << 20;

    /** Which worker, from 0. */
    int worker();

    /** Which life of this worker: the higher one is the newer. */
    long attempt();

    /** Counts this attempt's requests from 0; an answer has its request's. */
    long sequence();

    /** The first words of a worker: it wants the parameters, and to be the only one of its number. */
    record Hello(int worker, long attempt, long sequence, String build, int parameterCount) implements Message {}

    /** The worker wants the newest parameters. */
    record Pull(int worker, long attempt, long sequence) implements Message {}

    /**
     * What a worker has learned.
     *
     * @param envSteps environment steps that it took for this
     * @param vector θ′, or its gradient where the server takes the steps; empty where it is not finite
     * @param seen what the global normaliser gets of it
     * @param report for whoever drives the training; the server keeps it as it is
     * @param snapshot of the worker, where it was asked for; else empty
     */
    record Push(
            int worker,
            long attempt,
            long sequence,
            int envSteps,
            float[] vector,
            Normalizer seen,
            byte[] report,
            byte[] snapshot)
            implements Message {}

    /** The last words of a worker that was told to end; there is no reply but an acknowledgement. */
    record Goodbye(int worker, long attempt, long sequence, byte[] snapshot) implements Message {}

    /**
     * What the server says to any of these.
     *
     * @param outcome what became of the request
     * @param version of {@code vector}: how many updates it holds
     * @param envSteps of the whole run so far
     * @param finished whether the worker shall end
     * @param snapshotWanted whether the next push shall bring a snapshot
     * @param vector θ; for elastic pushes what the worker has to subtract from θ′
     * @param normalizer of all that was seen so far; of nothing where there is no vector
     * @param snapshot the last one of this worker, for a new attempt; else empty
     * @param reason of a refusal
     */
    record Answer(
            int worker,
            long attempt,
            long sequence,
            Outcome outcome,
            long version,
            long envSteps,
            boolean finished,
            boolean snapshotWanted,
            float[] vector,
            Normalizer normalizer,
            byte[] snapshot,
            String reason)
            implements Message {}

    /** Bytes that are no message of this format. */
    final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    /** @throws IllegalArgumentException if it is larger than {@link #MAX_BYTES} */
    default byte[] encode() {
        Writer out = new Writer(this);
        if (this instanceof Hello hello) {
            out.text(hello.build);
            out.bytes.putInt(hello.parameterCount);
        } else if (this instanceof Push push) {
            out.bytes.putInt(push.envSteps);
            out.floats(push.vector);
            out.normalizer(push.seen);
            out.bytes(push.report);
            out.bytes(push.snapshot);
        } else if (this instanceof Goodbye goodbye) {
            out.bytes(goodbye.snapshot);
        } else if (this instanceof Answer answer) {
            out.bytes.put((byte) answer.outcome.ordinal());
            out.bytes.putLong(answer.version);
            out.bytes.putLong(answer.envSteps);
            out.bytes.put((byte) ((answer.finished ? 1 : 0) | (answer.snapshotWanted ? 2 : 0)));
            out.floats(answer.vector);
            out.normalizer(answer.normalizer);
            out.bytes(answer.snapshot);
            out.text(answer.reason);
        }
        return out.bytes.array();
    }

    /** @throws Malformed if this is none that {@link #encode} gave */
    static Message decode(byte[] message) throws Malformed {
        if (message.length < Writer.HEADER_BYTES || message.length > MAX_BYTES) {
            throw new Malformed("a message of " + message.length + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.get() != 'S' || bytes.get() != 'P') {
            throw new Malformed("it does not begin as a message does");
        }
        short version = bytes.getShort();
        if (version != VERSION) {
            throw new Malformed("its format is version " + version + ", and this build reads version " + VERSION);
        }
        byte kind = bytes.get();
        int worker = bytes.getInt();
        long attempt = bytes.getLong();
        long sequence = bytes.getLong();
        Reader in = new Reader(bytes);
        Message read = switch (kind) {
            case 0 -> new Hello(worker, attempt, sequence, in.text(), in.integer());
            case 1 -> new Pull(worker, attempt, sequence);
            case 2 ->
                new Push(worker, attempt, sequence, in.integer(), in.floats(), in.normalizer(), in.bytes(), in.bytes());
            case 3 -> new Goodbye(worker, attempt, sequence, in.bytes());
            case 4 -> answer(in, worker, attempt, sequence);
            default -> throw new Malformed("there is no message of kind " + kind);
        };
        if (bytes.hasRemaining()) {
            throw new Malformed("it goes on after its end");
        }
        return read;
    }

    private static Answer answer(Reader in, int worker, long attempt, long sequence) throws Malformed {
        byte outcome = in.octet();
        if (outcome < 0 || outcome >= Outcome.values().length) {
            throw new Malformed("there is no outcome " + outcome);
        }
        long version = in.integer64();
        long envSteps = in.integer64();
        byte flags = in.octet();
        return new Answer(
                worker,
                attempt,
                sequence,
                Outcome.values()[outcome],
                version,
                envSteps,
                (flags & 1) != 0,
                (flags & 2) != 0,
                in.floats(),
                in.normalizer(),
                in.bytes(),
                in.text());
    }

    /** Writes the header, and arrays behind their lengths. */
    final class Writer {
        static final int HEADER_BYTES = 2 + Short.BYTES + 1 + Integer.BYTES + 2 * Long.BYTES;

        private final ByteBuffer bytes;

        private Writer(Message message) {
            long size = HEADER_BYTES;
            byte kind;
            if (message instanceof Hello hello) {
                kind = 0;
                size += 2L * Integer.BYTES + utf8(hello.build).length;
            } else if (message instanceof Pull) {
                kind = 1;
            } else if (message instanceof Push push) {
                kind = 2;
                size += 4L * Integer.BYTES
                        + (long) push.vector.length * Float.BYTES
                        + bytes(push.seen)
                        + push.report.length
                        + push.snapshot.length;
            } else if (message instanceof Goodbye goodbye) {
                kind = 3;
                size += Integer.BYTES + goodbye.snapshot.length;
            } else {
                Answer answer = (Answer) message;
                kind = 4;
                size += 2L
                        + 2 * Long.BYTES
                        + 3 * Integer.BYTES
                        + (long) answer.vector.length * Float.BYTES
                        + bytes(answer.normalizer)
                        + answer.snapshot.length
                        + utf8(answer.reason).length;
            }
            if (size > MAX_BYTES) {
                throw new IllegalArgumentException("a message of " + size + " bytes; the largest has " + MAX_BYTES);
            }
            bytes = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
            bytes.put((byte) 'S').put((byte) 'P').putShort(VERSION).put(kind);
            bytes.putInt(message.worker()).putLong(message.attempt()).putLong(message.sequence());
        }

        private static long bytes(Normalizer normalizer) {
            int numbers =
                    normalizer.observations().size() + normalizer.returns().size();
            return 2L * (Long.BYTES + 2 * Integer.BYTES) + 2L * numbers * Double.BYTES;
        }

        private static byte[] utf8(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        private void bytes(byte[] elements) {
            bytes.putInt(elements.length);
            bytes.put(elements);
        }

        private void text(String text) {
            bytes(utf8(text));
        }

        private void floats(float[] elements) {
            bytes.putInt(elements.length);
            bytes.asFloatBuffer().put(elements);
            bytes.position(bytes.position() + elements.length * Float.BYTES);
        }

        private void normalizer(Normalizer normalizer) {
            moments(normalizer.observations());
            moments(normalizer.returns());
        }

        private void moments(RunningMoments moments) {
            bytes.putLong(moments.count());
            doubles(moments.means());
            doubles(moments.squares());
        }

        private void doubles(double[] elements) {
            bytes.putInt(elements.length);
            bytes.asDoubleBuffer().put(elements);
            bytes.position(bytes.position() + elements.length * Double.BYTES);
        }
    }

    /** Reads what {@link Writer} wrote, and nothing beyond the end. */
    final class Reader {
        private final ByteBuffer bytes;

        private Reader(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        private byte octet() throws Malformed {
            require(1);
            return bytes.get();
        }

        private int integer() throws Malformed {
            require(Integer.BYTES);
            return bytes.getInt();
        }

        private long integer64() throws Malformed {
            require(Long.BYTES);
            return bytes.getLong();
        }

        private int length(int elementBytes) throws Malformed {
            int length = integer();
            if (length < 0 || length > bytes.remaining() / elementBytes) {
                throw new Malformed("an array of " + length + " elements does not fit into it");
            }
            return length;
        }

        private byte[] bytes() throws Malformed {
            byte[] elements = new byte[length(1)];
            bytes.get(elements);
            return elements;
        }

        private String text() throws Malformed {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        private float[] floats() throws Malformed {
            float[] elements = new float[length(Float.BYTES)];
            bytes.asFloatBuffer().get(elements);
            bytes.position(bytes.position() + elements.length * Float.BYTES);
            return elements;
        }

        private Normalizer normalizer() throws Malformed {
            try {
                return new Normalizer(moments(), moments());
            } catch (IllegalArgumentException e) {
                throw new Malformed("its normaliser has " + e.getMessage());
            }
        }

        private RunningMoments moments() throws Malformed {
            return new RunningMoments(integer64(), doubles(), doubles());
        }

        private double[] doubles() throws Malformed {
            double[] elements = new double[length(Double.BYTES)];
            bytes.asDoubleBuffer().get(elements);
            bytes.position(bytes.position() + elements.length * Double.BYTES);
            return elements;
        }

        private void require(int count) throws Malformed {
            if (bytes.remaining() < count) {
                throw new Malformed("it ends too early");
            }
        }
    }
}

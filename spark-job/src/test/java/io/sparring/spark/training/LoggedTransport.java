package io.sparring.spark.training;

import io.sparring.parameterserver.Channel;
import io.sparring.parameterserver.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.UnaryOperator;

/**
 * A transport whose workers write down, each attempt in a file of its own, what they send and what is acknowledged: lines of
 * {@code sent SEQUENCE} before a push leaves, and {@code acknowledged SEQUENCE OUTCOME} once its answer is there. It reads the messages by their
 * documented layout and not by the code that wrote them.
 */
record LoggedTransport(ParameterTransport transport, Path folder) implements ParameterTransport {
    private static final byte PUSH = 2;
    private static final byte ANSWER = 4;
    private static final int KIND = 4;
    private static final int SEQUENCE = KIND + 1 + Integer.BYTES + Long.BYTES;
    private static final int OUTCOME = SEQUENCE + Long.BYTES;

    @Override
    public ServerEnd open(UnaryOperator<byte[]> server, int workers) throws IOException {
        return new LoggedEnd(transport.open(server, workers), folder.toString());
    }

    private record LoggedEnd(ServerEnd end, String folder) implements ServerEnd {
        @Override
        public WorkerEnd workerEnd() {
            return new LoggedWay(end.workerEnd(), folder);
        }

        @Override
        public String description() {
            return end.description();
        }

        @Override
        public long bytesReceived() {
            return end.bytesReceived();
        }

        @Override
        public long bytesSent() {
            return end.bytesSent();
        }

        @Override
        public long refused() {
            return end.refused();
        }

        @Override
        public void check() throws IOException {
            end.check();
        }

        @Override
        public void close() {
            end.close();
        }
    }

    private record LoggedWay(WorkerEnd way, String folder) implements WorkerEnd {
        @Override
        public Channel connect(int worker, long attempt) throws IOException, InterruptedException {
            FileChannel log = FileChannel.open(
                    Path.of(folder, worker + "-" + attempt), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new LoggedChannel(way.connect(worker, attempt), log);
        }
    }

    private record LoggedChannel(Channel channel, FileChannel log) implements Channel {
        @Override
        public void send(byte[] message) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
            if (bytes.get(KIND) == PUSH) {
                write("sent " + bytes.getLong(SEQUENCE));
            }
            channel.send(message);
        }

        @Override
        public byte[] receive(long timeoutNanos) throws IOException, InterruptedException {
            byte[] message = channel.receive(timeoutNanos);
            if (message != null) {
                ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
                if (bytes.get(KIND) == ANSWER) {
                    write("acknowledged " + bytes.getLong(SEQUENCE) + " " + Outcome.values()[bytes.get(OUTCOME)]);
                }
            }
            return message;
        }

        /** In one write, so that a killed process leaves whole lines. */
        private void write(String line) throws IOException {
            log.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
        }

        @Override
        public void close() {
            channel.close();
            try {
                log.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}

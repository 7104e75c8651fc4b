package io.sparring.parameterserver;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.UnaryOperator;

/** A way to a server in the same JVM: sending is calling it, so nothing is ever lost or late. Used by one thread at a time. */
public final class InMemoryChannel implements Channel {
    private final UnaryOperator<byte[]> server;
    private final Queue<byte[]> answers = new ArrayDeque<>();

    public InMemoryChannel(UnaryOperator<byte[]> server) {
        this.server = server;
    }

    @Override
    public void send(byte[] message) throws IOException {
        byte[] answer = server.apply(message);
        if (answer != null) {
            answers.add(answer);
        }
    }

    @Override
    public byte[] receive(long timeoutNanos) {
        return answers.poll();
    }

    @Override
    public void close() {
        answers.clear();
    }
}

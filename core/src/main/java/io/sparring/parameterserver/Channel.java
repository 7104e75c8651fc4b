package io.sparring.parameterserver;

import java.io.IOException;

/** The worker's end of a way to the parameter server. Messages may be lost, delayed, doubled and reordered; sizes up to 64 MiB. */
public interface Channel extends AutoCloseable {

    /**
     * Sends without waiting for an answer; whether it arrives is not known.
     *
     * @throws IOException if the way is closed for good
     */
    void send(byte[] message) throws IOException;

    /**
     * The next message from the server, in whatever order they came.
     *
     * @param timeoutNanos how long to wait at most; 0 takes only what is there
     * @return null when nothing came in time
     * @throws IOException if the way is closed for good
     */
    byte[] receive(long timeoutNanos) throws IOException, InterruptedException;

    @Override
    void close();
}

package io.sparring.spark.training;

import io.sparring.parameterserver.Channel;
import java.io.IOException;
import java.io.Serializable;
import java.util.function.UnaryOperator;

/** How workers on executors reach the parameter server at the driver. */
public interface ParameterTransport {

    /**
     * Opens the driver's end.
     *
     * @param server what answers requests; called by the transport's threads
     * @param workers how many there will be
     * @throws IOException in one clear line: no free port, too little shared memory
     */
    ServerEnd open(UnaryOperator<byte[]> server, int workers) throws IOException;

    /** The driver's end. */
    interface ServerEnd extends AutoCloseable {
        /** What a worker needs to get here; travels with its task. */
        WorkerEnd workerEnd();

        /** For the user, as in {@code Aeron on udp 127.0.0.1:40123}. */
        String description();

        /** Bytes of messages that came from workers. */
        long bytesReceived();

        /** Bytes of messages that went to workers. */
        long bytesSent();

        /** What was not let in: forged, replayed, too large, or nothing of ours. */
        long refused();

        /** @throws IOException if the transport does not work any more */
        void check() throws IOException;

        /** Leaves nothing behind: no thread, no socket, no file. */
        @Override
        void close();
    }

    /** The worker's way to the driver's end. */
    interface WorkerEnd extends Serializable {
        /** @throws IOException if the server cannot be reached within a deadline; the message says what was waited for */
        Channel connect(int worker, long attempt) throws IOException, InterruptedException;
    }
}

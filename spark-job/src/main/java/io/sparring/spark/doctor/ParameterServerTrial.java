package io.sparring.spark.doctor;

import io.sparring.parameterserver.Channel;
import io.sparring.spark.training.ParameterTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/** Whether messages go from here to a parameter server at the driver and back. */
final class ParameterServerTrial extends Trial {
    private static final long serialVersionUID = 1L;

    /** More than fits into one datagram: networks that let small ones through only are not rare. */
    static final int MESSAGE_BYTES = 100_000;

    static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ParameterTransport.WorkerEnd way;

    /** @param way to a server that sends back what it gets */
    ParameterServerTrial(ParameterTransport.WorkerEnd way) {
        this.way = way;
    }

    @Override
    String attempt() throws IOException, InterruptedException {
        byte[] message = new byte[MESSAGE_BYTES];
        Arrays.fill(message, (byte) 1);
        try (Channel channel = way.connect(0, 0)) {
            channel.send(message);
            byte[] answer = channel.receive(PATIENCE.toNanos());
            if (answer == null) {
                return "a greeting comes through, but no message of " + MESSAGE_BYTES + " bytes within "
                        + PATIENCE.toSeconds() + " s: large datagrams are lost (MTU)";
            }
            return Arrays.equals(answer, message) ? null : "a message came back altered";
        }
    }
}

package io.sparring.aeron;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.nd4j.parameterserver.distributed.v2.messages.impl.base.BaseRequestMessage;

/** A message of ours among those of DL4J's parameter server. It crosses the wire as frames, never as a Java object. */
final class Envelope extends BaseRequestMessage {
    private static final long serialVersionUID = 1L;

    private final int channel;
    private final transient byte[] payload;

    /** @param originator who sent it, as {@link StarTransport} names its peers */
    Envelope(String originator, int channel, byte[] payload) {
        setOriginatorId(originator);
        this.channel = channel;
        this.payload = payload;
    }

    int channel() {
        return channel;
    }

    byte[] payload() {
        return payload;
    }

    @Override
    public UnsafeBuffer asUnsafeBuffer() {
        throw new UnsupportedOperationException("frames are written by the transport");
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(getClass().getName());
    }
}

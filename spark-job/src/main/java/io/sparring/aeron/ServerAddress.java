package io.sparring.aeron;

import java.io.Serializable;

/**
 * Where a parameter server is reached, for this run alone. Travels with the tasks, so it is as secret as Spark's own messages.
 *
 * @param host name or address, as the workers see it
 * @param port UDP
 * @param session random, 16 bytes; what was sealed for one session is worth nothing in another
 * @param key random, 32 bytes; empty where both ends take Spark's own secret instead
 * @param termBytes of Aeron's buffers, at both ends
 */
public record ServerAddress(String host, int port, byte[] session, byte[] key, int termBytes) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The same server under the name by which workers know its host. */
    public ServerAddress at(String otherHost) {
        return new ServerAddress(otherHost, port, session, key, termBytes);
    }

    /** Without the key: it must not end up in a log. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}

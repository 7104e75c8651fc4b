package io.sparring.aeron;

import java.io.IOException;

/** The transport cannot start, or not go on; the message is one line for the user. */
public final class TransportFailed extends IOException {
    private static final long serialVersionUID = 1L;

    TransportFailed(String message) {
        super(message);
    }

    TransportFailed(String message, Throwable cause) {
        super(message, cause);
    }
}

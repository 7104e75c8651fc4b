package io.sparring.environment;

/** There is no picture of an environment here; the message is one line for the user. */
public final class CannotDraw extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CannotDraw(String message) {
        super(message);
    }
}

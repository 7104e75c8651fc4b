package io.sparring.algorithm;

/** Training cannot go on. The message is for the user: what happened, where, and what was kept. */
public final class TrainingFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TrainingFailed(String message) {
        super(message);
    }

    public TrainingFailed(String message, Throwable cause) {
        super(message, cause);
    }
}

package io.sparring.spark.score;

/** A row that a policy cannot look at; the message says which and why. */
public final class BadRow extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadRow(String message) {
        super(message);
    }
}

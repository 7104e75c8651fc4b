package io.sparring.configuration;

import io.sparring.Explanation;

/** A configuration that cannot be run. The message is one line that a user can act on: where, what, and what was expected. */
public class InvalidConfiguration extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidConfiguration(String message) {
        super(Explanation.oneLine(message));
    }
}

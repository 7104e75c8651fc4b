package io.sparring.environment.gymnasium;

/** What a Python process said instead of an answer. The message's first line is for the user; a traceback follows where there is one. */
public final class PythonFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean lost;

    private PythonFailure(String message, boolean lost) {
        super(message);
        this.lost = lost;
    }

    /** The process is no more. */
    static PythonFailure lost(String message) {
        return new PythonFailure(message, true);
    }

    /** It is the user's to mend. */
    static PythonFailure refused(String message) {
        return new PythonFailure(message, false);
    }

    /** The environment's own code has failed. */
    static PythonFailure raised(String message) {
        return new PythonFailure(message, false);
    }

    /** Whether a fresh process may go on. */
    boolean isLost() {
        return lost;
    }
}

package io.sparring.environment.gymnasium;

/** What a Python process said instead of an answer. The message's first line is for the user; a traceback follows where there is one. */
public final class PythonFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean lost;
    private final boolean refused;

    private PythonFailure(String message, boolean lost, boolean refused) {
        super(message);
        this.lost = lost;
        this.refused = refused;
    }

    /** The process is no more. */
    static PythonFailure lost(String message) {
        return new PythonFailure(message, true, false);
    }

    /** It is the user's to mend. */
    static PythonFailure refused(String message) {
        return new PythonFailure(message, false, true);
    }

    /** The environment's own code has failed. */
    static PythonFailure raised(String message) {
        return new PythonFailure(message, false, false);
    }

    /** Whether a fresh process may go on. */
    boolean isLost() {
        return lost;
    }

    /** Whether trying it again would be no use. */
    boolean isRefused() {
        return refused;
    }
}

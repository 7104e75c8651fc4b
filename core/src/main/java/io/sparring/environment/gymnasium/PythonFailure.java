package io.sparring.environment.gymnasium;

/** What a Python process said instead of an answer. The message's first line is for the user; a traceback follows where there is one. */
public final class PythonFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private enum Kind {
        LOST,
        MISSING,
        REFUSED,
        RAISED
    }

    private final Kind kind;

    private PythonFailure(String message, Kind kind) {
        super(message);
        this.kind = kind;
    }

    /** The process is no more. */
    static PythonFailure lost(String message) {
        return new PythonFailure(message, Kind.LOST);
    }

    /** This machine lacks an interpreter or a package; another one may have it. */
    static PythonFailure missing(String message) {
        return new PythonFailure(message, Kind.MISSING);
    }

    /** It is the user's to mend. */
    static PythonFailure refused(String message) {
        return new PythonFailure(message, Kind.REFUSED);
    }

    /** The environment's own code has failed. */
    static PythonFailure raised(String message) {
        return new PythonFailure(message, Kind.RAISED);
    }

    /** Whether a fresh process may go on. */
    boolean isLost() {
        return kind == Kind.LOST;
    }

    /** Whether it is the user's to mend: another attempt comes to the same. */
    public boolean isRefused() {
        return kind == Kind.REFUSED;
    }

    /** Whether it may be well on another machine. */
    public boolean isMissing() {
        return kind == Kind.MISSING;
    }

    /** The message: whoever hands it on has nothing to add of which class it is. */
    @Override
    public String toString() {
        return getMessage();
    }
}

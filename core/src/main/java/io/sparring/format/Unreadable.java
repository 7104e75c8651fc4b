package io.sparring.format;

import java.io.IOException;

/** Bytes that this build cannot read. The message says why, as in {@code it ends too early}. */
public abstract sealed class Unreadable extends IOException {
    private static final long serialVersionUID = 1L;

    private Unreadable(String message) {
        super(message);
    }

    /** Of a version that this build does not read any more. */
    public static final class TooOld extends Unreadable {
        private static final long serialVersionUID = 1L;

        public TooOld(String message) {
            super(message);
        }
    }

    /** Of a version that a later build has made: whole, for all that this one can know, and not to be replaced by anything older. */
    public static final class TooNew extends Unreadable {
        private static final long serialVersionUID = 1L;

        public TooNew(String message) {
            super(message);
        }
    }

    /** Of no version at all: truncated, altered, or something else. */
    public static final class Damaged extends Unreadable {
        private static final long serialVersionUID = 1L;

        public Damaged(String message) {
            super(message);
        }
    }
}

package io.sparring.tuning;

/**
 * What a worker is told when it asks for something to do.
 *
 * @param kind what
 * @param slice which, where there is one
 */
public record Work(Kind kind, Slice slice) {
    /** What a worker is to do. */
    public enum Kind {
        /** Compute this slice. */
        SLICE,
        /** Nothing now; ask again soon. */
        WAIT,
        /** Nothing any more. */
        END
    }

    static final Work WAIT = new Work(Kind.WAIT, null);
    static final Work END = new Work(Kind.END, null);

    static Work of(Slice slice) {
        return new Work(Kind.SLICE, slice);
    }
}

package io.sparring.tuning;

import java.util.ArrayList;
import java.util.List;

/** The candidates begun so far, in order: candidate c is entry c. Not thread-safe. */
public final class History {
    private final List<Seen> seen = new ArrayList<>();

    /** How far a candidate is. */
    public enum State {
        RUNNING,
        /** Has a score, and is not trained on: paused or stopped before its own end. */
        STOPPED,
        FINISHED,
        FAILED
    }

    /**
     * @param score the last one reported, larger is better; NaN: none
     * @param round the round that it came at; 0: none
     */
    public record Seen(Point point, double score, long round, State state) {}

    /** The next candidate has been begun. */
    public void begun(Point point) {
        seen.add(new Seen(point, Double.NaN, 0, State.RUNNING));
    }

    /** What is known of a candidate now. */
    public void reported(int candidate, double score, long round, State state) {
        seen.set(candidate, new Seen(seen.get(candidate).point(), score, round, state));
    }

    /** How many were begun. */
    public int size() {
        return seen.size();
    }

    public Seen get(int candidate) {
        return seen.get(candidate);
    }
}

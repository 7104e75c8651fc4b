package io.sparring.tuning;

/** Chooses the points. Not thread-safe. */
public interface Sampler {
    /**
     * A candidate's point: the same for the same candidate and history, whatever was asked before.
     *
     * @param candidate from 0 on
     * @param seen all candidates begun before this one, and what is known of them
     */
    Point point(int candidate, History seen);
}

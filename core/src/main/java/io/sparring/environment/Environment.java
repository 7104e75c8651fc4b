package io.sparring.environment;

import java.util.Optional;

/**
 * B copies of one environment that step together, each on its own episode.
 *
 * <p>A copy whose episode ends (it <em>terminated</em>: the task itself is over; or it was <em>truncated</em>: a limit cut
 * it) is reset at once, within the same step: the next observation is then the first of the new episode, and the last one of
 * the old episode is kept apart, because a truncated episode is bootstrapped from it.
 *
 * <p>An environment is deterministic: its seeds and its actions decide everything, and its whole state (episodes and
 * generators) can be taken and given back as bytes. That is what lets a lost shard be computed again, bit for bit.
 * Instances are used by one thread at a time.
 *
 * <p>A new environment is this and an {@link EnvironmentFactory}; its test calls {@link io.sparring.environment.testing.EnvironmentChecker}.
 * Whoever makes one closes it.
 */
public interface Environment extends AutoCloseable {

    /** What one copy observes. */
    Space.Box observationSpace();

    /** What one copy may be told to do. */
    Space actionSpace();

    /** B, the number of copies. */
    int copies();

    /**
     * Starts a new episode in every copy and forgets all that was before.
     *
     * @param seeds B seeds, one a copy: all that the copy will ever draw follows from its seed
     * @param observations receives the first observations, B × observation size, row by row
     */
    void reset(long[] seeds, float[] observations);

    /**
     * As {@link #reset(long[], float[])}; an environment that masks actions overrides it and says which of them are allowed first.
     *
     * @param first receives the first observations and, where {@link #masks()}, the first masks
     */
    default void reset(long[] seeds, Step first) {
        reset(seeds, first.observations);
    }

    /**
     * Whether some actions are forbidden at times: then every step and reset writes {@link Step#allowed}, and no action that it forbids
     * comes next. The same at every call; for a finite action space only.
     */
    default boolean masks() {
        return false;
    }

    /** Which of an observation's numbers whoever keeps it keeps as bytes; the same at every call. */
    default RowLayout layout() {
        return RowLayout.of(observationSpace());
    }

    /**
     * Whether it can write what it observes as its {@link #layout} has it: where a reset or step is given a {@linkplain Step#compact compact} step, it
     * writes bytes to {@link Step#bytes} and {@link Step#finalBytes}, and floats alone to the others. For images, of which the numbers would be made
     * floats and bytes again.
     */
    default boolean observesBytes() {
        return false;
    }

    /**
     * One step of every copy.
     *
     * @param actions B × action size, row by row, each within the action space
     * @param result receives what happened; every field is written
     */
    void step(float[] actions, Step result);

    /** The whole state, generators included. */
    byte[] snapshot();

    /**
     * Goes back to a state taken by {@link #snapshot()} from an environment with the same options and number of copies.
     *
     * @throws IllegalArgumentException if the snapshot is not of such an environment
     */
    void restore(byte[] snapshot);

    /**
     * How it looks; none where it has no drawing. Asked for before the first reset, since it may be made otherwise where it is to be drawn.
     */
    default Optional<Drawing> drawing() {
        return Optional.empty();
    }

    /** What has disturbed it since this was asked last. */
    default Disturbances disturbances() {
        return Disturbances.NONE;
    }

    /** Lets go of what it holds besides memory. A second call does nothing. */
    @Override
    default void close() {}
}

package io.sparring.environment.wrapper;

import io.sparring.environment.Disturbances;
import io.sparring.environment.Drawing;
import io.sparring.environment.Environment;
import io.sparring.environment.RowLayout;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * An environment around another one, which changes nothing but what a subclass does.
 *
 * @param <E> what is within
 */
abstract class Wrapped<E extends Environment> implements Environment {
    final E inner;

    Wrapped(E inner) {
        this.inner = inner;
    }

    @Override
    public Space.Box observationSpace() {
        return inner.observationSpace();
    }

    /** Whoever shows something else of a dictionary shows floats. */
    @Override
    public final RowLayout layout() {
        return observationSpace().equals(inner.observationSpace()) ? inner.layout() : RowLayout.of(observationSpace());
    }

    @Override
    public final Space actionSpace() {
        return inner.actionSpace();
    }

    @Override
    public final int copies() {
        return inner.copies();
    }

    @Override
    public final boolean masks() {
        return inner.masks();
    }

    @Override
    public final Disturbances disturbances() {
        return inner.disturbances();
    }

    @Override
    public final void reset(long[] seeds, float[] observations) {
        Step first = Step.of(this);
        reset(seeds, first);
        System.arraycopy(first.observations, 0, observations, 0, first.observations.length);
    }

    @Override
    public void reset(long[] seeds, Step first) {
        inner.reset(seeds, first);
    }

    /** All that does not depend on how observations look. */
    static void copyOutcome(Step from, Step to) {
        System.arraycopy(from.rewards, 0, to.rewards, 0, from.rewards.length);
        System.arraycopy(from.terminated, 0, to.terminated, 0, from.terminated.length);
        System.arraycopy(from.truncated, 0, to.truncated, 0, from.truncated.length);
        copyMasks(from, to);
    }

    static void copyMasks(Step from, Step to) {
        System.arraycopy(from.allowed, 0, to.allowed, 0, from.allowed.length);
    }

    /** How many bytes {@link #write} writes and {@link #read} reads. */
    int stateBytes() {
        return 0;
    }

    /** Appends the wrapper's own state. */
    void write(ByteBuffer bytes) {}

    /** Takes on the state that {@link #write} wrote. */
    void read(ByteBuffer bytes) {}

    @Override
    public final byte[] snapshot() {
        byte[] within = inner.snapshot();
        ByteBuffer bytes = ByteBuffer.allocate(stateBytes() + within.length);
        write(bytes);
        return bytes.put(within).array();
    }

    @Override
    public final void restore(byte[] snapshot) {
        if (snapshot.length < stateBytes()) {
            throw new IllegalArgumentException("not a snapshot of " + copies() + " copies within this wrapper: "
                    + snapshot.length + " bytes, and its own state has " + stateBytes());
        }
        // First, because it may refuse.
        inner.restore(Arrays.copyOfRange(snapshot, stateBytes(), snapshot.length));
        read(ByteBuffer.wrap(snapshot));
    }

    @Override
    public Optional<Drawing> drawing() {
        return inner.drawing();
    }

    @Override
    public void close() {
        inner.close();
    }
}

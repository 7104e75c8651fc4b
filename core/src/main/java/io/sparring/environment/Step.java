package io.sparring.environment;

/**
 * What one step of B copies gave. The arrays belong to the caller, are allocated once and written over by every step.
 */
public final class Step {
    /**
     * What the policy acts on next, B × observation size: after an episode's end, the first observation of the next one. Of a
     * {@linkplain #compact compact} step B × the floats of its {@link #layout}.
     */
    public final float[] observations;
    /** In the same way; the rows of the copies whose episode just ended hold its last observation, the others are stale. */
    public final float[] finalObservations;
    /** B rewards. */
    public final float[] rewards;
    /** Whether the task itself ended: the future is worth nothing. */
    public final boolean[] terminated;
    /** Whether a limit cut the episode: the future is worth V(final observation). Where both hold, terminated wins. */
    public final boolean[] truncated;

    /**
     * Which actions may come next, B × {@link Space#maskSize()} flags; empty where the environment masks none, and nothing is written then.
     * Each copy has at least one action left.
     */
    public final boolean[] allowed;

    /**
     * B × the bytes of its {@link #layout}, unsigned: of a {@linkplain #compact compact} step of an environment that
     * {@linkplain Environment#observesBytes observes bytes}. Else empty.
     */
    public final byte[] bytes;
    /** In the same way those of {@link #finalObservations}. */
    public final byte[] finalBytes;

    /** Which of an observation's numbers stand in {@link #bytes}; null: none, and nothing more is known of them. */
    public final RowLayout layout;

    /**
     * Without masks.
     *
     * @param copies B
     * @param observationSize floats in one observation
     */
    public Step(int copies, int observationSize) {
        this(copies, observationSize, 0);
    }

    /**
     * @param copies B
     * @param observationSize floats in one observation
     * @param maskSize flags in one mask, 0 for none
     */
    public Step(int copies, int observationSize, int maskSize) {
        this(copies, observationSize, 0, maskSize, null);
    }

    private Step(int copies, int floats, int byteCount, int maskSize, RowLayout layout) {
        this.layout = layout;
        observations = new float[copies * floats];
        finalObservations = new float[observations.length];
        bytes = new byte[copies * byteCount];
        finalBytes = new byte[bytes.length];
        rewards = new float[copies];
        terminated = new boolean[copies];
        truncated = new boolean[copies];
        allowed = new boolean[copies * maskSize];
    }

    /**
     * One that this environment can write to.
     *
     * @throws IllegalStateException if it masks actions of a space that has no masks
     */
    public static Step of(Environment environment) {
        return new Step(environment.copies(), environment.observationSpace().size(), maskSize(environment));
    }

    /**
     * The same, bytes in a quarter of the room where the environment {@linkplain Environment#observesBytes observes bytes}.
     *
     * @throws IllegalStateException if it masks actions of a space that has no masks
     */
    public static Step compact(Environment environment) {
        if (!environment.observesBytes()) {
            return of(environment);
        }
        RowLayout layout = environment.layout();
        return new Step(environment.copies(), layout.floats(), layout.bytes(), maskSize(environment), layout);
    }

    private static int maskSize(Environment environment) {
        int maskSize = environment.masks() ? environment.actionSpace().maskSize() : 0;
        if (environment.masks() && maskSize == 0) {
            throw new IllegalStateException(
                    "an environment that acts in " + environment.actionSpace() + " has no actions to mask");
        }
        return maskSize;
    }

    /** Whether the episode of this copy just ended, for either reason. */
    public boolean ended(int copy) {
        return terminated[copy] || truncated[copy];
    }
}

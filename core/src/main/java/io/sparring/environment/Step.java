package io.sparring.environment;

/**
 * What one step of B copies gave. The arrays belong to the caller, are allocated once and written over by every step.
 */
public final class Step {
    /** What the policy acts on next, B × observation size: after an episode's end, the first observation of the next one. */
    public final float[] observations;
    /** B × observation size; the rows of the copies whose episode just ended hold its last observation, the others are stale. */
    public final float[] finalObservations;
    /** B rewards. */
    public final float[] rewards;
    /** Whether the task itself ended: the future is worth nothing. */
    public final boolean[] terminated;
    /** Whether a limit cut the episode: the future is worth V(final observation). Where both hold, terminated wins. */
    public final boolean[] truncated;

    /**
     * @param copies B
     * @param observationSize floats in one observation
     */
    public Step(int copies, int observationSize) {
        observations = new float[copies * observationSize];
        finalObservations = new float[copies * observationSize];
        rewards = new float[copies];
        terminated = new boolean[copies];
        truncated = new boolean[copies];
    }

    /** Whether the episode of this copy just ended, for either reason. */
    public boolean ended(int copy) {
        return terminated[copy] || truncated[copy];
    }
}

package io.sparring.network;

import java.io.Serializable;

/**
 * What a {@link Model} knows of the scale of what it observes and earns, and what follows from it:
 *
 * <pre>
 *   observations  (x − μ)/√(σ² + 1e-8), clipped to ±10, each number of them by its own μ and σ
 *   rewards       r/√(σ² + 1e-8), clipped to ±10, σ² that of the discounted return so far, G ← γ G + r, of all copies
 * </pre>
 *
 * <p>As Stable-Baselines3's VecNormalize and gymnasium's NormalizeObservation and NormalizeReward, but for when it learns: those take what they
 * see into μ and σ at once, at every step, and only then normalise it. Here a round uses what came with the model, and what it has seen
 * counts from the next model on, so that the round stays a pure function. Before anything was seen μ is 0 and σ is 1, as there.
 * Those two also begin with a ten-thousandth of an observation of that kind, which is left out here.
 *
 * <p>A part of size 0 is one that is not normalised.
 *
 * @param observations of each number of an observation
 * @param returns of the discounted return so far
 */
public record Normalizer(RunningMoments observations, RunningMoments returns) implements Serializable {
    /** What normalises nothing. */
    public static final Normalizer NONE = new Normalizer(RunningMoments.none(0), RunningMoments.none(0));

    /** No normalised number is further from 0. */
    public static final float CLIP = 10;

    /** Added to every σ². */
    static final double EPSILON = 1e-8;

    /** @throws IllegalArgumentException if there are several returns */
    public Normalizer {
        if (returns.size() > 1) {
            throw new IllegalArgumentException("returns of " + returns.size() + " numbers, not of one");
        }
    }

    /**
     * One that has seen nothing.
     *
     * @param observationSize numbers in an observation; 0: they are not normalised
     * @param rewards whether these are
     */
    public static Normalizer first(int observationSize, boolean rewards) {
        return new Normalizer(RunningMoments.none(observationSize), RunningMoments.none(rewards ? 1 : 0));
    }

    /** Whether rewards are normalised. */
    public boolean normalizesRewards() {
        return returns.size() > 0;
    }

    /** Whether observations are normalised. */
    public boolean normalizesObservations() {
        return observations.size() > 0;
    }

    /**
     * With what was seen since. What is not finite counts for nothing: it would stay for ever.
     *
     * @throws IllegalArgumentException if other things are normalised there
     */
    public Normalizer plus(Normalizer seen) {
        return new Normalizer(
                seen.observations.isFinite() ? observations.plus(seen.observations) : observations,
                seen.returns.isFinite() ? returns.plus(seen.returns) : returns);
    }

    /** Whether the other one normalises the same things. */
    public boolean fits(Normalizer other) {
        return observations.size() == other.observations.size() && returns.size() == other.returns.size();
    }

    /** Whether all that was seen was finite. */
    public boolean isFinite() {
        return observations.isFinite() && returns.isFinite();
    }

    /** What observations are normalised by. */
    public ObservationScale observationScale() {
        return ObservationScale.of(observations);
    }

    /** What rewards are divided by; 1 where they are not, or none was seen. */
    public double rewardScale() {
        return returns.size() == 0 || returns.count() == 0 ? 1 : Math.sqrt(returns.variance(0) + EPSILON);
    }

    /** A reward as it is learned from. */
    public double reward(double raw) {
        return normalizesRewards() ? Math.max(-CLIP, Math.min(CLIP, raw / rewardScale())) : raw;
    }
}

package io.sparring.rollout;

import io.sparring.network.Normalizer;
import java.io.Serializable;

/**
 * What a rollout's model did to the rollout, and whether it could.
 *
 * @param clipped the share of the observed numbers that were clipped, from 0 to 1
 * @param rewardScale what rewards were divided by
 * @param finite whether all that was seen is finite; otherwise it counts for nothing in the next {@link Normalizer}
 */
public record Normalization(double clipped, double rewardScale, boolean finite) implements Serializable {
    /** Nothing. */
    public static final Normalization NONE = new Normalization(0, 1, true);
}

package io.sparring.loss;

import java.io.Serializable;

/**
 * A loss's terms over a batch, unweighted; sums (not means: batches are added up).
 *
 * @param samples how many they are the sums of; one that was learned from several times counts as often
 * @param policy Σ L_π
 * @param value Σ L_V
 * @param entropy Σ H
 * @param divergence Σ of what estimates the Kullback-Leibler divergence from the policy that acted; 0 where nothing can differ
 * @param clipped how many probability ratios were outside the range to which they are clipped
 */
public record Sums(int samples, double policy, double value, double entropy, double divergence, int clipped)
        implements Serializable {
    /** Of no sample. */
    public static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0);

    /** Of both batches. */
    public Sums plus(Sums other) {
        return new Sums(
                samples + other.samples,
                policy + other.policy,
                value + other.value,
                entropy + other.entropy,
                divergence + other.divergence,
                clipped + other.clipped);
    }
}

package io.sparring.algorithm;

import io.sparring.loss.ActorCriticLoss;
import io.sparring.rollout.Episode;
import java.io.Serializable;
import java.util.List;

/**
 * What one shard's round was like; sums, so that shards can be added up.
 *
 * @param shard which shard
 * @param samples T×B
 * @param finite whether the gradient is finite; if not, it counts for nothing
 * @param losses Σ of the loss's terms
 * @param advantageSum Σ A, before any normalisation
 * @param advantageSquareSum Σ A²
 * @param returnSum Σ R
 * @param returnSquareSum Σ R²
 * @param episodes those that ended in this round
 * @param environmentNanos time spent in the environment
 * @param actingNanos time spent in the policy's forward passes and in sampling
 * @param learningNanos time spent in advantages, loss, forward and backward
 */
public record ShardStatistics(
        int shard,
        int samples,
        boolean finite,
        ActorCriticLoss.Sums losses,
        double advantageSum,
        double advantageSquareSum,
        double returnSum,
        double returnSquareSum,
        List<Episode> episodes,
        long environmentNanos,
        long actingNanos,
        long learningNanos)
        implements Serializable {}

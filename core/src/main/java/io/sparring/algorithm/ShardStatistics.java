package io.sparring.algorithm;

import io.sparring.loss.ActorCriticLoss;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Episode;
import java.io.Serializable;
import java.util.Arrays;
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
        implements Serializable {

    /** Of one rollout. */
    static ShardStatistics of(
            int shard,
            Actor.Result acted,
            boolean finite,
            ActorCriticLoss.Sums losses,
            double[] advantages,
            double[] returns,
            long learningNanos) {
        return new ShardStatistics(
                shard,
                acted.rollout().samples(),
                finite,
                losses,
                Arrays.stream(advantages).sum(),
                squares(advantages),
                Arrays.stream(returns).sum(),
                squares(returns),
                acted.episodes(),
                acted.environmentNanos(),
                acted.actingNanos(),
                learningNanos);
    }

    private static double squares(double[] elements) {
        double sum = 0;
        for (double element : elements) {
            sum += element * element;
        }
        return sum;
    }
}

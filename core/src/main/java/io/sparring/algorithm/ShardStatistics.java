package io.sparring.algorithm;

import io.sparring.loss.ActorCriticLoss;
import io.sparring.rollout.Actor;
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
 * @param residualSum Σ (R − V), V by the critic that learns
 * @param residualSquareSum Σ (R − V)²
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
        double residualSum,
        double residualSquareSum,
        List<Episode> episodes,
        long environmentNanos,
        long actingNanos,
        long learningNanos)
        implements Serializable {

    /**
     * Of one rollout.
     *
     * @param targets what was learned from it; the sums are added up sample by sample, in order
     */
    static ShardStatistics of(
            int shard,
            Actor.Result acted,
            boolean finite,
            ActorCriticLoss.Sums losses,
            Targets targets,
            long learningNanos) {
        double advantageSum = 0;
        double advantageSquareSum = 0;
        double returnSum = 0;
        double returnSquareSum = 0;
        double residualSum = 0;
        double residualSquareSum = 0;
        for (int i = 0; i < targets.returns().length; i++) {
            double advantage = targets.advantages()[i];
            double target = targets.returns()[i];
            double residual = target - targets.values()[i];
            advantageSum += advantage;
            advantageSquareSum += advantage * advantage;
            returnSum += target;
            returnSquareSum += target * target;
            residualSum += residual;
            residualSquareSum += residual * residual;
        }
        return new ShardStatistics(
                shard,
                acted.rollout().samples(),
                finite,
                losses,
                advantageSum,
                advantageSquareSum,
                returnSum,
                returnSquareSum,
                residualSum,
                residualSquareSum,
                acted.episodes(),
                acted.environmentNanos(),
                acted.actingNanos(),
                learningNanos);
    }
}

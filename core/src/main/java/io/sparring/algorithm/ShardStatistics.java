package io.sparring.algorithm;

import io.sparring.environment.Disturbances;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Episode;
import java.io.Serializable;
import java.util.List;

/**
 * What one shard's round was like; sums, so that shards can be added up.
 *
 * @param shard which shard
 * @param finite whether the gradient is finite; if not, it counts for nothing
 * @param losses Σ of the loss's terms
 * @param advantages A of each sample, before any normalisation
 * @param returns R of each sample
 * @param residuals R − V of each sample, V by the critic that learns
 * @param episodes those that ended in this round
 * @param environmentNanos time spent in the environment
 * @param actingNanos time spent in the policy's forward passes and in sampling
 * @param learningNanos time spent in advantages, loss, forward and backward
 * @param disturbances of the environment
 */
public record ShardStatistics(
        int shard,
        boolean finite,
        ActorCriticLoss.Sums losses,
        Moments advantages,
        Moments returns,
        Moments residuals,
        List<Episode> episodes,
        long environmentNanos,
        long actingNanos,
        long learningNanos,
        Disturbances disturbances)
        implements Serializable {

    /**
     * Of one rollout.
     *
     * @param targets what was learned from it
     */
    static ShardStatistics of(
            int shard,
            Actor.Result acted,
            boolean finite,
            ActorCriticLoss.Sums losses,
            Targets targets,
            long learningNanos,
            Disturbances disturbances) {
        double[] residuals = new double[targets.returns().length];
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] = targets.returns()[i] - targets.values()[i];
        }
        return new ShardStatistics(
                shard,
                finite,
                losses,
                Moments.of(targets.advantages()),
                Moments.of(targets.returns()),
                Moments.of(residuals),
                acted.episodes(),
                acted.environmentNanos(),
                acted.actingNanos(),
                learningNanos,
                disturbances);
    }

    /** T×B. */
    public int samples() {
        return returns.count();
    }
}

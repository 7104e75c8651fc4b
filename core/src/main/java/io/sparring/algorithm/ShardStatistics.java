package io.sparring.algorithm;

import io.sparring.environment.Disturbances;
import io.sparring.loss.Sums;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Normalization;
import java.io.Serializable;
import java.util.List;

/**
 * What one shard's round was like; sums, so that shards can be added up.
 *
 * @param shard which shard
 * @param finite whether the gradient and what was seen for it are finite; if not, it counts for nothing
 * @param losses Σ of the loss's terms
 * @param advantages A of each sample, before any normalisation
 * @param returns R of each sample
 * @param residuals R − V of each sample, V by the critic that learns
 * @param episodes those that ended in this round
 * @param normalization what the model's normaliser did
 * @param environmentNanos time spent in the environment
 * @param actingNanos time spent in the policy's forward passes and in sampling
 * @param learningNanos time spent in advantages, loss, forward and backward
 * @param disturbances of the environment
 * @param steps that the shard took by itself
 * @param truncated how many of the episodes were cut by a time limit
 * @param minibatches A of the samples of each minibatch, epoch by epoch; empty where there are none that need it
 */
public record ShardStatistics(
        int shard,
        boolean finite,
        Sums losses,
        Moments advantages,
        Moments returns,
        Moments residuals,
        List<Episode> episodes,
        Normalization normalization,
        long environmentNanos,
        long actingNanos,
        long learningNanos,
        Disturbances disturbances,
        LocalSteps steps,
        int truncated,
        List<Moments> minibatches)
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
            Sums losses,
            Targets targets,
            long learningNanos,
            Disturbances disturbances) {
        double[] residuals = new double[targets.returns().length];
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] = targets.returns()[i] - targets.values()[i];
        }
        return new ShardStatistics(
                shard,
                finite && acted.normalization().finite(),
                losses,
                Moments.of(targets.advantages()),
                Moments.of(targets.returns()),
                Moments.of(residuals),
                acted.episodes(),
                acted.normalization(),
                acted.environmentNanos(),
                acted.actingNanos(),
                learningNanos,
                disturbances,
                LocalSteps.NONE,
                acted.rollout().truncated(),
                List.of());
    }

    /** Of a part of what a rollout has left, from which is learned again: {@code samples} numbers of which nothing is known that was not counted before. */
    static ShardStatistics of(int shard, Sums losses, boolean finite, int samples, long learningNanos) {
        Moments counted = new Moments(samples, 0, 0);
        return new ShardStatistics(
                shard,
                finite,
                losses,
                counted,
                counted,
                counted,
                List.of(),
                Normalization.NONE,
                0,
                0,
                learningNanos,
                Disturbances.NONE,
                LocalSteps.NONE,
                0,
                List.of());
    }

    /** The same with the steps that the shard took by itself. */
    ShardStatistics with(LocalSteps taken) {
        return with(learningNanos, taken, minibatches);
    }

    /** The same with what is needed to normalise each minibatch. */
    ShardStatistics with(List<Moments> ofMinibatches) {
        return with(learningNanos, steps, ofMinibatches);
    }

    /** The same after more time was spent in learning. */
    ShardStatistics plus(long moreLearningNanos) {
        return with(learningNanos + moreLearningNanos, steps, minibatches);
    }

    private ShardStatistics with(long nanos, LocalSteps taken, List<Moments> ofMinibatches) {
        return new ShardStatistics(
                shard,
                finite,
                losses,
                advantages,
                returns,
                residuals,
                episodes,
                normalization,
                environmentNanos,
                actingNanos,
                nanos,
                disturbances,
                taken,
                truncated,
                ofMinibatches);
    }

    /** T×B. */
    public int samples() {
        return returns.count();
    }

    /** What to say of a gradient that was dropped. */
    String notFinite(String gradient) {
        return (normalization.finite() ? "" : "what was seen for ") + gradient + " was not finite";
    }

    /** What to do about it. */
    String remedy(String section) {
        return normalization.finite()
                ? "Lower optimizer.learning-rate or " + section + ".max-gradient-norm."
                : "normalize.observations and normalize.rewards expect observations and rewards that are finite.";
    }
}

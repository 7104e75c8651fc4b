package io.sparring.algorithm;

import io.sparring.loss.Sums;
import io.sparring.network.Normalizer;
import io.sparring.rollout.Trajectory;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the shards of a round give together: the sum of their gradients, what they have seen, and their statistics. An aggregator to which shards are
 * {@linkplain #add added} in order, and whole groups {@linkplain #merge merged}.
 *
 * <p>The bits depend on nothing but the shards' gradients and their number. Small gradients are added up one after the
 * other. Wide ones, which would all have to travel to one place, are added up as a tree of two levels: groups of ⌈√N⌉
 * neighbouring shards first, then the groups in order. Whoever computes it, here or on many executors, computes this.
 */
public final class RoundSum implements Serializable {
    private static final long serialVersionUID = 1L;

    /** From so many floats on (1 MiB) a gradient is wide. */
    public static final int WIDE = 1 << 18;

    /** In double precision, and rounded where a group ends. */
    private final double[] gradient;

    private final List<ShardStatistics> statistics = new ArrayList<>();
    private final List<Trajectory> trajectories = new ArrayList<>();
    /** Null before the first shard. */
    private Normalizer seen;

    private Sums losses = Sums.NONE;
    private Moments advantages = Moments.NONE;
    private Moments returns = Moments.NONE;
    private Moments residuals = Moments.NONE;
    private LocalSteps steps = LocalSteps.NONE;
    private List<Moments> minibatches = List.of();

    /**
     * Of no shard.
     *
     * @param length of a gradient; 0 where statistics alone are counted
     */
    public RoundSum(int length) {
        gradient = new double[length];
    }

    /**
     * How many neighbouring shards are added up first: shard i belongs to group i / groupSize.
     *
     * @param shards N
     * @param length of a gradient
     */
    public static int groupSize(int shards, int length) {
        return length >= WIDE ? (int) Math.ceil(Math.sqrt(shards)) : shards;
    }

    /**
     * Of all shards.
     *
     * @param shards at least one, in shard order
     */
    public static RoundSum of(List<ShardUpdate> shards) {
        int length = shards.get(0).gradient().length;
        int groupSize = groupSize(shards.size(), length);
        if (groupSize >= shards.size()) {
            // Merged into nothing and rounded, it would be the same.
            return group(shards, length);
        }
        RoundSum all = new RoundSum(length);
        for (int from = 0; from < shards.size(); from += groupSize) {
            all.merge(group(shards.subList(from, Math.min(from + groupSize, shards.size())), length));
        }
        return all;
    }

    private static RoundSum group(List<ShardUpdate> shards, int length) {
        RoundSum group = new RoundSum(length);
        shards.forEach(group::add);
        return group;
    }

    /** Adds the next shard of a group; a gradient that is not finite counts for nothing. */
    public void add(ShardUpdate update) {
        if (update.statistics().finite()) {
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] += update.gradient()[i];
            }
        }
        see(update.seen());
        count(update.statistics());
        if (update.trajectory() != null) {
            trajectories.add(update.trajectory());
        }
    }

    private void see(Normalizer more) {
        // From nothing on, so that what is not finite counts for nothing wherever it comes.
        Normalizer before =
                seen == null ? Normalizer.first(more.observations().size(), more.normalizesRewards()) : seen;
        seen = before.plus(more);
    }

    /** Adds the next group, rounded as it travels. */
    public void merge(RoundSum group) {
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] += (float) group.gradient[i];
        }
        see(group.seen);
        group.statistics.forEach(this::count);
        trajectories.addAll(group.trajectories);
    }

    /** Adds a shard's statistics alone. */
    void count(ShardStatistics shard) {
        statistics.add(shard);
        if (shard.finite()) {
            losses = losses.plus(shard.losses());
            advantages = advantages.plus(shard.advantages());
            returns = returns.plus(shard.returns());
            residuals = residuals.plus(shard.residuals());
            steps = steps.plus(shard.steps());
            minibatches = sums(minibatches, shard.minibatches());
        }
    }

    private static List<Moments> sums(List<Moments> some, List<Moments> others) {
        if (some.isEmpty()) {
            return others;
        }
        List<Moments> sums = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            sums.add(some.get(i).plus(others.get(i)));
        }
        return sums;
    }

    /** Σ ∇ over the samples of all shards whose gradient is finite. */
    float[] gradient() {
        float[] rounded = new float[gradient.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) gradient[i];
        }
        return rounded;
    }

    /** What the shards' rollouts add to the model's normaliser, whether their gradients count or not. */
    Normalizer seen() {
        return seen;
    }

    /** Of each shard, in the order in which they were added. */
    public List<ShardStatistics> statistics() {
        return Collections.unmodifiableList(statistics);
    }

    /** What was acted, of each shard in order; empty where nobody writes it down. */
    List<Trajectory> trajectories() {
        return trajectories;
    }

    /** How many the gradient is the sum of. */
    int samples() {
        return returns.count();
    }

    Moments returns() {
        return returns;
    }

    Moments advantages() {
        return advantages;
    }

    double policyLoss() {
        return losses.policy() / losses.samples();
    }

    double valueLoss() {
        return losses.value() / losses.samples();
    }

    double entropy() {
        return losses.entropy() / losses.samples();
    }

    /** The mean estimate of the divergence from the policy that acted. */
    double divergence() {
        return losses.divergence() / losses.samples();
    }

    /** The same after all shards together have learned more from the same samples. */
    RoundSum plus(Sums moreLosses, long moreLearningNanos) {
        RoundSum sum = new RoundSum(0);
        sum.seen = seen;
        statistics.forEach(shard -> sum.count(shard.plus(moreLearningNanos / statistics.size())));
        sum.losses = sum.losses.plus(moreLosses);
        sum.trajectories.addAll(trajectories);
        return sum;
    }

    /** Time spent in learning, by all shards together. */
    long learningNanos() {
        return statistics.stream().mapToLong(ShardStatistics::learningNanos).sum();
    }

    Sums losses() {
        return losses;
    }

    /** Of all shards that count. */
    LocalSteps steps() {
        return steps;
    }

    /** How many shards count. */
    int finite() {
        return (int) statistics.stream().filter(ShardStatistics::finite).count();
    }

    /** A of the samples of each minibatch, of all shards that count. */
    List<Moments> minibatches() {
        return minibatches;
    }

    /** 1 − Var(R − V)/Var(R). */
    double explainedVariance() {
        return 1 - residuals.variance() / returns.variance();
    }

    /** Half as large on its way, and the same: the gradient is rounded before it is merged. */
    private record Travelling(
            float[] gradient, Normalizer seen, List<ShardStatistics> statistics, List<Trajectory> trajectories)
            implements Serializable {
        private Object readResolve() {
            RoundSum sum = new RoundSum(gradient.length);
            for (int i = 0; i < gradient.length; i++) {
                sum.gradient[i] = gradient[i];
            }
            sum.seen = seen;
            statistics.forEach(sum::count);
            sum.trajectories.addAll(trajectories);
            return sum;
        }
    }

    private Object writeReplace() {
        return new Travelling(gradient(), seen, statistics, trajectories);
    }
}

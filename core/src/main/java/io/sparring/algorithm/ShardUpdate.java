package io.sparring.algorithm;

import io.sparring.network.Normalizer;
import io.sparring.rollout.Shard;
import io.sparring.rollout.Trajectory;
import java.io.Serializable;

/**
 * What one round of one shard gives.
 *
 * @param gradient summed (not averaged) over the shard's samples; see {@link A2c} for its parts
 * @param seen what the round adds to the model's normaliser
 * @param statistics of the shard's round
 * @param next the shard after the round; null where the task was not about shards
 * @param experience what the round leaves to be learned from again; null where it leaves nothing
 * @param trajectory what was acted; null where nobody writes it down
 */
public record ShardUpdate(
        float[] gradient,
        Normalizer seen,
        ShardStatistics statistics,
        Shard next,
        Experience experience,
        Trajectory trajectory)
        implements Serializable {

    /** That leaves nothing to be learned from again. */
    ShardUpdate(float[] gradient, Normalizer seen, ShardStatistics statistics, Shard next) {
        this(gradient, seen, statistics, next, null, null);
    }

    /** Of a task that has learned and not acted. */
    ShardUpdate(float[] gradient, ShardStatistics statistics) {
        this(gradient, Normalizer.NONE, statistics, null, null, null);
    }

    /** The same with what was acted. */
    ShardUpdate with(Trajectory acted) {
        return new ShardUpdate(gradient, seen, statistics, next, experience, acted);
    }

    /** Without what stays where it was computed. */
    public ShardUpdate toBeAdded() {
        return new ShardUpdate(gradient, seen, statistics, null, null, trajectory);
    }
}

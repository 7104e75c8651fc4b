package io.sparring.algorithm;

import io.sparring.network.Model;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Shard;
import java.util.List;

/**
 * Where the rounds are computed: {@link LocalRounds} in this thread, or executors of a Spark cluster. Every implementation
 * gives the same bits.
 */
public interface Rounds extends AutoCloseable {

    /** What every shard does from where it stands; it stands at what that gives afterwards. */
    RoundSum run(ShardTask<Shard> task);

    /**
     * What every shard does with the experience that the last {@link #run} has left it; any number of times.
     *
     * @throws IllegalStateException if that has left none
     */
    RoundSum learn(ShardTask<Experience> task);

    /** Where the shards stand now, in order. */
    List<Shard> shards();

    /**
     * Plays the episodes 0 … {@code episodes} − 1 of an evaluation; see {@link io.sparring.rollout.Evaluation}.
     *
     * @return them, in order
     */
    List<Episode> evaluate(Model model, long index, int episodes, boolean greedy);

    @Override
    void close();
}

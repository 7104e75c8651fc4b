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

    /** One {@linkplain A2c#round round} of every shard from where it stands, with the same model. */
    RoundSum run(Model model);

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

package io.sparring.algorithm;

import io.sparring.network.Model;
import java.io.Serializable;

/**
 * What a shard does when it is its turn: a pure function of the shard and of what the task carries, wherever and however often it is computed. An
 * algorithm in rounds is made of these.
 *
 * @param <T> what it works on: the shard, or the experience that the shard has gathered before
 */
public interface ShardTask<T> extends Serializable {

    /** The model that it carries, which is by far the largest part of it. */
    Model model();

    /** The length of the vectors that it gives: those of all shards are added up. */
    int length();

    /**
     * Does it; changes neither this nor what it works on.
     *
     * @param worker of the run's configuration; any gives the same
     */
    ShardUpdate run(ShardWorker worker, T on);
}

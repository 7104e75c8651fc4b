package io.sparring.algorithm;

import io.sparring.rollout.Shard;
import java.io.Serializable;

/**
 * What one round of one shard gives.
 *
 * @param gradient summed (not averaged) over the shard's samples; see {@link A2c} for its parts
 * @param statistics of the shard's round
 * @param next the shard after the round
 */
public record ShardUpdate(float[] gradient, ShardStatistics statistics, Shard next) implements Serializable {}

package io.sparring.rollout;

import io.sparring.network.Observations;
import java.io.Serializable;
import java.util.function.Consumer;

/**
 * A rollout as it is written down: what was done, and what the environment said to it. All arrays are T×B, step by step.
 *
 * @param shard whose it is
 * @param lengths of the episode that each copy was in, so many steps before the rollout
 * @param observations what was acted on, T×B×observation size
 * @param actions what the policy drew, T×B×action size
 * @param allowed the masks that held, T×B×mask size; empty where none did
 * @param rewards as the environment gave them
 * @param terminated whether the task ended the episode at this step
 * @param truncated whether a limit did
 * @param values V
 * @param logProbabilities log π(a|s)
 */
public record Trajectory(
        int shard,
        int[] lengths,
        Observations observations,
        float[] actions,
        boolean[] allowed,
        float[] rewards,
        boolean[] terminated,
        boolean[] truncated,
        double[] values,
        double[] logProbabilities)
        implements Serializable {

    /** Of an actor's result with its outcomes, from where {@code shard} stood. */
    public static Trajectory of(Shard shard, Actor.Result result, double[] logProbabilities) {
        Rollout rollout = result.rollout();
        return new Trajectory(
                shard.index(),
                shard.lengths(),
                rollout.observations(),
                rollout.actions(),
                rollout.allowed(),
                result.outcomes().rewards(),
                result.outcomes().terminated(),
                result.outcomes().truncated(),
                rollout.values(),
                logProbabilities);
    }

    /**
     * Its steps, in the order in which they were made. An episode's number says where and when it began: with s steps made before by each of all C copies, that of
     * the c-th copy is s · C + c. So numbers are the same wherever the shards are, and in a run that goes on.
     *
     * @param before how many steps each copy made before the rollout
     * @param shards N
     */
    public void forEach(long before, int shards, Consumer<LoggedStep> log) {
        int copies = lengths.length;
        int steps = rewards.length / copies;
        for (int copy = 0; copy < copies; copy++) {
            int t = lengths[copy];
            for (int step = 0; step < steps; step++) {
                int i = step * copies + copy;
                long begun = before + step - t;
                log.accept(new LoggedStep(
                        begun * shards * copies + (long) shard * copies + copy,
                        t,
                        observations,
                        i * (observations.length() / rewards.length),
                        actions,
                        i * (actions.length / rewards.length),
                        allowed,
                        i * (allowed.length / rewards.length),
                        rewards[i],
                        terminated[i],
                        truncated[i],
                        logProbabilities[i],
                        values[i]));
                t = terminated[i] || truncated[i] ? 0 : t + 1;
            }
        }
    }
}

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

    /** Whether the i-th step ended its episode. */
    boolean ended(int i) {
        return terminated[i] || truncated[i];
    }

    /** Its steps, copy by copy in the order in which they were made. */
    public void forEach(EpisodeNumbers numbers, Consumer<LoggedStep> log) {
        int copies = lengths.length;
        int steps = rewards.length / copies;
        for (int copy = 0; copy < copies; copy++) {
            int t = lengths[copy];
            long episode = numbers.ongoing()[copy];
            for (int step = 0; step < steps; step++) {
                int i = step * copies + copy;
                log.accept(new LoggedStep(
                        episode,
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
                if (ended(i)) {
                    t = 0;
                    episode = numbers.begun(step + 1, copy);
                } else {
                    t++;
                }
            }
        }
    }
}

package io.sparring.imitation;

import io.sparring.network.Observations;
import java.io.Serializable;

/**
 * T steps in a row of one episode. Arrays must not be changed.
 *
 * @param id of the episode
 * @param first t of the first of them
 * @param observations before each step, as the environment gave them, T rows
 * @param actions T rows, as the environment took them
 * @param allowed T masks of the action space; empty where nothing was forbidden
 * @param rewards T of them, as the environment gave them
 * @param terminated whether the last step ended the episode for good, so that nothing comes after it
 */
public record LoggedEpisode(
        long id,
        long first,
        Observations observations,
        float[] actions,
        boolean[] allowed,
        double[] rewards,
        boolean terminated)
        implements Serializable {
    /** T. */
    public int steps() {
        return rewards.length;
    }
}

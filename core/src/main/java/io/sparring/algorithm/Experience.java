package io.sparring.algorithm;

import io.sparring.loss.Chosen;
import io.sparring.network.Observations;
import io.sparring.network.Past;
import io.sparring.rollout.Rollout;
import java.io.Serializable;

/**
 * What there is to learn from samples, where they are learned from more than once. The arrays must not be changed.
 *
 * @param shard whose they are
 * @param observations s, samples × observation size
 * @param actions a, samples × action size
 * @param allowed the masks that held, samples × mask size; empty where none did
 * @param advantages A, before any normalisation
 * @param returns R
 * @param values V(s) by the critic that acted
 * @param logProbabilities log π(a|s) by the policy that acted
 * @param past how they hang together, where the network has memory: they are then whole rollouts of some copies
 */
public record Experience(
        int shard,
        Observations observations,
        float[] actions,
        boolean[] allowed,
        double[] advantages,
        double[] returns,
        double[] values,
        double[] logProbabilities,
        Past past)
        implements Serializable {

    /** Of a whole rollout. */
    static Experience of(int shard, Rollout rollout, Targets targets, double[] logProbabilities) {
        return new Experience(
                shard,
                rollout.observations(),
                rollout.actions(),
                rollout.allowed(),
                targets.advantages(),
                targets.returns(),
                targets.values(),
                logProbabilities,
                rollout.past());
    }

    int samples() {
        return advantages.length;
    }

    /** These samples of it, in this order, where the network has no memory. */
    Experience of(int[] samples) {
        return of(new Chosen(samples), Past.NONE);
    }

    /** All samples of these copies, where it has. */
    Experience ofCopies(int[] copies) {
        return of(new Chosen(past.samples(copies)), past.of(copies));
    }

    private Experience of(Chosen chosen, Past theirs) {
        return new Experience(
                shard,
                chosen.of(observations, observations.length() / samples()),
                chosen.of(actions, actions.length / samples()),
                chosen.of(allowed, allowed.length / samples()),
                chosen.of(advantages),
                chosen.of(returns),
                chosen.of(values),
                chosen.of(logProbabilities),
                theirs);
    }
}

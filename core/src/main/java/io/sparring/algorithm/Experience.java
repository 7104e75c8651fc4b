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
 * @param finite whether there is anything to learn from them
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
        boolean finite,
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
    static Experience of(int shard, boolean finite, Rollout rollout, Targets targets, double[] logProbabilities) {
        return new Experience(
                shard,
                finite,
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

    /**
     * Some of it: what can be chosen are samples, or where the network has memory copies, with all samples of theirs.
     *
     * @param units which of the {@link #units}, in this order
     */
    Experience of(int[] units) {
        return past.isThere() ? of(samplesOf(units), past.of(units)) : of(samplesOf(units), Past.NONE);
    }

    /** How many there are that can be chosen. */
    int units() {
        return past.isThere() ? past.copies() : samples();
    }

    /** A of some of it. */
    double[] advantagesOf(int[] units) {
        return samplesOf(units).of(advantages);
    }

    private Chosen samplesOf(int[] units) {
        return new Chosen(past.isThere() ? past.samples(units) : units);
    }

    private Experience of(Chosen chosen, Past theirs) {
        return new Experience(
                shard,
                finite,
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

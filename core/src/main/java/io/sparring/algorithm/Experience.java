package io.sparring.algorithm;

import io.sparring.network.Observations;
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
 */
public record Experience(
        int shard,
        Observations observations,
        float[] actions,
        boolean[] allowed,
        double[] advantages,
        double[] returns,
        double[] values,
        double[] logProbabilities)
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
                logProbabilities);
    }

    int samples() {
        return advantages.length;
    }

    /** These samples of it, in this order. */
    Experience of(int[] samples) {
        int observed = observations.length() / samples();
        int acted = actions.length / samples();
        int masked = allowed.length / samples();
        Observations chosen = observations.room(samples.length * observed);
        float[] taken = new float[samples.length * acted];
        boolean[] masks = new boolean[samples.length * masked];
        for (int i = 0; i < samples.length; i++) {
            chosen.put(i * observed, observations, samples[i] * observed, observed);
            System.arraycopy(actions, samples[i] * acted, taken, i * acted, acted);
            System.arraycopy(allowed, samples[i] * masked, masks, i * masked, masked);
        }
        return new Experience(
                shard,
                chosen,
                taken,
                masks,
                chosen(advantages, samples),
                chosen(returns, samples),
                chosen(values, samples),
                chosen(logProbabilities, samples));
    }

    private static double[] chosen(double[] numbers, int[] samples) {
        double[] chosen = new double[samples.length];
        for (int i = 0; i < samples.length; i++) {
            chosen[i] = numbers[samples[i]];
        }
        return chosen;
    }
}

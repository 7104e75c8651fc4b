package io.sparring.rollout;

import io.sparring.advantage.AdvantageEstimator;
import io.sparring.network.Observations;
import io.sparring.network.Past;

/**
 * T steps of B environments. All arrays are T×B, step by step: element t·B + b is step t of environment b; observations and
 * actions have so many numbers for each.
 *
 * @param environments B
 * @param observations what was acted on, T×B×observation size
 * @param actions what the policy drew (before any clipping), T×B×action size
 * @param rewards r, as the acting model's normaliser scales them
 * @param discounts γ, or 0 where the episode terminated at this step
 * @param values V(s_t)
 * @param nextValues V of what followed: V(s_{t+1}), V(final observation) where truncated, the bootstrap at the end
 * @param continues 1 where step t + 1 belongs to the same episode, else 0
 * @param allowed the masks that held when the actions were drawn, T×B×mask size; empty where none did
 * @param states what the acting network remembered of each environment before the first step, B × state size; empty without memory
 */
public record Rollout(
        int environments,
        Observations observations,
        float[] actions,
        double[] rewards,
        double[] discounts,
        double[] values,
        double[] nextValues,
        double[] continues,
        boolean[] allowed,
        float[] states) {

    /** T×B. */
    public int samples() {
        return rewards.length;
    }

    /** How many episodes a time limit has cut; 0 where γ is 0, which leaves nothing to see it by. */
    public int truncated() {
        int count = 0;
        for (int i = 0; i < samples(); i++) {
            count += continues[i] == 0 && discounts[i] != 0 ? 1 : 0;
        }
        return count;
    }

    /** What a network with memory has to know to go through it again; {@link Past#NONE} for one without. */
    public Past past() {
        return states.length == 0 ? Past.NONE : new Past(environments, states, continues);
    }

    /** What the advantage estimators take. */
    public AdvantageEstimator.Inputs advantageInputs() {
        return new AdvantageEstimator.Inputs(rewards, discounts, values, nextValues, continues, environments);
    }
}

package io.sparring.rollout;

import io.sparring.network.Observations;

/**
 * One step of an episode, for whoever writes it down. The arrays are the caller's, who writes them over afterwards.
 *
 * @param episode unlike all others of the same log
 * @param t how many steps of the episode were before
 * @param observations what was acted on, from {@code observationAt} on
 * @param actions what the policy chose, from {@code actionAt} on, before a box's bounds cut it
 * @param allowed the mask that held, from {@code allowedAt} on; empty: everything was allowed
 * @param reward as the environment gave it
 * @param terminated whether the task itself ended
 * @param truncated whether a limit cut the episode
 * @param logProbability log π(a|s) of the policy that acted
 * @param value V(s)
 */
public record LoggedStep(
        long episode,
        int t,
        Observations observations,
        int observationAt,
        float[] actions,
        int actionAt,
        boolean[] allowed,
        int allowedAt,
        float reward,
        boolean terminated,
        boolean truncated,
        double logProbability,
        double value) {}

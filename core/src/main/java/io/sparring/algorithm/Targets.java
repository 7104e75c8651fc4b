package io.sparring.algorithm;

import io.sparring.rollout.Rollout;

/**
 * What policy and critic learn from a rollout, each T×B.
 *
 * @param advantages A, before any normalisation
 * @param returns R
 * @param values V(s) by the critic that learns. R − V is A for the estimators that know one policy only, and not for V-trace
 */
record Targets(double[] advantages, double[] returns, double[] values) {

    /** R = A + V, where the policy that acted learns. */
    static Targets of(double[] advantages, Rollout rollout) {
        double[] returns = new double[advantages.length];
        for (int i = 0; i < returns.length; i++) {
            returns[i] = advantages[i] + rollout.values()[i];
        }
        return new Targets(advantages, returns, rollout.values());
    }
}

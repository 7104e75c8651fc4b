package io.sparring.loss;

import io.sparring.policy.ActionDistribution;
import java.io.Serializable;

/**
 * L = L_π + α L_V − β H over a batch, and its gradient with respect to the network's outputs:
 *
 * <pre>
 *   L_π = mean_t −log π(a_t|s_t) · A_t        (Mnih et al. 2016; A_t is a constant here)
 *   L_V = mean_t ½ (R_t − V(s_t))²            (R_t is a constant here)
 *   H   = mean_t H(π(·|s_t))
 *
 *   ∂L/∂z_t = (−A_t ∂log π(a_t|s_t)/∂z_t − β ∂H_t/∂z_t) / n     ∂L/∂V_t = α (V(s_t) − R_t) / n
 * </pre>
 */
public final class ActorCriticLoss {
    private ActorCriticLoss() {}

    /**
     * The weights of the loss's terms.
     *
     * @param policy the weight of L_π, 1 but where gradients are taken apart
     * @param value α, at least 0
     * @param entropy β, at least 0
     */
    public record Weights(double policy, double value, double entropy) {}

    /** Sums over a batch (not means: batches are added up): Σ L_π, Σ L_V and Σ H. */
    public record Sums(double policy, double value, double entropy) implements Serializable {
        /** Of no sample. */
        public static final Sums NONE = new Sums(0, 0, 0);

        /** Of both batches. */
        public Sums plus(Sums other) {
            return new Sums(policy + other.policy, value + other.value, entropy + other.entropy);
        }
    }

    /**
     * The loss of a batch of rows and its gradient.
     *
     * @param distribution what the policy's outputs mean
     * @param policy the policy head's outputs, rows × outputs
     * @param free the distribution's free parameters
     * @param values V(s), one a row
     * @param actions the actions taken, rows × action size, from row {@code from} on
     * @param advantages A, from row {@code from} on
     * @param returns R, from row {@code from} on
     * @param from the first row of the batch in {@code actions}, {@code advantages} and {@code returns}
     * @param rows how many rows
     * @param samples n, what the mean is taken over: {@code rows}, or more where the batch is a part of a larger one
     * @param weights of the terms
     * @param policyGradient receives ∂L/∂policy, as {@code policy}
     * @param valueGradient receives ∂L/∂V, as {@code values}
     * @param freeGradient ∂L/∂free is added to it
     * @return the sums of the terms, unweighted
     */
    public static Sums gradient(
            ActionDistribution distribution,
            double[] policy,
            double[] free,
            double[] values,
            float[] actions,
            double[] advantages,
            double[] returns,
            int from,
            int rows,
            int samples,
            Weights weights,
            double[] policyGradient,
            double[] valueGradient,
            double[] freeGradient) {
        double policyLoss = 0;
        double valueLoss = 0;
        double entropy = 0;
        for (int row = 0; row < rows; row++) {
            int at = row * distribution.outputs();
            int actionAt = (from + row) * distribution.actionSize();
            double advantage = advantages[from + row];
            double error = values[row] - returns[from + row];

            policyLoss -= distribution.logProbability(policy, at, free, actions, actionAt) * advantage;
            valueLoss += 0.5 * error * error;
            entropy += distribution.entropy(policy, at, free);

            for (int i = 0; i < distribution.outputs(); i++) {
                policyGradient[at + i] = 0;
            }
            distribution.addGradient(
                    policy,
                    at,
                    free,
                    actions,
                    actionAt,
                    -weights.policy() * advantage / samples,
                    -weights.entropy() / samples,
                    policyGradient,
                    freeGradient);
            valueGradient[row] = weights.value() * error / samples;
        }
        return new Sums(policyLoss, valueLoss, entropy);
    }
}

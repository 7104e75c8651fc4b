package io.sparring.loss;

import io.sparring.network.Batch;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.PolicyBatch;
import java.io.Serializable;
import java.util.Arrays;

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
 *
 * @param actions the actions taken, samples × action size
 * @param advantages A of each sample
 * @param returns R of each sample
 * @param weights of the terms
 */
public record ActorCriticLoss(float[] actions, double[] advantages, double[] returns, Weights weights) implements Loss {

    @Override
    public boolean asksPolicy() {
        return weights.asksPolicy();
    }

    @Override
    public boolean asksValue() {
        return weights.asksValue();
    }

    @Override
    public ActorCriticLoss of(Chosen chosen) {
        return new ActorCriticLoss(
                chosen.of(actions, actions.length / advantages.length),
                chosen.of(advantages),
                chosen.of(returns),
                weights);
    }

    @Override
    public Sums gradient(
            ActionDistribution distribution,
            PolicyBatch policy,
            Batch values,
            int from,
            Batch policyGradient,
            Batch valueGradient,
            double[] freeGradient) {
        return gradient(
                distribution,
                policy,
                values,
                actions,
                advantages,
                returns,
                from,
                1,
                weights,
                policyGradient,
                valueGradient,
                freeGradient);
    }

    /**
     * The weights of the loss's terms.
     *
     * @param policy the weight of L_π, 1 but where gradients are taken apart
     * @param value α, at least 0
     * @param entropy β, at least 0
     */
    public record Weights(double policy, double value, double entropy) implements Serializable {
        boolean asksPolicy() {
            return policy != 0 || entropy != 0;
        }

        boolean asksValue() {
            return value != 0;
        }

        /** Of the policy's term alone. */
        public Weights ofPolicy() {
            return new Weights(policy, 0, 0);
        }

        /** Of the other terms alone. */
        public Weights ofTheRest() {
            return new Weights(0, value, entropy);
        }
    }

    /**
     * The loss of a batch of rows and its gradient.
     *
     * @param distribution what the policy's outputs mean
     * @param policy what describes the distributions
     * @param values V(s), one feature
     * @param actions the actions taken, rows × action size, from row {@code from} on
     * @param advantages A, from row {@code from} on
     * @param returns R, from row {@code from} on
     * @param from the first row of the batch in {@code actions}, {@code advantages} and {@code returns}
     * @param samples n, what the mean is taken over: the batch's rows, or more where the batch is a part of a larger one
     * @param weights of the terms
     * @param policyGradient receives ∂L/∂policy outputs
     * @param valueGradient receives ∂L/∂V, as {@code values}
     * @param freeGradient ∂L/∂free is added to it
     * @return the sums of the terms, unweighted
     */
    public static Sums gradient(
            ActionDistribution distribution,
            PolicyBatch policy,
            Batch values,
            float[] actions,
            double[] advantages,
            double[] returns,
            int from,
            int samples,
            Weights weights,
            Batch policyGradient,
            Batch valueGradient,
            double[] freeGradient) {
        double policyLoss = 0;
        double valueLoss = 0;
        double entropy = 0;
        double[] outputs = new double[distribution.outputs() + distribution.features()];
        double[] outputGradient = new double[outputs.length];
        for (int row = 0; row < policy.outputs().rows(); row++) {
            double advantage = advantages[from + row];
            double error = values.get(0, row) - returns[from + row];
            policy.read(row, outputs);
            Arrays.fill(outputGradient, 0);
            ActionDistribution.Terms terms = distribution.addGradient(
                    outputs,
                    0,
                    policy.free(),
                    actions,
                    (from + row) * distribution.actionSize(),
                    -weights.policy() * advantage / samples,
                    -weights.entropy() / samples,
                    outputGradient,
                    freeGradient);
            for (int i = 0; i < distribution.outputs(); i++) {
                policyGradient.set(i, row, (float) outputGradient[i]);
            }
            valueGradient.set(0, row, (float) (weights.value() * error / samples));
            policyLoss -= terms.logProbability() * advantage;
            valueLoss += 0.5 * error * error;
            entropy += terms.entropy();
        }
        return new Sums(policy.outputs().rows(), policyLoss, valueLoss, entropy, 0, 0);
    }
}

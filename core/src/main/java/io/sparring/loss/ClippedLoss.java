package io.sparring.loss;

import io.sparring.loss.ActorCriticLoss.Weights;
import io.sparring.network.Batch;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.PolicyBatch;
import java.util.Arrays;

/**
 * The clipped objective of proximal policy optimisation (Schulman et al. 2017, equations 7 and 9), as a loss:
 *
 * <pre>
 *   ρ_t = π(a_t|s_t) / π_acted(a_t|s_t)
 *   L_π = Σ_t −min(ρ_t A_t, clip(ρ_t, 1 − ε, 1 + ε) A_t)          (A_t is a constant here)
 *   L_V = Σ_t ½ (R_t − V(s_t))²                                   (R_t is a constant here)
 *   H   = Σ_t H(π(·|s_t))
 *
 *   ∂L_π/∂log π = −ρ_t A_t where ρ_t A_t is the smaller of the two or both are equal, else 0
 * </pre>
 *
 * With values clipped, L_V is the larger of that and ½ (R_t − V_acted − clip(V − V_acted, −ε_V, ε_V))². The divergence from the policy that acted is
 * estimated by (ρ − 1) − log ρ (Schulman 2020, "Approximating KL divergence", k3). With equal policies ρ is exactly 1, and all of it {@link ActorCriticLoss}'s, bit by bit.
 *
 * @param actions the actions taken, samples × action size
 * @param advantages A of each sample
 * @param returns R of each sample
 * @param logProbabilities log π_acted(a|s) of each sample
 * @param values V_acted(s) of each sample
 * @param weights of the terms
 * @param clip ε, at least 0, to which a schedule may bring it
 * @param valueClip ε_V; 0: values are not clipped
 */
public record ClippedLoss(
        float[] actions,
        double[] advantages,
        double[] returns,
        double[] logProbabilities,
        double[] values,
        Weights weights,
        double clip,
        double valueClip)
        implements Loss {

    @Override
    public boolean asksPolicy() {
        return weights.asksPolicy();
    }

    @Override
    public boolean asksValue() {
        return weights.asksValue();
    }

    @Override
    public ClippedLoss of(Chosen chosen) {
        return new ClippedLoss(
                chosen.of(actions, actions.length / advantages.length),
                chosen.of(advantages),
                chosen.of(returns),
                chosen.of(logProbabilities),
                chosen.of(values),
                weights,
                clip,
                valueClip);
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
        double policyLoss = 0;
        double valueLoss = 0;
        double entropy = 0;
        double divergence = 0;
        int clipped = 0;
        double[] outputs = new double[distribution.outputs() + distribution.features()];
        double[] outputGradient = new double[outputs.length];
        for (int row = 0; row < policy.outputs().rows(); row++) {
            int sample = from + row;
            double advantage = advantages[sample];
            policy.read(row, outputs);
            int action = sample * distribution.actionSize();
            double logRatio =
                    distribution.logProbability(outputs, 0, policy.free(), actions, action) - logProbabilities[sample];
            double ratio = StrictMath.exp(logRatio);
            double inRange = Math.max(1 - clip, Math.min(1 + clip, ratio));
            boolean moves = ratio * advantage <= inRange * advantage;
            Arrays.fill(outputGradient, 0);
            ActionDistribution.Terms terms = distribution.addGradient(
                    outputs,
                    0,
                    policy.free(),
                    actions,
                    action,
                    moves ? -weights.policy() * advantage * ratio : 0,
                    -weights.entropy(),
                    outputGradient,
                    freeGradient);
            for (int i = 0; i < distribution.outputs(); i++) {
                policyGradient.set(i, row, (float) outputGradient[i]);
            }
            double error = valueError(values.get(0, row), sample);
            valueGradient.set(0, row, (float) (weights.value() * gradientOf(error, values.get(0, row), sample)));
            policyLoss -= Math.min(ratio * advantage, inRange * advantage);
            valueLoss += 0.5 * error * error;
            entropy += terms.entropy();
            divergence += (ratio - 1) - logRatio;
            clipped += ratio == inRange ? 0 : 1;
        }
        return new Sums(policy.outputs().rows(), policyLoss, valueLoss, entropy, divergence, clipped);
    }

    /** V − R, of the clipped V where that is farther away. */
    private double valueError(double value, int sample) {
        double error = value - returns[sample];
        if (valueClip == 0) {
            return error;
        }
        double near = values[sample] + Math.max(-valueClip, Math.min(valueClip, value - values[sample]));
        double clippedError = near - returns[sample];
        return clippedError * clippedError > error * error ? clippedError : error;
    }

    /** ∂½ error²/∂V: nothing where the clipped V counts, which does not move with V, but where it is V itself. */
    private double gradientOf(double error, double value, int sample) {
        return error == value - returns[sample] ? error : 0;
    }
}

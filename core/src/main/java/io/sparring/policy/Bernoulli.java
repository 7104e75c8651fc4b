package io.sparring.policy;

import io.sparring.network.Batch;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * n independent bits, from a logit z for each: π(1) = σ(z) = 1/(1 + e^−z).
 *
 * <p>log π(1) = −softplus(−z) and log π(0) = −softplus(z), with softplus(z) = log(1 + e^z); H = softplus(|z|) − |z| σ(|z|), which is
 * the same for z and −z. ∂ log π(a)/∂z = a − σ(z) and ∂H/∂z = −z σ(z) σ(−z). Everything is computed from e^−|z|, which is at most 1.
 *
 * @param n how many bits
 */
record Bernoulli(int n) implements ActionDistribution {

    @Override
    public int outputs() {
        return n;
    }

    @Override
    public int freeParameters() {
        return 0;
    }

    @Override
    public int actionSize() {
        return n;
    }

    @Override
    public void sample(
            PolicyBatch policy,
            int row,
            UniformRandomProvider random,
            LastingNoise noise,
            int copy,
            float[] action,
            int actionAt) {
        for (int i = 0; i < n; i++) {
            action[actionAt + i] =
                    random.nextDouble() < sigmoid(policy.outputs().get(i, row)) ? 1 : 0;
        }
    }

    /** Where both are as likely, 0. */
    @Override
    public void mode(Batch policy, int row, float[] action, int actionAt) {
        for (int i = 0; i < n; i++) {
            action[actionAt + i] = policy.get(i, row) > 0 ? 1 : 0;
        }
    }

    @Override
    public void toEnvironment(float[] action, float[] environmentAction, int actions) {
        System.arraycopy(action, 0, environmentAction, 0, actions * n);
    }

    @Override
    public void describe(PolicyBatch policy, int row, float[] into, int at) {
        for (int i = 0; i < n; i++) {
            into[at + i] = (float) sigmoid(policy.outputs().get(i, row));
        }
    }

    @Override
    public double logProbability(double[] policy, int at, double[] free, float[] action, int actionAt) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double logit = policy[at + i];
            sum -= softplus(action[actionAt + i] == 1 ? -logit : logit);
        }
        return sum;
    }

    @Override
    public double entropy(double[] policy, int at, double[] free) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double rare = StrictMath.exp(-Math.abs(policy[at + i]));
            sum += StrictMath.log1p(rare) + timesRarity(Math.abs(policy[at + i]), rare);
        }
        return sum;
    }

    @Override
    public Terms addGradient(
            double[] policy,
            int at,
            double[] free,
            float[] action,
            int actionAt,
            double logProbabilityWeight,
            double entropyWeight,
            double[] policyGradient,
            double[] freeGradient) {
        for (int i = 0; i < n; i++) {
            double logit = policy[at + i];
            double rare = StrictMath.exp(-Math.abs(logit));
            double ofEntropy = -timesRarity(logit, rare) / (1 + rare);
            policyGradient[at + i] +=
                    logProbabilityWeight * (action[actionAt + i] - sigmoid(logit)) + entropyWeight * ofEntropy;
        }
        return new Terms(logProbability(policy, at, free, action, actionAt), entropy(policy, at, free));
    }

    /** z σ(−|z|), given e^−|z|: 0 where that is 0, though z may be infinite. */
    private static double timesRarity(double logit, double rare) {
        return rare == 0 ? 0 : logit * rare / (1 + rare);
    }

    private static double sigmoid(double logit) {
        double rare = StrictMath.exp(-Math.abs(logit));
        return (logit < 0 ? rare : 1) / (1 + rare);
    }

    private static double softplus(double logit) {
        return Math.max(logit, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(logit)));
    }
}

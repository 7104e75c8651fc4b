package io.sparring.policy;

import io.sparring.environment.Space;
import io.sparring.network.Batch;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * Independent normal distributions, one a dimension: the policy head gives the means μ(s), and log σ are free parameters.
 *
 * <p>log π(a|s) = Σ_d −½ ((a_d − μ_d)/σ_d)² − log σ_d − ½ log 2π, and H = Σ_d log σ_d + ½ log 2πe. With z = (a − μ)/σ:
 * ∂ log π/∂μ = z/σ, ∂ log π/∂log σ = z² − 1, ∂H/∂log σ = 1.
 *
 * <p>Actions are clipped to the box on their way to the environment only: log π is of the action that was drawn.
 *
 * @param space what the environment accepts
 */
record DiagonalGaussian(Space.Box space) implements ActionDistribution {
    private static final double HALF_LOG_TWO_PI = 0.5 * StrictMath.log(2 * Math.PI);

    @Override
    public int outputs() {
        return space.size();
    }

    @Override
    public int freeParameters() {
        return space.size();
    }

    @Override
    public int actionSize() {
        return space.size();
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
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        for (int i = 0; i < space.size(); i++) {
            double sigma = StrictMath.exp(policy.free()[i]);
            action[actionAt + i] = (float) (policy.outputs().get(i, row) + sigma * gaussian.sample());
        }
    }

    @Override
    public void mode(Batch policy, int row, float[] action, int actionAt) {
        for (int i = 0; i < space.size(); i++) {
            action[actionAt + i] = policy.get(i, row);
        }
    }

    @Override
    public void toEnvironment(float[] action, float[] environmentAction, int actions) {
        float[] low = space.low();
        float[] high = space.high();
        for (int i = 0; i < actions * space.size(); i++) {
            int dimension = i % space.size();
            environmentAction[i] = Math.max(low[dimension], Math.min(high[dimension], action[i]));
        }
    }

    @Override
    public int description() {
        return 2 * space.size();
    }

    @Override
    public void describe(PolicyBatch policy, int row, float[] into, int at) {
        for (int i = 0; i < space.size(); i++) {
            into[at + i] = policy.outputs().get(i, row);
            into[at + space.size() + i] = (float) policy.free()[i];
        }
    }

    @Override
    public double logProbability(double[] policy, int at, double[] free, float[] action, int actionAt) {
        double sum = 0;
        for (int i = 0; i < space.size(); i++) {
            double z = (action[actionAt + i] - policy[at + i]) / StrictMath.exp(free[i]);
            sum -= 0.5 * z * z + free[i] + HALF_LOG_TWO_PI;
        }
        return sum;
    }

    @Override
    public double entropy(double[] policy, int at, double[] free) {
        double sum = 0;
        for (double logSigma : free) {
            sum += logSigma + 0.5 + HALF_LOG_TWO_PI;
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
        for (int i = 0; i < space.size(); i++) {
            double sigma = StrictMath.exp(free[i]);
            double z = (action[actionAt + i] - policy[at + i]) / sigma;
            policyGradient[at + i] += logProbabilityWeight * z / sigma;
            freeGradient[i] += logProbabilityWeight * (z * z - 1) + entropyWeight;
        }
        return new Terms(logProbability(policy, at, free, action, actionAt), entropy(policy, at, free));
    }
}

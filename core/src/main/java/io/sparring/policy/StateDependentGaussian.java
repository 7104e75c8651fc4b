package io.sparring.policy;

import io.sparring.environment.Space;
import io.sparring.network.Batch;
import io.sparring.random.Generators;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * Generalised state-dependent exploration (gSDE: Raffin et al. 2021, arXiv 2005.05719): a = μ(s) + Θᵀ φ(s), φ what the policy head stands on, and
 * Θ_ij ~ N(0, σ_ij²) the same for several steps. Of a state alone that makes independent normal distributions, one a dimension j:
 *
 * <pre>
 *   a_j ~ N(μ_j, v_j)                v_j = ε + Σ_i φ_i² σ_ij²                H = Σ_j ½ log 2πe v_j
 *   ∂log π/∂μ_j = (a_j − μ_j)/v_j    ∂log π/∂log σ_ij = ((a_j − μ_j)²/v_j − 1) φ_i² σ_ij²/v_j    ∂H/∂log σ_ij = φ_i² σ_ij²/v_j
 * </pre>
 *
 * <p>As in Stable-Baselines3's StateDependentNoiseDistribution no gradient flows through φ in v, and ε = 1e-6, which is in v and not in what is drawn,
 * keeps log π finite where φ is 0. What lasts is Z = Θ/σ, of standard normal numbers, not Θ: so an action's distribution is that of the
 * σ by which it was drawn, though σ has moved since Z was.
 *
 * <p>The free parameters are log σ, that of (i, j) at i · dimensions + j; what is computed once for many states is σ.
 *
 * @param means the distribution without noise of this kind: what it makes of means and bounds holds here too
 * @param features how many φ are
 * @param steps for how many steps a Θ is used
 */
record StateDependentGaussian(DiagonalGaussian means, int features, int steps) implements ActionDistribution {
    private static final double LOG_TWO_PI = StrictMath.log(2 * Math.PI);

    StateDependentGaussian(Space.Box space, int features, int steps) {
        this(new DiagonalGaussian(space), features, steps);
    }

    @Override
    public int outputs() {
        return means.outputs();
    }

    @Override
    public int freeParameters() {
        return features * means.outputs();
    }

    @Override
    public int actionSize() {
        return means.actionSize();
    }

    @Override
    public double[] prepare(double[] freeParameters) {
        double[] sigma = new double[freeParameters.length];
        for (int i = 0; i < sigma.length; i++) {
            sigma[i] = StrictMath.exp(freeParameters[i]);
        }
        return sigma;
    }

    /** Each copy's part from the copy's own generator. */
    @Override
    public LastingNoise noise(LastingNoise last, Generators generators, int copies) {
        float[] values = last.values();
        int size = freeParameters();
        if (values.length > 0 && values.length != copies * size) {
            throw new IllegalStateException(
                    "noise of " + values.length + " numbers for " + copies + " copies that have " + size + " each");
        }
        if (values.length > 0 && last.steps() < steps) {
            return new LastingNoise(values, last.steps() + 1);
        }
        float[] drawn = new float[copies * size];
        for (int copy = 0; copy < copies; copy++) {
            ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(generators.get(copy));
            for (int i = 0; i < size; i++) {
                drawn[copy * size + i] = (float) gaussian.sample();
            }
        }
        return new LastingNoise(drawn, 1);
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
        int dimensions = outputs();
        int from = copy * freeParameters();
        for (int j = 0; j < dimensions; j++) {
            double sum = 0;
            for (int i = 0; i < features; i++) {
                int k = i * dimensions + j;
                sum += policy.features().get(i, row) * policy.free()[k] * noise.values()[from + k];
            }
            action[actionAt + j] = (float) (policy.outputs().get(j, row) + sum);
        }
    }

    @Override
    public void mode(Batch policy, int row, float[] action, int actionAt) {
        means.mode(policy, row, action, actionAt);
    }

    @Override
    public void toEnvironment(float[] action, float[] environmentAction, int actions) {
        means.toEnvironment(action, environmentAction, actions);
    }

    @Override
    public int description() {
        return means.description();
    }

    @Override
    public void describe(PolicyBatch policy, int row, float[] into, int at) {
        int dimensions = outputs();
        double[] state = new double[dimensions + features];
        policy.read(row, state);
        for (int j = 0; j < dimensions; j++) {
            into[at + j] = policy.outputs().get(j, row);
            into[at + dimensions + j] = (float) (0.5 * StrictMath.log(variance(state, 0, policy.free(), j)));
        }
    }

    @Override
    public double logProbability(double[] policy, int at, double[] sigma, float[] action, int actionAt) {
        double sum = 0;
        for (int j = 0; j < outputs(); j++) {
            double distance = action[actionAt + j] - policy[at + j];
            double variance = variance(policy, at, sigma, j);
            sum -= 0.5 * (distance * distance / variance + StrictMath.log(variance) + LOG_TWO_PI);
        }
        return sum;
    }

    @Override
    public double entropy(double[] policy, int at, double[] sigma) {
        double sum = 0;
        for (int j = 0; j < outputs(); j++) {
            sum += 0.5 * (1 + LOG_TWO_PI + StrictMath.log(variance(policy, at, sigma, j)));
        }
        return sum;
    }

    @Override
    public Terms addGradient(
            double[] policy,
            int at,
            double[] sigma,
            float[] action,
            int actionAt,
            double logProbabilityWeight,
            double entropyWeight,
            double[] policyGradient,
            double[] freeGradient) {
        int dimensions = outputs();
        for (int j = 0; j < dimensions; j++) {
            double distance = action[actionAt + j] - policy[at + j];
            double variance = variance(policy, at, sigma, j);
            policyGradient[at + j] += logProbabilityWeight * distance / variance;
            double ofLogVariance = logProbabilityWeight * (distance * distance / variance - 1) + entropyWeight;
            for (int i = 0; i < features; i++) {
                int k = i * dimensions + j;
                freeGradient[k] += ofLogVariance * square(policy[at + dimensions + i] * sigma[k]) / variance;
            }
        }
        return new Terms(logProbability(policy, at, sigma, action, actionAt), entropy(policy, at, sigma));
    }

    /** v_j. */
    private double variance(double[] policy, int at, double[] sigma, int j) {
        int dimensions = outputs();
        double sum = 0;
        for (int i = 0; i < features; i++) {
            sum += square(policy[at + dimensions + i] * sigma[i * dimensions + j]);
        }
        return sum + Noise.EPSILON;
    }

    private static double square(double x) {
        return x * x;
    }
}

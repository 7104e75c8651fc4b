package io.sparring.policy;

import io.sparring.network.Batch;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The categorical distribution over 0 … n−1, from n logits z: π(a) = exp z_a / Σ exp z_i.
 *
 * <p>∂ log π(a)/∂z_i = [i = a] − π(i) and ∂H/∂z_i = −π(i) (log π(i) + H).
 *
 * @param n how many actions
 */
record Categorical(int n) implements ActionDistribution {

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
        return 1;
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
        action[actionAt] = draw(policy.outputs(), 0, row, random);
    }

    /** Draws by the logits that are the batch's features from {@code first} on. */
    int draw(Batch policy, int first, int row, UniformRandomProvider random) {
        float mode = policy.get(first + mode(policy, first, row), row);
        double total = 0;
        for (int i = 0; i < n; i++) {
            total += exp(policy.get(first + i, row) - mode);
        }
        // Summed up in the order of the total, so that rounding never reaches an action of no probability.
        double threshold = random.nextDouble() * total;
        double cumulative = 0;
        int drawn = 0;
        for (; drawn < n - 1; drawn++) {
            cumulative += exp(policy.get(first + drawn, row) - mode);
            if (threshold < cumulative) {
                break;
            }
        }
        return drawn;
    }

    /** e^x; the most likely action's is 1, half of all where there are two. */
    private static double exp(double x) {
        return x == 0 ? 1 : StrictMath.exp(x);
    }

    @Override
    public void mode(Batch policy, int row, float[] action, int actionAt) {
        action[actionAt] = mode(policy, 0, row);
    }

    /** The first of the largest logits, which are the batch's features from {@code first} on. */
    int mode(Batch policy, int first, int row) {
        int best = 0;
        for (int i = 1; i < n; i++) {
            if (policy.get(first + i, row) > policy.get(first + best, row)) {
                best = i;
            }
        }
        return best;
    }

    @Override
    public void toEnvironment(float[] action, float[] environmentAction, int actions) {
        System.arraycopy(action, 0, environmentAction, 0, actions);
    }

    @Override
    public void describe(PolicyBatch policy, int row, float[] into, int at) {
        describe(policy.outputs(), 0, row, into, at);
    }

    /** By the logits that are the batch's features from {@code first} on. */
    void describe(Batch policy, int first, int row, float[] into, int at) {
        float mode = policy.get(first + mode(policy, first, row), row);
        double total = 0;
        double[] terms = new double[n];
        for (int i = 0; i < n; i++) {
            terms[i] = exp(policy.get(first + i, row) - mode);
            total += terms[i];
        }
        for (int i = 0; i < n; i++) {
            into[at + i] = (float) (terms[i] / total);
        }
    }

    @Override
    public double logProbability(double[] policy, int at, double[] free, float[] action, int actionAt) {
        double max = max(policy, at);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += exp(policy[at + i] - max);
        }
        return policy[at + (int) action[actionAt]] - max - StrictMath.log(sum);
    }

    @Override
    public double entropy(double[] policy, int at, double[] free) {
        return addGradient(policy, at, free, new float[1], 0, 0, 0, new double[at + n], free)
                .entropy();
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
        // Of each action one exponential, since this runs for every sample.
        double max = max(policy, at);
        double[] terms = new double[n];
        double sum = 0;
        double weighted = 0;
        for (int i = 0; i < n; i++) {
            terms[i] = exp(policy[at + i] - max);
            sum += terms[i];
            weighted += terms[i] == 0 ? 0 : terms[i] * (policy[at + i] - max);
        }
        double logSum = StrictMath.log(sum);
        double entropy = logSum - weighted / sum;
        int chosen = (int) action[actionAt];
        for (int i = 0; i < n; i++) {
            double probability = terms[i] / sum;
            double logProbability = policy[at + i] - max - logSum;
            double surprise = probability == 0 ? 0 : probability * (logProbability + entropy);
            policyGradient[at + i] +=
                    logProbabilityWeight * ((i == chosen ? 1 : 0) - probability) - entropyWeight * surprise;
        }
        return new Terms(policy[at + chosen] - max - logSum, entropy);
    }

    private double max(double[] policy, int at) {
        double max = policy[at];
        for (int i = 1; i < n; i++) {
            max = Math.max(max, policy[at + i]);
        }
        return max;
    }
}

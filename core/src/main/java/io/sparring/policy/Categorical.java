package io.sparring.policy;

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
            float[] policy, int at, float[] parameters, UniformRandomProvider random, float[] action, int actionAt) {
        int mode = mode(policy, at);
        double total = 0;
        for (int i = 0; i < n; i++) {
            total += StrictMath.exp(policy[at + i] - policy[at + mode]);
        }
        // Summed up in the order of the total, so that rounding never reaches an action of no probability.
        double threshold = random.nextDouble() * total;
        double cumulative = 0;
        int drawn = 0;
        for (; drawn < n - 1; drawn++) {
            cumulative += StrictMath.exp(policy[at + drawn] - policy[at + mode]);
            if (threshold < cumulative) {
                break;
            }
        }
        action[actionAt] = drawn;
    }

    @Override
    public void mode(float[] policy, int at, float[] action, int actionAt) {
        action[actionAt] = mode(policy, at);
    }

    private int mode(float[] policy, int at) {
        int best = 0;
        for (int i = 1; i < n; i++) {
            if (policy[at + i] > policy[at + best]) {
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
    public double logProbability(double[] policy, int at, double[] free, float[] action, int actionAt) {
        return policy[at + (int) action[actionAt]] - logSumExp(policy, at);
    }

    @Override
    public double entropy(double[] policy, int at, double[] free) {
        double logSumExp = logSumExp(policy, at);
        double entropy = 0;
        for (int i = 0; i < n; i++) {
            double logProbability = policy[at + i] - logSumExp;
            entropy -= StrictMath.exp(logProbability) * logProbability;
        }
        return entropy;
    }

    @Override
    public void addGradient(
            double[] policy,
            int at,
            double[] free,
            float[] action,
            int actionAt,
            double logProbabilityWeight,
            double entropyWeight,
            double[] policyGradient,
            double[] freeGradient) {
        double logSumExp = logSumExp(policy, at);
        double entropy = entropyWeight == 0 ? 0 : entropy(policy, at, free);
        for (int i = 0; i < n; i++) {
            double logProbability = policy[at + i] - logSumExp;
            double probability = StrictMath.exp(logProbability);
            double chosen = i == (int) action[actionAt] ? 1 : 0;
            policyGradient[at + i] += logProbabilityWeight * (chosen - probability)
                    - entropyWeight * probability * (logProbability + entropy);
        }
    }

    private double logSumExp(double[] policy, int at) {
        double max = policy[at];
        for (int i = 1; i < n; i++) {
            max = Math.max(max, policy[at + i]);
        }
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += StrictMath.exp(policy[at + i] - max);
        }
        return max + StrictMath.log(sum);
    }
}

package io.sparring.policy;

import io.sparring.network.Batch;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Independent {@link Categorical} distributions side by side: the first takes the first logits, the second those behind them, and
 * so on. log π and H are sums over them.
 *
 * @param choices the distributions
 */
record MultiCategorical(List<Categorical> choices) implements ActionDistribution {

    static MultiCategorical of(int... sizes) {
        return new MultiCategorical(
                Arrays.stream(sizes).mapToObj(Categorical::new).toList());
    }

    @Override
    public int outputs() {
        return choices.stream().mapToInt(Categorical::n).sum();
    }

    @Override
    public int freeParameters() {
        return 0;
    }

    @Override
    public int actionSize() {
        return choices.size();
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
        int first = 0;
        for (int i = 0; i < choices.size(); i++) {
            action[actionAt + i] = choices.get(i).draw(policy.outputs(), first, row, random);
            first += choices.get(i).n();
        }
    }

    @Override
    public void mode(Batch policy, int row, float[] action, int actionAt) {
        int first = 0;
        for (int i = 0; i < choices.size(); i++) {
            action[actionAt + i] = choices.get(i).mode(policy, first, row);
            first += choices.get(i).n();
        }
    }

    @Override
    public void toEnvironment(float[] action, float[] environmentAction, int actions) {
        System.arraycopy(action, 0, environmentAction, 0, actions * choices.size());
    }

    @Override
    public void describe(PolicyBatch policy, int row, float[] into, int at) {
        int first = 0;
        for (Categorical choice : choices) {
            choice.describe(policy.outputs(), first, row, into, at + first);
            first += choice.n();
        }
    }

    @Override
    public double logProbability(double[] policy, int at, double[] free, float[] action, int actionAt) {
        double sum = 0;
        int first = at;
        for (int i = 0; i < choices.size(); i++) {
            sum += choices.get(i).logProbability(policy, first, free, action, actionAt + i);
            first += choices.get(i).n();
        }
        return sum;
    }

    @Override
    public double entropy(double[] policy, int at, double[] free) {
        double sum = 0;
        int first = at;
        for (Categorical choice : choices) {
            sum += choice.entropy(policy, first, free);
            first += choice.n();
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
        double logProbability = 0;
        double entropy = 0;
        int first = at;
        for (int i = 0; i < choices.size(); i++) {
            Terms terms = choices.get(i)
                    .addGradient(
                            policy,
                            first,
                            free,
                            action,
                            actionAt + i,
                            logProbabilityWeight,
                            entropyWeight,
                            policyGradient,
                            freeGradient);
            logProbability += terms.logProbability();
            entropy += terms.entropy();
            first += choices.get(i).n();
        }
        return new Terms(logProbability, entropy);
    }
}

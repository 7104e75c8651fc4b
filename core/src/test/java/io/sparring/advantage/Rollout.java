package io.sparring.advantage;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * A rollout as it happened, T×B, step by step, and the paper's sums over it: slow, literal, and derived from the flags alone,
 * so that no mistake in discounts and continues can be made twice.
 *
 * @param environments B
 * @param gamma γ
 * @param rewards r_t
 * @param terminated the task was over after this step
 * @param truncated a limit cut the episode after this step
 * @param values V(s_t)
 * @param finalValues V of the episode's last observation, where an episode ended; elsewhere a number that nobody may read
 * @param bootstrap V of what the rollout ends at, one an environment; of the next episode where one has just ended
 */
record Rollout(
        int environments,
        double gamma,
        double[] rewards,
        boolean[] terminated,
        boolean[] truncated,
        double[] values,
        double[] finalValues,
        double[] bootstrap) {

    /** Rewards and values from −1 to 1; one step in four ends an episode, one end in four for both reasons. */
    static Rollout random(int steps, int environments, double gamma, UniformRandomProvider random) {
        int size = steps * environments;
        boolean[] terminated = new boolean[size];
        boolean[] truncated = new boolean[size];
        for (int i = 0; i < size; i++) {
            int end = random.nextInt(16);
            terminated[i] = end == 0 || end == 1;
            truncated[i] = end == 1 || end == 2 || end == 3;
        }
        return new Rollout(
                environments,
                gamma,
                uniform(size, random),
                terminated,
                truncated,
                uniform(size, random),
                uniform(size, random),
                uniform(environments, random));
    }

    static double[] uniform(int size, UniformRandomProvider random) {
        double[] numbers = new double[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = random.nextDouble(-1, 1);
        }
        return numbers;
    }

    int steps() {
        return rewards.length / environments;
    }

    /** The same as the estimators want it. */
    AdvantageEstimator.Inputs inputs() {
        int size = rewards.length;
        double[] discounts = new double[size];
        double[] nextValues = new double[size];
        double[] continues = new double[size];
        for (int i = 0; i < size; i++) {
            boolean ended = terminated[i] || truncated[i];
            discounts[i] = terminated[i] ? 0 : gamma;
            continues[i] = ended ? 0 : 1;
            nextValues[i] = ended ? finalValues[i] : following(i);
        }
        return new AdvantageEstimator.Inputs(rewards, discounts, values, nextValues, continues, environments);
    }

    private double following(int i) {
        int next = i + environments;
        return next < rewards.length ? values[next] : bootstrap[i % environments];
    }

    /** A_t = Σ_i (γλ)^i δ_{t+i}, the sum running to the end of the episode or of the rollout. */
    double gae(int t, int environment, double lambda) {
        double sum = 0;
        for (int i = 0; t + i <= last(t, environment); i++) {
            sum += Math.pow(gamma * lambda, i) * delta(t + i, environment);
        }
        return sum;
    }

    /** A_t = Σ_{i=0}^{k−1} γ^i r_{t+i} + γ^k V(s_{t+k}) − V(s_t), k cut at the end of the episode or of the rollout. */
    double kStep(int t, int environment, int k) {
        int cut = Math.min(k, last(t, environment) - t + 1);
        double sum = 0;
        for (int i = 0; i < cut; i++) {
            sum += Math.pow(gamma, i) * rewards[at(t + i, environment)];
        }
        return sum + Math.pow(gamma, cut) * worthAfter(t + cut - 1, environment) - values[at(t, environment)];
    }

    /** v_s = V(s_s) + Σ_{t≥s} γ^{t−s} (Π_{i=s}^{t−1} c_i) ρ_t δ_t, the sum running to the end of the episode or of the rollout. */
    double vTrace(int s, int environment, double[] ratios, double rhoBar, double cBar, double lambda) {
        double sum = values[at(s, environment)];
        for (int t = s; t <= last(s, environment); t++) {
            double product = Math.pow(gamma, t - s);
            for (int i = s; i < t; i++) {
                product *= lambda * Math.min(cBar, ratios[at(i, environment)]);
            }
            sum += product * Math.min(rhoBar, ratios[at(t, environment)]) * delta(t, environment);
        }
        return sum;
    }

    /** ρ_s (r_s + γ v_{s+1} − V(s_s)), v_{s+1} being the bootstrap where the episode or the rollout ends after step s. */
    double vTraceAdvantage(int s, int environment, double[] ratios, double rhoBar, double cBar, double lambda) {
        double following = s == last(s, environment)
                ? worthAfter(s, environment)
                : vTrace(s + 1, environment, ratios, rhoBar, cBar, lambda);
        int i = at(s, environment);
        return Math.min(rhoBar, ratios[i]) * (rewards[i] + gamma * following - values[i]);
    }

    /** δ_t = r_t + γ V(s_{t+1}) − V(s_t). */
    double delta(int t, int environment) {
        return rewards[at(t, environment)] + gamma * worthAfter(t, environment) - values[at(t, environment)];
    }

    /** V(s_{t+1}): nothing after a termination, whatever else holds; of the final observation after a truncation. */
    private double worthAfter(int t, int environment) {
        if (terminated[at(t, environment)]) {
            return 0;
        }
        if (truncated[at(t, environment)]) {
            return finalValues[at(t, environment)];
        }
        return t == steps() - 1 ? bootstrap[environment] : values[at(t + 1, environment)];
    }

    /** The last step of the episode that step t belongs to, or of the rollout. */
    int last(int t, int environment) {
        int last = t;
        while (last < steps() - 1 && !terminated[at(last, environment)] && !truncated[at(last, environment)]) {
            last++;
        }
        return last;
    }

    int at(int t, int environment) {
        return t * environments + environment;
    }
}

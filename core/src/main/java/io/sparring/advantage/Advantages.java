package io.sparring.advantage;

/**
 * Estimators of the advantage A(s_t, a_t), as pure functions of a rollout of T steps in B environments.
 *
 * <p>All arrays are T×B, step by step: element t·B + b is step t of environment b. The ends of episodes come as data, not as
 * branches on a {@code done} flag:
 * <ul>
 *   <li>{@code discounts}: γ, or 0 where the episode <em>terminated</em> at this step and the future is worth nothing;
 *   <li>{@code nextValues}: V of what followed the step. Inside an episode that is V(s_{t+1}); where the episode was
 *       <em>truncated</em> it is V of the <em>final</em> observation, not of the reset one; at t = T − 1 it is the bootstrap;
 *   <li>{@code continues}: 1 where step t + 1 belongs to the same episode, 0 where it is the first of another one.
 * </ul>
 */
public final class Advantages {
    private Advantages() {}

    /**
     * Generalized advantage estimation (Schulman et al. 2016, eq. 16), cut at the end of the rollout and of the episode:
     * A_t = Σ_i (γλ)^i δ_{t+i}, δ_t = r_t + γ V(s_{t+1}) − V(s_t), computed backwards as A_t = δ_t + γλ A_{t+1}.
     *
     * <p>λ = 0 is {@linkplain #oneStep one step}; λ = 1 is {@linkplain #kStep k step} with the longest k that the rollout allows.
     *
     * @param environments B
     * @param lambda λ, from 0 to 1
     * @return A, T×B
     */
    public static double[] gae(
            double[] rewards,
            double[] discounts,
            double[] values,
            double[] nextValues,
            double[] continues,
            int environments,
            double lambda) {
        requireRollout(rewards, discounts, values, nextValues, continues, environments);
        double[] advantages = new double[rewards.length];
        for (int i = rewards.length - 1; i >= 0; i--) {
            double delta = rewards[i] + discounts[i] * nextValues[i] - values[i];
            int next = i + environments;
            double following = next < rewards.length ? continues[i] * advantages[next] : 0;
            advantages[i] = delta + discounts[i] * lambda * following;
        }
        return advantages;
    }

    /**
     * One step: A_t = r_t + γ V(s_{t+1}) − V(s_t).
     *
     * @return A, T×B
     */
    public static double[] oneStep(
            double[] rewards, double[] discounts, double[] values, double[] nextValues, double[] continues) {
        requireRollout(rewards, discounts, values, nextValues, continues, 1);
        double[] advantages = new double[rewards.length];
        for (int i = 0; i < rewards.length; i++) {
            advantages[i] = rewards[i] + discounts[i] * nextValues[i] - values[i];
        }
        return advantages;
    }

    /**
     * k step (Mnih et al. 2016, section 4): A_t = Σ_{i=0}^{k−1} γ^i r_{t+i} + γ^k V(s_{t+k}) − V(s_t), k cut at the end of the
     * rollout and of the episode.
     *
     * @param environments B
     * @param k how far to look, at least 1
     * @return A, T×B
     */
    public static double[] kStep(
            double[] rewards,
            double[] discounts,
            double[] values,
            double[] nextValues,
            double[] continues,
            int environments,
            int k) {
        requireRollout(rewards, discounts, values, nextValues, continues, environments);
        double[] advantages = new double[rewards.length];
        for (int start = 0; start < rewards.length; start++) {
            double discount = 1;
            double sum = 0;
            int i = start;
            for (int looked = 1; ; looked++) {
                sum += discount * rewards[i];
                discount *= discounts[i];
                int next = i + environments;
                if (looked == k || next >= rewards.length || continues[i] == 0) {
                    break;
                }
                i = next;
            }
            advantages[start] = sum + discount * nextValues[i] - values[start];
        }
        return advantages;
    }

    /**
     * What V-trace gives.
     *
     * @param targets v_s, what the value function learns, T×B
     * @param advantages ρ_s (r_s + γ v_{s+1} − V(s_s)), what the policy's gradient is weighted by, T×B
     */
    public record VTrace(double[] targets, double[] advantages) {}

    /**
     * V-trace (Espeholt et al. 2018, eq. 1 and section 4.2), for a rollout that another policy μ acted:
     * v_s = V(x_s) + Σ_{t≥s} γ^{t−s} (Π_{i=s}^{t−1} c_i) δ_t, δ_t = ρ_t (r_t + γ V(x_{t+1}) − V(x_t)), with ρ = min(ρ̄, π/μ)
     * and c = λ min(c̄, π/μ), cut at the end of the rollout and of the episode; computed backwards.
     *
     * <p>With π = μ, ρ̄, c̄ ≥ 1 and λ = 1 the advantages are {@linkplain #kStep k step} with the longest k that the rollout allows.
     *
     * @param values V(x_s) by the parameters whose gradient is taken
     * @param nextValues V of what followed, by the same
     * @param environments B
     * @param logRatios log π(a|x) − log μ(a|x), T×B
     * @param rhoBar ρ̄
     * @param cBar c̄
     * @param lambda λ, from 0 to 1
     */
    public static VTrace vTrace(
            double[] rewards,
            double[] discounts,
            double[] values,
            double[] nextValues,
            double[] continues,
            int environments,
            double[] logRatios,
            double rhoBar,
            double cBar,
            double lambda) {
        requireRollout(rewards, discounts, values, nextValues, continues, environments);
        if (logRatios.length != rewards.length) {
            throw new IllegalArgumentException(logRatios.length + " ratios for " + rewards.length + " steps");
        }
        double[] targets = new double[rewards.length];
        double[] advantages = new double[rewards.length];
        for (int s = rewards.length - 1; s >= 0; s--) {
            double ratio = StrictMath.exp(logRatios[s]);
            double rho = Math.min(rhoBar, ratio);
            double c = lambda * Math.min(cBar, ratio);
            int next = s + environments;
            // v_{s+1} − V(x_{s+1}), which is 0 where the rollout or the episode ends.
            double correction = next < rewards.length && continues[s] != 0 ? targets[next] - values[next] : 0;
            double delta = rho * (rewards[s] + discounts[s] * nextValues[s] - values[s]);
            targets[s] = values[s] + delta + discounts[s] * c * correction;
            advantages[s] = rho * (rewards[s] + discounts[s] * (nextValues[s] + correction) - values[s]);
        }
        return new VTrace(targets, advantages);
    }

    private static void requireRollout(
            double[] rewards,
            double[] discounts,
            double[] values,
            double[] nextValues,
            double[] continues,
            int environments) {
        int size = rewards.length;
        if (environments < 1
                || size % environments != 0
                || discounts.length != size
                || values.length != size
                || nextValues.length != size
                || continues.length != size) {
            throw new IllegalArgumentException("a rollout of " + environments + " environments needs five arrays of T×"
                    + environments + " elements, not " + size + ", " + discounts.length + ", " + values.length + ", "
                    + nextValues.length + " and " + continues.length);
        }
    }
}

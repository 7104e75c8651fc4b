package io.sparring.policy;

import io.sparring.environment.Space;
import io.sparring.network.Batch;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * A family of distributions over one action space. A member is given by the {@link #outputs()} numbers of the policy head for
 * one state and by {@link #freeParameters()} numbers that depend on no state.
 *
 * <p>Over a finite space the outputs are logits, and one of −∞ is an action that is forbidden ({@link Masks}): of probability exactly 0,
 * which is never drawn, has no part in the entropy, and gets a gradient of exactly 0.
 *
 * <p>Stateless and thread-safe. Arrays with an offset are rows of a batch.
 */
public interface ActionDistribution {

    /** The family that fits an action space. A new one is a file of its own and a line here. */
    static ActionDistribution of(Space space) {
        if (space instanceof Space.Discrete discrete) return new Categorical(discrete.n());
        if (space instanceof Space.MultiDiscrete discrete) return MultiCategorical.of(discrete.sizes());
        if (space instanceof Space.MultiBinary binary) return new Bernoulli(binary.n());
        if (space instanceof Space.Box box) return new DiagonalGaussian(box);
        throw new IllegalArgumentException("there is no policy that acts in " + space);
    }

    /** What the loss's terms are made of: log π(a|s) and H(π(·|s)). */
    record Terms(double logProbability, double entropy) {}

    /** How many outputs of the policy head describe one state's distribution. */
    int outputs();

    /** How many parameters it has beside them. */
    int freeParameters();

    /** Floats in one action. */
    int actionSize();

    /**
     * Draws an action.
     *
     * @param policy the policy head's outputs
     * @param row whose action
     * @param parameters all parameters of the network; the last {@link #freeParameters()} are this distribution's
     * @param action receives the action, from {@code actionAt} on
     */
    void sample(Batch policy, int row, float[] parameters, UniformRandomProvider random, float[] action, int actionAt);

    /** The most likely action. */
    void mode(Batch policy, int row, float[] action, int actionAt);

    /** What the environment is told to do for an action that was drawn: the action itself, within the space's bounds. */
    void toEnvironment(float[] action, float[] environmentAction, int actions);

    /**
     * log π(a|s).
     *
     * @param policy rows of outputs
     * @param at the first output of the row
     * @param free the free parameters
     * @param action rows of actions, as they were drawn
     * @param actionAt the first float of the row's action
     */
    double logProbability(double[] policy, int at, double[] free, float[] action, int actionAt);

    /** H(π(·|s)). */
    double entropy(double[] policy, int at, double[] free);

    /**
     * Adds a multiple of ∇ log π(a|s), and a multiple of ∇ H, to the gradient with respect to the outputs and the free parameters.
     *
     * @param logProbabilityWeight the factor of ∇ log π(a|s)
     * @param entropyWeight the factor of ∇ H
     * @param policyGradient as {@code policy}: the row from {@code at} on is added to
     * @param freeGradient as {@code free}
     * @return log π(a|s) and H, which are known on the way
     */
    Terms addGradient(
            double[] policy,
            int at,
            double[] free,
            float[] action,
            int actionAt,
            double logProbabilityWeight,
            double entropyWeight,
            double[] policyGradient,
            double[] freeGradient);
}

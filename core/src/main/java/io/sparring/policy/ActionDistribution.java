package io.sparring.policy;

import io.sparring.environment.Space;
import io.sparring.network.Batch;
import io.sparring.random.Generators;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * A family of distributions over one action space. A member is given by the {@link #outputs()} numbers of the policy head for
 * one state, for some by the {@link #features()} numbers that the policy head stands on, and by {@link #freeParameters()} numbers that
 * depend on no state.
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

    /**
     * The family for a box whose noise depends on the state.
     *
     * @param features how many features the policy head stands on
     * @param steps for how many steps a copy's noise is the same function of them, at least 1
     */
    static ActionDistribution stateDependent(Space.Box box, int features, int steps) {
        return new StateDependentGaussian(box, features, steps);
    }

    /** What the loss's terms are made of: log π(a|s) and H(π(·|s)). */
    record Terms(double logProbability, double entropy) {}

    /** How many outputs of the policy head describe one state's distribution. */
    int outputs();

    /** How many features of what the policy head stands on describe it beside the outputs: all of them, or none. */
    default int features() {
        return 0;
    }

    /** How many parameters it has beside them. */
    int freeParameters();

    /** The {@code free} that the other methods take: the free parameters, or what is computed of them once for many states. */
    default double[] prepare(double[] freeParameters) {
        return freeParameters;
    }

    /** Floats in one action. */
    int actionSize();

    /**
     * The noise of the next step, where noise lasts: the last step's, or what is drawn in its stead.
     *
     * @param last of the last step, or {@link LastingNoise#NONE}
     * @param generators of each copy
     * @param copies B
     * @throws IllegalStateException if {@code last} is of other copies or another network
     */
    default LastingNoise noise(LastingNoise last, Generators generators, int copies) {
        return LastingNoise.NONE;
    }

    /**
     * Draws an action.
     *
     * @param policy what describes the distributions
     * @param row whose action
     * @param noise of this step
     * @param copy which of the copies the row is of, whose noise it has
     * @param action receives the action, from {@code actionAt} on
     */
    void sample(
            PolicyBatch policy,
            int row,
            UniformRandomProvider random,
            LastingNoise noise,
            int copy,
            float[] action,
            int actionAt);

    /** The most likely action. */
    void mode(Batch policy, int row, float[] action, int actionAt);

    /** What the environment is told to do for an action that was drawn: the action itself, within the space's bounds. */
    void toEnvironment(float[] action, float[] environmentAction, int actions);

    /** How many numbers {@link #describe} gives. */
    default int description() {
        return outputs();
    }

    /**
     * What people and other programs take a distribution by: of a finite space the probability of each choice, as the logits stand (of a bit, that it is
     * 1); of a box the mean of each dimension, and behind them log σ of each.
     *
     * @param policy of which {@code free} is {@link #prepare prepared}
     * @param into receives them, from {@code at} on
     */
    void describe(PolicyBatch policy, int row, float[] into, int at);

    /**
     * log π(a|s).
     *
     * @param policy rows of outputs, each followed by its features
     * @param at the first output of the row
     * @param free the free parameters, {@link #prepare prepared}
     * @param action rows of actions, as they were drawn
     * @param actionAt the first float of the row's action
     */
    double logProbability(double[] policy, int at, double[] free, float[] action, int actionAt);

    /** H(π(·|s)). */
    double entropy(double[] policy, int at, double[] free);

    /**
     * Adds a multiple of ∇ log π(a|s), and a multiple of ∇ H, to the gradient with respect to the outputs and the free
     * parameters. Of features it is 0.
     *
     * @param logProbabilityWeight the factor of ∇ log π(a|s)
     * @param entropyWeight the factor of ∇ H
     * @param policyGradient as {@code policy}: the row from {@code at} on is added to
     * @param freeGradient with respect to the free parameters themselves
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

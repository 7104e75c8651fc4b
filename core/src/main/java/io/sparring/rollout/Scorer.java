package io.sparring.rollout;

import io.sparring.environment.Space;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import io.sparring.network.Past;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.Masks;
import io.sparring.policy.PolicyBatch;

/**
 * Says of many observations at once what a policy does there: the likeliest action, how likely every action is, and V. A row's bits depend on that row
 * alone, and are those of {@link Policy}. Used by one thread at a time.
 */
public final class Scorer {
    private final Network network;
    private final ActionDistribution distribution;
    private final PolicyBatch policy;
    private final Space actionSpace;
    private float[] actions = new float[0];
    private float[] descriptions = new float[0];
    private float[] values = new float[0];

    /**
     * @param distribution over the action space
     * @throws IllegalArgumentException if the model has memory: a row alone does not say then what was shown before it
     */
    public Scorer(Model model, Space actionSpace, ActionDistribution distribution) {
        if (model.architecture().stateSize() > 0) {
            throw new IllegalArgumentException("a policy with memory acts on episodes, not on rows");
        }
        network = new Network(model.architecture());
        network.setModel(model);
        this.actionSpace = actionSpace;
        this.distribution = distribution;
        policy = PolicyBatch.of(network, distribution.prepare(model.freeParameters()));
    }

    /**
     * Scores rows; what the last ones were given is lost.
     *
     * @param observations of which the first {@code rows} are taken
     * @param allowed as many masks; none at all: everything is allowed
     * @throws IllegalArgumentException if a mask forbids every action
     */
    public void score(Observations observations, boolean[] allowed, int rows) {
        if (allowed.length > 0 && Masks.firstWithoutAction(actionSpace, allowed, 0, rows) >= 0) {
            throw new IllegalArgumentException("a mask forbids every action");
        }
        int size = distribution.actionSize();
        int described = distribution.description();
        if (actions.length < rows * size || descriptions.length < rows * described) {
            actions = new float[rows * size];
            descriptions = new float[rows * described];
            values = new float[rows];
        }
        network.forward(observations, 0, rows, Past.NONE);
        Masks.apply(network.policyOutputs(), allowed, 0);
        for (int row = 0; row < rows; row++) {
            distribution.mode(network.policyOutputs(), row, actions, row * size);
            distribution.describe(policy, row, descriptions, row * described);
            values[row] = network.values().get(0, row);
        }
        distribution.toEnvironment(actions, actions, rows);
    }

    /** The likeliest actions, as the environment takes them: row by row, {@link ActionDistribution#actionSize()} numbers each. */
    public float[] actions() {
        return actions;
    }

    /** What describes the distributions: row by row, {@link ActionDistribution#description()} numbers each. */
    public float[] descriptions() {
        return descriptions;
    }

    /** V of the rows' states, a number each. */
    public float[] values() {
        return values;
    }
}

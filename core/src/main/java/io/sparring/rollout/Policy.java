package io.sparring.rollout;

import io.sparring.environment.Space;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.Masks;
import io.sparring.policy.PolicyBatch;

/**
 * Acts for one observation at a time, greedily. Where its network has memory it remembers what it was shown since {@link #reset}, so that observations
 * come in the order of an episode. Used by one thread at a time.
 */
public final class Policy {
    private final Network network;
    private final ActionDistribution distribution;
    private final PolicyBatch policy;
    private final Space actionSpace;
    private final int observationSize;
    private final Recollection memory;

    /** @param actionSpace which the model's policy head is for */
    public Policy(Model model, Space actionSpace) {
        this(model, actionSpace, ActionDistribution.of(actionSpace));
    }

    /** @param distribution over the action space */
    public Policy(Model model, Space actionSpace, ActionDistribution distribution) {
        network = new Network(model.architecture());
        network.setModel(model);
        this.actionSpace = actionSpace;
        this.distribution = distribution;
        policy = PolicyBatch.of(network, distribution.prepare(model.freeParameters()));
        observationSize = model.architecture().observationSize();
        memory = new Recollection(model.architecture().stateSize(), 1);
    }

    /** An episode begins: what was shown before is forgotten. To be called between episodes; without memory it does nothing. */
    public void reset() {
        memory.forget(0);
    }

    /**
     * The likeliest action.
     *
     * @param observation as the environment gives it
     * @return as the environment takes it: an element of the action space
     * @throws IllegalArgumentException if the observation has another length than those that were learned from
     */
    public float[] act(float[] observation) {
        return act(observation, new boolean[0]);
    }

    /**
     * The likeliest of the actions that are allowed.
     *
     * @param observation as the environment gives it
     * @param allowed a mask of the action space; empty: everything is allowed
     * @return as the environment takes it: an element of the action space
     * @throws IllegalArgumentException if the observation has another length than those that were learned from, or the mask another than the
     *     action space's, or it forbids every action
     */
    public float[] act(float[] observation, boolean[] allowed) {
        network.forwardPolicy(given(observation, allowed), 0, 1, memory.of(0, 1));
        return chosen(allowed);
    }

    /**
     * The likeliest action, and what it was chosen by.
     *
     * @param action as of {@link #act(float[], boolean[])}
     * @param description of the distribution, as of {@link ActionDistribution#describe}
     * @param value V, in the scale of the rewards that were learned from
     */
    public record Decision(float[] action, float[] description, float value) {}

    /** As {@link #act(float[], boolean[])}; a network whose critic remembers has to be asked for every step of an episode. */
    public Decision decide(float[] observation, boolean[] allowed) {
        network.forward(given(observation, allowed), 0, 1, memory.of(0, 1));
        float[] action = chosen(allowed);
        float[] description = new float[distribution.description()];
        distribution.describe(policy, 0, description, 0);
        return new Decision(action, description, network.values().get(0, 0));
    }

    private Observations given(float[] observation, boolean[] allowed) {
        if (observation.length != observationSize) {
            throw new IllegalArgumentException(
                    "an observation of " + observation.length + " floats, not " + observationSize);
        }
        if (allowed.length != 0 && allowed.length != actionSpace.maskSize()) {
            throw new IllegalArgumentException("a mask of " + allowed.length + " flags, not " + actionSpace.maskSize());
        }
        if (Masks.firstWithoutAction(actionSpace, allowed) >= 0) {
            throw new IllegalArgumentException("the mask forbids every action");
        }
        return new Observations.Floats(observation);
    }

    private float[] chosen(boolean[] allowed) {
        memory.keep(network, 0);
        Masks.apply(network.policyOutputs(), allowed, 0);
        float[] action = new float[distribution.actionSize()];
        distribution.mode(network.policyOutputs(), 0, action, 0);
        distribution.toEnvironment(action, action, 1);
        return action;
    }
}

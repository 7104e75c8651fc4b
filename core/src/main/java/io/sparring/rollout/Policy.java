package io.sparring.rollout;

import io.sparring.environment.Space;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.policy.ActionDistribution;

/** Acts for one observation at a time, greedily. Used by one thread at a time. */
public final class Policy {
    private final Network network;
    private final ActionDistribution distribution;
    private final int observationSize;

    /** @param actionSpace which the model's policy head is for */
    public Policy(Model model, Space actionSpace) {
        network = new Network(model.architecture());
        network.setModel(model);
        distribution = ActionDistribution.of(actionSpace);
        observationSize = model.architecture().observationSize();
    }

    /**
     * The likeliest action.
     *
     * @param observation as the environment gives it
     * @return as the environment takes it: the index of a discrete action, or a vector within the box's bounds
     * @throws IllegalArgumentException if the observation has another length than those that were learned from
     */
    public float[] act(float[] observation) {
        if (observation.length != observationSize) {
            throw new IllegalArgumentException(
                    "an observation of " + observation.length + " floats, not " + observationSize);
        }
        network.forwardPolicy(observation, 0, 1);
        float[] action = new float[distribution.actionSize()];
        distribution.mode(network.policyOutputs(), 0, action, 0);
        distribution.toEnvironment(action, action, 1);
        return action;
    }
}

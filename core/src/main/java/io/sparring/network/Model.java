package io.sparring.network;

import java.io.Serializable;

/**
 * Everything needed to act, as one value: what the network looks like, and what it has learned. The array must not be changed.
 *
 * @param architecture the network
 * @param parameters θ and φ in one flat vector, laid out as {@link Architecture} says
 * @param normalizer of what the network observes, and of the rewards that it learns from
 */
public record Model(Architecture architecture, float[] parameters, Normalizer normalizer) implements Serializable {

    /** @throws IllegalArgumentException if the parameters are not as many as the architecture has, or observations are of another size */
    public Model {
        int count = architecture.parameterCount();
        if (parameters.length != count) {
            throw new IllegalArgumentException(parameters.length + " parameters for a network of " + count);
        }
        int observed = normalizer.observations().size();
        if (observed != 0 && observed != architecture.observationSize()) {
            throw new IllegalArgumentException(
                    "a normaliser of " + observed + " numbers for observations of " + architecture.observationSize());
        }
    }

    /** One that normalises nothing. */
    public Model(Architecture architecture, float[] parameters) {
        this(architecture, parameters, Normalizer.NONE);
    }

    /**
     * The same with other parameters, as after a step of learning.
     *
     * @throws IllegalArgumentException if they are not as many
     */
    public Model with(float[] others) {
        return new Model(architecture, others, normalizer);
    }

    /** The same with another normaliser, as after a round that has seen more. */
    public Model with(Normalizer other) {
        return new Model(architecture, parameters, other);
    }

    /** The parameters of the action's distribution that depend on no state: the vector's last ones. */
    public double[] freeParameters() {
        double[] free = new double[architecture.freeParameters()];
        for (int i = 0; i < free.length; i++) {
            free[i] = parameters[parameters.length - free.length + i];
        }
        return free;
    }

    /** @throws IllegalArgumentException if it is a model of another network than this one */
    public void requireOf(Architecture network) {
        if (!architecture.equals(network)) {
            throw new IllegalArgumentException("a model of " + architecture + " for a network of " + network);
        }
    }

    /**
     * The same with what the policy depends on from another one: its head's parameters, those of all layers below it, and the free ones. With a shared
     * trunk nothing but the value head's are left of this one's.
     *
     * @param other of the same network
     */
    public Model withPolicyOf(Model other) {
        float[] mixed = parameters.clone();
        for (Architecture.Node node : architecture.nodes()) {
            if (architecture.isUnder(node.name(), Architecture.POLICY)) {
                System.arraycopy(other.parameters, node.offset(), mixed, node.offset(), node.end() - node.offset());
            }
        }
        int free = architecture.layerParameterCount();
        System.arraycopy(other.parameters, free, mixed, free, mixed.length - free);
        return with(mixed);
    }
}

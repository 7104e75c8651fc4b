package io.sparring.network;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * The shape of an actor-critic network, and where each of its weights lies in the flat vector of parameters.
 *
 * <p>{@link Kind#SHARED} has one trunk under both heads, {@link Kind#SEPARATE} a trunk for each. Heads are linear: the
 * policy head gives the parameters of the action's distribution (logits, or means), the value head V(s). The vector holds,
 * layer by layer in the order of {@link #layers()}, the weights (inputs × outputs, column by column) and the biases, as
 * DL4J's flat vector does; then come the parameters of the distribution that depend on no state (log σ).
 *
 * @param kind shared or separate trunk
 * @param hidden the sizes of the hidden layers, each at least 1; may be empty
 * @param activation what follows each hidden layer
 * @param observationSize floats in one observation
 * @param policyOutputs outputs of the policy head
 * @param freeParameters parameters of the action's distribution that depend on no state
 */
public record Architecture(
        Kind kind,
        List<Integer> hidden,
        Activation activation,
        int observationSize,
        int policyOutputs,
        int freeParameters)
        implements Serializable {

    /** The standard deviation, as a share of an orthogonal matrix, of the policy head: small, so that all actions start alike. */
    private static final double POLICY_GAIN = 0.01;

    /** Whether actor and critic share their hidden layers. */
    public enum Kind {
        /** θ and φ have a common trunk. */
        SHARED,
        /** θ and φ are disjoint. */
        SEPARATE
    }

    /**
     * A layer in its place.
     *
     * @param name of the layer
     * @param input the name of the layer below, or {@link #INPUT}
     * @param layer what it computes
     * @param offset where its parameters start
     */
    public record Node(String name, String input, Layer layer, int offset) {
        int end() {
            return offset + layer.parameterCount();
        }
    }

    /** The name of what the first layers take. */
    public static final String INPUT = "observation";
    /** The name of the policy head. */
    public static final String POLICY = "policy";
    /** The name of the value head. */
    public static final String VALUE = "value";

    public Architecture {
        hidden = List.copyOf(hidden);
    }

    /** All layers, in the order in which they are computed and stored: DL4J's, which goes level by level. */
    public List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        List<String> trunks = kind == Kind.SHARED ? List.of("trunk") : List.of("actor", "critic");
        int inputs = observationSize;
        for (int depth = 0; depth < hidden.size(); depth++) {
            for (String trunk : trunks) {
                add(
                        nodes,
                        trunk + depth,
                        top(trunk, depth),
                        new Dense(inputs, hidden.get(depth), activation, activation.gain));
            }
            inputs = hidden.get(depth);
        }
        add(nodes, POLICY, top(trunks.get(0), hidden.size()), new Dense(inputs, policyOutputs, null, POLICY_GAIN));
        add(nodes, VALUE, top(trunks.get(trunks.size() - 1), hidden.size()), new Dense(inputs, 1, null, 1));
        return nodes;
    }

    /** The layer that a trunk of this depth ends with. */
    private static String top(String trunk, int depth) {
        return depth == 0 ? INPUT : trunk + (depth - 1);
    }

    private static void add(List<Node> nodes, String name, String input, Layer layer) {
        nodes.add(new Node(
                name,
                input,
                layer,
                nodes.isEmpty() ? 0 : nodes.get(nodes.size() - 1).end()));
    }

    /** The policy head in its place. */
    public Node policy() {
        return nodes().stream()
                .filter(node -> node.name().equals(POLICY))
                .findFirst()
                .orElseThrow();
    }

    /** Whether a head stands on this layer, or is it. */
    boolean isUnder(String name, String head) {
        Map<String, String> inputs = nodes().stream().collect(Collectors.toMap(Node::name, Node::input));
        String at = head;
        while (!at.equals(INPUT) && !at.equals(name)) {
            at = inputs.get(at);
        }
        return at.equals(name);
    }

    /** How many parameters the layers have: the vector's length without the free ones at its end. */
    public int layerParameterCount() {
        List<Node> nodes = nodes();
        return nodes.get(nodes.size() - 1).end();
    }

    /** The length of the vector of parameters. */
    public int parameterCount() {
        return layerParameterCount() + freeParameters;
    }

    /**
     * First parameters: orthogonal weights (Saxe et al. 2014) with gain √2 in hidden layers, 0.01 in the policy head and 1 in
     * the value head; biases and free parameters 0. Free parameters that begin elsewhere are their distribution's concern.
     */
    public float[] initialParameters(UniformRandomProvider random) {
        float[] parameters = new float[parameterCount()];
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        for (Node node : nodes()) {
            node.layer().initialise(parameters, node.offset(), gaussian);
        }
        return parameters;
    }
}

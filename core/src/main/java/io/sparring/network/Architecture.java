package io.sparring.network;

import static java.util.stream.Collectors.toList;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * The shape of an actor-critic network, and where each of its weights lies in the flat vector of parameters.
 *
 * <p>{@link Kind#SHARED} has one trunk under both heads, {@link Kind#SEPARATE} a trunk for each. Heads are linear: the
 * policy head gives the parameters of the action's distribution (logits, or means), the value head V(s). The vector holds what each
 * layer has, in the order of {@link #nodes()} and within a layer as that layer says, which is DL4J's flat vector's; then come the
 * parameters of the distribution that depend on no state (log σ).
 *
 * @param kind shared or separate trunk
 * @param trunk what a head stands on
 * @param memory what stands between the trunk and its head
 * @param policyOutputs outputs of the policy head
 * @param freeParameters parameters of the action's distribution that depend on no state
 */
public record Architecture(Kind kind, Trunk trunk, Memory memory, int policyOutputs, int freeParameters)
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
     * @param inputs the names of the layers below, or of the trunk's inputs: what they give is taken one behind the other
     * @param layer what it computes
     * @param offset where its parameters start
     */
    public record Node(String name, List<String> inputs, Layer layer, int offset) {
        public Node {
            inputs = List.copyOf(inputs);
        }

        int end() {
            return offset + layer.parameterCount();
        }
    }

    /** The name of an input that has no other. */
    public static final String INPUT = "observation";
    /** The name of the policy head. */
    public static final String POLICY = "policy";
    /** The name of the value head. */
    public static final String VALUE = "value";

    /** One without memory. */
    public Architecture(Kind kind, Trunk trunk, int policyOutputs, int freeParameters) {
        this(kind, trunk, Memory.NONE, policyOutputs, freeParameters);
    }

    /** Of hidden layers on a vector of so many numbers, without memory. */
    public Architecture(
            Kind kind,
            List<Integer> hidden,
            Activation activation,
            int observationSize,
            int policyOutputs,
            int freeParameters) {
        this(kind, Trunk.dense(observationSize, hidden, activation), policyOutputs, freeParameters);
    }

    /** How many numbers an observation has. */
    public int observationSize() {
        return trunk.observationSize();
    }

    /** All layers, in the order in which they are computed and stored: DL4J's, which goes level by level. */
    public List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        List<String> names = kind == Kind.SHARED ? List.of("trunk") : List.of("actor", "critic");
        // What each trunk has at its top so far.
        Map<String, List<String>> tops = new HashMap<>();
        names.forEach(
                name -> tops.put(name, trunk.inputs().stream().map(Input::name).collect(toList())));
        for (int depth = 0; depth < trunk.convolutions().size(); depth++) {
            for (int i = 0; i < trunk.inputs().size(); i++) {
                Input input = trunk.inputs().get(i);
                List<Convolution> layers = trunk.convolutions(input);
                for (String name : layers.isEmpty() ? List.<String>of() : names) {
                    String of = name + "." + input.name() + depth;
                    add(nodes, of, List.of(tops.get(name).get(i)), layers.get(depth));
                    tops.get(name).set(i, of);
                }
            }
        }
        int inputs = trunk.joined();
        for (int depth = 0; depth < trunk.hidden().size(); depth++) {
            int outputs = trunk.hidden().get(depth);
            Activation after = trunk.layerNorm() ? null : trunk.activation();
            for (String name : names) {
                Dense dense = new Dense(inputs, outputs, after, trunk.activation().gain);
                add(nodes, name + depth, tops.get(name), dense);
                tops.put(name, List.of(name + depth));
            }
            for (String name : trunk.layerNorm() ? names : List.<String>of()) {
                String norm = name + depth + ".norm";
                add(nodes, norm, tops.get(name), new LayerNorm(outputs, trunk.activation()));
                tops.put(name, List.of(norm));
            }
            inputs = outputs;
        }
        if (memory.isThere()) {
            for (String name : names) {
                add(nodes, name + ".memory", tops.get(name), memory.layer(inputs));
                tops.put(name, List.of(name + ".memory"));
            }
            inputs = memory.size();
        }
        add(nodes, POLICY, tops.get(names.get(0)), new Dense(inputs, policyOutputs, null, POLICY_GAIN));
        add(nodes, VALUE, tops.get(names.get(names.size() - 1)), new Dense(inputs, 1, null, 1));
        return nodes;
    }

    private static void add(List<Node> nodes, String name, List<String> inputs, Layer layer) {
        nodes.add(new Node(
                name,
                inputs,
                layer,
                nodes.isEmpty() ? 0 : nodes.get(nodes.size() - 1).end()));
    }

    /** Whether it sees bytes, as fractions of 255. */
    public boolean dividesBytes() {
        return trunk.inputs().stream().anyMatch(Input::bytes);
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
        Map<String, List<String>> inputs = nodes().stream().collect(Collectors.toMap(Node::name, Node::inputs));
        Deque<String> below = new ArrayDeque<>(List.of(head));
        while (!below.isEmpty()) {
            String at = below.remove();
            if (at.equals(name)) {
                return true;
            }
            below.addAll(inputs.getOrDefault(at, List.of()));
        }
        return false;
    }

    /** How many numbers each copy of the environment carries from one step to the next; 0 without memory. */
    public int stateSize() {
        return nodes().stream().mapToInt(node -> node.layer().stateSize()).sum();
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
     * First parameters: orthogonal weights (Saxe et al. 2014) with gain √2 in convolutions and hidden layers, whatever their activation,
     * 1 in memory, 0.01 in the policy head and 1 in the value head; biases and free parameters 0, gains of layer norms 1. Free parameters that begin elsewhere are their distribution's concern.
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

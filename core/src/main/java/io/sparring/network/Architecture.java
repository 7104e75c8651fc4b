package io.sparring.network;

import java.util.ArrayList;
import java.util.List;
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
        int freeParameters) {

    /** The standard deviation, as a share of an orthogonal matrix, of the policy head: small, so that all actions start alike. */
    private static final double POLICY_GAIN = 0.01;

    /** Whether actor and critic share their hidden layers. */
    public enum Kind {
        /** θ and φ have a common trunk. */
        SHARED,
        /** θ and φ are disjoint. */
        SEPARATE
    }

    /** One dense layer. {@code offset} is where its weights start; its biases follow them. */
    record Layer(String name, String input, int inputs, int outputs, Activation activation, double gain, int offset) {
        int biasOffset() {
            return offset + inputs * outputs;
        }

        int end() {
            return biasOffset() + outputs;
        }
    }

    static final String INPUT = "observation";
    static final String POLICY = "policy";
    static final String VALUE = "value";

    public Architecture {
        hidden = List.copyOf(hidden);
    }

    /**
     * All layers, in the order in which they are computed and stored: from the observation on, and the actor's before the
     * critic's at the same depth. It is the order of DL4J's topological sort, and thereby of its flat vector; a test holds it
     * to that.
     */
    List<Layer> layers() {
        List<Layer> layers = new ArrayList<>();
        String actor = INPUT;
        String critic = INPUT;
        for (int i = 0; i < hidden.size(); i++) {
            if (kind == Kind.SHARED) {
                actor = addLayer(layers, "trunk" + i, actor, hidden.get(i), activation, activation.gain);
                critic = actor;
            } else {
                actor = addLayer(layers, "actor" + i, actor, hidden.get(i), activation, activation.gain);
                critic = addLayer(layers, "critic" + i, critic, hidden.get(i), activation, activation.gain);
            }
        }
        addLayer(layers, POLICY, actor, policyOutputs, null, POLICY_GAIN);
        addLayer(layers, VALUE, critic, 1, null, 1);
        return layers;
    }

    private String addLayer(
            List<Layer> layers, String name, String input, int outputs, Activation following, double gain) {
        int inputs = layers.stream()
                .filter(layer -> layer.name().equals(input))
                .mapToInt(Layer::outputs)
                .findFirst()
                .orElse(observationSize);
        int offset = layers.isEmpty() ? 0 : layers.get(layers.size() - 1).end();
        layers.add(new Layer(name, input, inputs, outputs, following, gain, offset));
        return name;
    }

    /** How many parameters the layers have: the vector's length without the free ones at its end. */
    int layerParameterCount() {
        List<Layer> layers = layers();
        return layers.get(layers.size() - 1).end();
    }

    /** The length of the vector of parameters. */
    public int parameterCount() {
        return layerParameterCount() + freeParameters;
    }

    /**
     * First parameters: orthogonal weights (Saxe et al. 2014) with gain √2 in hidden layers, 0.01 in the policy head and 1 in
     * the value head; biases and free parameters 0.
     */
    public float[] initialParameters(UniformRandomProvider random) {
        float[] parameters = new float[parameterCount()];
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        for (Layer layer : layers()) {
            int vectors = Math.min(layer.inputs(), layer.outputs());
            int length = Math.max(layer.inputs(), layer.outputs());
            double[][] basis = orthonormal(vectors, length, gaussian);
            for (int output = 0; output < layer.outputs(); output++) {
                for (int input = 0; input < layer.inputs(); input++) {
                    double element = layer.inputs() < layer.outputs() ? basis[input][output] : basis[output][input];
                    parameters[layer.offset() + output * layer.inputs() + input] = (float) (layer.gain() * element);
                }
            }
        }
        return parameters;
    }

    /** Orthonormal vectors, uniformly distributed: Gram–Schmidt, each vector twice, on Gaussian ones. */
    private static double[][] orthonormal(int vectors, int length, ZigguratSampler.NormalizedGaussian gaussian) {
        double[][] basis = new double[vectors][length];
        for (int k = 0; k < vectors; k++) {
            double[] vector = basis[k];
            for (int i = 0; i < length; i++) {
                vector[i] = gaussian.sample();
            }
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < k; j++) {
                    subtract(vector, basis[j], dot(vector, basis[j]));
                }
                double norm = Math.sqrt(dot(vector, vector));
                subtract(vector, vector, 1 - 1 / norm);
            }
        }
        return basis;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** a ← a − factor · b. */
    private static void subtract(double[] a, double[] b, double factor) {
        for (int i = 0; i < a.length; i++) {
            a[i] -= factor * b[i];
        }
    }
}

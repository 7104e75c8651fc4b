package io.sparring.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The lean path of acting: the network's forward pass on plain arrays, without a native call.
 *
 * <p>A batch is computed feature by feature, each feature's values of all rows in an array of their own, so that the inner loop
 * runs over rows and is vectorised whatever the layer's width (five times as fast as one array for all features, which the
 * compiler must suspect of overlapping itself). A row's result depends on that row alone and every sum has one
 * order, so neither the batch nor the machine changes a bit of it. Used by one thread at a time.
 */
public final class ActingNetwork {
    private record Dense(Architecture.Layer layer, int input) {}

    private final Architecture architecture;
    private final List<Dense> layers = new ArrayList<>();
    private final int policy;
    private final int value;
    /** The layers that the policy stands on, itself included. */
    private final Set<Integer> underPolicy = new HashSet<>();

    private float[] parameters;
    /** The activations of layer i − 1 (0: the observations): one array a feature, of {@link #capacity} rows. */
    private float[][][] activations;

    private int capacity;

    public ActingNetwork(Architecture architecture) {
        this.architecture = architecture;
        Map<String, Integer> index = new HashMap<>(Map.of(Architecture.INPUT, 0));
        for (Architecture.Layer layer : architecture.layers()) {
            layers.add(new Dense(layer, index.get(layer.input())));
            index.put(layer.name(), layers.size());
        }
        policy = index.get(Architecture.POLICY);
        value = index.get(Architecture.VALUE);
        for (int at = policy; at > 0; at = layers.get(at - 1).input()) {
            underPolicy.add(at);
        }
    }

    /** Acts by these parameters from now on; the array is kept, not copied, and must not change. */
    public void setParameters(float[] parameters) {
        if (parameters.length != architecture.parameterCount()) {
            throw new IllegalArgumentException(
                    parameters.length + " parameters for a network of " + architecture.parameterCount());
        }
        this.parameters = parameters;
    }

    /**
     * Policy and value of a batch of observations.
     *
     * @param observations rows × observation size, row by row
     * @param rows how many
     * @param policyOutputs receives rows × policy outputs, row by row
     * @param values receives V(s) of each row; null where nobody asks
     */
    public void forward(float[] observations, int rows, float[] policyOutputs, float[] values) {
        ensureCapacity(rows);
        transpose(observations, rows, activations[0]);
        for (int i = 0; i < layers.size(); i++) {
            if (values != null || underPolicy.contains(i + 1)) {
                dense(layers.get(i).layer(), activations[layers.get(i).input()], activations[i + 1], rows);
            }
        }
        int outputs = architecture.policyOutputs();
        for (int row = 0; row < rows; row++) {
            for (int output = 0; output < outputs; output++) {
                policyOutputs[row * outputs + output] = activations[policy][output][row];
            }
        }
        if (values != null) {
            System.arraycopy(activations[value][0], 0, values, 0, rows);
        }
    }

    private void dense(Architecture.Layer layer, float[][] in, float[][] out, int rows) {
        int inputs = layer.inputs();
        for (int output = 0; output < layer.outputs(); output++) {
            float[] sum = out[output];
            int weight = layer.offset() + output * inputs;
            Arrays.fill(sum, 0, rows, parameters[layer.biasOffset() + output]);
            int input = 0;
            for (; input + 4 <= inputs; input += 4) {
                addFour(
                        sum,
                        rows,
                        in[input],
                        in[input + 1],
                        in[input + 2],
                        in[input + 3],
                        parameters[weight + input],
                        parameters[weight + input + 1],
                        parameters[weight + input + 2],
                        parameters[weight + input + 3]);
            }
            for (; input < inputs; input++) {
                addOne(sum, rows, in[input], parameters[weight + input]);
            }
            if (layer.activation() != null) {
                layer.activation().apply(sum, 0, rows);
            }
        }
    }

    private static void addFour(
            float[] sum,
            int rows,
            float[] in0,
            float[] in1,
            float[] in2,
            float[] in3,
            float w0,
            float w1,
            float w2,
            float w3) {
        for (int row = 0; row < rows; row++) {
            sum[row] += in0[row] * w0 + in1[row] * w1 + (in2[row] * w2 + in3[row] * w3);
        }
    }

    private static void addOne(float[] sum, int rows, float[] in, float weight) {
        for (int row = 0; row < rows; row++) {
            sum[row] += in[row] * weight;
        }
    }

    private static void transpose(float[] rowByRow, int rows, float[][] features) {
        for (int row = 0; row < rows; row++) {
            for (int feature = 0; feature < features.length; feature++) {
                features[feature][row] = rowByRow[row * features.length + feature];
            }
        }
    }

    private void ensureCapacity(int rows) {
        if (rows > capacity) {
            capacity = rows;
            activations = new float[layers.size() + 1][][];
            activations[0] = new float[architecture.observationSize()][rows];
            for (int i = 0; i < layers.size(); i++) {
                activations[i + 1] = new float[layers.get(i).layer().outputs()][rows];
            }
        }
    }
}

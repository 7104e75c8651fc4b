package io.sparring.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The lean path of acting: the network's forward pass on plain arrays, without a native call.
 *
 * <p>A row's result depends on that row alone and every sum has one order ({@link DenseLoops}), so neither the batch nor the
 * machine changes a bit of it. Used by one thread at a time.
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
        DenseLoops.forward(parameters, layer.offset(), layer.biasOffset(), in, out, rows);
        if (layer.activation() != null) {
            for (float[] feature : out) {
                layer.activation().apply(feature, 0, rows);
            }
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

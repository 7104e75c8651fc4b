package io.sparring.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The lean path of acting: the network's forward pass on plain arrays, without a native call.
 *
 * <p>A batch is computed feature by feature, each feature's values of all rows lying side by side, so that the inner loop runs
 * over rows and is vectorised whatever the layer's width. A row's result depends on that row alone and every sum has one
 * order, so neither the batch nor the machine changes a bit of it. Used by one thread at a time.
 */
public final class ActingNetwork {
    private record Dense(Architecture.Layer layer, int input) {}

    private final Architecture architecture;
    private final List<Dense> layers = new ArrayList<>();
    private final int policy;
    private final int value;
    private float[] parameters;
    /** The activations of layer i − 1 (0: the observations), feature by feature, for {@link #capacity} rows at most. */
    private float[][] activations;

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
        transpose(observations, rows, architecture.observationSize(), activations[0]);
        for (int i = 0; i < layers.size(); i++) {
            if (values != null || i + 1 != value) {
                dense(layers.get(i).layer(), activations[layers.get(i).input()], activations[i + 1], rows);
            }
        }
        int outputs = architecture.policyOutputs();
        for (int row = 0; row < rows; row++) {
            for (int output = 0; output < outputs; output++) {
                policyOutputs[row * outputs + output] = activations[policy][output * rows + row];
            }
        }
        if (values != null) {
            System.arraycopy(activations[value], 0, values, 0, rows);
        }
    }

    private void dense(Architecture.Layer layer, float[] in, float[] out, int rows) {
        int inputs = layer.inputs();
        for (int output = 0; output < layer.outputs(); output++) {
            int at = output * rows;
            int weight = layer.offset() + output * inputs;
            fill(out, at, rows, parameters[layer.biasOffset() + output]);
            int input = 0;
            for (; input + 4 <= inputs; input += 4) {
                addFour(out, at, in, input * rows, rows, weight + input);
            }
            for (; input < inputs; input++) {
                addOne(out, at, in, input * rows, rows, parameters[weight + input]);
            }
        }
        if (layer.activation() != null) {
            layer.activation().apply(out, 0, layer.outputs() * rows);
        }
    }

    private static void fill(float[] out, int at, int rows, float bias) {
        for (int row = 0; row < rows; row++) {
            out[at + row] = bias;
        }
    }

    private void addFour(float[] out, int at, float[] in, int from, int rows, int weight) {
        float a = parameters[weight];
        float b = parameters[weight + 1];
        float c = parameters[weight + 2];
        float d = parameters[weight + 3];
        int second = from + rows;
        int third = second + rows;
        int fourth = third + rows;
        for (int row = 0; row < rows; row++) {
            out[at + row] += in[from + row] * a + in[second + row] * b + (in[third + row] * c + in[fourth + row] * d);
        }
    }

    private static void addOne(float[] out, int at, float[] in, int from, int rows, float weight) {
        for (int row = 0; row < rows; row++) {
            out[at + row] += in[from + row] * weight;
        }
    }

    private static void transpose(float[] rowByRow, int rows, int columns, float[] columnByColumn) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                columnByColumn[column * rows + row] = rowByRow[row * columns + column];
            }
        }
    }

    private void ensureCapacity(int rows) {
        if (rows > capacity) {
            capacity = rows;
            activations = new float[layers.size() + 1][];
            activations[0] = new float[rows * architecture.observationSize()];
            for (int i = 0; i < layers.size(); i++) {
                activations[i + 1] = new float[rows * layers.get(i).layer().outputs()];
            }
        }
    }
}

package io.sparring.network;

import java.util.HashMap;
import java.util.Map;

/** The network's formulas in double precision, one output of one row after the other: slow, and plain to see. */
final class LiteralNetwork {
    private final Architecture architecture;
    private final double[] parameters;

    LiteralNetwork(Architecture architecture, double[] parameters) {
        this.architecture = architecture;
        this.parameters = parameters;
    }

    /** What one row gives. */
    record Outputs(double[] policy, double value) {}

    Outputs forward(float[] observations, int row) {
        Map<String, double[]> layers = new HashMap<>();
        int size = architecture.observationSize();
        double[] observation = new double[size];
        for (int i = 0; i < size; i++) {
            observation[i] = observations[row * size + i];
        }
        layers.put(Architecture.INPUT, observation);
        for (Architecture.Node node : architecture.nodes()) {
            Dense dense = (Dense) node.layer();
            double[] in = layers.get(node.input());
            double[] out = new double[dense.outputs()];
            for (int output = 0; output < out.length; output++) {
                double sum = parameters[node.offset() + dense.inputs() * dense.outputs() + output];
                for (int input = 0; input < in.length; input++) {
                    sum += parameters[node.offset() + output * dense.inputs() + input] * in[input];
                }
                out[output] = activated(dense.activation(), sum);
            }
            layers.put(node.name(), out);
        }
        return new Outputs(layers.get(Architecture.POLICY), layers.get(Architecture.VALUE)[0]);
    }

    static double activated(Activation activation, double x) {
        if (activation == null) {
            return x;
        }
        return switch (activation) {
            case RELU -> Math.max(0, x);
            case TANH -> Math.tanh(x);
        };
    }
}

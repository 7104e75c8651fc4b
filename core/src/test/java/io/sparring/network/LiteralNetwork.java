package io.sparring.network;

import java.util.Arrays;
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
        int at = row * architecture.observationSize();
        for (Input input : architecture.trunk().inputs()) {
            int[] numbers = input.numbers();
            double[] seen = new double[numbers.length];
            for (int i = 0; i < seen.length; i++) {
                seen[i] = observations[at + numbers[i]] / (double) input.divisor();
            }
            layers.put(input.name(), seen);
            at += seen.length;
        }
        for (Architecture.Node node : architecture.nodes()) {
            double[] in = node.inputs().stream()
                    .flatMapToDouble(name -> Arrays.stream(layers.get(name)))
                    .toArray();
            layers.put(node.name(), output(node, in));
        }
        return new Outputs(layers.get(Architecture.POLICY), layers.get(Architecture.VALUE)[0]);
    }

    private double[] output(Architecture.Node node, double[] in) {
        if (node.layer() instanceof Dense dense) {
            return dense(dense, node.offset(), in);
        }
        if (node.layer() instanceof LayerNorm norm) {
            return norm(norm, node.offset(), in);
        }
        return convolution((Convolution) node.layer(), node.offset(), in);
    }

    private double[] norm(LayerNorm norm, int offset, double[] in) {
        double mean = Arrays.stream(in).average().orElseThrow();
        double variance =
                Arrays.stream(in).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
        double[] out = new double[in.length];
        for (int i = 0; i < in.length; i++) {
            double x = (in[i] - mean) / Math.sqrt(variance + 1e-5);
            out[i] = activated(norm.activation(), parameters[offset + i] * x + parameters[offset + in.length + i]);
        }
        return out;
    }

    private double[] dense(Dense dense, int offset, double[] in) {
        double[] out = new double[dense.outputs()];
        for (int output = 0; output < out.length; output++) {
            double sum = parameters[offset + dense.inputs() * dense.outputs() + output];
            for (int input = 0; input < in.length; input++) {
                sum += parameters[offset + output * dense.inputs() + input] * in[input];
            }
            out[output] = activated(dense.activation(), sum);
        }
        return out;
    }

    private double[] convolution(Convolution layer, int offset, double[] in) {
        int channels = layer.input().sizes().get(0);
        int height = layer.input().sizes().get(1);
        int width = layer.input().sizes().get(2);
        int filters = layer.filters().filters();
        int kernel = layer.filters().kernel();
        int rows = layer.output().sizes().get(1);
        int columns = layer.output().sizes().get(2);
        double[] out = new double[filters * rows * columns];
        for (int f = 0; f < filters; f++) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    double sum = parameters[offset + f];
                    for (int c = 0; c < channels; c++) {
                        for (int u = 0; u < kernel; u++) {
                            for (int v = 0; v < kernel; v++) {
                                int y = layer.filters().stride() * i + u;
                                int x = layer.filters().stride() * j + v;
                                sum += parameters[offset + filters + ((f * channels + c) * kernel + u) * kernel + v]
                                        * in[(c * height + y) * width + x];
                            }
                        }
                    }
                    out[(f * rows + i) * columns + j] = activated(layer.activation(), sum);
                }
            }
        }
        return out;
    }

    static double activated(Activation activation, double x) {
        if (activation == null) {
            return x;
        }
        return switch (activation) {
            case RELU -> Math.max(0, x);
            case TANH -> Math.tanh(x);
            case SILU -> x / (1 + Math.exp(-x));
            case ELU -> x > 0 ? x : Math.expm1(x);
        };
    }
}

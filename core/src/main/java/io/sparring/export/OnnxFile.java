package io.sparring.export;

import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.export.OnnxGraph.Attribute;
import io.sparring.export.OnnxGraph.Element;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Convolution;
import io.sparring.network.Dense;
import io.sparring.network.Input;
import io.sparring.network.LayerNorm;
import io.sparring.network.Memory;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.network.ObservationScale;
import io.sparring.policy.Noise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A policy as an ONNX file, of ONNX's own operators alone.
 *
 * <pre>
 *   observation   [N, …] as the environment gives it, bytes as uint8; of a dictionary each part, as observation.NAME
 *   mask          [N, flags] bool, true for what is allowed; where actions are forbidden at times
 *   state         [N, numbers], 0 where an episode begins; where there is memory
 *   ──▶
 *   logits        [N, outputs], −∞ for what is forbidden; or, of actions that are numbers, mean and log_sigma, [N, dimensions] each
 *   value         [N]
 *   new_state     the next step's state
 * </pre>
 */
public final class OnnxFile {
    /** The largest message that Protocol Buffers allow. */
    private static final long LIMIT = Integer.MAX_VALUE;

    private final Model model;
    private final Architecture architecture;
    private final ExportedPolicy policy;
    private final OnnxGraph graph = new OnnxGraph();
    /** By the names of inputs and layers: what they give. */
    private final Map<String, String> given = new HashMap<>();
    /** The names of inputs and layers that give channels × height × width. */
    private final List<String> images = new ArrayList<>();

    private OnnxFile(ExportedPolicy policy) {
        this.policy = policy;
        model = policy.model();
        architecture = model.architecture();
    }

    /**
     * The file.
     *
     * @throws IllegalArgumentException if it would be larger than ONNX's files can be
     */
    public static byte[] of(ExportedPolicy policy) {
        long size = (long) policy.model().parameters().length * Float.BYTES;
        // Constants are copied on the way, and there is a little beside them.
        if (size > LIMIT / 2) {
            throw new IllegalArgumentException("a network of " + policy.model().parameters().length
                    + " parameters is too large for one ONNX file");
        }
        return new OnnxFile(policy).write();
    }

    private byte[] write() {
        observe();
        String mask = policy.environment().masks()
                ? graph.input(
                        "mask",
                        Element.BOOL,
                        List.of(policy.environment().actionSpace().maskSize()))
                : null;
        List<String> states = states();
        List<String> newStates = new ArrayList<>();
        for (Architecture.Node node : architecture.nodes()) {
            layer(node, states, newStates);
        }
        act(mask);
        graph.output("value", List.of(), squeezed(given.get(Architecture.VALUE), 1));
        if (!newStates.isEmpty()) {
            graph.output("new_state", List.of(architecture.stateSize()), joined(newStates));
        }
        return graph.file(policy.environment().id(), metadata());
    }

    private SortedMap<String, String> metadata() {
        EnvironmentSpec environment = policy.environment();
        SortedMap<String, String> metadata = new TreeMap<>();
        metadata.put("sparring.environment", environment.id());
        metadata.put("sparring.spaces", environment.spaces());
        if (environment.actionSpace() instanceof Space.Box box) {
            metadata.put("sparring.action.low", Arrays.toString(box.low()));
            metadata.put("sparring.action.high", Arrays.toString(box.high()));
        }
        return metadata;
    }

    /** From what the environment gives to what the first layers take: rows of floats, or images. */
    private void observe() {
        List<EnvironmentSpec.Part> parts = policy.environment().parts();
        List<String> rows = new ArrayList<>();
        if (parts.isEmpty()) {
            Space.Box space = policy.environment().observationSpace();
            List<Integer> shape = IntStream.of(space.shape()).boxed().toList();
            rows.add(row(Architecture.INPUT, space.dtype(), shape));
        }
        for (EnvironmentSpec.Part part : parts) {
            rows.add(row(Architecture.INPUT + "." + part.name(), part.dtype(), part.shape()));
        }
        List<Input> inputs = architecture.trunk().inputs();
        if (inputs.size() == 1) {
            rows = List.of(joined(rows));
        }
        ObservationScale scale = model.normalizer().observationScale();
        int from = 0;
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            String seen = input.bytes()
                    ? graph.node("Div", List.of(rows.get(i), graph.constant(input.divisor())))
                    : normalized(rows.get(i), scale, from, input.size());
            given.put(input.name(), arranged(input, seen));
            from += input.size();
        }
    }

    /** An input as rows of floats. */
    private String row(String name, Space.Dtype dtype, List<Integer> shape) {
        boolean bytes = dtype == Space.Dtype.UINT8;
        String observed = graph.input(name, bytes ? Element.UINT8 : Element.FLOAT, shape);
        String floats = bytes ? graph.node("Cast", List.of(observed), Attribute.integer("to", 1)) : observed;
        return shape.size() == 1 ? floats : flat(floats);
    }

    private String normalized(String row, ObservationScale scale, int from, int size) {
        if (scale.means().length == 0) {
            return row;
        }
        String means = graph.constant(Arrays.copyOfRange(scale.means(), from, from + size), size);
        String factors = graph.constant(Arrays.copyOfRange(scale.factors(), from, from + size), size);
        String scaled = graph.node("Mul", List.of(graph.node("Sub", List.of(row, means)), factors));
        String clipped =
                graph.node("Clip", List.of(scaled, graph.constant(-Normalizer.CLIP), graph.constant(Normalizer.CLIP)));
        // 0, or NaN of what is not finite: clipped, it would look like any other number.
        return graph.node("Add", List.of(clipped, graph.node("Sub", List.of(row, row))));
    }

    /** Rows as channels × height × width where the input is an image. */
    private String arranged(Input input, String row) {
        if (input.order() == Input.Order.VECTOR) {
            return row;
        }
        images.add(input.name());
        long channels = input.seen().sizes().get(0);
        long height = input.seen().sizes().get(1);
        long width = input.seen().sizes().get(2);
        if (input.order() == Input.Order.CHANNELS_FIRST) {
            return reshaped(row, -1, channels, height, width);
        }
        long last = input.shape().get(input.shape().size() - 1);
        String images = reshaped(row, -1, channels / last, height, width, last);
        String turned = graph.node("Transpose", List.of(images), Attribute.integers("perm", 0, 1, 4, 2, 3));
        return reshaped(turned, -1, channels, height, width);
    }

    private String reshaped(String tensor, long... shape) {
        return graph.node("Reshape", List.of(tensor, graph.integers(shape)));
    }

    private String flat(String tensor) {
        return graph.node("Flatten", List.of(tensor), Attribute.integer("axis", 1));
    }

    private String squeezed(String tensor, int axis) {
        return graph.node("Squeeze", List.of(tensor, graph.integers(axis)));
    }

    private String unsqueezed(String tensor) {
        return graph.node("Unsqueeze", List.of(tensor, graph.integers(0)));
    }

    private String joined(List<String> rows) {
        return rows.size() == 1 ? rows.get(0) : graph.node("Concat", rows, Attribute.integer("axis", 1));
    }

    /** What is remembered, apart for each vector of each memory, in the order of the layers. */
    private List<String> states() {
        if (!architecture.memory().isThere()) {
            return List.of();
        }
        int size = architecture.memory().size();
        int vectors = architecture.stateSize() / size;
        String state = graph.input("state", Element.FLOAT, List.of(architecture.stateSize()));
        long[] sizes = new long[vectors];
        Arrays.fill(sizes, size);
        return new ArrayList<>(
                graph.nodes("Split", List.of(state, graph.integers(sizes)), vectors, Attribute.integer("axis", 1)));
    }

    /**
     * @param states those that no layer has taken yet
     * @param newStates receives what the layer remembers
     */
    private void layer(Architecture.Node node, List<String> states, List<String> newStates) {
        List<String> below = node.inputs();
        if (node.layer() instanceof Convolution convolution) {
            given.put(node.name(), convolved(convolution, node.offset(), given.get(below.get(0))));
            images.add(node.name());
            return;
        }
        String in = below(below);
        String out;
        if (node.layer() instanceof Dense dense) {
            out = dense(dense, node.offset(), in);
        } else if (node.layer() instanceof LayerNorm norm) {
            out = normed(norm, node.offset(), in);
        } else {
            int inputs = node.layer().input().size();
            out = architecture.memory().kind() == Memory.Kind.LSTM
                    ? lstm(inputs, node.offset(), in, states, newStates)
                    : gru(inputs, node.offset(), in, states, newStates);
        }
        given.put(node.name(), out);
    }

    /** What these inputs and layers give, one behind the other. */
    private String below(List<String> names) {
        return joined(names.stream()
                .map(name -> images.contains(name) ? flat(given.get(name)) : given.get(name))
                .toList());
    }

    private String parameters(int from, long... dimensions) {
        int count = (int) Arrays.stream(dimensions).reduce(1, Math::multiplyExact);
        return graph.constant(Arrays.copyOfRange(model.parameters(), from, from + count), dimensions);
    }

    private String dense(Dense dense, int offset, String in) {
        String weights = parameters(offset, dense.outputs(), dense.inputs());
        String biases = parameters(offset + dense.outputs() * dense.inputs(), dense.outputs());
        return activated(
                dense.activation(), graph.node("Gemm", List.of(in, weights, biases), Attribute.integer("transB", 1)));
    }

    private String convolved(Convolution convolution, int offset, String in) {
        int filters = convolution.filters().filters();
        int kernel = convolution.filters().kernel();
        int stride = convolution.filters().stride();
        int channels = convolution.input().sizes().get(0);
        String biases = parameters(offset, filters);
        String weights = parameters(offset + filters, filters, channels, kernel, kernel);
        return activated(
                convolution.activation(),
                graph.node(
                        "Conv",
                        List.of(in, weights, biases),
                        Attribute.integers("kernel_shape", kernel, kernel),
                        Attribute.integers("strides", stride, stride)));
    }

    private String normed(LayerNorm norm, int offset, String in) {
        String gains = parameters(offset, norm.size());
        String shifts = parameters(offset + norm.size(), norm.size());
        return activated(
                norm.activation(),
                graph.node(
                        "LayerNormalization",
                        List.of(in, gains, shifts),
                        Attribute.integer("axis", -1),
                        Attribute.real("epsilon", LayerNorm.EPSILON)));
    }

    private String activated(Activation activation, String in) {
        if (activation == null) {
            return in;
        }
        return switch (activation) {
            case RELU -> graph.node("Relu", List.of(in));
            case TANH -> graph.node("Tanh", List.of(in));
            case ELU -> graph.node("Elu", List.of(in));
            case SILU -> graph.node("Mul", List.of(in, graph.node("Sigmoid", List.of(in))));
        };
    }

    /** ONNX has the gates as i, o, f, g. */
    private String lstm(int inputs, int offset, String in, List<String> states, List<String> newStates) {
        String hidden = unsqueezed(states.remove(0));
        String cells = unsqueezed(states.remove(0));
        List<String> operands = new ArrayList<>(recurrent(inputs, offset, in, 0, 3, 1, 2));
        operands.addAll(List.of(hidden, cells));
        List<String> given = graph.nodes("LSTM", operands, 3, hiddenSize());
        String out = squeezed(given.get(1), 0);
        newStates.add(out);
        newStates.add(squeezed(given.get(2), 0));
        return out;
    }

    /** ONNX has the gates as z, r, n. */
    private String gru(int inputs, int offset, String in, List<String> states, List<String> newStates) {
        List<String> operands = new ArrayList<>(recurrent(inputs, offset, in, 1, 0, 2));
        operands.add(unsqueezed(states.remove(0)));
        String out = squeezed(
                graph.nodes("GRU", operands, 2, hiddenSize(), Attribute.integer("linear_before_reset", 1))
                        .get(1),
                0);
        newStates.add(out);
        return out;
    }

    private Attribute hiddenSize() {
        return Attribute.integer("hidden_size", architecture.memory().size());
    }

    /**
     * One step's operands that LSTM and GRU have in common: x, both matrices, all biases, and no lengths of sequences.
     *
     * @param gates which of ours each of ONNX's is
     */
    private List<String> recurrent(int inputs, int offset, String in, int... gates) {
        int size = architecture.memory().size();
        int rows = gates.length * size;
        int hiddenAt = offset + rows * inputs;
        int biasesAt = hiddenAt + rows * size;
        float[] biases = new float[2 * rows];
        System.arraycopy(ofGates(biasesAt, size, gates), 0, biases, 0, rows);
        System.arraycopy(ofGates(biasesAt + rows, size, gates), 0, biases, rows, rows);
        return List.of(
                unsqueezed(in),
                graph.constant(ofGates(offset, size * inputs, gates), 1, rows, inputs),
                graph.constant(ofGates(hiddenAt, size * size, gates), 1, rows, size),
                graph.constant(biases, 1, 2L * rows),
                "");
    }

    private float[] ofGates(int from, int each, int... gates) {
        float[] ordered = new float[gates.length * each];
        for (int i = 0; i < gates.length; i++) {
            System.arraycopy(model.parameters(), from + gates[i] * each, ordered, i * each, each);
        }
        return ordered;
    }

    /** @param mask null where there is none */
    private void act(String mask) {
        String outputs = given.get(Architecture.POLICY);
        List<Integer> shape = List.of(architecture.policyOutputs());
        if (policy.environment().actionSpace() instanceof Space.Box) {
            graph.output("mean", shape, outputs);
            graph.output("log_sigma", shape, policy.distribution().features() > 0 ? ofFeatures() : ofNothing(outputs));
            return;
        }
        graph.output(
                "logits",
                shape,
                mask == null
                        ? outputs
                        : graph.node("Where", List.of(mask, outputs, graph.constant(Float.NEGATIVE_INFINITY))));
    }

    /** log σ, as often as there are rows. */
    private String ofNothing(String outputs) {
        double[] free = model.freeParameters();
        float[] logSigma = new float[free.length];
        for (int i = 0; i < free.length; i++) {
            logSigma[i] = (float) free[i];
        }
        String rows = graph.node("Shape", List.of(outputs));
        return graph.node("Expand", List.of(graph.constant(logSigma, 1, logSigma.length), rows));
    }

    /** ½ log(ε + Σ φ² σ²), as {@link Noise#GSDE} has it. */
    private String ofFeatures() {
        String features = below(architecture.policy().inputs());
        double[] free = model.freeParameters();
        float[] variances = new float[free.length];
        for (int i = 0; i < free.length; i++) {
            variances[i] = (float) StrictMath.exp(2 * free[i]);
        }
        int dimensions = architecture.policyOutputs();
        String weights = graph.constant(variances, variances.length / dimensions, dimensions);
        String squares = graph.node("Mul", List.of(features, features));
        String variance = graph.node(
                "Add", List.of(graph.node("MatMul", List.of(squares, weights)), graph.constant((float) Noise.EPSILON)));
        return graph.node("Mul", List.of(graph.node("Log", List.of(variance)), graph.constant(0.5f)));
    }
}

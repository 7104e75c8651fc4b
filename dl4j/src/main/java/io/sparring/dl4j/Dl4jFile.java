package io.sparring.dl4j;

import io.sparring.environment.Space;
import io.sparring.export.ExportedPolicy;
import io.sparring.export.PolicyFormat;
import io.sparring.network.Architecture;
import io.sparring.network.Convolution;
import io.sparring.network.Dense;
import io.sparring.network.Input;
import io.sparring.network.LayerNorm;
import io.sparring.network.Memory;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.network.ObservationScale;
import io.sparring.network.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A policy as the zip that DL4J's own {@code ComputationGraph.load} takes: stock layers, nothing of ours.
 *
 * <p>What stands before the first layer is in the parameters: bytes are divided by the first weights' being smaller, and what is normalised goes through
 * x − μ and then clip(z) = 10 hardtanh(z/10), stock layers, of which the factor 10 is in the first weights, too. A mask is 0 or −∞, and added. log σ is a layer of biases alone. What is
 * remembered is DL4J's own state, by {@code rnnTimeStep}.
 */
public final class Dl4jFile implements PolicyFormat.Writer {
    private static final String MASK = "mask";

    /** For the service loader. */
    public Dl4jFile() {}

    @Override
    public byte[] file(ExportedPolicy policy) {
        requireStock(policy);
        Natives.load();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ModelSerializer.writeModel(new Written(policy).graph(), bytes, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void requireStock(ExportedPolicy policy) {
        Architecture architecture = policy.model().architecture();
        String missing = null;
        if (architecture.memory().kind() == Memory.Kind.GRU) {
            missing = "network.memory: gru";
        } else if (architecture.nodes().stream().anyMatch(node -> node.layer() instanceof LayerNorm)) {
            missing = "network.layer-norm";
        } else if (policy.distribution().features() > 0) {
            missing = "the log σ of network.noise: gsde";
        }
        if (missing != null) {
            throw new IllegalArgumentException(
                    "there are no stock layers for " + missing + "; onnx and jar have what it takes");
        }
    }

    private static final class Written {
        private final ExportedPolicy policy;
        private final Model model;
        private final Architecture architecture;
        private final ObservationScale scale;
        /** What the numbers of an input have to be multiplied by when they are taken. */
        private final Map<String, Float> factors = new HashMap<>();
        /** By inputs' names: what gives them. */
        private final Map<String, String> given = new HashMap<>();

        private final Map<String, Integer> sizes = new HashMap<>();

        Written(ExportedPolicy policy) {
            this.policy = policy;
            model = policy.model();
            architecture = model.architecture();
            scale = model.normalizer().observationScale();
        }

        private boolean normalises(Input input) {
            return !input.bytes() && model.normalizer().normalizesObservations();
        }

        ComputationGraph graph() {
            StockGraph graph = new StockGraph();
            boolean masks = policy.environment().masks();
            boolean numbers = policy.environment().actionSpace() instanceof Space.Box;
            for (Input input : architecture.trunk().inputs()) {
                graph.input(input.name(), input.seen());
            }
            if (masks) {
                graph.input(MASK, Shape.vector(architecture.policyOutputs()));
            }
            for (Input input : architecture.trunk().inputs()) {
                sizes.put(input.name(), input.size());
                factors.put(input.name(), normalises(input) ? Normalizer.CLIP : 1 / input.divisor());
                if (normalises(input)) {
                    given.put(input.name(), input.name() + ".normalized");
                    graph.clipped(given.get(input.name()), input.name(), input.seen());
                }
            }
            String acts = numbers ? "mean" : "logits";
            for (Architecture.Node node : architecture.nodes()) {
                List<String> below = node.inputs().stream()
                        .map(name -> given.getOrDefault(name, name))
                        .toList();
                String name = node.name().equals(Architecture.POLICY) && !masks ? acts : node.name();
                if (isMemory(node)) {
                    graph.memory(
                            name,
                            below,
                            node.layer().input().size(),
                            architecture.memory().size());
                } else {
                    graph.layer(name, below, node.layer());
                }
                given.put(node.name(), name);
                sizes.put(node.name(), node.layer().output().size());
            }
            List<String> outputs = new ArrayList<>(List.of(acts));
            if (masks) {
                graph.sum(acts, Architecture.POLICY, MASK);
            }
            if (numbers) {
                int dimensions = architecture.policyOutputs();
                graph.layer("log_sigma", List.of(acts), new Dense(dimensions, dimensions, null, 1));
                outputs.add("log_sigma");
            }
            outputs.add(Architecture.VALUE);
            ComputationGraph built = graph.build(outputs);
            setParameters(built);
            return built;
        }

        private void setParameters(ComputationGraph graph) {
            int from = 0;
            for (Input input : architecture.trunk().inputs()) {
                if (normalises(input)) {
                    int first = from;
                    float[] factors = new float[input.size()];
                    float[] ones = new float[factors.length];
                    float[] shifts = new float[factors.length];
                    Arrays.fill(ones, 1);
                    int[] numbers = Arrays.stream(input.numbers())
                            .map(number -> first + number)
                            .toArray();
                    for (int i = 0; i < factors.length; i++) {
                        factors[i] = scale.factors()[numbers[i]] / Normalizer.CLIP;
                        shifts[i] = -scale.means()[numbers[i]];
                    }
                    String layer = StockGraph.clippedLayer(given.get(input.name()), input.seen());
                    String shift = StockGraph.shiftLayer(given.get(input.name()));
                    set(graph, shift, "W", ones);
                    set(graph, shift, "b", shifts);
                    set(graph, layer, "W", factors);
                    set(graph, layer, "b", new float[factors.length]);
                }
                from += input.size();
            }
            for (Architecture.Node node : architecture.nodes()) {
                String name = given.get(node.name());
                if (node.layer() instanceof Convolution convolution) {
                    int filters = convolution.filters().filters();
                    int count = node.layer().parameterCount();
                    float factor = factors.getOrDefault(node.inputs().get(0), 1f);
                    set(graph, name, "b", parameters(node.offset(), filters));
                    set(graph, name, "W", times(parameters(node.offset() + filters, count - filters), factor));
                } else if (node.layer() instanceof Dense dense) {
                    int count = dense.inputs() * dense.outputs();
                    set(graph, name, "W", taken(node, node.offset(), dense.outputs()));
                    set(graph, name, "b", parameters(node.offset() + count, dense.outputs()));
                } else {
                    setMemory(graph, name, node);
                }
            }
            if (policy.environment().actionSpace() instanceof Space.Box) {
                int dimensions = architecture.policyOutputs();
                set(graph, "log_sigma", "W", new float[dimensions * dimensions]);
                set(graph, "log_sigma", "b", parameters(model.parameters().length - dimensions, dimensions));
            }
        }

        private static boolean isMemory(Architecture.Node node) {
            return node.layer().stateSize() > 0;
        }

        /** DL4J has the gates as g, f, o, i, and one bias for each. */
        private void setMemory(ComputationGraph graph, String name, Architecture.Node node) {
            int size = architecture.memory().size();
            int inputs = node.layer().input().size();
            int[] gates = {2, 1, 3, 0};
            int hiddenAt = node.offset() + gates.length * size * inputs;
            int biasesAt = hiddenAt + gates.length * size * size;
            float[] weights = new float[inputs * gates.length * size];
            float[] hidden = new float[size * gates.length * size];
            float[] biases = new float[gates.length * size];
            for (int gate = 0; gate < gates.length; gate++) {
                int from = gates[gate] * size;
                place(taken(node, node.offset() + from * inputs, size), size, weights, gate * size, biases.length);
                place(turned(hiddenAt + from * size, size, size), size, hidden, gate * size, biases.length);
                for (int i = 0; i < size; i++) {
                    biases[gate * size + i] = model.parameters()[biasesAt + from + i]
                            + model.parameters()[biasesAt + biases.length + from + i];
                }
            }
            set(graph, name, "W", weights);
            set(graph, name, "RW", hidden);
            set(graph, name, "b", biases);
        }

        /** A matrix of so many columns as some of a wider one's. */
        private static void place(float[] matrix, int columns, float[] wider, int column, int width) {
            for (int i = 0; i < matrix.length; i++) {
                wider[i / columns * width + column + i % columns] = matrix[i];
            }
        }

        /** Inputs × outputs, as DL4J has its matrices, of ours that lies output by output. */
        private float[] turned(int from, int inputs, int outputs) {
            float[] turned = new float[inputs * outputs];
            for (int i = 0; i < turned.length; i++) {
                turned[i] = model.parameters()[from + i % outputs * inputs + i / outputs];
            }
            return turned;
        }

        /** The same of a layer's weights, each with the factor of what it takes. */
        private float[] taken(Architecture.Node node, int from, int outputs) {
            float[] weights = turned(from, node.layer().input().size(), outputs);
            int at = 0;
            for (String below : node.inputs()) {
                int end = at + sizes.get(below) * outputs;
                for (; at < end; at++) {
                    weights[at] *= factors.getOrDefault(below, 1f);
                }
            }
            return weights;
        }

        private float[] parameters(int from, int count) {
            return Arrays.copyOfRange(model.parameters(), from, from + count);
        }

        private static float[] times(float[] numbers, float factor) {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] *= factor;
            }
            return numbers;
        }

        /** Into the graph's own array, in the row-major order of its shape. */
        private static void set(ComputationGraph graph, String layer, String parameter, float[] values) {
            INDArray own = graph.getLayer(layer).getParam(parameter);
            own.assign(Nd4j.create(values, own.shape(), 'c'));
        }
    }
}

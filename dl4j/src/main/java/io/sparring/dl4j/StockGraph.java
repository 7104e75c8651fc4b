package io.sparring.dl4j;

import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Convolution;
import io.sparring.network.Dense;
import io.sparring.network.Filters;
import io.sparring.network.Input;
import io.sparring.network.Layer;
import io.sparring.network.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** A ComputationGraph of DL4J's own layers in the making. */
final class StockGraph {
    private final GraphBuilder builder;
    private final List<InputType> types = new ArrayList<>();
    /** What layers that give images give. */
    private final Map<String, Shape> images = new HashMap<>();
    /** Those that have become vectors, too. */
    private final Set<String> flattened = new HashSet<>();

    /** One that does not learn by itself. */
    StockGraph() {
        this(new NoOp());
    }

    /** @param updater by which it learns */
    StockGraph(IUpdater updater) {
        builder = new NeuralNetConfiguration.Builder()
                .dataType(DataType.FLOAT)
                .updater(updater)
                .graphBuilder();
    }

    /**
     * All layers of an architecture, on its inputs.
     *
     * @throws IllegalArgumentException if DL4J has none like one of them
     */
    static StockGraph of(Architecture architecture, IUpdater updater) {
        StockGraph graph = new StockGraph(updater);
        for (Input input : architecture.trunk().inputs()) {
            graph.input(input.name(), input.seen());
        }
        for (Architecture.Node node : architecture.nodes()) {
            graph.layer(node.name(), node.inputs(), node.layer());
        }
        return graph;
    }

    /** A vector, or an image of channels × height × width. */
    void input(String name, Shape shape) {
        List<Integer> sizes = shape.sizes();
        builder.addInputs(name);
        types.add(
                sizes.size() == 1
                        ? InputType.feedForward(sizes.get(0))
                        : InputType.convolutional(sizes.get(1), sizes.get(2), sizes.get(0)));
    }

    /**
     * A layer by this name on others, or on inputs; several are joined.
     *
     * @throws IllegalArgumentException if DL4J has none like it
     */
    void layer(String name, List<String> below, Layer layer) {
        builder.addLayer(name, stock(layer), below.size() == 1 ? below.toArray(new String[0]) : vectors(below));
        if (layer instanceof Convolution) {
            images.put(name, layer.output());
        }
    }

    /** Long short-term memory by this name, one step of it. */
    void memory(String name, List<String> below, int inputs, int size) {
        LSTM lstm = new LSTM.Builder()
                .nIn(inputs)
                .nOut(size)
                .activation(org.nd4j.linalg.activations.Activation.TANH)
                .gateActivationFunction(org.nd4j.linalg.activations.Activation.SIGMOID)
                .build();
        builder.addLayer(name, lstm, vectors(below));
    }

    /** What DL4J joins, and what its memory takes, are vectors: an image becomes one first. */
    private String[] vectors(List<String> below) {
        return below.stream()
                .map(input -> images.containsKey(input) ? vector(input) : input)
                .toArray(String[]::new);
    }

    private String vector(String image) {
        String name = image + "-vector";
        if (flattened.add(image)) {
            flatten(name, image, images.get(image));
        }
        return name;
    }

    private void flatten(String name, String image, Shape shape) {
        List<Integer> sizes = shape.sizes();
        builder.addVertex(
                name,
                new PreprocessorVertex(new CnnToFeedForwardPreProcessor(sizes.get(1), sizes.get(2), sizes.get(0))),
                image);
    }

    /** hardtanh(w (x + b)), number by number, of an input of this shape: two layers, since w x + w b is inexact where b is large. */
    void clipped(String name, String input, Shape shape) {
        List<Integer> sizes = shape.sizes();
        boolean vector = sizes.size() == 1;
        String numbers = vector ? input : input + "-vector";
        if (!vector) {
            flatten(numbers, input, shape);
        }
        builder.addLayer(
                shiftLayer(name), elementWise(shape, org.nd4j.linalg.activations.Activation.IDENTITY), numbers);
        builder.addLayer(
                clippedLayer(name, shape),
                elementWise(shape, org.nd4j.linalg.activations.Activation.HARDTANH),
                shiftLayer(name));
        if (!vector) {
            builder.addVertex(
                    name,
                    new PreprocessorVertex(new FeedForwardToCnnPreProcessor(sizes.get(1), sizes.get(2), sizes.get(0))),
                    clippedLayer(name, shape));
        }
    }

    private static ElementWiseMultiplicationLayer elementWise(
            Shape shape, org.nd4j.linalg.activations.Activation activation) {
        return new ElementWiseMultiplicationLayer.Builder()
                .nIn(shape.size())
                .nOut(shape.size())
                .activation(activation)
                .build();
    }

    /** Which layer has the b of {@link #clipped}, and 1 for every w. */
    static String shiftLayer(String name) {
        return name + "-shifted";
    }

    /** Which layer has its w, and 0 for every b. */
    static String clippedLayer(String name, Shape shape) {
        return shape.sizes().size() == 1 ? name : name + "-vector";
    }

    /** The sum of two layers or inputs. */
    void sum(String name, String one, String other) {
        builder.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), one, other);
    }

    /** Some of a layer's outputs. */
    void subset(String name, int from, int count, String below) {
        builder.addVertex(name, new SubsetVertex(from, from + count - 1), below);
    }

    /** What a layer's outputs should have been, and how wrong they are. */
    void loss(String name, org.nd4j.linalg.activations.Activation activation, ILossFunction loss, String below) {
        builder.addLayer(
                name, new LossLayer.Builder(loss).activation(activation).build(), below);
    }

    /** With all parameters made up. */
    ComputationGraph build(List<String> outputs) {
        builder.setOutputs(outputs.toArray(new String[0]));
        builder.setInputTypes(types.toArray(new InputType[0]));
        ComputationGraph graph = new ComputationGraph(builder.build());
        graph.init();
        return graph;
    }

    private static org.deeplearning4j.nn.conf.layers.Layer stock(Layer layer) {
        if (layer instanceof Convolution convolution) {
            Filters filters = convolution.filters();
            return new ConvolutionLayer.Builder(filters.kernel(), filters.kernel())
                    .stride(filters.stride(), filters.stride())
                    .convolutionMode(ConvolutionMode.Truncate)
                    .nIn(convolution.input().sizes().get(0))
                    .nOut(filters.filters())
                    .activation(activation(convolution.activation()))
                    .build();
        }
        if (layer instanceof Dense dense) {
            return new DenseLayer.Builder()
                    .nIn(dense.inputs())
                    .nOut(dense.outputs())
                    .activation(activation(dense.activation()))
                    .build();
        }
        throw new IllegalArgumentException(
                "network.engine: dl4j has no " + layer.getClass().getSimpleName() + "; expected plain");
    }

    private static org.nd4j.linalg.activations.Activation activation(Activation activation) {
        if (activation == null) {
            return org.nd4j.linalg.activations.Activation.IDENTITY;
        }
        return switch (activation) {
            case RELU -> org.nd4j.linalg.activations.Activation.RELU;
            case TANH -> org.nd4j.linalg.activations.Activation.TANH;
            case SILU -> org.nd4j.linalg.activations.Activation.SWISH;
            case ELU -> org.nd4j.linalg.activations.Activation.ELU;
        };
    }
}

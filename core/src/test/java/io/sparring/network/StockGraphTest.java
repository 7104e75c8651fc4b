package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.random.Streams;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** Our layers against DL4J's own, which reads the same flat vector of parameters without knowing {@link Architecture}. */
class StockGraphTest {
    private static final int ROWS = 9;

    static Stream<Architecture> architectures() {
        return Stream.of(Architecture.Kind.values())
                .flatMap(kind -> Stream.of(Activation.values())
                        .flatMap(
                                activation -> Stream.of(List.<Integer>of(), List.of(7), List.of(6, 5), List.of(5, 4, 8))
                                        .map(hidden -> new Architecture(kind, hidden, activation, 4, 3, 2))));
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void everyWeightLiesWhereTheFlatVectorOfDl4jHasIt(Architecture architecture) {
        ComputationGraph stock = stock(architecture, DataType.DOUBLE);
        int count = architecture.layerParameterCount();
        assertThat(stock.numParams()).isEqualTo(count);
        // Each parameter is its own index.
        stock.setParams(Nd4j.arange(count).castTo(DataType.DOUBLE).reshape(1, count));

        for (Architecture.Layer layer : architecture.layers()) {
            INDArray weights = stock.getLayer(layer.name()).getParam("W");
            INDArray biases = stock.getLayer(layer.name()).getParam("b");
            assertThat(weights.shape()).containsExactly(layer.inputs(), layer.outputs());
            for (int output = 0; output < layer.outputs(); output++) {
                for (int input = 0; input < layer.inputs(); input++) {
                    assertThat(weights.getDouble(input, output))
                            .as("%s from %s to %s", layer.name(), input, output)
                            .isEqualTo(layer.offset() + output * layer.inputs() + input);
                }
                assertThat(biases.getDouble(output)).isEqualTo(layer.biasOffset() + output);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void outputsAndGradientAreThoseOfOrdinaryDenseLayers(Architecture architecture) {
        compare(architecture, DataType.DOUBLE, 1e-12);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void outputsAndGradientAreThoseOfOrdinaryDenseLayersInSinglePrecision(Architecture architecture) {
        compare(architecture, DataType.FLOAT, 1e-5);
    }

    private static void compare(Architecture architecture, DataType type, double tolerance) {
        UniformRandomProvider random = Streams.of(1);
        double[] parameters = uniform(random, architecture.layerParameterCount());
        double[] observations = uniform(random, ROWS * architecture.observationSize());
        double[] policyGradient = uniform(random, ROWS * architecture.policyOutputs());
        double[] valueGradient = uniform(random, ROWS);

        ComputationGraph stock = stock(architecture, type);
        stock.setParams(Nd4j.create(parameters).castTo(type).reshape(1, parameters.length));
        INDArray input = matrix(observations, architecture.observationSize(), type);
        var expected = stock.feedForward(new INDArray[] {input}, true, false);
        INDArray expectedPolicy = expected.get(Architecture.POLICY).dup('c');
        INDArray expectedValues = expected.get(Architecture.VALUE).dup('c');
        INDArray expectedGradient = stock.backpropGradient(
                        matrix(policyGradient, architecture.policyOutputs(), type), matrix(valueGradient, 1, type))
                .gradient();

        LearningNetwork network = new LearningNetwork(architecture, ROWS, type);
        network.layerParameters().assign(Nd4j.create(parameters).castTo(type).reshape(1, parameters.length));
        network.forward(floats(observations), 0, ROWS);
        double[] gradient = new double[architecture.parameterCount()];
        network.backward(policyGradient, valueGradient, gradient);

        assertThat(network.policyOutputs())
                .containsExactly(expectedPolicy.castTo(DataType.DOUBLE).data().asDouble(), within(tolerance));
        assertThat(network.values())
                .containsExactly(expectedValues.castTo(DataType.DOUBLE).data().asDouble(), within(tolerance));
        assertThat(Arrays.copyOf(gradient, parameters.length))
                .containsExactly(expectedGradient.castTo(DataType.DOUBLE).data().asDouble(), within(tolerance));
    }

    private static ComputationGraph stock(Architecture architecture, DataType type) {
        GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .dataType(type)
                .updater(new NoOp())
                .graphBuilder()
                .addInputs(Architecture.INPUT)
                .setOutputs(Architecture.POLICY, Architecture.VALUE);
        for (Architecture.Layer layer : architecture.layers()) {
            DenseLayer.Builder dense = new DenseLayer.Builder()
                    .nIn(layer.inputs())
                    .nOut(layer.outputs())
                    .activation(stockActivation(layer.activation()));
            builder.addLayer(layer.name(), dense.build(), layer.input());
        }
        ComputationGraph graph = new ComputationGraph(builder.build());
        graph.init();
        return graph;
    }

    private static org.nd4j.linalg.activations.Activation stockActivation(Activation activation) {
        if (activation == null) {
            return org.nd4j.linalg.activations.Activation.IDENTITY;
        }
        return switch (activation) {
            case RELU -> org.nd4j.linalg.activations.Activation.RELU;
            case TANH -> org.nd4j.linalg.activations.Activation.TANH;
        };
    }

    private static INDArray matrix(double[] rowByRow, int columns, DataType type) {
        return Nd4j.create(rowByRow, new long[] {ROWS, columns}, 'c').castTo(type);
    }

    /** Numbers from −1 to 1 that a float holds exactly. */
    private static double[] uniform(UniformRandomProvider random, int count) {
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = 2 * random.nextFloat() - 1;
        }
        return numbers;
    }

    private static float[] floats(double[] exact) {
        float[] single = new float[exact.length];
        for (int i = 0; i < exact.length; i++) {
            single[i] = (float) exact[i];
        }
        return single;
    }
}

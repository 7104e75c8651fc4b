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
        ComputationGraph stock = stock(architecture);
        int count = architecture.layerParameterCount();
        assertThat(stock.numParams()).isEqualTo(count);
        // Each parameter is its own index.
        stock.setParams(Nd4j.arange(count).castTo(DataType.DOUBLE).reshape(1, count));

        for (Architecture.Node node : architecture.nodes()) {
            INDArray weights = stock.getLayer(node.name()).getParam("W");
            INDArray biases = stock.getLayer(node.name()).getParam("b");
            int inputs = node.layer().input().size();
            int outputs = node.layer().output().size();
            assertThat(weights.shape()).containsExactly(inputs, outputs);
            for (int output = 0; output < outputs; output++) {
                for (int input = 0; input < inputs; input++) {
                    assertThat(weights.getDouble(input, output))
                            .as("%s from %s to %s", node.name(), input, output)
                            .isEqualTo(node.offset() + output * inputs + input);
                }
                assertThat(biases.getDouble(output)).isEqualTo(node.offset() + inputs * outputs + output);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void outputsAndGradientAreThoseOfOrdinaryDenseLayers(Architecture architecture) {
        UniformRandomProvider random = Streams.of(1);
        double[] parameters = uniform(random, architecture.layerParameterCount());
        double[] observations = uniform(random, ROWS * architecture.observationSize());
        double[] policyGradient = uniform(random, ROWS * architecture.policyOutputs());
        double[] valueGradient = uniform(random, ROWS);

        ComputationGraph stock = stock(architecture);
        stock.setParams(Nd4j.create(parameters).reshape(1, parameters.length));
        INDArray input = matrix(observations, architecture.observationSize());
        var expected = stock.feedForward(new INDArray[] {input}, true, false);
        double[] expectedPolicy = rowByRow(expected.get(Architecture.POLICY));
        double[] expectedValues = rowByRow(expected.get(Architecture.VALUE));
        double[] expectedGradient = stock.backpropGradient(
                        matrix(policyGradient, architecture.policyOutputs()), matrix(valueGradient, 1))
                .gradient()
                .data()
                .asDouble();

        // Free parameters are none of the layers' business.
        float[] all = Arrays.copyOf(Batches.floats(parameters), architecture.parameterCount());
        LiteralNetwork literal = new LiteralNetwork(architecture, Batches.doubles(all));
        for (int row = 0; row < ROWS; row++) {
            LiteralNetwork.Outputs outputs = literal.forward(Batches.floats(observations), row);
            int columns = architecture.policyOutputs();
            assertThat(outputs.policy())
                    .containsExactly(
                            Arrays.copyOfRange(expectedPolicy, row * columns, (row + 1) * columns), within(1e-12));
            assertThat(outputs.value()).isCloseTo(expectedValues[row], within(1e-12));
        }

        for (Kernels kernels : new Kernels[] {Kernels.create(), new ScalarKernels()}) {
            Network network = new Network(architecture, kernels);
            network.setModel(new Model(architecture, all));
            network.forward(Batches.floats(observations), 0, ROWS);
            Batches.fill(network.policyGradient(), policyGradient);
            Batches.fill(network.valueGradient(), valueGradient);
            double[] gradient = new double[architecture.parameterCount()];
            network.backward(true, true, gradient);

            assertThat(Batches.doubles(network.policyOutputs())).containsExactly(expectedPolicy, within(1e-5));
            assertThat(Batches.doubles(network.values())).containsExactly(expectedValues, within(1e-5));
            assertThat(Arrays.copyOf(gradient, parameters.length)).containsExactly(expectedGradient, within(1e-5));
        }
    }

    private static ComputationGraph stock(Architecture architecture) {
        GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .updater(new NoOp())
                .graphBuilder()
                .addInputs(Architecture.INPUT)
                .setOutputs(Architecture.POLICY, Architecture.VALUE);
        for (Architecture.Node node : architecture.nodes()) {
            Dense dense = (Dense) node.layer();
            DenseLayer.Builder stock = new DenseLayer.Builder()
                    .nIn(dense.inputs())
                    .nOut(dense.outputs())
                    .activation(stockActivation(dense.activation()));
            builder.addLayer(node.name(), stock.build(), node.inputs().get(0));
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
            case SILU -> org.nd4j.linalg.activations.Activation.SWISH;
            case ELU -> org.nd4j.linalg.activations.Activation.ELU;
        };
    }

    private static INDArray matrix(double[] rowByRow, int columns) {
        return Nd4j.create(rowByRow, new long[] {ROWS, columns}, 'c');
    }

    private static double[] rowByRow(INDArray matrix) {
        return matrix.dup('c').data().asDouble();
    }

    /** Numbers from −1 to 1 that a float holds exactly. */
    private static double[] uniform(UniformRandomProvider random, int count) {
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = 2 * random.nextFloat() - 1;
        }
        return numbers;
    }
}

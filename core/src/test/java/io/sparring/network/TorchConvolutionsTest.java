package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks with convolutions against PyTorch's, from the same parameters; {@code src/test/python/record_convolutions.py} recorded them. */
class TorchConvolutionsTest {
    private record Golden(String note, List<Recorded> cases) {}

    /** A network and a batch: what went in, and PyTorch's outputs and gradient. */
    record Recorded(
            List<Integer> shape,
            Input.Order order,
            List<Filters> convolutions,
            List<Integer> hidden,
            boolean layerNorm,
            Activation activation,
            int rows,
            int outputs,
            float[] observations,
            float[] parameters,
            double[] policyGradient,
            double[] valueGradient,
            double[] policy,
            double[] values,
            double[] gradient) {

        Architecture architecture() {
            Input image = new Input(Architecture.INPUT, shape, order, true);
            Trunk trunk = new Trunk(List.of(image), convolutions, hidden, layerNorm, activation);
            return new Architecture(Architecture.Kind.SHARED, trunk, outputs, 0);
        }

        @Override
        public String toString() {
            return shape + " " + convolutions + " " + hidden + " " + layerNorm + " " + activation;
        }
    }

    static Stream<Recorded> recorded() throws IOException {
        return new ObjectMapper()
                        .readValue(TorchConvolutionsTest.class.getResource("torch-convolutions.json"), Golden.class)
                        .cases()
                        .stream();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void inDoublePrecisionTheFormulasGiveTheOutputsOfPyTorch(Recorded golden) {
        LiteralNetwork literal = new LiteralNetwork(golden.architecture(), Batches.doubles(golden.parameters));
        for (int row = 0; row < golden.rows; row++) {
            LiteralNetwork.Outputs outputs = literal.forward(golden.observations, row);
            int at = row * golden.outputs;
            assertThat(outputs.policy())
                    .containsExactly(Arrays.copyOfRange(golden.policy, at, at + golden.outputs), within(1e-10));
            assertThat(outputs.value()).isCloseTo(golden.values[row], within(1e-10));
        }
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void outputsAndGradientAreThoseOfAutogradAsFarAsFloatsCan(Recorded golden) {
        for (Kernels kernels : new Kernels[] {Kernels.create(), new ScalarKernels()}) {
            Network network = new Network(golden.architecture(), kernels);
            network.setModel(new Model(golden.architecture(), golden.parameters));
            Observations.Bytes bytes = new Observations.Bytes(new byte[golden.observations.length]);
            bytes.put(0, new Observations.Floats(golden.observations), 0, bytes.length());
            network.forward(bytes, 0, golden.rows);
            double[] gradient = new double[golden.parameters.length];
            Batches.fill(network.policyGradient(), golden.policyGradient);
            Batches.fill(network.valueGradient(), golden.valueGradient);
            network.backward(true, true, gradient);

            assertThat(Batches.doubles(network.policyOutputs())).containsExactly(golden.policy, within(1e-5));
            assertThat(Batches.doubles(network.values())).containsExactly(golden.values, within(1e-5));
            double scale = Arrays.stream(golden.gradient).map(Math::abs).max().orElseThrow();
            assertThat(gradient).containsExactly(golden.gradient, within(1e-5 * scale));
        }
    }
}

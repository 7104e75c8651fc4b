package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.environment.Space;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.policy.ActionDistribution;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradient of the loss with respect to all parameters against PyTorch's autograd, from the same flat vector;
 * {@code src/test/python/record_losses.py} recorded it.
 */
class TorchNetworkTest {
    private record Golden(String note, List<Recorded> cases) {}

    /** A network and a batch: what went in, and PyTorch's outputs, loss and gradient. */
    record Recorded(
            String distribution,
            Architecture.Kind architecture,
            List<Integer> hidden,
            Activation activation,
            int observationSize,
            int outputs,
            int rows,
            double[] weights,
            float[] parameters,
            float[] observations,
            float[] actions,
            double[] advantages,
            double[] returns,
            double[] policy,
            double[] values,
            double loss,
            double[] gradient) {

        ActionDistribution family() {
            return ActionDistribution.of(
                    distribution.equals("categorical") ? new Space.Discrete(outputs) : Space.Box.of(outputs, -1, 1));
        }

        Architecture network() {
            return new Architecture(
                    architecture, hidden, activation, observationSize, outputs, family().freeParameters());
        }

        LossCase lossCase() {
            return new LossCase(
                    network(),
                    family(),
                    new ActorCriticLoss.Weights(weights[0], weights[1], weights[2]),
                    observations,
                    actions,
                    advantages,
                    returns);
        }

        @Override
        public String toString() {
            return distribution + " " + architecture + " " + hidden + " " + activation;
        }
    }

    static Stream<Recorded> recorded() throws IOException {
        return new ObjectMapper()
                .readValue(TorchNetworkTest.class.getResource("torch-networks.json"), Golden.class).cases().stream();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void inDoublePrecisionTheFormulasGiveTheOutputsAndTheLossOfAutograd(Recorded golden) {
        double[] parameters = Batches.doubles(golden.parameters);
        LiteralNetwork literal = new LiteralNetwork(golden.network(), parameters);
        for (int row = 0; row < golden.rows; row++) {
            LiteralNetwork.Outputs outputs = literal.forward(golden.observations, row);
            int at = row * golden.outputs;
            assertThat(outputs.policy())
                    .containsExactly(Arrays.copyOfRange(golden.policy, at, at + golden.outputs), within(1e-10));
            assertThat(outputs.value()).isCloseTo(golden.values[row], within(1e-10));
        }
        assertThat(golden.lossCase().literalLoss(parameters)).isCloseTo(golden.loss, within(1e-10));
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void outputsLossAndGradientAreThoseOfAutogradAsFarAsFloatsCan(Recorded golden) {
        for (Kernels kernels : new Kernels[] {Kernels.create(), new ScalarKernels()}) {
            Network network = new Network(golden.network(), kernels);
            double[] gradient = new double[golden.parameters.length];
            double loss = golden.lossCase().loss(network, golden.parameters, gradient);

            assertThat(Batches.doubles(network.policyOutputs())).containsExactly(golden.policy, within(1e-5));
            assertThat(Batches.doubles(network.values())).containsExactly(golden.values, within(1e-5));
            assertThat(loss).isCloseTo(golden.loss, within(1e-5));
            double scale = Arrays.stream(golden.gradient).map(Math::abs).max().orElseThrow();
            assertThat(gradient).containsExactly(golden.gradient, within(1e-5 * scale));
        }
    }
}

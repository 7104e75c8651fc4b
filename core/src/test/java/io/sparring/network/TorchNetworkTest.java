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
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

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

        /** The loss of what {@code learning} now gives, its gradient added to {@code gradient}. */
        double loss(LearningNetwork learning, double[] gradient) {
            int layers = network().layerParameterCount();
            double[] free = new double[parameters.length - layers];
            for (int i = 0; i < free.length; i++) {
                free[i] = parameters[layers + i];
            }
            double[] policyGradient = new double[rows * outputs];
            double[] valueGradient = new double[rows];
            double[] freeGradient = new double[free.length];
            learning.forward(observations, 0, rows);
            ActorCriticLoss.Sums sums = ActorCriticLoss.gradient(
                    family(),
                    learning.policyOutputs(),
                    free,
                    learning.values(),
                    actions,
                    advantages,
                    returns,
                    0,
                    rows,
                    rows,
                    new ActorCriticLoss.Weights(weights[0], weights[1], weights[2]),
                    policyGradient,
                    valueGradient,
                    freeGradient);
            learning.backward(policyGradient, valueGradient, gradient);
            for (int i = 0; i < free.length; i++) {
                gradient[layers + i] += freeGradient[i];
            }
            return (weights[0] * sums.policy() + weights[1] * sums.value() - weights[2] * sums.entropy()) / rows;
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
    void inDoublePrecisionOutputsLossAndGradientAreThoseOfAutograd(Recorded golden) {
        LearningNetwork learning = new LearningNetwork(golden.network(), golden.rows, DataType.DOUBLE);
        INDArray parameters = learning.layerParameters();
        for (int i = 0; i < parameters.length(); i++) {
            parameters.putScalar(i, golden.parameters[i]);
        }

        requireGolden(golden, learning, 1e-10);
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void theFloatNetworkAgreesAsFarAsFloatsCan(Recorded golden) {
        LearningNetwork learning = new LearningNetwork(golden.network(), golden.rows);
        learning.setParameters(golden.parameters);

        requireGolden(golden, learning, 1e-5);
    }

    private static void requireGolden(Recorded golden, LearningNetwork learning, double tolerance) {
        double[] gradient = new double[golden.parameters.length];
        double loss = golden.loss(learning, gradient);

        assertThat(learning.policyOutputs()).containsExactly(golden.policy, within(tolerance));
        assertThat(learning.values()).containsExactly(golden.values, within(tolerance));
        assertThat(loss).isCloseTo(golden.loss, within(tolerance));
        assertThat(gradient).containsExactly(golden.gradient, within(tolerance * scale(golden.gradient)));
    }

    private static double scale(double[] numbers) {
        return Arrays.stream(numbers).map(Math::abs).max().orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void theActingNetworkGivesTheSameOutputs(Recorded golden) {
        ActingNetwork acting = new ActingNetwork(golden.network());
        acting.setParameters(golden.parameters);
        float[] policy = new float[golden.rows * golden.outputs];
        float[] values = new float[golden.rows];
        acting.forward(golden.observations, golden.rows, policy, values);

        for (int i = 0; i < policy.length; i++) {
            assertThat((double) policy[i]).isCloseTo(golden.policy[i], within(1e-5));
        }
        for (int i = 0; i < values.length; i++) {
            assertThat((double) values[i]).isCloseTo(golden.values[i], within(1e-5));
        }
    }
}

package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.random.Streams;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ActingNetworkTest {
    /** Up and down again, so that buffers are outgrown and then only partly used. */
    private static final int[] BATCHES = {1, 3, 64, 2, 257, 16, 1};

    static Stream<Architecture> architectures() {
        return Stream.of(Architecture.Kind.values())
                .flatMap(kind -> Stream.of(Activation.values())
                        .flatMap(activation -> Stream.of(
                                new Architecture(kind, List.of(), activation, 4, 2, 0),
                                new Architecture(kind, List.of(1), activation, 1, 1, 1),
                                new Architecture(kind, List.of(256), activation, 4, 2, 0),
                                new Architecture(kind, List.of(64, 64), activation, 6, 3, 3),
                                new Architecture(kind, List.of(7, 30, 5), activation, 17, 6, 6))));
    }

    private final UniformRandomProvider random = Streams.of(21);

    /** The initial parameters, with biases, and with a policy head that is worth comparing. */
    private float[] parameters(Architecture architecture) {
        float[] parameters = architecture.initialParameters(random);
        for (Architecture.Layer layer : architecture.layers()) {
            for (int i = layer.biasOffset(); i < layer.end(); i++) {
                parameters[i] = random.nextFloat() - 0.5f;
            }
            if (layer.name().equals(Architecture.POLICY)) {
                for (int i = layer.offset(); i < layer.biasOffset(); i++) {
                    parameters[i] *= 100;
                }
            }
        }
        return parameters;
    }

    private float[] observations(int rows, Architecture architecture) {
        float[] observations = new float[rows * architecture.observationSize()];
        for (int i = 0; i < observations.length; i++) {
            observations[i] = 4 * random.nextFloat() - 2;
        }
        return observations;
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void actingAndLearningAgree(Architecture architecture) {
        float[] parameters = parameters(architecture);
        ActingNetwork acting = new ActingNetwork(architecture);
        acting.setParameters(parameters);
        LearningNetwork learning = new LearningNetwork(architecture, 300);
        learning.setParameters(parameters);
        for (int rows : BATCHES) {
            float[] observations = observations(rows, architecture);
            float[] policy = new float[rows * architecture.policyOutputs()];
            float[] values = new float[rows];
            acting.forward(observations, rows, policy, values);
            learning.forward(observations, 0, rows);

            for (int i = 0; i < policy.length; i++) {
                assertThat((double) policy[i]).isCloseTo(learning.policyOutputs()[i], within(1e-5));
            }
            for (int row = 0; row < rows; row++) {
                assertThat((double) values[row]).isCloseTo(learning.values()[row], within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void aRowsBitsDependOnThatRowAlone(Architecture architecture) {
        ActingNetwork network = new ActingNetwork(architecture);
        network.setParameters(parameters(architecture));
        int all = 257;
        int size = architecture.observationSize();
        int outputs = architecture.policyOutputs();
        float[] observations = observations(all, architecture);
        float[] policy = new float[all * outputs];
        float[] values = new float[all];
        network.forward(observations, all, policy, values);
        for (int rows : new int[] {1, 2, 5, 64, 100}) {
            // Often enough that compiled code is compared with interpreted code too.
            for (int from = 0; from + rows <= all; from += Math.max(1, rows / 3)) {
                float[] somePolicy = new float[rows * outputs];
                float[] someValues = new float[rows];
                network.forward(
                        Arrays.copyOfRange(observations, from * size, (from + rows) * size),
                        rows,
                        somePolicy,
                        someValues);

                assertThat(Arrays.mismatch(
                                somePolicy, Arrays.copyOfRange(policy, from * outputs, (from + rows) * outputs)))
                        .isEqualTo(-1);
                assertThat(Arrays.mismatch(someValues, Arrays.copyOfRange(values, from, from + rows)))
                        .isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void thePolicyIsTheSameWhereNobodyAsksForValues(Architecture architecture) {
        ActingNetwork network = new ActingNetwork(architecture);
        network.setParameters(parameters(architecture));
        float[] observations = observations(5, architecture);
        float[] asked = new float[5 * architecture.policyOutputs()];
        float[] unasked = new float[5 * architecture.policyOutputs()];
        network.forward(observations, 5, asked, new float[5]);
        // Another batch between them, so that nothing is left over from the first.
        network.forward(observations(5, architecture), 5, new float[asked.length], new float[5]);
        network.forward(observations, 5, unasked, null);

        assertThat(unasked).isEqualTo(asked);
    }

    @Test
    void oneUnitWorkedOutByHand() {
        ActingNetwork network =
                new ActingNetwork(new Architecture(Architecture.Kind.SHARED, List.of(1), Activation.RELU, 2, 2, 1));
        // w = (2, −1), b = ½; policy w = (3, −3), b = (0, 1); value w = 4, b = −1; one free parameter
        network.setParameters(new float[] {2, -1, 0.5f, 3, -3, 0, 1, 4, -1, 9});
        float[] policy = new float[4];
        float[] values = new float[2];
        network.forward(new float[] {1, 0.5f, -1, 1}, 2, policy, values);

        assertThat(policy).containsExactly(6, -5, 0, 1);
        assertThat(values).containsExactly(7, -1);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void anObservationThatIsNotANumberShowsInItsRowAndInNoOther(Architecture architecture) {
        float[] parameters = parameters(architecture);
        ActingNetwork acting = new ActingNetwork(architecture);
        acting.setParameters(parameters);
        LearningNetwork learning = new LearningNetwork(architecture, 3);
        learning.setParameters(parameters);
        float[] observations = observations(3, architecture);
        observations[architecture.observationSize()] = Float.NaN;
        int outputs = architecture.policyOutputs();
        float[] policy = new float[3 * outputs];
        float[] values = new float[3];
        acting.forward(observations, 3, policy, values);
        learning.forward(observations, 0, 3);

        for (int row = 0; row < 3; row++) {
            assertThat(Float.isNaN(values[row])).isEqualTo(row == 1);
            assertThat(Double.isNaN(learning.values()[row])).isEqualTo(row == 1);
            for (int i = row * outputs; i < (row + 1) * outputs; i++) {
                assertThat(Float.isNaN(policy[i])).isEqualTo(row == 1);
                assertThat(Double.isNaN(learning.policyOutputs()[i])).isEqualTo(row == 1);
            }
        }
    }

    @Test
    void parametersOfAnotherNetworkAreRefused() {
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, List.of(1), Activation.RELU, 2, 2, 1);
        float[] tooFew = new float[architecture.parameterCount() - 1];

        assertThatThrownBy(() -> new ActingNetwork(architecture).setParameters(tooFew))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("9 parameters for a network of 10");
        assertThatThrownBy(() -> new LearningNetwork(architecture, 1).setParameters(tooFew))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("9 parameters for a network of 10");
    }
}

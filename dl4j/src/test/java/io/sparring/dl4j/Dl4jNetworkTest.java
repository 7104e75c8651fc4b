package io.sparring.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Batch;
import io.sparring.network.Dense;
import io.sparring.network.Engine;
import io.sparring.network.Filters;
import io.sparring.network.Input;
import io.sparring.network.LearningNetwork;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.network.RunningMoments;
import io.sparring.network.Trunk;
import io.sparring.random.Streams;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two implementations of one interface, neither of which knows the other. */
class Dl4jNetworkTest {
    private static final int ROWS = 37;
    private static final double TOLERANCE = 1e-5;

    static Stream<Architecture> architectures() {
        return Stream.of(Architecture.Kind.values())
                .flatMap(kind -> Stream.of(Activation.values())
                        .flatMap(activation -> Stream.concat(
                                Stream.of(
                                                List.<Integer>of(),
                                                List.of(7),
                                                List.of(6, 5),
                                                List.of(5, 4, 8),
                                                List.of(64, 64))
                                        .map(hidden -> new Architecture(kind, hidden, activation, 4, 3, 2)),
                                trunks(activation).map(trunk -> new Architecture(kind, trunk, 3, 2)))));
    }

    /** One image with its channels at the end; and two images of bytes and a vector between them, with hidden layers and without. */
    private static Stream<Trunk> trunks(Activation activation) {
        List<Filters> two = List.of(new Filters(4, 3, 1), new Filters(5, 2, 2));
        Input image = new Input("observation", List.of(7, 6, 2), Input.Order.CHANNELS_LAST, false);
        List<Input> parts = List.of(
                new Input("observation.a", List.of(2, 5, 6), Input.Order.CHANNELS_FIRST, true),
                Input.vector("observation.b", 3),
                new Input("observation.c", List.of(6, 6), Input.Order.CHANNELS_FIRST, true));
        return Stream.of(
                new Trunk(List.of(image), two, List.of(6), false, activation),
                new Trunk(parts, two, List.of(6, 5), false, activation),
                new Trunk(parts, two, List.of(), false, activation),
                new Trunk(List.of(image), two, List.of(), false, activation));
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void outputsAndGradientsOfBothEnginesAgree(Architecture architecture) {
        UniformRandomProvider random = Streams.of(1);
        float[] parameters = uniform(random, architecture.parameterCount());
        float[] observations = uniform(random, ROWS * architecture.observationSize());
        float[] errors = uniform(random, ROWS * (architecture.policyOutputs() + 1));
        double[] means = new double[architecture.observationSize()];
        double[] variances = new double[means.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = (i % 4 - 1.5) / 4;
            variances[i] = 1 + i % 4;
        }
        Normalizer normalizer = new Normalizer(new RunningMoments(1, means, variances), RunningMoments.none(0));
        LearningNetwork plain = Engine.PLAIN.create(architecture);
        LearningNetwork dl4j = Engine.DL4J.create(architecture);
        assertThat(dl4j).isInstanceOf(Dl4jNetwork.class);

        for (LearningNetwork network : List.of(plain, dl4j)) {
            network.setModel(new Model(architecture, parameters, normalizer));
            network.forward(observations, 0, ROWS);
        }
        requireClose(dl4j.policyOutputs(), plain.policyOutputs());
        requireClose(dl4j.policyFeatures(), plain.policyFeatures());
        requireClose(dl4j.values(), plain.values());

        boolean[][] heads = {{true, true}, {true, false}, {false, true}};
        for (boolean[] asked : heads) {
            double[] expected = gradient(plain, architecture, errors, asked);
            double[] actual = gradient(dl4j, architecture, errors, asked);
            assertThat(actual).containsExactly(expected, within(TOLERANCE * ROWS));
            assertThat(expected).isNotEqualTo(new double[expected.length]);
        }
    }

    /** As masks are written. */
    @ParameterizedTest
    @MethodSource("architectures")
    void whoeverWritesOverThePolicysOutputsChangesNoGradient(Architecture architecture) {
        UniformRandomProvider random = Streams.of(2);
        float[] errors = uniform(random, ROWS * (architecture.policyOutputs() + 1));
        LearningNetwork network = Engine.DL4J.create(architecture);
        network.setModel(new Model(architecture, uniform(random, architecture.parameterCount())));
        network.forward(uniform(random, ROWS * architecture.observationSize()), 0, ROWS);
        double[] expected = gradient(network, architecture, errors, new boolean[] {true, true});

        network.policyOutputs().set(1, 3, Float.NEGATIVE_INFINITY);

        assertThat(gradient(network, architecture, errors, new boolean[] {true, true}))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void everyWeightLiesWhereTheFlatVectorOfDl4jHasIt(Architecture architecture) {
        // A network is a function of its parameters: with all weights but one at 0, outputs agree only if both find it
        // at the same place.
        LearningNetwork plain = Engine.PLAIN.create(architecture);
        LearningNetwork dl4j = Engine.DL4J.create(architecture);
        Architecture.Node last = architecture.nodes().get(architecture.nodes().size() - 1);
        Dense head = (Dense) last.layer();
        for (int i = 0; i < head.inputs() + 1; i++) {
            float[] parameters = uniform(Streams.of(7), architecture.parameterCount());
            for (int j = 0; j < head.inputs() + 1; j++) {
                parameters[last.offset() + j] = i == j ? 1 : 0;
            }
            float[] observations = uniform(Streams.of(i), architecture.observationSize());
            for (LearningNetwork network : List.of(plain, dl4j)) {
                network.setModel(new Model(architecture, parameters));
                network.forward(observations, 0, 1);
            }
            requireClose(dl4j.values(), plain.values());
        }
    }

    private static double[] gradient(
            LearningNetwork network, Architecture architecture, float[] errors, boolean[] heads) {
        Batch policy = network.policyGradient();
        Batch value = network.valueGradient();
        for (int row = 0; row < ROWS; row++) {
            for (int output = 0; output < architecture.policyOutputs(); output++) {
                policy.set(output, row, errors[row * architecture.policyOutputs() + output]);
            }
            value.set(0, row, errors[ROWS * architecture.policyOutputs() + row]);
        }
        double[] gradient = new double[architecture.parameterCount()];
        network.backward(heads[0], heads[1], gradient);
        return gradient;
    }

    private static void requireClose(Batch actual, Batch expected) {
        assertThat(actual.rows()).isEqualTo(expected.rows());
        for (int row = 0; row < expected.rows(); row++) {
            for (int feature = 0; feature < expected.features(); feature++) {
                assertThat(actual.get(feature, row)).isCloseTo(expected.get(feature, row), within((float) TOLERANCE));
            }
        }
    }

    /** From −1 to 1. */
    private static float[] uniform(UniformRandomProvider random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = 2 * random.nextFloat() - 1;
        }
        return numbers;
    }
}

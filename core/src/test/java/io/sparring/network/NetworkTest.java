package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Space;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.policy.ActionDistribution;
import io.sparring.random.Streams;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkTest {
    /** Up and down again, so that buffers are outgrown and then only partly used. */
    private static final int[] BATCHES = {1, 3, 64, 2, 257, 16, 1};

    private static final int OBSERVATION = 3;
    private static final Architecture SMALL =
            new Architecture(Architecture.Kind.SEPARATE, List.of(8, 5), Activation.TANH, OBSERVATION, 2, 2);

    private final UniformRandomProvider random = Streams.of(21);

    static Stream<Architecture> architectures() {
        return Stream.of(Architecture.Kind.values())
                .flatMap(kind -> Stream.of(Activation.values())
                        .flatMap(activation -> Stream.of(
                                new Architecture(kind, List.of(), activation, 4, 2, 0),
                                new Architecture(kind, List.of(1), activation, 1, 1, 1),
                                new Architecture(kind, List.of(256), activation, 4, 2, 0),
                                new Architecture(kind, List.of(64, 64), activation, 6, 3, 3),
                                new Architecture(kind, List.of(7, 30, 5), activation, 17, 6, 6),
                                new Architecture(kind, normalised(Trunk.dense(5, List.of(64, 9), activation)), 3, 1),
                                new Architecture(kind, IMAGE_AND_VECTOR.apply(activation, List.of(9)), 3, 1),
                                new Architecture(kind, IMAGE_AND_VECTOR.apply(activation, List.of()), 2, 0))));
    }

    private static Trunk normalised(Trunk trunk) {
        return new Trunk(trunk.inputs(), trunk.convolutions(), trunk.hidden(), true, trunk.activation());
    }

    /** A vector of 3, an image of 7 × 6 × 2 and another of 5 × 5, the images of bytes; by two convolutions, one of which skips. */
    private static final BiFunction<Activation, List<Integer>, Trunk> IMAGE_AND_VECTOR =
            (activation, hidden) -> new Trunk(
                    List.of(
                            Input.vector("a", 3),
                            new Input("b", List.of(7, 6, 2), Input.Order.CHANNELS_LAST, true),
                            new Input("c", List.of(5, 5), Input.Order.CHANNELS_FIRST, false)),
                    List.of(new Filters(6, 3, 1), new Filters(5, 2, 2)),
                    hidden,
                    false,
                    activation);

    /** The initial parameters, with biases, and with a policy head that is worth comparing. */
    private float[] parameters(Architecture architecture) {
        float[] parameters = architecture.initialParameters(random);
        for (Architecture.Node node : architecture.nodes()) {
            boolean first = node.layer() instanceof Convolution;
            int biases =
                    first ? node.offset() : node.end() - node.layer().output().size();
            int end = first ? biases + node.layer().output().sizes().get(0) : node.end();
            for (int i = biases; i < end; i++) {
                parameters[i] = random.nextFloat() - 0.5f;
            }
            if (node.name().equals(Architecture.POLICY)) {
                for (int i = node.offset(); i < biases; i++) {
                    parameters[i] *= 100;
                }
            }
        }
        return parameters;
    }

    private float[] observations(int rows, Architecture architecture) {
        return uniform(random, rows * architecture.observationSize(), 2);
    }

    private static float[] uniform(UniformRandomProvider random, int count, float limit) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = limit * (2 * random.nextFloat() - 1);
        }
        return numbers;
    }

    // Forward.

    @ParameterizedTest
    @MethodSource("architectures")
    void outputsAreThoseOfTheFormulas(Architecture architecture) {
        float[] parameters = parameters(architecture);
        Network network = new Network(architecture);
        network.setModel(new Model(architecture, parameters));
        LiteralNetwork literal = new LiteralNetwork(architecture, Batches.doubles(parameters));
        for (int rows : BATCHES) {
            float[] observations = observations(rows, architecture);
            network.forward(observations, 0, rows);

            assertThat(network.policyOutputs().rows()).isEqualTo(rows);
            assertThat(network.values().rows()).isEqualTo(rows);
            for (int row = 0; row < rows; row++) {
                LiteralNetwork.Outputs outputs = literal.forward(observations, row);
                for (int i = 0; i < architecture.policyOutputs(); i++) {
                    assertThat((double) network.policyOutputs().get(i, row))
                            .isCloseTo(outputs.policy()[i], within(1e-5));
                }
                assertThat((double) network.values().get(0, row)).isCloseTo(outputs.value(), within(1e-5));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void aRowsBitsDependOnThatRowAlone(Architecture architecture) {
        Network network = new Network(architecture);
        network.setModel(new Model(architecture, parameters(architecture)));
        int all = 257;
        int outputs = architecture.policyOutputs();
        float[] observations = observations(all, architecture);
        network.forward(observations, 0, all);
        float[] policy = Batches.rowByRow(network.policyOutputs());
        float[] values = Batches.rowByRow(network.values());
        for (int rows : new int[] {1, 2, 5, 64, 100}) {
            // Often enough that compiled code is compared with interpreted code too.
            for (int from = 0; from + rows <= all; from += Math.max(1, rows / 3)) {
                network.forward(observations, from * architecture.observationSize(), rows);

                assertThat(Arrays.mismatch(
                                Batches.rowByRow(network.policyOutputs()),
                                Arrays.copyOfRange(policy, from * outputs, (from + rows) * outputs)))
                        .isEqualTo(-1);
                assertThat(Arrays.mismatch(
                                Batches.rowByRow(network.values()), Arrays.copyOfRange(values, from, from + rows)))
                        .isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void thePolicyIsTheSameWhereNobodyAsksForValues(Architecture architecture) {
        Network network = new Network(architecture);
        network.setModel(new Model(architecture, parameters(architecture)));
        float[] observations = observations(5, architecture);
        network.forward(observations, 0, 5);
        float[] asked = Batches.rowByRow(network.policyOutputs());
        // Another batch between them, so that nothing is left over from the first.
        network.forward(observations(5, architecture), 0, 5);
        network.forwardPolicy(new Observations.Floats(observations), 0, 5, Past.NONE);

        assertThat(Batches.rowByRow(network.policyOutputs())).isEqualTo(asked);
    }

    @Test
    void oneUnitWorkedOutByHand() {
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, List.of(1), Activation.RELU, 2, 2, 1);
        Network network = new Network(architecture);
        // w = (2, −1), b = ½; policy w = (3, −3), b = (0, 1); value w = 4, b = −1; one free parameter
        network.setModel(new Model(architecture, new float[] {2, -1, 0.5f, 3, -3, 0, 1, 4, -1, 9}));
        network.forward(new float[] {1, 0.5f, -1, 1}, 0, 2);

        assertThat(Batches.rowByRow(network.policyOutputs())).containsExactly(6, -5, 0, 1);
        assertThat(Batches.rowByRow(network.values())).containsExactly(7, -1);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void anObservationThatIsNotANumberShowsInItsRowAndInNoOther(Architecture architecture) {
        Network network = new Network(architecture);
        network.setModel(new Model(architecture, parameters(architecture)));
        float[] observations = observations(3, architecture);
        observations[architecture.observationSize()] = Float.NaN;
        network.forward(observations, 0, 3);

        for (int row = 0; row < 3; row++) {
            assertThat(Float.isNaN(network.values().get(0, row))).isEqualTo(row == 1);
            for (int i = 0; i < architecture.policyOutputs(); i++) {
                assertThat(Float.isNaN(network.policyOutputs().get(i, row))).isEqualTo(row == 1);
            }
        }
    }

    /** The padding of the larger batch lies where the smaller one is padded. */
    @Test
    void aBatchThatWasNotANumberLeavesNothingBehind() {
        float[] observations = Batches.floats(random.doubles(5 * OBSERVATION).toArray());
        Network fresh = network();
        Network used = network();
        float[] poison = new float[70 * OBSERVATION];
        Arrays.fill(poison, Float.NaN);
        gradient(used, poison, 70, new double[140], new double[70]);
        double[] ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

        assertThat(gradient(used, observations, 5, ones, Arrays.copyOf(ones, 5)))
                .isEqualTo(gradient(fresh, observations, 5, ones, Arrays.copyOf(ones, 5)));
        assertThat(Batches.rowByRow(used.values())).isEqualTo(Batches.rowByRow(fresh.values()));
    }

    @Test
    void theModelOfAnotherNetworkIsRefusedHoweverManyParametersItHas() {
        Architecture relu = new Architecture(Architecture.Kind.SHARED, List.of(1), Activation.RELU, 2, 2, 1);
        Architecture tanh = new Architecture(Architecture.Kind.SHARED, List.of(1), Activation.TANH, 2, 2, 1);
        assertThatThrownBy(() -> new Network(relu).setModel(new Model(tanh, new float[10])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a model of " + tanh + " for a network of " + relu);
    }

    // Backward.

    static Stream<Arguments> networksAndActions() {
        return Stream.of(Architecture.Kind.values())
                .flatMap(kind -> Stream.of(Activation.values())
                        .flatMap(activation -> Stream.of(
                                        Trunk.dense(OBSERVATION, List.of(), activation),
                                        Trunk.dense(OBSERVATION, List.of(7), activation),
                                        Trunk.dense(OBSERVATION, List.of(6, 5), activation),
                                        normalised(Trunk.dense(OBSERVATION, List.of(6, 5), activation)),
                                        IMAGE_AND_VECTOR.apply(activation, List.of(7)),
                                        IMAGE_AND_VECTOR.apply(activation, List.of()))
                                .flatMap(trunk -> Stream.of(new Space.Discrete(3), Space.Box.of(2, -1, 1))
                                        .map(actions -> Arguments.of(kind, trunk, actions)))));
    }

    @ParameterizedTest
    @MethodSource("networksAndActions")
    void theGradientIsTheSlopeOfTheLoss(Architecture.Kind kind, Trunk trunk, Space actions) {
        int rows = 5;
        UniformRandomProvider random = Streams.of(31);
        ActionDistribution distribution = ActionDistribution.of(actions);
        Architecture architecture =
                new Architecture(kind, trunk, distribution.outputs(), distribution.freeParameters());
        // Sums of many terms would saturate every unit above them.
        float scale = trunk.convolutions().isEmpty() ? 1 : 0.3f;
        float[] parameters = uniform(random, architecture.parameterCount(), scale);
        float[] observations = uniform(random, rows * trunk.observationSize(), 2);
        for (int i = 0; i < observations.length; i++) {
            boolean bytes = i % trunk.observationSize() >= 3 && i % trunk.observationSize() < 3 + 7 * 6 * 2;
            observations[i] *= bytes ? 255 : 1;
        }
        float[] taken = uniform(random, rows * distribution.actionSize(), 1);
        for (int i = 0; actions instanceof Space.Discrete discrete && i < rows; i++) {
            taken[i] = random.nextInt(discrete.n());
        }
        LossCase batch = new LossCase(
                architecture,
                distribution,
                new ActorCriticLoss.Weights(1, 0.5, 0.05),
                observations,
                taken,
                random.doubles(rows, -1, 1).toArray(),
                random.doubles(rows, -1, 1).toArray());

        double[] gradient = new double[architecture.parameterCount()];
        double loss = batch.loss(new Network(architecture), parameters, gradient);

        double[] at = Batches.doubles(parameters);
        assertThat(loss).isCloseTo(batch.literalLoss(at), within(1e-5));
        double h = 1e-5;
        for (int i = 0; i < gradient.length; i++) {
            double[] up = at.clone();
            double[] down = at.clone();
            up[i] += h;
            down[i] -= h;
            double slope = (batch.literalLoss(up) - batch.literalLoss(down)) / (2 * h);
            assertThat(gradient[i]).as("parameter %s", i).isCloseTo(slope, within(3e-6));
        }
        // A test that compared zeros would hold too.
        assertThat(Arrays.stream(gradient)
                        .filter(slope -> Math.abs(slope) > 1e-4)
                        .count())
                .isGreaterThan(gradient.length / 2);
    }

    private final double[] policyGradient = Streams.of(2).doubles(400, -1, 1).toArray();
    private final double[] valueGradient = Streams.of(3).doubles(200, -1, 1).toArray();

    private static Network network() {
        Network network = new Network(SMALL);
        network.setModel(new Model(SMALL, SMALL.initialParameters(Streams.of(1))));
        return network;
    }

    private static float[] observations(int rows) {
        return uniform(Streams.of(4), rows * OBSERVATION, 2);
    }

    private static void backward(
            LearningNetwork network, double[] policyGradient, double[] valueGradient, double[] gradient) {
        Batches.fill(network.policyGradient(), policyGradient);
        Batches.fill(network.valueGradient(), valueGradient);
        network.backward(true, true, gradient);
    }

    private static double[] gradient(
            LearningNetwork network, float[] observations, int rows, double[] policyGradient, double[] valueGradient) {
        double[] gradient = new double[SMALL.parameterCount()];
        network.forward(observations, 0, rows);
        backward(network, Arrays.copyOf(policyGradient, rows * 2), Arrays.copyOf(valueGradient, rows), gradient);
        return gradient;
    }

    @Test
    void gradientsAreAddedToWhatIsThereAndFreeParametersLeftAlone() {
        Network network = network();
        double[] once = gradient(network, observations(8), 8, policyGradient, valueGradient);

        double[] added = new double[SMALL.parameterCount()];
        Arrays.fill(added, 1);
        backward(network, Arrays.copyOf(policyGradient, 16), Arrays.copyOf(valueGradient, 8), added);

        for (int i = 0; i < SMALL.layerParameterCount(); i++) {
            assertThat(added[i]).isEqualTo(1 + once[i]);
        }
        assertThat(Arrays.copyOfRange(added, SMALL.layerParameterCount(), added.length))
                .containsOnly(1);
        assertThat(Arrays.copyOfRange(once, SMALL.layerParameterCount(), once.length))
                .containsOnly(0);
    }

    /** As masks are written. */
    @Test
    void whoeverWritesOverThePolicysOutputsChangesNoGradient() {
        Network network = network();
        double[] expected = gradient(network, observations(8), 8, policyGradient, valueGradient);

        network.forward(observations(8), 0, 8);
        network.policyOutputs().set(1, 3, Float.NEGATIVE_INFINITY);
        double[] actual = new double[SMALL.parameterCount()];
        backward(network, Arrays.copyOf(policyGradient, 16), Arrays.copyOf(valueGradient, 8), actual);

        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void theGradientOfABatchIsTheSumOverItsParts() {
        Network network = network();
        float[] observations = observations(8);
        double[] whole = gradient(network, observations, 8, policyGradient, valueGradient);

        double[] parts = new double[SMALL.parameterCount()];
        // Of unequal size and out of order: `from` says where the rows lie.
        for (int[] part : new int[][] {{3, 8}, {0, 1}, {1, 3}}) {
            network.forward(observations, part[0] * OBSERVATION, part[1] - part[0]);
            backward(
                    network,
                    Arrays.copyOfRange(policyGradient, part[0] * 2, part[1] * 2),
                    Arrays.copyOfRange(valueGradient, part[0], part[1]),
                    parts);
        }

        assertThat(parts).containsExactly(whole, within(1e-5));
    }

    static Stream<Architecture.Kind> kinds() {
        return Stream.of(Architecture.Kind.values());
    }

    /** One forward pass serves several losses, each with its own backward pass and through those heads alone that it has to do with. */
    @ParameterizedTest
    @MethodSource("kinds")
    void severalBackwardPassesMayFollowOneForwardPass(Architecture.Kind kind) {
        Architecture architecture = new Architecture(kind, List.of(8, 5), Activation.TANH, OBSERVATION, 2, 2);
        Network network = new Network(architecture);
        network.setModel(new Model(architecture, architecture.initialParameters(Streams.of(1))));
        float[] observations = observations(200);
        network.forward(observations, 0, 200);
        double[] both = new double[architecture.parameterCount()];
        backward(network, policyGradient, valueGradient, both);

        double[] policyAlone = new double[both.length];
        Batches.fill(network.policyGradient(), policyGradient);
        network.backward(true, false, policyAlone);
        double[] valueAlone = new double[both.length];
        Batches.fill(network.valueGradient(), valueGradient);
        network.backward(false, true, valueAlone);
        double[] bothAgain = new double[both.length];
        backward(network, policyGradient, valueGradient, bothAgain);
        double[] neither = new double[both.length];
        network.backward(false, false, neither);

        assertThat(bothAgain).isEqualTo(both);
        assertThat(neither).containsOnly(0);
        double[] sum = new double[both.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = policyAlone[i] + valueAlone[i];
        }
        assertThat(sum).containsExactly(both, within(1e-4));
        for (Architecture.Node node : architecture.nodes()) {
            assertThat(Arrays.stream(policyAlone, node.offset(), node.end()).anyMatch(slope -> slope != 0))
                    .as(node.name())
                    .isEqualTo(architecture.isUnder(node.name(), Architecture.POLICY));
            assertThat(Arrays.stream(valueAlone, node.offset(), node.end()).anyMatch(slope -> slope != 0))
                    .as(node.name())
                    .isEqualTo(architecture.isUnder(node.name(), Architecture.VALUE));
        }
        // What counts as 0 is as good as zeros that were written.
        double[] withZeros = new double[both.length];
        backward(network, policyGradient, new double[200], withZeros);
        assertThat(withZeros).containsExactly(policyAlone, within(0.0));
    }

    @Test
    void theSameBatchGivesTheSameBitsWhateverCameBefore() {
        float[] observations = observations(200);
        Network fresh = network();
        double[] expected = gradient(fresh, observations, 64, policyGradient, valueGradient);
        float[] expectedValues = Batches.rowByRow(fresh.values());

        Network used = network();
        for (int rows : new int[] {200, 1, 63}) {
            gradient(used, observations, rows, policyGradient, valueGradient);
        }

        assertThat(gradient(used, observations, 64, policyGradient, valueGradient))
                .isEqualTo(expected);
        assertThat(Batches.rowByRow(used.values())).isEqualTo(expectedValues);
    }

    @Test
    void aNewModelCountsFromTheNextBatchOn() {
        Architecture linear = new Architecture(Architecture.Kind.SHARED, List.of(), Activation.TANH, 1, 1, 0);
        Network network = new Network(linear);
        // policy 2x + 1, value 3x + 4
        network.setModel(new Model(linear, new float[] {2, 1, 3, 4}));
        network.forward(new float[] {10}, 0, 1);
        assertThat(network.policyOutputs().get(0, 0)).isEqualTo(21);
        assertThat(network.values().get(0, 0)).isEqualTo(34);

        network.setModel(new Model(linear, new float[] {-2, 1, -3, 4}));
        network.forward(new float[] {10}, 0, 1);
        assertThat(network.policyOutputs().get(0, 0)).isEqualTo(-19);
        assertThat(network.values().get(0, 0)).isEqualTo(-26);

        double[] gradient = new double[4];
        backward(network, new double[] {0.5}, new double[] {-1}, gradient);
        assertThat(gradient).containsExactly(5, 0.5, -10, -1);
    }

    /** Weights that were packed for the backward pass are packed anew. */
    @Test
    void aNewModelCountsInTheBackwardPassToo() {
        Network used = network();
        gradient(used, observations(8), 8, policyGradient, valueGradient);
        Model others = new Model(SMALL, SMALL.initialParameters(Streams.of(99)));
        used.setModel(others);
        Network fresh = new Network(SMALL);
        fresh.setModel(others);

        assertThat(gradient(used, observations(8), 8, policyGradient, valueGradient))
                .isEqualTo(gradient(fresh, observations(8), 8, policyGradient, valueGradient));
    }

    @Test
    void aGradientThatIsNotANumberReachesTheParameters() {
        double[] gradient = gradient(network(), observations(2), 2, new double[] {0, 0, 0, Double.NaN}, new double[2]);

        for (Architecture.Node node : SMALL.nodes()) {
            assertThat(Double.isNaN(gradient[node.end() - 1]))
                    .as(node.name())
                    .isEqualTo(SMALL.isUnder(node.name(), Architecture.POLICY));
        }
    }

    /** Whatever the hidden layers let pass, the head's own gradient shows it. */
    @ParameterizedTest
    @MethodSource("architectures")
    void aGradientOrAParameterThatIsNotANumberIsNeverHidden(Architecture architecture) {
        Network network = new Network(architecture);
        float[] parameters = parameters(architecture);
        float[] observations = observations(20, architecture);
        double[] ofPolicy = new double[20 * architecture.policyOutputs()];
        ofPolicy[ofPolicy.length - 1] = Double.NaN;
        double[] gradient = new double[parameters.length];
        network.setModel(new Model(architecture, parameters));
        network.forward(observations, 0, 20);
        backward(network, ofPolicy, new double[20], gradient);
        assertThat(Arrays.stream(gradient).anyMatch(Double::isNaN)).isTrue();

        parameters[0] = Float.NaN;
        network.setModel(new Model(architecture, parameters));
        network.forward(observations, 0, 20);
        assertThat(Batches.doubles(network.policyOutputs())).contains(Double.NaN);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void theScalarTwinTrainsToTheSameBits(Architecture architecture) {
        float[] parameters = parameters(architecture);
        float[] observations = observations(300, architecture);
        double[] ofPolicy =
                random.doubles(300L * architecture.policyOutputs(), -1, 1).toArray();
        double[] ofValues = random.doubles(300, -1, 1).toArray();
        double[][] gradients = new double[2][architecture.parameterCount()];
        float[][] policies = new float[2][];
        float[][] values = new float[2][];
        Kernels[] kernels = {Kernels.create(), new ScalarKernels()};
        for (int i = 0; i < 2; i++) {
            Network network = new Network(architecture, kernels[i]);
            network.setModel(new Model(architecture, parameters));
            network.forward(observations, 0, 300);
            backward(network, ofPolicy, ofValues, gradients[i]);
            policies[i] = Batches.rowByRow(network.policyOutputs());
            values[i] = Batches.rowByRow(network.values());
        }

        assertThat(Arrays.mismatch(policies[0], policies[1])).isEqualTo(-1);
        assertThat(Arrays.mismatch(values[0], values[1])).isEqualTo(-1);
        assertThat(Arrays.mismatch(gradients[0], gradients[1])).isEqualTo(-1);
    }
}

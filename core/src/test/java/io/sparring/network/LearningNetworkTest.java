package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Space;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.policy.ActionDistribution;
import io.sparring.random.Streams;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class LearningNetworkTest {
    private static final int ROWS = 5;
    private static final int OBSERVATION = 3;
    private static final ActorCriticLoss.Weights WEIGHTS = new ActorCriticLoss.Weights(1, 0.5, 0.05);
    private static final Architecture SMALL =
            new Architecture(Architecture.Kind.SEPARATE, List.of(8, 5), Activation.TANH, OBSERVATION, 2, 2);

    static Stream<Arguments> networksAndActions() {
        return Stream.of(Architecture.Kind.values())
                .flatMap(kind -> Stream.of(Activation.values())
                        .flatMap(activation -> Stream.of(List.<Integer>of(), List.of(7), List.of(6, 5))
                                .flatMap(hidden -> Stream.of(new Space.Discrete(3), Space.Box.of(2, -1, 1))
                                        .map(actions -> Arguments.of(kind, activation, hidden, actions)))));
    }

    /** A batch whose loss is a function of the parameters. */
    private static final class Batch {
        final ActionDistribution distribution;
        final Architecture architecture;
        final LearningNetwork network;
        final double[] free;
        private final float[] observations;
        private final float[] actions;
        private final double[] advantages;
        private final double[] returns;

        Batch(Architecture.Kind kind, Activation activation, List<Integer> hidden, Space space) {
            UniformRandomProvider random = Streams.of(31);
            distribution = ActionDistribution.of(space);
            architecture = new Architecture(
                    kind, hidden, activation, OBSERVATION, distribution.outputs(), distribution.freeParameters());
            network = new LearningNetwork(architecture, ROWS, DataType.DOUBLE);
            INDArray parameters = network.layerParameters();
            for (int i = 0; i < parameters.length(); i++) {
                parameters.putScalar(i, random.nextDouble(-1, 1));
            }
            free = random.doubles(distribution.freeParameters(), -0.5, 0.5).toArray();
            observations = floats(random.doubles(ROWS * OBSERVATION, -2, 2).toArray());
            actions = new float[ROWS * distribution.actionSize()];
            for (int i = 0; i < actions.length; i++) {
                actions[i] = space instanceof Space.Discrete discrete
                        ? random.nextInt(discrete.n())
                        : 2 * random.nextFloat() - 1;
            }
            advantages = random.doubles(ROWS, -1, 1).toArray();
            returns = random.doubles(ROWS, -1, 1).toArray();
        }

        /** L, and its gradient with respect to all parameters, the free ones last. */
        double loss(double[] gradient) {
            double[] policyGradient = new double[ROWS * distribution.outputs()];
            double[] valueGradient = new double[ROWS];
            double[] freeGradient = new double[free.length];
            network.forward(observations, 0, ROWS);
            ActorCriticLoss.Sums sums = ActorCriticLoss.gradient(
                    distribution,
                    network.policyOutputs(),
                    free,
                    network.values(),
                    actions,
                    advantages,
                    returns,
                    0,
                    ROWS,
                    ROWS,
                    WEIGHTS,
                    policyGradient,
                    valueGradient,
                    freeGradient);
            network.backward(policyGradient, valueGradient, gradient);
            System.arraycopy(freeGradient, 0, gradient, architecture.layerParameterCount(), free.length);
            return (WEIGHTS.policy() * sums.policy()
                            + WEIGHTS.value() * sums.value()
                            - WEIGHTS.entropy() * sums.entropy())
                    / ROWS;
        }

        double lossWithParameter(int index, double value) {
            double[] ignored = new double[architecture.parameterCount()];
            double before = parameter(index);
            set(index, value);
            double loss = loss(ignored);
            set(index, before);
            return loss;
        }

        double parameter(int index) {
            int layers = architecture.layerParameterCount();
            return index < layers ? network.layerParameters().getDouble(index) : free[index - layers];
        }

        private void set(int index, double value) {
            int layers = architecture.layerParameterCount();
            if (index < layers) {
                network.layerParameters().putScalar(index, value);
            } else {
                free[index - layers] = value;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("networksAndActions")
    void theGradientIsTheSlopeOfTheLoss(
            Architecture.Kind kind, Activation activation, List<Integer> hidden, Space actions) {
        Batch batch = new Batch(kind, activation, hidden, actions);
        double[] gradient = new double[batch.architecture.parameterCount()];
        batch.loss(gradient);

        double h = 1e-5;
        for (int i = 0; i < gradient.length; i++) {
            double at = batch.parameter(i);
            double slope = (batch.lossWithParameter(i, at + h) - batch.lossWithParameter(i, at - h)) / (2 * h);
            assertThat(gradient[i]).as("parameter %s", i).isCloseTo(slope, within(1e-8));
        }
        // A test that compared zeros would hold too.
        assertThat(Arrays.stream(gradient)
                        .filter(slope -> Math.abs(slope) > 1e-4)
                        .count())
                .isGreaterThan(gradient.length / 2);
    }

    @Test
    void gradientsAreAddedToWhatIsThereAndFreeParametersLeftAlone() {
        LearningNetwork network = network(8);
        float[] observations = observations(8);
        double[] policyGradient = Streams.of(2).doubles(16, -1, 1).toArray();
        double[] valueGradient = Streams.of(3).doubles(8, -1, 1).toArray();
        network.forward(observations, 0, 8);
        double[] once = new double[SMALL.parameterCount()];
        network.backward(policyGradient, valueGradient, once);

        network.forward(observations, 0, 8);
        double[] added = new double[SMALL.parameterCount()];
        Arrays.fill(added, 1);
        network.backward(policyGradient, valueGradient, added);

        for (int i = 0; i < SMALL.layerParameterCount(); i++) {
            assertThat(added[i]).isEqualTo(1 + once[i]);
        }
        assertThat(Arrays.copyOfRange(added, SMALL.layerParameterCount(), added.length))
                .containsOnly(1);
        assertThat(Arrays.copyOfRange(once, SMALL.layerParameterCount(), once.length))
                .containsOnly(0);
    }

    @Test
    void theGradientOfABatchIsTheSumOverItsParts() {
        LearningNetwork network = network(8);
        float[] observations = observations(8);
        double[] policyGradient = Streams.of(2).doubles(16, -1, 1).toArray();
        double[] valueGradient = Streams.of(3).doubles(8, -1, 1).toArray();
        network.forward(observations, 0, 8);
        double[] whole = new double[SMALL.parameterCount()];
        network.backward(policyGradient, valueGradient, whole);

        double[] parts = new double[SMALL.parameterCount()];
        // Of unequal size and out of order: `from` says where the rows lie.
        for (int[] part : new int[][] {{3, 8}, {0, 1}, {1, 3}}) {
            network.forward(observations, part[0] * OBSERVATION, part[1] - part[0]);
            network.backward(
                    Arrays.copyOfRange(policyGradient, part[0] * 2, part[1] * 2),
                    Arrays.copyOfRange(valueGradient, part[0], part[1]),
                    parts);
        }

        assertThat(parts).containsExactly(whole, within(1e-5));
    }

    @Test
    void theCallersGradientsAreLeftAlone() {
        LearningNetwork network = network(8);
        double[] policyGradient = Streams.of(2).doubles(16, -1, 1).toArray();
        double[] valueGradient = Streams.of(3).doubles(8, -1, 1).toArray();
        network.forward(observations(8), 0, 8);
        network.backward(policyGradient, valueGradient, new double[SMALL.parameterCount()]);

        assertThat(policyGradient).isEqualTo(Streams.of(2).doubles(16, -1, 1).toArray());
        assertThat(valueGradient).isEqualTo(Streams.of(3).doubles(8, -1, 1).toArray());
    }

    @Test
    void theSameBatchGivesTheSameBitsWhateverCameBefore() {
        float[] observations = observations(200);
        double[] policyGradient = Streams.of(2).doubles(400, -1, 1).toArray();
        double[] valueGradient = Streams.of(3).doubles(200, -1, 1).toArray();
        LearningNetwork fresh = network(200);
        double[] expected = gradient(fresh, observations, 64, policyGradient, valueGradient);
        double[] expectedValues = Arrays.copyOf(fresh.values(), 64);

        LearningNetwork used = network(200);
        for (int rows : new int[] {200, 1, 63}) {
            gradient(used, observations, rows, policyGradient, valueGradient);
        }

        assertThat(gradient(used, observations, 64, policyGradient, valueGradient))
                .isEqualTo(expected);
        assertThat(Arrays.copyOf(used.values(), 64)).isEqualTo(expectedValues);
    }

    @Test
    void newParametersCountFromTheNextBatchOnAndAreCopied() {
        Architecture linear = new Architecture(Architecture.Kind.SHARED, List.of(), Activation.TANH, 1, 1, 0);
        LearningNetwork network = new LearningNetwork(linear, 1);
        // policy 2x + 1, value 3x + 4
        float[] parameters = {2, 1, 3, 4};
        network.setParameters(parameters);
        Arrays.fill(parameters, 99);
        network.forward(new float[] {10}, 0, 1);
        assertThat(network.policyOutputs()[0]).isEqualTo(21);
        assertThat(network.values()[0]).isEqualTo(34);

        network.setParameters(new float[] {-2, 1, -3, 4});
        network.forward(new float[] {10}, 0, 1);
        assertThat(network.policyOutputs()[0]).isEqualTo(-19);
        assertThat(network.values()[0]).isEqualTo(-26);

        double[] gradient = new double[4];
        network.backward(new double[] {0.5}, new double[] {-1}, gradient);
        assertThat(gradient).containsExactly(5, 0.5, -10, -1);
    }

    @Test
    void aGradientThatIsNotANumberReachesTheParameters() {
        LearningNetwork network = network(2);
        network.forward(observations(2), 0, 2);
        double[] gradient = new double[SMALL.parameterCount()];
        network.backward(new double[] {0, 0, 0, Double.NaN}, new double[2], gradient);

        for (Architecture.Layer layer : SMALL.layers()) {
            boolean ofTheActor =
                    !layer.name().startsWith("critic") && !layer.name().equals(Architecture.VALUE);
            assertThat(Double.isNaN(gradient[layer.end() - 1])).as(layer.name()).isEqualTo(ofTheActor);
        }
    }

    private static LearningNetwork network(int maxRows) {
        LearningNetwork network = new LearningNetwork(SMALL, maxRows);
        network.setParameters(SMALL.initialParameters(Streams.of(1)));
        return network;
    }

    private static float[] observations(int rows) {
        return floats(Streams.of(4).doubles((long) rows * OBSERVATION, -2, 2).toArray());
    }

    private static double[] gradient(
            LearningNetwork network, float[] observations, int rows, double[] policyGradient, double[] valueGradient) {
        double[] gradient = new double[SMALL.parameterCount()];
        network.forward(observations, 0, rows);
        network.backward(policyGradient, valueGradient, gradient);
        return gradient;
    }

    private static float[] floats(double[] exact) {
        float[] single = new float[exact.length];
        for (int i = 0; i < exact.length; i++) {
            single[i] = (float) exact[i];
        }
        return single;
    }
}

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

/** Networks that remember. */
class MemoryTest {
    private static final int OBSERVATION = 3;
    private static final int STEPS = 6;
    private static final int COPIES = 5;

    private final UniformRandomProvider random = Streams.of(34);

    static Stream<Architecture> architectures() {
        return Stream.of(Memory.Kind.LSTM, Memory.Kind.GRU)
                .flatMap(memory -> Stream.of(Architecture.Kind.values())
                        .flatMap(kind -> Stream.of(
                                architecture(kind, List.of(), new Memory(memory, 1)),
                                architecture(kind, List.of(7, 4), new Memory(memory, 9)))));
    }

    private static Architecture architecture(Architecture.Kind kind, List<Integer> hidden, Memory memory) {
        return new Architecture(kind, Trunk.dense(OBSERVATION, hidden, Activation.TANH), memory, 2, 1);
    }

    private float[] numbers(int count, double limit) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (limit * (2 * random.nextDouble() - 1));
        }
        return numbers;
    }

    private Observations observations() {
        return new Observations.Floats(numbers(STEPS * COPIES * OBSERVATION, 2));
    }

    private Past past(Architecture architecture) {
        double[] continues =
                random.doubles(STEPS * COPIES).map(x -> x < 0.3 ? 0 : 1).toArray();
        return new Past(COPIES, numbers(COPIES * architecture.stateSize(), 1), continues);
    }

    private Network network(Architecture architecture, float[] parameters, Kernels kernels) {
        Network network = new Network(architecture, kernels);
        network.setModel(new Model(architecture, parameters));
        return network;
    }

    private static double[] gradient(Network network, double[] ofPolicy, double[] ofValues, int parameters) {
        double[] gradient = new double[parameters];
        Batches.fill(network.policyGradient(), ofPolicy);
        Batches.fill(network.valueGradient(), ofValues);
        network.backward(true, true, gradient);
        return gradient;
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void stepByStepInPartsAndAllAtOnceGiveTheSameBits(Architecture architecture) {
        float[] parameters = numbers(architecture.parameterCount(), 1);
        Observations observations = observations();
        Past past = past(architecture);
        Network all = network(architecture, parameters, Kernels.create());
        all.forward(observations, 0, STEPS * COPIES, past);

        int size = architecture.stateSize();
        Network one = network(architecture, parameters, Kernels.create());
        float[] states = past.states().clone();
        for (int t = 0; t < STEPS; t++) {
            for (int[] part : new int[][] {{0, 2}, {2, COPIES}}) {
                int copies = part[1] - part[0];
                float[] own = Arrays.copyOfRange(states, part[0] * size, part[1] * size);
                int row = t * COPIES + part[0];
                one.forward(observations, row * OBSERVATION, copies, Past.before(own, copies));
                one.remember(states, part[0] * size);
                for (int copy = 0; copy < copies; copy++) {
                    for (int i = 0; i < 2; i++) {
                        assertThat(one.policyOutputs().get(i, copy))
                                .isEqualTo(all.policyOutputs().get(i, row + copy));
                    }
                    assertThat(one.values().get(0, copy)).isEqualTo(all.values().get(0, row + copy));
                }
            }
            if (t + 1 < STEPS) {
                for (int copy = 0; copy < COPIES; copy++) {
                    if (past.continues()[t * COPIES + copy] == 0) {
                        Arrays.fill(states, copy * size, (copy + 1) * size, 0);
                    }
                }
            }
        }
        float[] after = new float[states.length];
        all.remember(after, 0);
        assertThat(after).isEqualTo(states);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void theScalarTwinLearnsToTheSameBits(Architecture architecture) {
        float[] parameters = numbers(architecture.parameterCount(), 1);
        Observations observations = observations();
        Past past = past(architecture);
        double[] ofPolicy = random.doubles(STEPS * COPIES * 2L, -1, 1).toArray();
        double[] ofValues = random.doubles(STEPS * COPIES, -1, 1).toArray();
        double[][] gradients = new double[2][];
        float[][] policies = new float[2][];
        Kernels[] kernels = {Kernels.create(), new ScalarKernels()};
        for (int i = 0; i < 2; i++) {
            Network network = network(architecture, parameters, kernels[i]);
            network.forward(observations, 0, STEPS * COPIES, past);
            policies[i] = Batches.rowByRow(network.policyOutputs());
            gradients[i] = gradient(network, ofPolicy, ofValues, parameters.length);
        }

        assertThat(policies[0]).isEqualTo(policies[1]);
        assertThat(gradients[0]).isEqualTo(gradients[1]);
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void theGradientIsThatOfFiniteDifferences(Architecture architecture) {
        float[] parameters = numbers(architecture.parameterCount(), 1);
        Observations observations = observations();
        Past past = past(architecture);
        double[] ofPolicy = random.doubles(STEPS * COPIES * 2L, -1, 1).toArray();
        double[] ofValues = random.doubles(STEPS * COPIES, -1, 1).toArray();
        Network network = network(architecture, parameters, Kernels.create());
        network.forward(observations, 0, STEPS * COPIES, past);
        double[] gradient = gradient(network, ofPolicy, ofValues, parameters.length);

        double scale = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
        float step = 1 / 128f;
        for (int i = 0; i < architecture.layerParameterCount(); i++) {
            double[] losses = new double[2];
            for (int side = 0; side < 2; side++) {
                float[] moved = parameters.clone();
                moved[i] += side == 0 ? -step : step;
                network.setModel(new Model(architecture, moved));
                network.forward(observations, 0, STEPS * COPIES, past);
                losses[side] = dot(Batches.doubles(network.policyOutputs()), ofPolicy)
                        + dot(Batches.doubles(network.values()), ofValues);
            }
            assertThat(gradient[i])
                    .as("parameter %d", i)
                    .isCloseTo((losses[1] - losses[0]) / (2 * step), within(2e-3 * scale));
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void separateTrunksRememberEachForThemselves() {
        Memory memory = new Memory(Memory.Kind.LSTM, 9);

        assertThat(architecture(Architecture.Kind.SHARED, List.of(4), memory).stateSize())
                .isEqualTo(18);
        assertThat(architecture(Architecture.Kind.SEPARATE, List.of(4), memory).stateSize())
                .isEqualTo(36);
    }

    @Test
    void whoAsksForNoValuesLeavesTheCriticsMemoryAsItWas() {
        Architecture architecture = architecture(Architecture.Kind.SEPARATE, List.of(), new Memory(Memory.Kind.GRU, 2));
        Network network = network(architecture, numbers(architecture.parameterCount(), 1), Kernels.create());
        float[] states = {1, 2, 3, 4};
        network.forwardPolicy(observations(), 0, 1, Past.before(states.clone(), 1));
        network.remember(states, 0);

        assertThat(states).endsWith(3, 4);
        assertThat(states[0]).isNotEqualTo(1);
    }

    /** Forgetting to say what was before would be a network without memory that nobody notices. */
    @Test
    void rowsThatDoNotSayHowTheyHangTogetherAreRefused() {
        Architecture architecture = architecture(Architecture.Kind.SHARED, List.of(), new Memory(Memory.Kind.GRU, 2));
        Network network = network(architecture, new float[architecture.parameterCount()], Kernels.create());

        assertThatThrownBy(() -> network.forward(observations(), 0, 2))
                .hasMessage("a network with 2 numbers of memory for each copy, and no past");
        assertThatThrownBy(() -> network.forward(observations(), 0, 2, Past.before(new float[3], 2)))
                .hasMessage("3 numbers are remembered by 2 copies with 2 each, before 2 samples of 2");
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void eachGateBeginsOrthogonalAndBiasesBeginAtZero(Architecture architecture) {
        float[] parameters = architecture.initialParameters(random);
        for (Architecture.Node node : architecture.nodes()) {
            if (node.layer().stateSize() > 0) {
                int size = node.layer().output().size();
                int inputs = node.layer().input().size();
                int gates = node.layer().parameterCount() / (size * (inputs + size + 2));
                int at = node.offset();
                for (int taken : new int[] {inputs, size}) {
                    for (int gate = 0; gate < gates; gate++, at += taken * size) {
                        requireOrthogonal(Arrays.copyOfRange(parameters, at, at + taken * size), taken);
                    }
                }
                assertThat(Arrays.copyOfRange(parameters, at, at + 2 * gates * size))
                        .containsOnly(0);
            }
        }
    }

    /** Either the rows are orthonormal or the columns are: the fewer of them. */
    private static void requireOrthogonal(float[] matrix, int columns) {
        int rows = matrix.length / columns;
        boolean byRow = rows <= columns;
        int count = Math.min(rows, columns);
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count; j++) {
                double product = 0;
                for (int k = 0; k < Math.max(rows, columns); k++) {
                    product += byRow
                            ? matrix[i * columns + k] * matrix[j * columns + k]
                            : matrix[k * columns + i] * matrix[k * columns + j];
                }
                assertThat(product).isCloseTo(i == j ? 1 : 0, within(1e-5));
            }
        }
    }
}

package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.sparring.random.Streams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {

    static Stream<Architecture> architectures() {
        return Stream.of(Architecture.Kind.values())
                .flatMap(kind -> Stream.of(
                                List.<Integer>of(), List.of(1), List.of(64, 64), List.of(3, 17), List.of(40, 5, 9))
                        .map(hidden -> new Architecture(kind, hidden, Activation.TANH, 4, 2, 3)));
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void layersFillTheVectorWithoutGapOrOverlap(Architecture architecture) {
        int end = 0;
        for (Architecture.Node node : architecture.nodes()) {
            assertThat(node.offset()).isEqualTo(end);
            end += (dense(node).inputs() + 1) * dense(node).outputs();
            assertThat(node.end()).isEqualTo(end);
        }
        assertThat(architecture.layerParameterCount()).isEqualTo(end);
        assertThat(architecture.parameterCount()).isEqualTo(end + 3);
    }

    @Test
    void aSharedTrunkStandsUnderBothHeads() {
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, List.of(256), Activation.RELU, 4, 2, 0);

        assertThat(architecture.nodes())
                .extracting(Architecture.Node::name, Architecture.Node::inputs)
                .containsExactly(
                        tuple("trunk0", List.of("observation")),
                        tuple("policy", List.of("trunk0")),
                        tuple("value", List.of("trunk0")));
        assertThat(architecture.parameterCount()).isEqualTo(4 * 256 + 256 + 2 * 256 + 2 + 256 + 1);
    }

    @Test
    void separateTrunksShareNothing() {
        Architecture architecture =
                new Architecture(Architecture.Kind.SEPARATE, List.of(8, 6), Activation.TANH, 4, 2, 0);

        assertThat(architecture.nodes())
                .extracting(Architecture.Node::name, Architecture.Node::inputs)
                .containsExactly(
                        tuple("actor0", List.of("observation")),
                        tuple("critic0", List.of("observation")),
                        tuple("actor1", List.of("actor0")),
                        tuple("critic1", List.of("critic0")),
                        tuple("policy", List.of("actor1")),
                        tuple("value", List.of("critic1")));
    }

    @Test
    void whatStandsUnderAHeadIsAllThatItsOutputsDependOn() {
        Architecture separate = new Architecture(Architecture.Kind.SEPARATE, List.of(8, 6), Activation.TANH, 4, 2, 0);
        assertThat(separate.nodes().stream()
                        .map(Architecture.Node::name)
                        .filter(name -> separate.isUnder(name, "policy")))
                .containsExactly("actor0", "actor1", "policy");
        assertThat(separate.nodes().stream()
                        .map(Architecture.Node::name)
                        .filter(name -> separate.isUnder(name, "value")))
                .containsExactly("critic0", "critic1", "value");

        Architecture shared = new Architecture(Architecture.Kind.SHARED, List.of(8), Activation.TANH, 4, 2, 0);
        assertThat(shared.isUnder("trunk0", "policy")).isTrue();
        assertThat(shared.isUnder("trunk0", "value")).isTrue();
        assertThat(shared.isUnder("policy", "value")).isFalse();
    }

    @Test
    void everyLayerTakesWhatTheOneBelowGives() {
        for (Architecture architecture : architectures().toList()) {
            for (Architecture.Node node : architecture.nodes()) {
                Shape below = architecture.nodes().stream()
                        .filter(other -> node.inputs().equals(List.of(other.name())))
                        .map(other -> other.layer().output())
                        .findFirst()
                        .orElse(Shape.vector(4));
                assertThat(node.layer().input()).isEqualTo(below);
                assertThat(node.layer().stateSize()).isZero();
            }
        }
    }

    @Test
    void hiddenLayersAreActivatedAndHeadsAreLinear() {
        Architecture architecture = new Architecture(Architecture.Kind.SEPARATE, List.of(8), Activation.RELU, 4, 2, 0);

        for (Architecture.Node node : architecture.nodes()) {
            boolean head =
                    node.name().equals(Architecture.POLICY) || node.name().equals(Architecture.VALUE);
            assertThat(dense(node).activation()).isEqualTo(head ? null : Activation.RELU);
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void firstWeightsAreOrthogonalWithTheLayersGain(Architecture architecture) {
        float[] parameters = architecture.initialParameters(Streams.of(1));
        for (Architecture.Node node : architecture.nodes()) {
            Dense layer = dense(node);
            double gain = switch (node.name()) {
                case Architecture.POLICY -> 0.01;
                case Architecture.VALUE -> 1;
                default -> Math.sqrt(2);
            };
            // The columns where there are no more of them than rows, or else the rows, are orthogonal and of equal
            // length.
            boolean tall = layer.outputs() <= layer.inputs();
            int vectors = Math.min(layer.inputs(), layer.outputs());
            int length = Math.max(layer.inputs(), layer.outputs());
            for (int i = 0; i < vectors; i++) {
                for (int j = 0; j <= i; j++) {
                    double product = 0;
                    for (int k = 0; k < length; k++) {
                        product += tall
                                ? weight(parameters, node, k, i) * weight(parameters, node, k, j)
                                : weight(parameters, node, i, k) * weight(parameters, node, j, k);
                    }
                    assertThat(product / (gain * gain)).isCloseTo(i == j ? 1 : 0, within(1e-6));
                }
            }
        }
    }

    private static Dense dense(Architecture.Node node) {
        return (Dense) node.layer();
    }

    private static double weight(float[] parameters, Architecture.Node node, int input, int output) {
        return parameters[node.offset() + output * dense(node).inputs() + input];
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void firstBiasesAndFreeParametersAreZero(Architecture architecture) {
        float[] parameters = architecture.initialParameters(Streams.of(1));

        assertThat(parameters).hasSize(architecture.parameterCount());
        for (Architecture.Node node : architecture.nodes()) {
            assertThat(Arrays.copyOfRange(parameters, node.end() - dense(node).outputs(), node.end()))
                    .containsOnly(0);
        }
        assertThat(Arrays.copyOfRange(parameters, architecture.layerParameterCount(), parameters.length))
                .containsOnly(0);
    }

    @Test
    void firstParametersFollowFromTheSeedAndDifferBetweenSeeds() {
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, List.of(9), Activation.TANH, 4, 2, 1);
        float[] parameters = architecture.initialParameters(Streams.of(1));

        assertThat(architecture.initialParameters(Streams.of(1))).isEqualTo(parameters);
        assertThat(architecture.initialParameters(Streams.of(2))[0]).isNotEqualTo(parameters[0]);
    }

    @Test
    void firstWeightsPreferNoSign() {
        // Of an orthogonalisation that fixes signs (as QR without care does) some weight would always be of one sign.
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, List.of(2), Activation.TANH, 2, 1, 0);
        int draws = 400;
        int[] positive = new int[4];
        for (int draw = 0; draw < draws; draw++) {
            float[] parameters = architecture.initialParameters(Streams.of(draw));
            for (int i = 0; i < 4; i++) {
                positive[i] += parameters[i] > 0 ? 1 : 0;
            }
        }

        // Four standard deviations of a fair coin.
        for (int count : positive) {
            assertThat(count).isBetween(160, 240);
        }
    }

    @Test
    void laterChangesOfTheListOfHiddenSizesDoNotReachIt() {
        List<Integer> hidden = new ArrayList<>(List.of(8));
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, hidden, Activation.TANH, 4, 2, 0);
        int count = architecture.parameterCount();
        hidden.add(100);

        assertThat(architecture.parameterCount()).isEqualTo(count);
    }
}

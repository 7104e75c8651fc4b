package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.RowLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputTest {
    private static Input of(Input.Order order, Integer... shape) {
        return new Input("observation", List.of(shape), order, false);
    }

    @Test
    void anImageIsSeenChannelByChannelWhereverItsChannelsAre() {
        assertThat(of(Input.Order.CHANNELS_FIRST, 2, 1, 3).numbers()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(of(Input.Order.CHANNELS_LAST, 1, 3, 2).numbers()).containsExactly(0, 2, 4, 1, 3, 5);
        assertThat(of(Input.Order.CHANNELS_LAST, 1, 3, 2).seen()).hasToString("2×1×3");
    }

    @Test
    void aStackOfImagesIsOneWithSoManyTimesTheChannels() {
        assertThat(of(Input.Order.CHANNELS_LAST, 2, 1, 2, 3).seen()).hasToString("6×1×2");
        assertThat(of(Input.Order.CHANNELS_LAST, 2, 1, 2, 3).numbers())
                .containsExactly(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11);
        assertThat(of(Input.Order.CHANNELS_FIRST, 4, 3, 8, 9).seen()).hasToString("12×8×9");
    }

    @Test
    void twoDimensionsAreAnImageOfOneChannel() {
        assertThat(of(Input.Order.CHANNELS_FIRST, 5, 4).seen()).hasToString("1×5×4");
    }

    @Test
    void bytesAreDividedBy255InWhateverKindOfNumberTheyCome() {
        Architecture architecture = new Architecture(
                Architecture.Kind.SHARED,
                new Trunk(
                        List.of(Input.vector("a", 1), new Input("b", List.of(2), Input.Order.VECTOR, true)),
                        List.of(),
                        List.of(),
                        false,
                        Activation.TANH),
                1,
                0);
        Network network = new Network(architecture);
        network.setModel(new Model(architecture, new float[] {1, 10, 100, 0, 0, 0, 1, 0}));

        network.forward(new Observations.Floats(new float[] {7, 255, 51}), 0, 1);
        assertThat(network.policyOutputs().get(0, 0)).isEqualTo(7 + 10 + 20);
        assertThat(network.values().get(0, 0)).isEqualTo(0.2f);
        network.forward(new Observations.Bytes(new byte[] {7, -1, 51}), 0, 1);
        assertThat(network.policyOutputs().get(0, 0)).isEqualTo(7 + 10 + 20);
        assertThat(network.policyFeatures().features()).isEqualTo(3);
    }

    @Test
    void rowsOfBothKindsAreReadFromAnyRowOn() {
        Trunk trunk = new Trunk(
                List.of(
                        new Input("camera", List.of(2), Input.Order.VECTOR, true),
                        Input.vector("speed", 1),
                        new Input("top", List.of(1), Input.Order.VECTOR, true)),
                List.of(),
                List.of(),
                false,
                Activation.TANH);
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, trunk, 1, 0);
        Network network = new Network(architecture);
        network.setModel(new Model(architecture, new float[] {1, 10, 100, 1000, 0, 0, 0, 0, 1, 0}));
        Observations rows = Observations.room(RowLayout.ofRuns(new int[] {0, 2, 1, 1}), 3 * 4);
        assertThat(rows).isInstanceOf(Observations.Mixed.class);
        rows.put(4, new Observations.Floats(new float[] {255, 51, 0.5f, 0, 0, 255, -2, 51}), 0, 8);

        network.forward(rows, 4, 2);
        assertThat(network.policyOutputs().get(0, 0)).isEqualTo(1 + 2 + 50 + 0);
        assertThat(network.policyOutputs().get(0, 1)).isCloseTo(0 + 10 - 200 + 200, within(1e-4f));
        assertThat(network.values().get(0, 1)).isEqualTo(0.2f);
        assertThat(rows.toFloats()).containsExactly(0, 0, 0, 0, 255, 51, 0.5f, 0, 0, 255, -2, 51);
        Observations shifted = rows.room(4);
        shifted.put(1, rows, 5, 2);
        assertThat(shifted.toFloats()).containsExactly(0, 51, 0.5f, 0);
        assertThatThrownBy(() -> rows.put(0, new Observations.Floats(new float[] {0.5f}), 0, 1))
                .hasMessage("0.5 is observed where whole numbers from 0 to 255 are promised");
    }

    @Test
    void whatIsNormalisedLeavesBytesAlone() {
        Trunk trunk = new Trunk(
                List.of(new Input("a", List.of(2), Input.Order.VECTOR, true), Input.vector("b", 1)),
                List.of(),
                List.of(),
                false,
                Activation.TANH);
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, trunk, 1, 0);
        RunningMoments seen = RunningMoments.of(new Observations.Floats(new float[] {5, 6, 2, 50, 7, 4}), 3);
        Network network = new Network(architecture);
        network.setModel(new Model(
                architecture, new float[] {1, 10, 100, 0, 0, 0, 1, 0}, new Normalizer(seen, RunningMoments.none(0))));

        network.forward(new Observations.Floats(new float[] {255, 51, 4}), 0, 1);
        assertThat(network.policyOutputs().get(0, 0)).isEqualTo(1 + 2 + 100);
        assertThat(network.values().get(0, 0)).isEqualTo(1);
    }
}

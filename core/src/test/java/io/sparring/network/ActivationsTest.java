package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.random.Streams;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ActivationsTest {
    private static final int CHUNK = 40;
    private static final int SAMPLES = 103;

    private final UniformRandomProvider random = Streams.of(3);

    static Stream<Architecture> architectures() {
        return NetworkTest.architectures()
                .filter(architecture -> architecture.nodes().stream()
                        .noneMatch(node -> node.layer().backwardNeedsForward()));
    }

    private Observations observations(Architecture architecture) {
        float[] numbers = new float[SAMPLES * architecture.observationSize()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextInt(256);
        }
        return new Observations.Floats(numbers);
    }

    /** What comes of a chunk: both heads, and the gradient of a loss whose own gradient is 1, 2, 3, … */
    private static double[] learned(Network network, int parameters) {
        double[] gradient = new double[parameters];
        Batch policy = network.policyGradient();
        Batch value = network.valueGradient();
        double[] outputs = new double[network.policyOutputs().rows() * (policy.features() + 1)];
        int at = 0;
        for (int row = 0; row < network.policyOutputs().rows(); row++) {
            for (int i = 0; i < policy.features(); i++) {
                outputs[at++] = network.policyOutputs().get(i, row);
                policy.set(i, row, at % 7 - 3);
            }
            outputs[at++] = network.values().get(0, row);
            value.set(0, row, at % 5 - 2);
        }
        network.backward(true, true, gradient);
        double[] all = Arrays.copyOf(outputs, outputs.length + gradient.length);
        System.arraycopy(gradient, 0, all, outputs.length, gradient.length);
        return all;
    }

    /** Acted for in steps of 24 copies, whose rows lie across the chunks' edges. */
    @ParameterizedTest
    @MethodSource("architectures")
    void whatWasKeptWhileActingIsLearnedFromAsIfItWereComputedAgain(Architecture architecture) {
        Model model = new Model(architecture, architecture.initialParameters(random));
        Network acting = new Network(architecture);
        Network recalling = new Network(architecture);
        Network computing = new Network(architecture);
        List.of(acting, recalling, computing).forEach(network -> network.setModel(model));
        Activations kept = new Activations(architecture, CHUNK);
        for (int round = 0; round < 2; round++) {
            Observations observations = observations(architecture);
            kept.begin(model, observations);
            int size = architecture.observationSize();
            for (int from = 0; from < SAMPLES; from += 24) {
                acting.forward(observations, from * size, Math.min(24, SAMPLES - from));
                acting.keep(kept, from);
            }
            assertThat(kept.take(model, observations)).isTrue();
            for (int from = 0; from < SAMPLES; from += CHUNK) {
                int rows = Math.min(CHUNK, SAMPLES - from);
                recalling.recall(kept, from / CHUNK, observations, from * size, rows);
                computing.forward(observations, from * size, rows);

                assertThat(learned(recalling, architecture.parameterCount()))
                        .isEqualTo(learned(computing, architecture.parameterCount()));
            }
        }
    }

    @Test
    void theyAreThoseOfOneModelAndOneRolloutAndTakenOnce() {
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, List.of(8), Activation.RELU, 4, 2, 0);
        Model model = new Model(architecture, architecture.initialParameters(random));
        Observations observations = new Observations.Floats(new float[8]);
        Activations kept = new Activations(architecture, CHUNK);

        assertThat(kept.take(model, observations)).isFalse();
        kept.begin(model, observations);
        assertThat(kept.take(model, new Observations.Floats(new float[8]))).isFalse();
        kept.begin(model, observations);
        assertThat(kept.take(model.with(model.parameters()), observations)).isFalse();
        kept.begin(model, observations);
        assertThat(kept.take(model, observations)).isTrue();
        assertThat(kept.take(model, observations)).isFalse();
    }

    private static Architecture dense(Activation activation, Integer... hidden) {
        return new Architecture(Architecture.Kind.SHARED, List.of(hidden), activation, 4, 2, 0);
    }

    @Test
    void theyPayWhereComputingCostsMoreThanCopyingAndTheyHaveRoom() {
        Architecture wide = dense(Activation.TANH, 256, 256);

        assertThat(Activations.pay(wide, 16, 1000)).isTrue();
        assertThat(Activations.pay(wide, 8, 1000)).isFalse();
        assertThat(Activations.pay(dense(Activation.TANH, 64), 16, 1000)).isFalse();
        assertThat(Activations.pay(wide, 16, 1L << 40)).isFalse();
        assertThat(Activations.pay(dense(Activation.SILU, 256, 256), 16, 1000)).isFalse();
    }
}

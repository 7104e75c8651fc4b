package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers with memory against PyTorch's, with episodes that end within a sequence; {@code src/test/python/record_memory.py} recorded it. */
class TorchMemoryTest {
    private record Golden(String note, List<Recorded> cases) {}

    /** A layer and a sequence: what went in, and PyTorch's outputs and gradients. */
    record Recorded(
            String kind,
            int inputs,
            int size,
            int steps,
            int copies,
            float[] parameters,
            float[] observations,
            float[] states,
            double[] continues,
            double[] weights,
            double[] outputs,
            double[] after,
            double[] gradient,
            double[] inputGradient) {

        Layer layer() {
            return new Memory(Memory.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), size).layer(inputs);
        }

        @Override
        public String toString() {
            return kind + " " + inputs + " " + size + " " + steps + "×" + copies;
        }
    }

    static Stream<Recorded> recorded() throws IOException {
        return new ObjectMapper()
                .readValue(TorchMemoryTest.class.getResource("torch-memory.json"), Golden.class).cases().stream();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void outputsStatesAndGradientsAreThoseOfAutogradAsFarAsFloatsCan(Recorded golden) {
        for (Kernels kernels : new Kernels[] {Kernels.create(), new ScalarKernels()}) {
            Layer layer = golden.layer();
            assertThat(layer.parameterCount()).isEqualTo(golden.parameters.length);
            Layer.Computation computation = layer.computation(kernels);
            computation.setParameters(golden.parameters, 0);
            Batch in = Batches.of(golden.inputs, golden.observations);
            Batch state = Batches.of(layer.stateSize(), golden.states);
            Batch out = new Batch(golden.size);
            computation.forward(in, state, golden.continues, out);

            assertThat(Batches.doubles(out)).containsExactly(golden.outputs, within(2e-6));
            assertThat(Batches.doubles(state)).containsExactly(golden.after, within(2e-6));
            // Several losses may ask after one forward pass.
            for (int loss = 0; loss < 2; loss++) {
                double[] gradient = new double[golden.parameters.length];
                Batch inputGradient = new Batch(golden.inputs, in.rows());
                computation.backward(
                        in, out, Batches.of(golden.size, golden.weights), inputGradient, false, gradient, 0);
                assertThat(gradient).containsExactly(golden.gradient, within(2e-5));
                assertThat(Batches.doubles(inputGradient)).containsExactly(golden.inputGradient, within(2e-5));
            }
        }
    }
}

package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.random.Streams;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** The three products against sums written out in double, for every shape that takes a way of its own. */
class DenseLoopsTest {

    /** A layer and a batch, in arrays with room for more rows than the batch has. */
    private static final class Batch {
        final int inputs;
        final int outputs;
        final int rows;
        final float[][] in;
        final float[][] delta;
        final float[] weights;
        final float[] biases;

        Batch(int inputs, int outputs, int rows, int room) {
            UniformRandomProvider random = Streams.of(inputs * 1_000_000L + outputs * 1000L + rows);
            this.inputs = inputs;
            this.outputs = outputs;
            this.rows = rows;
            in = features(random, inputs, rows, room);
            delta = features(random, outputs, rows, room);
            weights = floats(random, inputs * outputs);
            biases = floats(random, outputs);
        }

        float[] weightGradient(DenseLoops.Scratch scratch) {
            float[] gradient = new float[inputs * outputs];
            DenseLoops.weightGradient(in, delta, gradient, rows, scratch);
            return gradient;
        }
    }

    @Property(tries = 300)
    void theForwardPassIsTheProductPlusTheBias(
            @ForAll @IntRange(min = 1, max = 20) int inputs,
            @ForAll @IntRange(min = 1, max = 20) int outputs,
            @ForAll @IntRange(min = 1, max = 70) int rows) {
        Batch batch = new Batch(inputs, outputs, rows, 3);
        float[] parameters = Arrays.copyOf(batch.weights, inputs * outputs + outputs);
        System.arraycopy(batch.biases, 0, parameters, inputs * outputs, outputs);
        float[][] out = new float[outputs][rows];

        DenseLoops.forward(parameters, 0, inputs * outputs, batch.in, out, rows);

        for (int output = 0; output < outputs; output++) {
            for (int row = 0; row < rows; row++) {
                double sum = batch.biases[output];
                for (int input = 0; input < inputs; input++) {
                    sum += (double) batch.weights[output * inputs + input] * batch.in[input][row];
                }
                assertThat((double) out[output][row]).isCloseTo(sum, within(1e-5));
            }
        }
    }

    @Property(tries = 300)
    void theInputsGradientIsTheTransposedProduct(
            @ForAll @IntRange(min = 1, max = 20) int inputs,
            @ForAll @IntRange(min = 1, max = 20) int outputs,
            @ForAll @IntRange(min = 1, max = 70) int rows) {
        Batch batch = new Batch(inputs, outputs, rows, 3);
        float[][] gradient = new float[inputs][rows];

        DenseLoops.inputGradient(batch.weights, batch.delta, gradient, rows);

        for (int input = 0; input < inputs; input++) {
            for (int row = 0; row < rows; row++) {
                double sum = 0;
                for (int output = 0; output < outputs; output++) {
                    sum += (double) batch.weights[output * inputs + input] * batch.delta[output][row];
                }
                assertThat((double) gradient[input][row]).isCloseTo(sum, within(1e-5));
            }
        }
    }

    @Property(tries = 300)
    void theWeightsGradientIsTheSumOfOuterProducts(
            @ForAll @IntRange(min = 1, max = 20) int inputs,
            @ForAll @IntRange(min = 1, max = 20) int outputs,
            @ForAll @IntRange(min = 1, max = 70) int rows) {
        Batch batch = new Batch(inputs, outputs, rows, 3);

        float[] gradient = batch.weightGradient(new DenseLoops.Scratch());

        for (int output = 0; output < outputs; output++) {
            for (int input = 0; input < inputs; input++) {
                double sum = 0;
                for (int row = 0; row < rows; row++) {
                    sum += (double) batch.in[input][row] * batch.delta[output][row];
                }
                assertThat((double) gradient[output * inputs + input]).isCloseTo(sum, within(1e-4));
            }
        }
    }

    @Property(tries = 100)
    void theBiasesGradientIsTheSumOverRows(
            @ForAll @IntRange(min = 1, max = 6) int outputs, @ForAll @IntRange(min = 1, max = 70) int rows) {
        Batch batch = new Batch(1, outputs, rows, 3);
        float[] gradient = new float[outputs];

        DenseLoops.biasGradient(batch.delta, gradient, rows);

        for (int output = 0; output < outputs; output++) {
            double sum = 0;
            for (int row = 0; row < rows; row++) {
                sum += batch.delta[output][row];
            }
            assertThat((double) gradient[output]).isCloseTo(sum, within(1e-4));
        }
    }

    @Test
    void neitherRoomForMoreRowsNorUsedScratchChangesABit() {
        DenseLoops.Scratch used = new DenseLoops.Scratch();
        new Batch(30, 40, 90, 0).weightGradient(used);
        for (int[] shape : new int[][] {{4, 64}, {64, 64}, {64, 2}, {5, 5}}) {
            float[] fresh = new Batch(shape[0], shape[1], 37, 0).weightGradient(new DenseLoops.Scratch());

            assertThat(new Batch(shape[0], shape[1], 37, 50).weightGradient(used))
                    .containsExactly(fresh);
        }
    }

    @Test
    void compiledLoopsGiveTheBitsOfInterpretedOnes() {
        Batch batch = new Batch(64, 64, 1021, 0);
        DenseLoops.Scratch scratch = new DenseLoops.Scratch();
        float[] first = batch.weightGradient(scratch);
        for (int i = 0; i < 200; i++) {
            assertThat(batch.weightGradient(scratch)).isEqualTo(first);
        }
    }

    private static float[][] features(UniformRandomProvider random, int count, int rows, int room) {
        float[][] features = new float[count][];
        for (int i = 0; i < count; i++) {
            features[i] = Arrays.copyOf(floats(random, rows), rows + room);
            Arrays.fill(features[i], rows, rows + room, Float.NaN);
        }
        return features;
    }

    private static float[] floats(UniformRandomProvider random, int count) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = random.nextFloat(-1, 1);
        }
        return floats;
    }
}

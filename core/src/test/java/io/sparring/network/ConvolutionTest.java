package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.random.Streams;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Both kernels against loops that say the documented order literally, bit by bit, whatever a batch's padding holds. */
class ConvolutionTest {
    private static final Kernels[] KERNELS = {Kernels.create(), new ScalarKernels()};

    static Stream<Arguments> cases() {
        return Stream.of(
                        new Convolution(Shape.image(2, 5, 6), new Filters(6, 3, 1), Activation.RELU, 1),
                        new Convolution(Shape.image(3, 4, 4), new Filters(1, 4, 1), null, 1),
                        new Convolution(Shape.image(1, 9, 7), new Filters(5, 2, 2), Activation.TANH, 1),
                        new Convolution(Shape.image(4, 5, 5), new Filters(8, 3, 2), null, 1),
                        new Convolution(Shape.image(1, 1, 3), new Filters(3, 1, 3), null, 1))
                .flatMap(layer -> Stream.of(1, 8, 16, 17, 33, 64, 65, 150).map(rows -> Arguments.of(layer, rows)));
    }

    /** One convolution and its batch; places and taps are counted as {@link Convolution} says. */
    private static final class Case {
        final Convolution layer;
        final int rows;
        final float[] parameters;
        final float[] in;
        final float[] delta;
        final int filters;
        final int taps;
        final int places;

        Case(Convolution layer, int rows) {
            UniformRandomProvider random = Streams.of(rows);
            this.layer = layer;
            this.rows = rows;
            parameters = draw(random, layer.parameterCount());
            in = draw(random, rows * layer.input().size());
            delta = draw(random, rows * layer.output().size());
            filters = layer.filters().filters();
            taps = layer.parameterCount() / filters - 1;
            places = layer.output().size() / filters;
        }

        private static float[] draw(UniformRandomProvider random, int count) {
            float[] numbers = new float[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = 2 * random.nextFloat() - 1;
            }
            return numbers;
        }

        float weight(int filter, int tap) {
            return parameters[filters + filter * taps + tap];
        }

        /** The index within the image that a tap sees. */
        int seen(int place, int tap) {
            int kernel = layer.filters().kernel();
            int height = layer.input().sizes().get(1);
            int width = layer.input().sizes().get(2);
            int columns = layer.output().sizes().get(2);
            int y = place / columns * layer.filters().stride() + tap / kernel % kernel;
            int x = place % columns * layer.filters().stride() + tap % kernel;
            return (tap / (kernel * kernel) * height + y) * width + x;
        }

        float x(int row, int place, int tap) {
            return row < rows ? in[row * layer.input().size() + seen(place, tap)] : 0;
        }

        float d(int row, int filter, int place) {
            return row < rows ? delta[(row * filters + filter) * places + place] : 0;
        }

        float[] forward() {
            float[] out = new float[rows * filters * places];
            for (int i = 0; i < out.length; i++) {
                int row = i / (filters * places);
                int filter = i / places % filters;
                float sum = parameters[filter];
                for (int tap = 0; tap < taps; tap++) {
                    sum = Math.fma(weight(filter, tap), x(row, i % places, tap), sum);
                }
                out[i] = sum;
            }
            if (layer.activation() != null) {
                layer.activation().apply(out, 0, out.length);
            }
            return out;
        }

        float[] inputGradient(float[] before) {
            float[] gradient = before.clone();
            int size = layer.input().size();
            for (int row = 0; row < rows; row++) {
                for (int place = 0; place < places; place++) {
                    for (int tap = 0; tap < taps; tap++) {
                        for (int filter = 0; filter < filters; filter++) {
                            int at = row * size + seen(place, tap);
                            gradient[at] = Math.fma(weight(filter, tap), d(row, filter, place), gradient[at]);
                        }
                    }
                }
            }
            return gradient;
        }

        double[] gradient() {
            double[] gradient = new double[parameters.length];
            for (int filter = 0; filter < filters; filter++) {
                for (int place = 0; place < places; place++) {
                    float[] lanes = new float[16];
                    for (int row = 0; row < padded(); row++) {
                        lanes[row % 16] += d(row, filter, place);
                    }
                    gradient[filter] += Kernels.sum(lanes, 0);
                }
                for (int tap = 0; tap < taps; tap++) {
                    for (int first = 0; first < padded(); first += 64) {
                        float[] lanes = new float[16];
                        for (int place = 0; place < places; place++) {
                            for (int row = first; row < Math.min(first + 64, padded()); row++) {
                                lanes[row % 16] = Math.fma(d(row, filter, place), x(row, place, tap), lanes[row % 16]);
                            }
                        }
                        gradient[filters + filter * taps + tap] += Kernels.sum(lanes, 0);
                    }
                }
            }
            return gradient;
        }

        private int padded() {
            return (rows + 15) / 16 * 16;
        }

        Layer.Computation computation(Kernels kernels) {
            Layer.Computation computation = layer.computation(kernels);
            computation.setParameters(parameters, 0);
            return computation;
        }
    }

    /** A batch whose padding is NaN. */
    private static Batch batch(int features, float[] rowByRow) {
        Batch batch = new Batch(features, rowByRow.length / features);
        Arrays.fill(batch.values(), Float.NaN);
        Batches.setRows(batch, rowByRow);
        return batch;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachOutputIsAChainOfFusedMultiplyAddsOverTheTaps(Convolution layer, int rows) {
        Case one = new Case(layer, rows);
        for (Kernels kernels : KERNELS) {
            Batch out =
                    batch(layer.output().size(), new float[7 * layer.output().size()]);
            Batch in = batch(layer.input().size(), one.in);
            one.computation(kernels).forward(in, null, null, out);

            assertThat(Batches.rowByRow(out)).isEqualTo(one.forward());
            assertThat(Batches.rowByRow(in)).isEqualTo(one.in);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreSummedUpInTheOrderThatIsWritten(Convolution layer, int rows) {
        Case one = new Case(new Convolution(layer.input(), layer.filters(), null, 1), rows);
        float[] before = Case.draw(Streams.of(9), one.in.length);
        for (Kernels kernels : KERNELS) {
            Layer.Computation computation = one.computation(kernels);
            Batch in = batch(layer.input().size(), one.in);
            Batch out = new Batch(layer.output().size());
            computation.forward(in, null, null, out);
            double[] gradient = new double[one.parameters.length];
            Batch inputGradient = batch(layer.input().size(), before);
            computation.backward(in, out, batch(layer.output().size(), one.delta), inputGradient, true, gradient, 0);

            assertThat(gradient).isEqualTo(one.gradient());
            assertThat(Batches.rowByRow(inputGradient)).isEqualTo(one.inputGradient(before));

            computation.backward(in, out, batch(layer.output().size(), one.delta), inputGradient, false, gradient, 0);
            assertThat(Batches.rowByRow(inputGradient)).isEqualTo(one.inputGradient(new float[before.length]));
        }
    }

    @Test
    void weightsGradientsOfABatchCutAt64RowsAreThoseOfTheWhole() {
        Case whole = new Case(new Convolution(Shape.image(2, 5, 6), new Filters(6, 3, 1), null, 1), 150);
        double[] parts = new double[whole.parameters.length];
        for (int[] part : new int[][] {{0, 64}, {64, 150}}) {
            Layer.Computation computation = whole.computation(KERNELS[0]);
            Batch in = rows(whole.layer.input().size(), whole.in, part);
            Batch out = new Batch(whole.layer.output().size());
            computation.forward(in, null, null, out);
            Batch delta = rows(whole.layer.output().size(), whole.delta, part);
            computation.backward(in, out, delta, null, false, parts, 0);
        }

        assertThat(Arrays.copyOfRange(parts, 6, parts.length))
                .isEqualTo(Arrays.copyOfRange(whole.gradient(), 6, parts.length));
    }

    private static Batch rows(int features, float[] all, int[] part) {
        return Batches.of(features, Arrays.copyOfRange(all, part[0] * features, part[1] * features));
    }

    @Test
    void aFiltersFirstWeightsAreOneRowOfAnOrthogonalMatrixAndBiasesAreZero() {
        Convolution layer = new Convolution(Shape.image(3, 9, 9), new Filters(7, 4, 1), Activation.RELU, Math.sqrt(2));
        float[] parameters = new float[layer.parameterCount() + 2];
        layer.initialise(parameters, 1, ZigguratSampler.NormalizedGaussian.of(Streams.of(1)));

        assertThat(Arrays.copyOfRange(parameters, 0, 8)).containsOnly(0);
        assertThat(parameters[parameters.length - 1]).isZero();
        int taps = 3 * 4 * 4;
        for (int i = 0; i < 7; i++) {
            for (int j = 0; j <= i; j++) {
                double product = 0;
                for (int tap = 0; tap < taps; tap++) {
                    product += parameters[8 + i * taps + tap] * parameters[8 + j * taps + tap];
                }
                assertThat(product).isCloseTo(i == j ? 2 : 0, within(1e-6));
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithAllSizes() {
        Input image = new Input("observation", List.of(10, 10, 4), Input.Order.CHANNELS_LAST, false);
        List<Filters> convolutions = List.of(new Filters(32, 8, 4), new Filters(64, 4, 2));

        assertThatThrownBy(() -> new Trunk(List.of(image), convolutions, List.of(), false, Activation.RELU))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("4×10×10 → 32 of 8×8 by 4 → 32×1×1 → 64 of 4×4 by 2, which does not fit");
    }

    @Test
    void natureAndMinatarHaveTheSizesOfTheirPapers() {
        Input frames = new Input("observation", List.of(4, 84, 84), Input.Order.CHANNELS_FIRST, true);
        Trunk nature = new Trunk(List.of(frames), Filters.PRESETS.get("nature"), List.of(512), false, Activation.RELU);
        Input game = new Input("observation", List.of(10, 10, 4), Input.Order.CHANNELS_LAST, false);
        Trunk minatar = new Trunk(List.of(game), Filters.PRESETS.get("minatar"), List.of(128), false, Activation.RELU);

        assertThat(nature.convolutions(frames))
                .extracting(Convolution::output)
                .hasToString("[32×20×20, 64×9×9, 64×7×7]");
        assertThat(nature.joined()).isEqualTo(3136);
        assertThat(minatar.joined()).isEqualTo(1024);
        // Of Stable-Baselines3's CnnPolicy for Pong's six actions.
        assertThat(new Architecture(Architecture.Kind.SHARED, nature, 6, 0).parameterCount())
                .isEqualTo(1_687_719);
    }
}

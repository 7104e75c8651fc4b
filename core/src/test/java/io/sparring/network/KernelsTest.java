package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.random.Streams;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Both kernels against loops that say the documented order literally, bit by bit. Whatever a batch's padding holds (NaN here) is
 * seen nowhere.
 */
class KernelsTest {
    private static final int[] WIDTHS = {1, 2, 3, 4, 5, 63, 64, 65};
    /** Where tiles, panels and lanes begin and end. */
    private static final int[] BATCHES = {1, 2, 16, 17, 33, 64, 65};

    private static final int[] LONG_BATCHES = {255, 256, 257, 1023, 1024, 1025, 4095, 4096, 4097};
    private static final float[] SPECIAL = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        -1e-39f,
        Float.MIN_NORMAL,
        1f,
        -1f,
        7.9f,
        -7.9053f,
        8f,
        1e20f,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };

    /** What the numbers are like. */
    enum Numbers {
        ORDINARY {
            @Override
            float draw(UniformRandomProvider random) {
                return 4 * random.nextFloat() - 2;
            }
        },
        /** Subnormal, as their products are, and zeros of both signs. */
        TINY {
            @Override
            float draw(UniformRandomProvider random) {
                int sign = random.nextInt() & Integer.MIN_VALUE;
                return Float.intBitsToFloat(sign | (random.nextInt(3) == 0 ? 0 : random.nextInt(1 << 25)));
            }
        },
        /** Sums of some of them overflow. */
        HUGE {
            @Override
            float draw(UniformRandomProvider random) {
                return (4 * random.nextFloat() - 2) * 1.3e18f;
            }
        },
        /** Infinities and NaN among others, seldom enough that not every sum has one. */
        SPECIALS {
            @Override
            float draw(UniformRandomProvider random) {
                return random.nextInt(100) == 0
                        ? SPECIAL[random.nextInt(SPECIAL.length)]
                        : Numbers.ORDINARY.draw(random);
            }
        };

        abstract float draw(UniformRandomProvider random);

        float[] draw(UniformRandomProvider random, int count) {
            float[] numbers = new float[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = draw(random);
            }
            return numbers;
        }
    }

    /** The vectors where this JVM has them (the JVM of the tests has the module), and the twin. */
    private static final Kernels[] KERNELS = {Kernels.create(), new ScalarKernels()};

    @Test
    void withTheModuleAndACpuThatCanTheVectorsAreTaken() {
        assertThat(ModuleLayer.boot().findModule("jdk.incubator.vector")).isPresent();
        if (Kernels.vectorized()) {
            assertThat(KERNELS[0].getClass().getSimpleName()).isEqualTo("VectorKernels");
            assertThat(KERNELS[0].lanes()).isIn(4, 8, 16);
            assertThat(Kernels.description())
                    .isEqualTo(KERNELS[0].lanes() + " floats at a time (jdk.incubator.vector)");
        } else {
            assertThat(KERNELS[0]).isInstanceOf(ScalarKernels.class);
            assertThat(Kernels.description()).startsWith("one float at a time: this CPU");
        }
    }

    static Stream<Arguments> shapes() {
        IntStream.Builder rows = IntStream.builder();
        Arrays.stream(BATCHES).forEach(rows);
        Stream<Arguments> allWidths = rows.build()
                .boxed()
                .flatMap(count -> Arrays.stream(WIDTHS)
                        .boxed()
                        .flatMap(inputs ->
                                Arrays.stream(WIDTHS).mapToObj(outputs -> Arguments.of(count, inputs, outputs))));
        Stream<Arguments> allBatches = IntStream.rangeClosed(1, 70)
                .boxed()
                .flatMap(count ->
                        Stream.of(Arguments.of(count, 5, 3), Arguments.of(count, 3, 6), Arguments.of(count, 9, 1)));
        Stream<Arguments> longBatches = Arrays.stream(LONG_BATCHES)
                .boxed()
                .flatMap(count ->
                        Stream.of(Arguments.of(count, 3, 5), Arguments.of(count, 65, 2), Arguments.of(count, 17, 63)));
        return Stream.of(allWidths, allBatches, longBatches).flatMap(all -> all);
    }

    /** All for small layers; a CPU takes a hundred times as long for subnormal numbers. */
    private static List<Numbers> numbers(int rows, int inputs, int outputs) {
        return rows * inputs * outputs <= 2000
                ? List.of(Numbers.values())
                : List.of(rows % 2 == 0 ? Numbers.ORDINARY : Numbers.HUGE, Numbers.SPECIALS);
    }

    /** A dense layer's numbers. */
    private static final class Layer {
        final int rows;
        final int inputs;
        final int outputs;
        final float[] weights;
        final float[] packed;
        final float[] biases;
        /** Row by row. */
        final float[] in;

        final float[] delta;

        Layer(Numbers numbers, int rows, int inputs, int outputs) {
            UniformRandomProvider random = Streams.of(rows * 1_000_000L + inputs * 1000L + outputs);
            this.rows = rows;
            this.inputs = inputs;
            this.outputs = outputs;
            weights = numbers.draw(random, inputs * outputs);
            biases = Arrays.copyOf(numbers.draw(random, outputs), Batch.padded(outputs, Batch.FEATURE_TILE));
            in = numbers.draw(random, rows * inputs);
            delta = numbers.draw(random, rows * outputs);
            packed = new float[biases.length * inputs];
            Kernels.pack(weights, 0, inputs, 1, outputs, inputs, packed);
        }

        /** The chains of fused multiply-adds, from the first input to the last. */
        float[] product(float[] start) {
            float[] out = new float[rows * outputs];
            for (int row = 0; row < rows; row++) {
                for (int output = 0; output < outputs; output++) {
                    float sum = start[row * outputs + output];
                    for (int input = 0; input < inputs; input++) {
                        sum = Math.fma(weights[output * inputs + input], in[row * inputs + input], sum);
                    }
                    out[row * outputs + output] = sum;
                }
            }
            return out;
        }

        float[] startsFromBiases() {
            float[] start = new float[rows * outputs];
            for (int i = 0; i < start.length; i++) {
                start[i] = biases[i % outputs];
            }
            return start;
        }

        /** Row r in lane r mod 16, the last rows filled up with zeros; the lanes by halves. */
        double[] weightGradient(double[] before) {
            double[] gradient = before.clone();
            for (int output = 0; output < outputs; output++) {
                for (int input = 0; input < inputs; input++) {
                    float[] lanes = new float[16];
                    for (int row = 0; row < (rows + 15) / 16 * 16; row++) {
                        float d = row < rows ? delta[row * outputs + output] : 0;
                        float x = row < rows ? in[row * inputs + input] : 0;
                        lanes[row % 16] = Math.fma(d, x, lanes[row % 16]);
                    }
                    gradient[1 + output * inputs + input] += byHalves(lanes);
                }
            }
            return gradient;
        }

        double[] biasGradient(double[] before) {
            double[] gradient = before.clone();
            for (int output = 0; output < outputs; output++) {
                float[] lanes = new float[16];
                for (int row = 0; row < (rows + 15) / 16 * 16; row++) {
                    lanes[row % 16] += row < rows ? delta[row * outputs + output] : 0;
                }
                gradient[1 + output] += byHalves(lanes);
            }
            return gradient;
        }

        private static float byHalves(float[] lanes) {
            for (int half = lanes.length / 2; half > 0; half /= 2) {
                for (int i = 0; i < half; i++) {
                    lanes[i] += lanes[i + half];
                }
            }
            return lanes[0];
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
    @MethodSource("shapes")
    void productsAreChainsOfFusedMultiplyAddsInOneOrder(int rows, int inputs, int outputs) {
        for (Numbers numbers : numbers(rows, inputs, outputs)) {
            Layer layer = new Layer(numbers, rows, inputs, outputs);
            float[] start = numbers.draw(Streams.of(rows), rows * outputs);
            float[] fromBiases = layer.product(layer.startsFromBiases());
            float[] fromZero = layer.product(new float[rows * outputs]);
            float[] added = layer.product(start);
            for (Kernels kernels : KERNELS) {
                // As a network has it: whatever the last batch left.
                Batch out = batch(outputs, new float[7 * outputs]);
                Batch in = batch(inputs, layer.in);
                kernels.product(layer.packed, inputs, outputs, layer.biases, false, null, in, out);
                requireSameBits(Batches.rowByRow(out), fromBiases, kernels, numbers);

                kernels.product(layer.packed, inputs, outputs, null, false, null, in, out);
                requireSameBits(Batches.rowByRow(out), fromZero, kernels, numbers);

                out = batch(outputs, start);
                kernels.product(layer.packed, inputs, outputs, null, true, null, in, out);
                requireSameBits(Batches.rowByRow(out), added, kernels, numbers);

                for (Activation activation : Activation.values()) {
                    kernels.product(layer.packed, inputs, outputs, layer.biases, false, activation, in, out);
                    requireSameBits(Batches.rowByRow(out), activated(activation, fromBiases), kernels, numbers);
                }
                // What goes in is left alone.
                requireSameBits(Batches.rowByRow(in), layer.in, kernels, numbers);
            }
        }
    }

    private static float[] activated(Activation activation, float[] x) {
        float[] activated = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            activated[i] = literal(activation, x[i]);
        }
        return activated;
    }

    /** In place: added to what is there is a sum of no terms. */
    private static void activate(Kernels kernels, Activation activation, Batch values) {
        Batch nothing = new Batch(1, values.rows());
        kernels.product(new float[0], 0, values.features(), null, true, activation, nothing, values);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void gradientsAreSumsInSixteenLanesByHalvesAddedToWhatIsThere(int rows, int inputs, int outputs) {
        for (Numbers numbers : numbers(rows, inputs, outputs)) {
            Layer layer = new Layer(numbers, rows, inputs, outputs);
            double[] before =
                    Streams.of(7).doubles((long) inputs * outputs + 2, -9, 9).toArray();
            double[] ofWeights = layer.weightGradient(before);
            double[] biasesBefore = Arrays.copyOf(before, outputs + 2);
            double[] ofBiases = layer.biasGradient(biasesBefore);
            for (Kernels kernels : KERNELS) {
                double[] gradient = before.clone();
                kernels.weightGradient(batch(inputs, layer.in), batch(outputs, layer.delta), gradient, 1);
                requireSameBits(gradient, ofWeights, kernels, numbers);

                gradient = biasesBefore.clone();
                kernels.biasGradient(batch(outputs, layer.delta), gradient, 1);
                requireSameBits(gradient, ofBiases, kernels, numbers);
            }
        }
    }

    static IntStream batches() {
        return IntStream.concat(IntStream.rangeClosed(1, 70), Arrays.stream(LONG_BATCHES));
    }

    @ParameterizedTest
    @MethodSource("batches")
    void activationsAndTheirBackwardPassesAreOneFunctionOfEachElement(int rows) {
        for (Activation activation : Activation.values()) {
            for (Numbers numbers : Numbers.values()) {
                float[] x = numbers.draw(Streams.of(rows), 3 * rows);
                float[] slope = numbers.draw(Streams.of(rows + 1), 3 * rows);
                float[] expected = activated(activation, x);
                float[] expectedSlope = new float[x.length];
                for (int i = 0; i < x.length; i++) {
                    expectedSlope[i] = literalBackward(activation, x[i], expected[i], slope[i]);
                }
                for (Kernels kernels : KERNELS) {
                    Batch values = batch(3, x);
                    activate(kernels, activation, values);
                    requireSameBits(Batches.rowByRow(values), expected, kernels, numbers);
                    Batch out = new Batch(3);
                    kernels.activate(activation, batch(3, x), out);
                    requireSameBits(Batches.rowByRow(out), expected, kernels, numbers);

                    Batch delta = batch(3, slope);
                    kernels.activateBackward(activation, activation.slopeNeedsInputs() ? batch(3, x) : values, delta);
                    requireSameBits(Batches.rowByRow(delta), expectedSlope, kernels, numbers);
                }
            }
        }
    }

    private static float literal(Activation activation, float x) {
        return switch (activation) {
            case RELU -> Math.max(0, x);
            case TANH -> literalTanh(x);
            case SILU -> Math.max(-87, x) * literalSigmoid(Math.max(-87, x));
            case ELU -> x > 0 ? x : literalExponential(x, 1);
        };
    }

    private static float literalBackward(Activation activation, float x, float output, float slope) {
        return switch (activation) {
            case RELU -> output <= 0 ? 0 : slope;
            case TANH -> slope * (1 - output * output);
            case SILU -> slope * literalSiluSlope(Math.max(-87, Math.min(87, x)));
            case ELU -> output > 0 ? slope : slope * (output + 1);
        };
    }

    private static float literalSiluSlope(float x) {
        float sigmoid = literalSigmoid(x);
        return Math.fma(x, 1 - sigmoid, 1) * sigmoid;
    }

    private static float literalSigmoid(float x) {
        float e = literalExponential(-Math.abs(x), 0);
        return (x >= 0 ? 1 : e) / (1 + e);
    }

    /** 2ⁿ eʳ − less, n log 2 + r being x. */
    private static float literalExponential(float given, float less) {
        float x = Math.max(-87, given);
        float n = Math.fma(x, 1.44269504f, 12582912f) - 12582912f;
        float scale = (float) StrictMath.pow(2, n);
        float r = Math.fma(n, 2.12194440e-4f, Math.fma(n, -0.693359375f, x));
        float[] terms = {
            1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f
        };
        float p = Math.fma(r * r, horner(r, terms), r);
        return Math.fma(scale, p, scale - less);
    }

    private static float literalTanh(float x) {
        float bounded = Math.max(-7.90531110763549805f, Math.min(7.90531110763549805f, x));
        float square = bounded * bounded;
        float[] above = {
            -2.76076847742355e-16f,
            2.00018790482477e-13f,
            -8.60467152213735e-11f,
            5.12229709037114e-08f,
            1.48572235717979e-05f,
            6.37261928875436e-04f,
            4.89352455891786e-03f
        };
        float[] below = {1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f, 4.89352518554385e-03f};
        return bounded * horner(square, above) / horner(square, below);
    }

    private static float horner(float x, float[] coefficients) {
        float sum = coefficients[0];
        for (int i = 1; i < coefficients.length; i++) {
            sum = Math.fma(x, sum, coefficients[i]);
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource
    void everyBinaryOrderOfMagnitudeIsActivatedToTheSameBitsByBoth(Activation activation) {
        float[] x = new float[1 << 16];
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.intBitsToFloat(i << 16 | 0x2b3c);
        }
        float[] expected = activated(activation, x);
        for (Kernels kernels : KERNELS) {
            Batch values = batch(1, x);
            activate(kernels, activation, values);
            requireSameBits(Batches.rowByRow(values), expected, kernels, Numbers.SPECIALS);
        }
    }

    /** An instance has scratch memory: larger and smaller layers take turns with it, as a network's do. */
    @Test
    void compiledLoopsAndUsedScratchGiveTheBitsOfInterpretedAndFreshOnes() {
        for (Kernels kernels : KERNELS) {
            for (int time = 0; time < 200; time++) {
                for (int[] shape : new int[][] {{4, 64}, {64, 64}, {64, 2}, {5, 5}}) {
                    Layer layer = new Layer(Numbers.ORDINARY, 100, shape[0], shape[1]);
                    Batch out = new Batch(shape[1]);
                    kernels.product(
                            layer.packed,
                            shape[0],
                            shape[1],
                            layer.biases,
                            false,
                            null,
                            batch(shape[0], layer.in),
                            out);
                    double[] gradient = new double[shape[0] * shape[1] + 2];
                    kernels.weightGradient(batch(shape[0], layer.in), batch(shape[1], layer.delta), gradient, 1);
                    if (time % 40 == 0) {
                        requireSameBits(
                                Batches.rowByRow(out),
                                layer.product(layer.startsFromBiases()),
                                kernels,
                                Numbers.ORDINARY);
                        requireSameBits(
                                gradient, layer.weightGradient(new double[gradient.length]), kernels, Numbers.ORDINARY);
                    }
                }
            }
        }
    }

    private static void requireSameBits(float[] actual, float[] expected, Kernels kernels, Numbers numbers) {
        // Arrays.mismatch compares bits, but for those of NaN.
        assertThat(Arrays.mismatch(actual, expected))
                .as("where %s differ by %s numbers", kernels.getClass().getSimpleName(), numbers)
                .isEqualTo(-1);
    }

    private static void requireSameBits(double[] actual, double[] expected, Kernels kernels, Numbers numbers) {
        assertThat(Arrays.mismatch(actual, expected))
                .as("where %s differ by %s numbers", kernels.getClass().getSimpleName(), numbers)
                .isEqualTo(-1);
    }
}

package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationTest {
    private static final float[] SPECIAL = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        1e-39f,
        Float.MIN_NORMAL,
        -Float.MIN_NORMAL,
        1e-20f,
        1f,
        -1f,
        7.9f,
        -7.9f,
        8f,
        -8f,
        1e20f,
        -1e20f,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY
    };

    private static float applied(Activation activation, float x) {
        float[] values = {x};
        activation.apply(values, 0, 1);
        return values[0];
    }

    /** What the slope at x is computed from. */
    private static float known(Activation activation, float x) {
        return activation.slopeNeedsInputs() ? x : applied(activation, x);
    }

    private static float backward(Activation activation, float output, float gradient) {
        float[] values = {gradient};
        activation.backward(new float[] {output}, 0, values, 0, 1);
        return values[0];
    }

    @Test
    void tanhIsWithinItsPromiseOverTheWholeRange() {
        // Every 1/10,000 where it bends, and every binary order of magnitude with 64 steps in each.
        for (int i = -100_000; i <= 100_000; i++) {
            requireTanh(i * 1e-4f);
        }
        for (int bits = 0; bits < Float.floatToIntBits(Float.POSITIVE_INFINITY); bits += 1 << 17) {
            requireTanh(Float.intBitsToFloat(bits));
            requireTanh(-Float.intBitsToFloat(bits));
        }
        for (float x : SPECIAL) {
            requireTanh(x);
        }
    }

    private static void requireTanh(float x) {
        float tanh = applied(Activation.TANH, x);
        boolean kept = Math.abs(tanh - Math.tanh(x)) <= 5e-7 && Math.abs(tanh) <= 1;
        // Asserted only where it fails: a quarter of a million assertions would take seconds.
        if (!kept) {
            fail("tanh(%s) = %s instead of %s", x, tanh, Math.tanh(x));
        }
    }

    @Test
    void tanhIsOddAndKeepsTheSignOfSmallNumbers() {
        for (float x : SPECIAL) {
            assertThat(applied(Activation.TANH, -x)).isEqualTo(-applied(Activation.TANH, x));
        }
        assertThat(applied(Activation.TANH, 1e-20f)).isCloseTo(1e-20f, within(1e-26f));
    }

    @Test
    void reluIsTheLargerOfZeroAndItsArgument() {
        for (float x : SPECIAL) {
            assertThat(applied(Activation.RELU, x)).isEqualTo(x > 0 ? x : 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFloatFunctionIsTheExactOne(Activation activation) {
        for (float x = -12; x < 12; x += 0.01f) {
            assertThat(applied(activation, x))
                    .isCloseTo((float) LiteralNetwork.activated(activation, x), within(1e-6f));
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyTheGivenElementsAreTouched(Activation activation) {
        float[] values = {-3, -2, -1, -2, -3};
        activation.apply(values, 1, 4);

        float two = applied(activation, -2);
        assertThat(values).containsExactly(-3, two, applied(activation, -1), two, -3);

        float[] gradient = {5, 5, 5};
        float half = backward(activation, 0.5f, 5);
        activation.backward(new float[] {0, 0, 0, 0.5f}, 3, gradient, 1, 1);
        assertThat(gradient).containsExactly(5, half, 5);
    }

    @ParameterizedTest
    @EnumSource
    void theDerivativeIsTheSlope(Activation activation) {
        double h = 1e-6;
        for (double x = -6.005; x < 6; x += 0.01) {
            double slope = (LiteralNetwork.activated(activation, x + h) - LiteralNetwork.activated(activation, x - h))
                    / (2 * h);

            double known = activation.slopeNeedsInputs() ? x : LiteralNetwork.activated(activation, x);
            assertThat((double) backward(activation, (float) known, 3)).isCloseTo(3 * slope, within(2e-6));
        }
    }

    @Test
    void reluPassesTheGradientOfEveryPositiveOutputUnchanged() {
        for (float output : SPECIAL) {
            if (output >= 0) {
                assertThat(backward(Activation.RELU, output, 0.7f))
                        .as("behind an output of %s", output)
                        .isEqualTo(output > 0 ? 0.7f : 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whereAnActivationIsFlatNothingPasses(Activation activation) {
        float flat = activation == Activation.TANH ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;

        // The approximation of tanh ends a few floats below 1, as steep as tanh itself is there.
        assertThat(backward(activation, known(activation, flat), 1))
                .isBetween(-1e-30f, activation == Activation.TANH ? 1e-6f : 0);
    }

    @Test
    void siluAndEluArePreciseOverTheWholeRange() {
        for (int bits = 0; bits < Float.floatToIntBits(88); bits += 12345) {
            float x = Float.intBitsToFloat(bits);
            requireClose(Activation.SILU, x);
            requireClose(Activation.SILU, -x);
            requireClose(Activation.ELU, -x);
        }
        for (float x : SPECIAL) {
            assertThat(applied(Activation.ELU, x)).isEqualTo(x > 0 ? x : (float) Math.expm1(x));
        }
        assertThat(applied(Activation.SILU, Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(applied(Activation.SILU, Float.NEGATIVE_INFINITY)).isBetween(-1e-35f, 0f);
    }

    private static void requireClose(Activation activation, float x) {
        float actual = applied(activation, x);
        double exact = LiteralNetwork.activated(activation, x);
        if (!(Math.abs(actual - exact) <= 4e-7 * Math.abs(exact) + 2e-36)) {
            fail("%s(%s) = %s instead of %s", activation, x, actual, exact);
        }
    }

    @ParameterizedTest
    @EnumSource
    void notANumberIsNeverHidden(Activation activation) {
        assertThat(applied(activation, Float.NaN)).isNaN();
        for (float x : SPECIAL) {
            float output = applied(activation, x);
            // As in PyTorch, nothing passes where a rectifier gave 0. Nothing is hidden by that: what stands above it
            // has a
            // gradient of its own that is not a number.
            boolean dead = activation == Activation.RELU && output <= 0;
            if (dead) {
                assertThat(backward(activation, output, Float.NaN)).isZero();
            } else {
                assertThat(backward(activation, known(activation, x), Float.NaN))
                        .isNaN();
            }
        }
        assertThat(backward(activation, Float.NaN, Float.NaN)).isNaN();
        // An infinite gradient is a mistake upstream: it does not become a finite one where it passes.
        assertThat(backward(activation, known(activation, 0.5f), Float.POSITIVE_INFINITY))
                .isEqualTo(Float.POSITIVE_INFINITY);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 31, 1000})
    void compiledLoopsGiveTheBitsOfSingleCalls(int length) {
        for (Activation activation : Activation.values()) {
            float[] inputs = new float[length];
            float[] gradients = new float[length];
            for (int i = 0; i < length; i++) {
                inputs[i] = i % 3 == 0 ? SPECIAL[i / 3 % SPECIAL.length] : i % 100 * 0.1f - 5;
                gradients[i] = i % 7 == 0 ? Float.NaN : i % 11 - 5;
            }
            inputs[length / 2] = Float.NaN;

            float[] expected = new float[length];
            float[] expectedGradients = new float[length];
            for (int i = 0; i < length; i++) {
                expected[i] = applied(activation, inputs[i]);
                expectedGradients[i] = backward(activation, known(activation, inputs[i]), gradients[i]);
            }
            float[] outputs = null;
            float[] passed = null;
            // Often enough that the loops have been compiled and vectorised, where minimum and maximum are other
            // instructions.
            int times = 40_000 / Math.min(length, 20);
            for (int time = 0; time < times; time++) {
                outputs = inputs.clone();
                activation.apply(outputs, 0, length);
                passed = gradients.clone();
                activation.backward(activation.slopeNeedsInputs() ? inputs : outputs, 0, passed, 0, length);
            }

            assertThat(outputs).isEqualTo(expected);
            assertThat(passed).isEqualTo(expectedGradients);
        }
    }
}

package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.sparring.random.Streams;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** What stands in for a fused multiply-add where the CPU has none, against {@link Math#fma}. */
class FusedTest {
    private static final float[] SPECIAL = {
        0f,
        -0f,
        1f,
        -1f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        Math.nextDown(Float.MIN_NORMAL),
        Math.nextUp(1f),
        Math.nextDown(1f),
        1 << 24,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };

    /** Where the CPU has no such instruction, {@link Math#fma} takes a microsecond. */
    private static final int TRIES = Fused.HARDWARE ? 2_000_000 : 100_000;

    private final UniformRandomProvider random = Streams.of(2008);

    private static void requireFused(float a, float b, float c) {
        float exact = Math.fma(a, b, c);
        float actual = Fused.inDoubles(a, b, c);
        if (Float.floatToIntBits(actual) != Float.floatToIntBits(exact)) {
            fail("%a · %a + %a = %a instead of %a", a, b, c, actual, exact);
        }
    }

    @Test
    void everyThreeOfTheSpecialNumbers() {
        for (float a : SPECIAL) {
            for (float b : SPECIAL) {
                for (float c : SPECIAL) {
                    requireFused(a, b, c);
                }
            }
        }
    }

    @Test
    void anyThreeFloats() {
        for (int i = 0; i < TRIES; i++) {
            requireFused(any(), any(), any());
        }
    }

    private float any() {
        return Float.intBitsToFloat(random.nextInt());
    }

    @Test
    void sumsOfNumbersOfLikeSizeWhereBitsAreLost() {
        for (int i = 0; i < TRIES; i++) {
            float a = near(0, 3);
            float b = near(0, 3);
            requireFused(a, b, near(0, 60));
            // What cancels.
            requireFused(a, b, -a * b);
            requireFused(a, b, Math.nextUp(-a * b));
        }
    }

    /** A float of either sign, about 2^exponent. */
    private float near(int exponent, int spread) {
        float scaled = Math.scalb(1 + random.nextFloat(), exponent + random.nextInt(-spread, spread + 1));
        return random.nextBoolean() ? scaled : -scaled;
    }

    /** The product is half of c's last place, or differs from it by as little as two floats allow: where rounding twice goes wrong. */
    @Test
    void productsThatAreTiesOrJustMissThem() {
        for (int i = 0; i < TRIES; i++) {
            float c = near(random.nextInt(-100, 100), 0);
            float half = Math.ulp(c) / 2 * (2 * random.nextInt(2) - 1);
            float a = Math.scalb(1 + random.nextInt(-3, 4) * 0x1p-23f, random.nextInt(-20, 21));
            float b = half / a;
            requireFused(a, b, c);
            requireFused(a, Math.nextUp(b), c);
            requireFused(a, Math.nextDown(b), c);
            requireFused(half, 1, c);
        }
    }

    /** The sum lies among the subnormal floats, whose last place is far above that of a double of their size. */
    @Test
    void sumsThatAreSubnormal() {
        for (int i = 0; i < TRIES; i++) {
            int exponent = random.nextInt(-60, 60);
            float a = near(exponent, 0);
            float b = near(-140 - exponent, 14);
            float c = Float.intBitsToFloat(random.nextInt() & 0x80ffffff);
            requireFused(a, b, c);
            requireFused(a, b, 0);
            // A tie between two subnormals, or nearly.
            float half = Math.scalb(1f, -75);
            requireFused(half, Math.scalb(1 + random.nextInt(-1, 2) * 0x1p-23f, -75), c);
        }
    }

    @Test
    void sumsAboutTheLargestFloat() {
        for (int i = 0; i < TRIES / 10; i++) {
            float a = near(64, 0);
            float b = near(63, 1);
            requireFused(a, b, near(127, 0));
            requireFused(a, b, near(103, 2));
            requireFused(Float.MAX_VALUE, 1, near(102, 2));
        }
    }

    @Test
    void whatIsTakenIsFused() {
        // Rounded twice it would be 0.
        float a = Math.nextUp(1f);
        assertThat(Fused.multiplyAdd(a, a, -(a * a))).isEqualTo(0x1p-46f);
    }
}

package io.sparring.network;

/**
 * eˣ for x ≤ 0, by the polynomial of Cephes' {@code expf} on a reduced argument: within two units of the last place, and with the same
 * bits everywhere, which {@link Math#exp} does not promise.
 */
final class Exponential {
    /** Below, everything is as here: e⁻⁸⁷ is the last power that is no subnormal. */
    static final float LOWEST = -87;

    static final float LOG2_E = 1.44269504088896341f;
    /** Added to a small number, it leaves the nearest whole one in the last bits. */
    static final float ROUNDER = 12582912;
    /** log 2 in two parts, the first of few bits. */
    static final float LOG_2_HIGH = 0.693359375f;

    static final float LOG_2_LOW = -2.12194440e-4f;
    static final float P0 = 1.9875691500e-4f;
    static final float P1 = 1.3981999507e-3f;
    static final float P2 = 8.3334519073e-3f;
    static final float P3 = 4.1665795894e-2f;
    static final float P4 = 1.6666665459e-1f;
    static final float P5 = 5.0000001201e-1f;
    static final int MANTISSA_BITS = 23;
    static final int ONE = Float.floatToRawIntBits(1);

    private Exponential() {}

    /** eˣ − 1, as precise near 0 as elsewhere; {@link VectorKernels} has the same operations in the same order. */
    static float minusOne(float x) {
        float rounded = rounded(x);
        float scale = scale(rounded);
        return Fused.multiplyAdd(scale, reduced(x, rounded), scale - 1);
    }

    /** eˣ. */
    static float of(float x) {
        float rounded = rounded(x);
        float scale = scale(rounded);
        return Fused.multiplyAdd(scale, reduced(x, rounded), scale);
    }

    private static float rounded(float x) {
        return Fused.multiplyAdd(Math.max(LOWEST, x), LOG2_E, ROUNDER);
    }

    /** 2ⁿ, n the nearest whole number to x / log 2. */
    private static float scale(float rounded) {
        return Float.intBitsToFloat((Float.floatToRawIntBits(rounded) << MANTISSA_BITS) + ONE);
    }

    /** eʳ − 1, r what x is more than n log 2. */
    private static float reduced(float x, float rounded) {
        float n = rounded - ROUNDER;
        float r = Fused.multiplyAdd(n, -LOG_2_HIGH, Math.max(LOWEST, x));
        r = Fused.multiplyAdd(n, -LOG_2_LOW, r);
        float p = Fused.multiplyAdd(r, P0, P1);
        p = Fused.multiplyAdd(r, p, P2);
        p = Fused.multiplyAdd(r, p, P3);
        p = Fused.multiplyAdd(r, p, P4);
        p = Fused.multiplyAdd(r, p, P5);
        return Fused.multiplyAdd(r * r, p, r);
    }
}

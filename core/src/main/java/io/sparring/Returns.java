package io.sparring;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** A return, or a mean of several, as messages name it. */
public final class Returns {
    private static final MathContext FIVE_DIGITS = new MathContext(5, RoundingMode.HALF_EVEN);

    private Returns() {}

    /**
     * With five digits and one decimal at least, and no zero more than that needs: {@code 0.96}, {@code 487.35}, {@code 500.0},
     * {@code -123456.7}. Fewer would round what just misses a target up to it.
     *
     * @param mean NaN, of no episodes, is {@code –}
     */
    public static String text(double mean) {
        if (!Double.isFinite(mean)) {
            return Double.isNaN(mean) ? "–" : Double.toString(mean);
        }
        BigDecimal exact = BigDecimal.valueOf(mean);
        BigDecimal tenths = exact.setScale(1, RoundingMode.HALF_EVEN);
        BigDecimal rounded = exact.round(FIVE_DIGITS);
        BigDecimal finer = rounded.scale() > 1 ? rounded.stripTrailingZeros() : tenths;
        return (finer.scale() < 1 ? finer.setScale(1) : finer).toPlainString();
    }
}

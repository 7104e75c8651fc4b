package io.sparring;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** A time span as messages name it. */
public final class Seconds {
    private Seconds() {}

    /**
     * To the millisecond, with no digit more than needed: {@code 0.3 s}, {@code 120 s}.
     *
     * @param seconds finite
     */
    public static String text(double seconds) {
        return BigDecimal.valueOf(seconds)
                        .setScale(3, RoundingMode.HALF_UP)
                        .stripTrailingZeros()
                        .toPlainString() + " s";
    }
}

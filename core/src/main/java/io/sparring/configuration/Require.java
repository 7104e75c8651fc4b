package io.sparring.configuration;

import java.util.Locale;

/** The checks of the records' constructors: each names the key, what was expected and what was found. */
final class Require {
    private Require() {}

    static void that(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw new InvalidConfiguration(
                    key + ": expected " + expected + ", got " + (value == null ? "nothing" : value));
        }
    }

    static void atLeast(long minimum, String key, long value) {
        that(value >= minimum, key, value, "a whole number of at least " + minimum);
    }

    static void within(double low, double high, String key, double value) {
        that(value >= low && value <= high, key, value, "a number from " + plain(low) + " to " + plain(high));
    }

    /** A decay of 1 forgets nothing: its average would never leave its first value. */
    static void belowOne(String key, double value) {
        that(value >= 0 && value < 1, key, value, "a number from 0 to below 1");
    }

    static void positive(String key, double value) {
        that(value > 0 && Double.isFinite(value), key, value, "a number above 0");
    }

    static void notNegative(String key, double value) {
        that(value >= 0 && Double.isFinite(value), key, value, "a number of at least 0");
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? String.format(Locale.ROOT, "%.0f", bound) : Double.toString(bound);
    }
}

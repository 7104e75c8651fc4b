package io.sparring.environment;

import java.util.Arrays;

/**
 * What an observation or an action may be. An action or observation is a row of {@link #size()} floats; a discrete action is
 * one float that holds the index.
 */
public sealed interface Space {
    /** How many floats one element takes. */
    int size();

    /** Whether the {@code size()} floats from {@code offset} on are an element of this space. */
    boolean contains(float[] values, int offset);

    /**
     * The indices 0 … n−1.
     *
     * @param n how many, at least 1 and at most 2^24 (above that a float no longer holds every index)
     */
    record Discrete(int n) implements Space {
        public Discrete {
            if (n < 1 || n > 1 << 24) {
                throw new IllegalArgumentException("a discrete space has 1 to 16777216 elements, not " + n);
            }
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public boolean contains(float[] values, int offset) {
            float value = values[offset];
            return value >= 0 && value < n && value == (int) value;
        }
    }

    /**
     * Vectors between two bounds, both inclusive and possibly infinite.
     *
     * @param low the lower bound of each dimension
     * @param high the upper bound of each dimension, not below {@code low}
     */
    record Box(float[] low, float[] high) implements Space {
        public Box {
            if (low.length != high.length || low.length == 0) {
                throw new IllegalArgumentException(
                        "a box needs as many lower as upper bounds, not " + low.length + " and " + high.length);
            }
            for (int i = 0; i < low.length; i++) {
                if (!(low[i] <= high[i])) {
                    throw new IllegalArgumentException(
                            "dimension " + i + " of a box runs from " + low[i] + " to " + high[i]);
                }
            }
            low = low.clone();
            high = high.clone();
        }

        /** A box whose dimensions all have the same bounds. */
        public static Box of(int size, float low, float high) {
            float[] lows = new float[size];
            float[] highs = new float[size];
            Arrays.fill(lows, low);
            Arrays.fill(highs, high);
            return new Box(lows, highs);
        }

        @Override
        public int size() {
            return low.length;
        }

        @Override
        public boolean contains(float[] values, int offset) {
            for (int i = 0; i < low.length; i++) {
                float value = values[offset + i];
                if (!(value >= low[i] && value <= high[i])) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Box box && Arrays.equals(low, box.low) && Arrays.equals(high, box.high);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(low) + Arrays.hashCode(high);
        }

        @Override
        public String toString() {
            return "Box(" + Arrays.toString(low) + ", " + Arrays.toString(high) + ")";
        }
    }
}

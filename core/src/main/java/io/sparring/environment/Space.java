package io.sparring.environment;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;

/**
 * What an observation or an action may be. An action or observation is a row of {@link #size()} floats; a discrete action is
 * one float that holds the index.
 */
public sealed interface Space extends Serializable {
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

    /** What the numbers of a {@link Box} are where the environment computes them; here each of them is a float. */
    enum Dtype {
        /** Numbers of 32 bits. */
        FLOAT32,
        /** Bytes: whole numbers from 0 to 255, as in images. */
        UINT8;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Arrays whose every number lies between two bounds, both inclusive and possibly infinite.
     *
     * @param low the lower bound of each number, row by row
     * @param high the upper bound of each number, not below {@code low}
     * @param shape how many numbers there are in each dimension, the last one varying fastest; their product is the number of bounds
     * @param dtype what kind of number they are
     */
    record Box(float[] low, float[] high, int[] shape, Dtype dtype) implements Space {
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
                if (dtype == Dtype.UINT8 && (low[i] < 0 || high[i] > 255)) {
                    throw new IllegalArgumentException(
                            "dimension " + i + " of a box of bytes runs from " + low[i] + " to " + high[i]);
                }
            }
            if (elements(shape) != low.length) {
                throw new IllegalArgumentException("a box of the shape " + Arrays.toString(shape) + " has "
                        + elements(shape) + " numbers, and there are " + low.length + " bounds");
            }
            low = low.clone();
            high = high.clone();
            shape = shape.clone();
        }

        /** Vectors of 32-bit floats between these bounds. */
        public Box(float[] low, float[] high) {
            this(low, high, new int[] {low.length}, Dtype.FLOAT32);
        }

        /** Vectors of 32-bit floats that all have the same bounds. */
        public static Box of(int size, float low, float high) {
            return of(Dtype.FLOAT32, low, high, size);
        }

        /** A box of any shape whose numbers all have the same bounds. */
        public static Box of(Dtype dtype, float low, float high, int... shape) {
            float[] lows = new float[elements(shape)];
            float[] highs = new float[lows.length];
            Arrays.fill(lows, low);
            Arrays.fill(highs, high);
            return new Box(lows, highs, shape, dtype);
        }

        private static int elements(int[] shape) {
            int elements = 1;
            for (int extent : shape) {
                if (extent < 1) {
                    throw new IllegalArgumentException(
                            "every dimension of a box has at least 1 number, not as in " + Arrays.toString(shape));
                }
                elements = Math.multiplyExact(elements, extent);
            }
            return elements;
        }

        @Override
        public int size() {
            return low.length;
        }

        @Override
        public boolean contains(float[] values, int offset) {
            for (int i = 0; i < low.length; i++) {
                float value = values[offset + i];
                if (!(value >= low[i] && value <= high[i]) || dtype == Dtype.UINT8 && value != (int) value) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Box box
                    && Arrays.equals(low, box.low)
                    && Arrays.equals(high, box.high)
                    && Arrays.equals(shape, box.shape)
                    && dtype == box.dtype;
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(low) + Arrays.hashCode(high) + Arrays.hashCode(shape);
        }

        /** As in {@code Box(-1.0, 1.0, [2], float32)}; bounds that differ are shown one by one. */
        @Override
        public String toString() {
            return "Box(" + bounds(low) + ", " + bounds(high) + ", " + Arrays.toString(shape) + ", " + dtype + ")";
        }

        private static String bounds(float[] bounds) {
            for (float bound : bounds) {
                if (bound != bounds[0]) {
                    return Arrays.toString(bounds);
                }
            }
            return Float.toString(bounds[0]);
        }
    }
}

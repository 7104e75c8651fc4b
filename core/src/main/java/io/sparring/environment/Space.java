package io.sparring.environment;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;

/**
 * What an observation or an action may be. An action or observation is a row of {@link #size()} floats; a discrete action is
 * one float that holds the index. After Gymnasium's spaces of the same names.
 *
 * <p>Actions of a finite space may be masked: a mask is a row of {@link #maskSize()} flags, true for what is allowed.
 */
public sealed interface Space extends Serializable {
    /** How many floats one element takes. */
    int size();

    /** Whether the {@code size()} floats from {@code offset} on are an element of this space. */
    boolean contains(float[] values, int offset);

    /** How many flags a mask of this space has, one for each logit of a policy over it; 0: it cannot be masked. */
    default int maskSize() {
        return 0;
    }

    /** Whether a mask, the {@link #maskSize()} flags from {@code offset} on, leaves any action. */
    default boolean leavesAny(boolean[] mask, int offset) {
        return true;
    }

    private static boolean anyOf(boolean[] flags, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (flags[i]) {
                return true;
            }
        }
        return false;
    }

    private static boolean isIndex(float value, int n) {
        return value >= 0 && value < n && value == (int) value;
    }

    /**
     * The indices 0 … n−1. A mask has a flag for each.
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
            return isIndex(values[offset], n);
        }

        @Override
        public int maskSize() {
            return n;
        }

        @Override
        public boolean leavesAny(boolean[] mask, int offset) {
            return anyOf(mask, offset, n);
        }
    }

    /**
     * Several choices at once: k indices, the i-th of them one of 0 … sizes[i]−1. A mask has a flag for each index of the first
     * choice, then for each of the second, and so on; it has to leave one of every choice.
     *
     * @param sizes of the k choices, at least one, each of at least 1 and all together of at most 2^24
     */
    record MultiDiscrete(int[] sizes) implements Space {
        public MultiDiscrete {
            long all = 0;
            for (int size : sizes) {
                if (size < 1) {
                    throw new IllegalArgumentException("every choice of a multi-discrete space has at least 1 element,"
                            + " not as in " + Arrays.toString(sizes));
                }
                all += size;
            }
            if (all < 1 || all > 1 << 24) {
                throw new IllegalArgumentException(
                        "the choices of a multi-discrete space have 1 to 16777216 elements together, not " + all);
            }
            sizes = sizes.clone();
        }

        /** Choices of these sizes. */
        public static MultiDiscrete of(int... sizes) {
            return new MultiDiscrete(sizes);
        }

        @Override
        public int size() {
            return sizes.length;
        }

        @Override
        public boolean contains(float[] values, int offset) {
            for (int i = 0; i < sizes.length; i++) {
                if (!isIndex(values[offset + i], sizes[i])) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public int maskSize() {
            return Arrays.stream(sizes).sum();
        }

        @Override
        public boolean leavesAny(boolean[] mask, int offset) {
            int from = offset;
            for (int size : sizes) {
                if (!anyOf(mask, from, size)) {
                    return false;
                }
                from += size;
            }
            return true;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof MultiDiscrete discrete && Arrays.equals(sizes, discrete.sizes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(sizes);
        }

        /** As in {@code MultiDiscrete[sizes=[2, 3]]}. */
        @Override
        public String toString() {
            return "MultiDiscrete[sizes=" + Arrays.toString(sizes) + "]";
        }
    }

    /**
     * n bits, each 0 or 1. A mask has a flag for each: whether it may be 1. That it may be 0 cannot be forbidden.
     *
     * @param n how many, at least 1 and at most 2^24
     */
    record MultiBinary(int n) implements Space {
        public MultiBinary {
            if (n < 1 || n > 1 << 24) {
                throw new IllegalArgumentException("a multi-binary space has 1 to 16777216 bits, not " + n);
            }
        }

        @Override
        public int size() {
            return n;
        }

        @Override
        public boolean contains(float[] values, int offset) {
            for (int i = offset; i < offset + n; i++) {
                if (!isIndex(values[i], 2)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public int maskSize() {
            return n;
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

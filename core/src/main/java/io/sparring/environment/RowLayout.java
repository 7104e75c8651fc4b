package io.sparring.environment;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which numbers of an observation are kept as bytes, as those of images, and which as 32-bit floats. Where there are both, the bytes of a row lie one
 * behind the other in one array and its floats in another, each in the observation's order.
 */
public final class RowLayout implements Serializable {
    private static final long serialVersionUID = 1;

    /** By number, whether it is a byte. */
    private final boolean[] kinds;
    /** By number, how many of its kind come before it in a row. */
    private final int[] places;

    private final int bytes;

    private RowLayout(boolean[] kinds) {
        this.kinds = kinds;
        places = new int[kinds.length];
        int bytesBefore = 0;
        for (int number = 0; number < kinds.length; number++) {
            places[number] = kinds[number] ? bytesBefore++ : number - bytesBefore;
        }
        bytes = bytesBefore;
    }

    /** All as the space has them. */
    public static RowLayout of(Space.Box space) {
        boolean[] kinds = new boolean[space.size()];
        Arrays.fill(kinds, space.dtype() == Space.Dtype.UINT8);
        return new RowLayout(kinds);
    }

    /**
     * As {@link #runs} says it.
     *
     * @throws IllegalArgumentException if a length is negative, or all of them together are nothing or more than an array has
     */
    public static RowLayout ofRuns(int[] runs) {
        long size = 0;
        for (int run : runs) {
            size += run < 0 ? Integer.MIN_VALUE : run;
        }
        if (size < 1 || size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "no observation has so many floats and bytes in turn: " + Arrays.toString(runs));
        }
        boolean[] kinds = new boolean[(int) size];
        int at = 0;
        for (int i = 0; i < runs.length; i++) {
            Arrays.fill(kinds, at, at + runs[i], i % 2 == 1);
            at += runs[i];
        }
        return new RowLayout(kinds);
    }

    /** So many floats, then so many bytes, and so on in turn; the first may be 0, no other is. */
    public int[] runs() {
        List<Integer> runs = new ArrayList<>();
        boolean kind = false;
        int from = 0;
        for (int number = 0; number < kinds.length; number++) {
            if (kinds[number] != kind) {
                runs.add(number - from);
                from = number;
                kind = !kind;
            }
        }
        runs.add(kinds.length - from);
        return runs.stream().mapToInt(Integer::intValue).toArray();
    }

    /** How many numbers an observation has. */
    public int size() {
        return kinds.length;
    }

    /** How many of them are bytes. */
    public int bytes() {
        return bytes;
    }

    /** How many of them are floats. */
    public int floats() {
        return kinds.length - bytes;
    }

    /** How much room a row takes, in bytes. */
    public int rowBytes() {
        return bytes + floats() * Float.BYTES;
    }

    /** Whether this number is a byte. */
    public boolean isByte(int number) {
        return kinds[number];
    }

    /** How many numbers of its kind come before this one in a row. */
    public int place(int number) {
        return places[number];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowLayout layout && Arrays.equals(kinds, layout.kinds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(kinds);
    }
}

package io.sparring.network;

import io.sparring.environment.RowLayout;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What networks look at, row by row, each number as its space has it. The arrays must not be changed once others have them.
 */
public sealed interface Observations extends Serializable {

    /** Numbers of 32 bits. */
    record Floats(float[] numbers) implements Observations {
        @Override
        public int length() {
            return numbers.length;
        }

        @Override
        public float get(int index) {
            return numbers[index];
        }

        @Override
        public void set(int index, float number) {
            numbers[index] = number;
        }

        @Override
        public void put(int at, Observations given, int from, int count) {
            if (given instanceof Floats floats) {
                System.arraycopy(floats.numbers, from, numbers, at, count);
                return;
            }
            setAll(this, at, given, from, count);
        }

        @Override
        public Observations room(int count) {
            return new Floats(new float[count]);
        }

        @Override
        public long roomBytes() {
            return (long) numbers.length * Float.BYTES;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Floats floats && Arrays.equals(numbers, floats.numbers);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(numbers);
        }
    }

    /** Whole numbers from 0 to 255, as in images: unsigned, a quarter of the room. */
    record Bytes(byte[] numbers) implements Observations {
        @Override
        public int length() {
            return numbers.length;
        }

        @Override
        public float get(int index) {
            return numbers[index] & 0xff;
        }

        @Override
        public void set(int index, float number) {
            numbers[index] = whole(number);
        }

        @Override
        public void put(int at, Observations given, int from, int count) {
            if (given instanceof Bytes bytes) {
                System.arraycopy(bytes.numbers, from, numbers, at, count);
                return;
            }
            setAll(this, at, given, from, count);
        }

        @Override
        public Observations room(int count) {
            return new Bytes(new byte[count]);
        }

        @Override
        public long roomBytes() {
            return numbers.length;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes bytes && Arrays.equals(numbers, bytes.numbers);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(numbers);
        }
    }

    /**
     * Rows of both kinds: what a dictionary of images and vectors gives.
     *
     * @param layout of a row
     * @param bytes of all rows, one behind the other
     * @param floats likewise
     */
    record Mixed(RowLayout layout, byte[] bytes, float[] floats) implements Observations {
        /** @throws IllegalArgumentException if they are not those of whole rows */
        public Mixed {
            if ((long) bytes.length * layout.floats() != (long) floats.length * layout.bytes()
                    || bytes.length % Math.max(1, layout.bytes()) != 0
                    || floats.length % Math.max(1, layout.floats()) != 0) {
                throw new IllegalArgumentException(bytes.length + " bytes and " + floats.length
                        + " floats, and a row has " + layout.bytes() + " and " + layout.floats());
            }
        }

        @Override
        public int length() {
            return bytes.length + floats.length;
        }

        @Override
        public float get(int index) {
            int row = index / layout.size();
            int number = index % layout.size();
            return layout.isByte(number)
                    ? bytes[row * layout.bytes() + layout.place(number)] & 0xff
                    : floats[row * layout.floats() + layout.place(number)];
        }

        @Override
        public void set(int index, float given) {
            int row = index / layout.size();
            int number = index % layout.size();
            if (layout.isByte(number)) {
                bytes[row * layout.bytes() + layout.place(number)] = whole(given);
            } else {
                floats[row * layout.floats() + layout.place(number)] = given;
            }
        }

        @Override
        public void put(int at, Observations given, int from, int count) {
            int size = layout.size();
            if (given instanceof Mixed mixed
                    && mixed.layout.equals(layout)
                    && at % size == 0
                    && from % size == 0
                    && count % size == 0) {
                System.arraycopy(
                        mixed.bytes,
                        from / size * layout.bytes(),
                        bytes,
                        at / size * layout.bytes(),
                        count / size * layout.bytes());
                System.arraycopy(
                        mixed.floats,
                        from / size * layout.floats(),
                        floats,
                        at / size * layout.floats(),
                        count / size * layout.floats());
                return;
            }
            setAll(this, at, given, from, count);
        }

        /** @throws IllegalArgumentException if these are no whole rows */
        @Override
        public Observations room(int count) {
            return Observations.room(layout, count);
        }

        @Override
        public long roomBytes() {
            return bytes.length + (long) floats.length * Float.BYTES;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Mixed mixed
                    && layout.equals(mixed.layout)
                    && Arrays.equals(bytes, mixed.bytes)
                    && Arrays.equals(floats, mixed.floats);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(bytes) + Arrays.hashCode(floats);
        }
    }

    private static byte whole(float number) {
        byte whole = (byte) number;
        if ((whole & 0xff) != number) {
            throw new IllegalArgumentException(number + " is observed where whole numbers from 0 to 255 are promised");
        }
        return whole;
    }

    /**
     * Room for so many numbers of whole rows.
     *
     * @throws IllegalArgumentException if these are no whole rows
     */
    static Observations room(RowLayout layout, int numbers) {
        if (numbers % layout.size() != 0) {
            throw new IllegalArgumentException(numbers + " numbers are no whole rows of " + layout.size());
        }
        int rows = numbers / layout.size();
        return of(layout, new byte[rows * layout.bytes()], new float[rows * layout.floats()]);
    }

    /** These numbers, where they stand: the bytes of all rows, and their floats. */
    static Observations of(RowLayout layout, byte[] bytes, float[] floats) {
        if (layout.bytes() == 0) {
            return new Floats(floats);
        }
        return layout.floats() == 0 ? new Bytes(bytes) : new Mixed(layout, bytes, floats);
    }

    /** How many numbers there are. */
    int length();

    /** The number at this place. */
    float get(int index);

    /** All of them as 32-bit numbers; a copy. */
    default float[] toFloats() {
        float[] numbers = new float[length()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = get(i);
        }
        return numbers;
    }

    /**
     * Writes a number.
     *
     * @throws IllegalArgumentException if it is not of this kind
     */
    void set(int index, float number);

    private static void setAll(Observations to, int at, Observations given, int from, int count) {
        for (int i = 0; i < count; i++) {
            to.set(at + i, given.get(from + i));
        }
    }

    /**
     * Writes numbers from {@code at} on.
     *
     * @param given of which {@code count} from {@code from} on are taken
     * @throws IllegalArgumentException if one of them is not of this kind
     */
    void put(int at, Observations given, int from, int count);

    /** Room for so many of the same kind. */
    Observations room(int count);

    /** How much room they take, in bytes. */
    long roomBytes();
}

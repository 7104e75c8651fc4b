package io.sparring.network;

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
        public void put(int at, Observations given, int from, int count) {
            if (given instanceof Floats floats) {
                System.arraycopy(floats.numbers, from, numbers, at, count);
                return;
            }
            for (int i = 0; i < count; i++) {
                numbers[at + i] = given.get(from + i);
            }
        }

        @Override
        public Observations room(int count) {
            return new Floats(new float[count]);
        }

        @Override
        public long bytes() {
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
        public void put(int at, Observations given, int from, int count) {
            if (given instanceof Bytes bytes) {
                System.arraycopy(bytes.numbers, from, numbers, at, count);
                return;
            }
            for (int i = 0; i < count; i++) {
                float number = given.get(from + i);
                numbers[at + i] = (byte) number;
                if ((numbers[at + i] & 0xff) != number) {
                    throw new IllegalArgumentException(
                            number + " is observed where whole numbers from 0 to 255 are promised");
                }
            }
        }

        @Override
        public Observations room(int count) {
            return new Bytes(new byte[count]);
        }

        @Override
        public long bytes() {
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
     * Writes numbers from {@code at} on.
     *
     * @param given of which {@code count} from {@code from} on are taken
     * @throws IllegalArgumentException if one of them is not of this kind
     */
    void put(int at, Observations given, int from, int count);

    /** Room for so many of the same kind. */
    Observations room(int count);

    /** How much room they take. */
    long bytes();
}

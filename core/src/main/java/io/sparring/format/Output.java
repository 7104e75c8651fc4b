package io.sparring.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Bytes in the making, big-endian; {@link Input} reads them. Arrays stand behind their lengths. */
public final class Output {
    private ByteBuffer bytes;

    /** @param expected how many bytes it will be, about */
    public Output(int expected) {
        bytes = ByteBuffer.allocate(expected);
    }

    private ByteBuffer room(long count) {
        if (count > bytes.remaining()) {
            long needed = bytes.position() + count;
            // Some VMs keep a few words of an array for themselves.
            int most = Integer.MAX_VALUE - 8;
            if (needed > most) {
                throw new IllegalArgumentException("a value of " + needed + " bytes; the largest has " + most);
            }
            int position = bytes.position();
            int capacity = (int) Math.min(most, Math.max(needed, 2L * bytes.capacity()));
            bytes = ByteBuffer.wrap(Arrays.copyOf(bytes.array(), capacity)).position(position);
        }
        return bytes;
    }

    public void flag(boolean value) {
        room(1).put((byte) (value ? 1 : 0));
    }

    /** A byte each. */
    public void flags(boolean[] elements) {
        integer(elements.length);
        for (boolean element : elements) {
            flag(element);
        }
    }

    public void integer(int value) {
        room(Integer.BYTES).putInt(value);
    }

    public void integer64(long value) {
        room(Long.BYTES).putLong(value);
    }

    public void real(double value) {
        room(Double.BYTES).putDouble(value);
    }

    public void bytes(byte[] elements) {
        integer(elements.length);
        room(elements.length).put(elements);
    }

    /** In UTF-8. */
    public void text(String text) {
        bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    public void floats(float[] elements) {
        integer(elements.length);
        long size = (long) elements.length * Float.BYTES;
        room(size).asFloatBuffer().put(elements);
        bytes.position(bytes.position() + (int) size);
    }

    public void doubles(double[] elements) {
        integer(elements.length);
        long size = (long) elements.length * Double.BYTES;
        room(size).asDoubleBuffer().put(elements);
        bytes.position(bytes.position() + (int) size);
    }

    public void integers(int[] elements) {
        integer(elements.length);
        long size = (long) elements.length * Integer.BYTES;
        room(size).asIntBuffer().put(elements);
        bytes.position(bytes.position() + (int) size);
    }

    /** How many bytes were written. */
    public int size() {
        return bytes.position();
    }

    void integerAt(int position, int value) {
        bytes.putInt(position, value);
    }

    int checksum() {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.array(), 0, bytes.position());
        return (int) checksum.getValue();
    }

    /** What was written. */
    public byte[] bytes() {
        return bytes.hasRemaining() ? Arrays.copyOf(bytes.array(), bytes.position()) : bytes.array();
    }
}

package io.sparring.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads what {@link Output} wrote, and nothing beyond the end. A length is believed only as far as there are bytes: no bytes, whoever made
 * them, have the reader ask for more memory than they fill.
 */
public final class Input {
    private final ByteBuffer bytes;

    /** The {@code length} bytes from {@code offset} on. */
    public Input(byte[] bytes, int offset, int length) {
        this.bytes = ByteBuffer.wrap(bytes, offset, length).slice();
    }

    private ByteBuffer require(int count) throws Unreadable {
        if (bytes.remaining() < count) {
            throw new Unreadable.Damaged("it ends too early");
        }
        return bytes;
    }

    public boolean flag() throws Unreadable {
        byte value = require(1).get();
        if (value != 0 && value != 1) {
            throw new Unreadable.Damaged("a flag is " + value);
        }
        return value == 1;
    }

    public int integer() throws Unreadable {
        return require(Integer.BYTES).getInt();
    }

    public long integer64() throws Unreadable {
        return require(Long.BYTES).getLong();
    }

    public double real() throws Unreadable {
        return require(Double.BYTES).getDouble();
    }

    /**
     * A number of elements that follow.
     *
     * @param elementBytes the least that one of them takes
     */
    public int length(int elementBytes) throws Unreadable {
        int length = integer();
        if (length < 0 || length > bytes.remaining() / elementBytes) {
            throw new Unreadable.Damaged("an array of " + length + " elements does not fit into it");
        }
        return length;
    }

    public byte[] bytes() throws Unreadable {
        byte[] elements = new byte[length(1)];
        bytes.get(elements);
        return elements;
    }

    public boolean[] flags() throws Unreadable {
        boolean[] elements = new boolean[length(1)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = flag();
        }
        return elements;
    }

    public String text() throws Unreadable {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    public float[] floats() throws Unreadable {
        float[] elements = new float[length(Float.BYTES)];
        bytes.asFloatBuffer().get(elements);
        bytes.position(bytes.position() + elements.length * Float.BYTES);
        return elements;
    }

    public double[] doubles() throws Unreadable {
        double[] elements = new double[length(Double.BYTES)];
        bytes.asDoubleBuffer().get(elements);
        bytes.position(bytes.position() + elements.length * Double.BYTES);
        return elements;
    }

    public int[] integers() throws Unreadable {
        int[] elements = new int[length(Integer.BYTES)];
        bytes.asIntBuffer().get(elements);
        bytes.position(bytes.position() + elements.length * Integer.BYTES);
        return elements;
    }

    /** @throws Unreadable if anything is left */
    public void requireEnd() throws Unreadable {
        if (bytes.hasRemaining()) {
            throw new Unreadable.Damaged("it goes on after its end");
        }
    }
}

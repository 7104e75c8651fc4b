package io.sparring.format;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A message of Protocol Buffers in the making: its fields as they come, each behind its number (protobuf.dev/programming-guides/encoding). Whoever
 * writes another's format by it, TensorBoard's or ONNX's, needs this page of it alone; the library would be half a megabyte, beside the classes that its
 * compiler makes.
 */
public final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;
    private static final int WIRE_TYPE_BITS = 3;
    private static final int VARINT_BITS = 7;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A message without fields. */
    public Protobuf() {}

    /** A whole number or a truth value. */
    public Protobuf integer(int field, long value) {
        return key(field, VARINT).varint(value);
    }

    /** A number of 64 bits. */
    public Protobuf real(int field, double value) {
        return key(field, FIXED_64).littleEndian(Double.doubleToLongBits(value), Double.BYTES);
    }

    /** A number of 32 bits. */
    public Protobuf real32(int field, float value) {
        return key(field, FIXED_32).littleEndian(Float.floatToIntBits(value), Float.BYTES);
    }

    /** In UTF-8. */
    public Protobuf text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes as they are. */
    public Protobuf bytes(int field, byte[] value) {
        key(field, LENGTH_DELIMITED).varint(value.length).out.writeBytes(value);
        return this;
    }

    /** A message within this one. */
    public Protobuf message(int field, Protobuf value) {
        return bytes(field, value.encoded());
    }

    /** The message so far. */
    public byte[] encoded() {
        return out.toByteArray();
    }

    private Protobuf key(int field, int wireType) {
        return varint((long) field << WIRE_TYPE_BITS | wireType);
    }

    private Protobuf varint(long value) {
        long rest = value;
        while (rest >>> VARINT_BITS != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= VARINT_BITS;
        }
        out.write((int) rest);
        return this;
    }

    private Protobuf littleEndian(long bits, int count) {
        for (int i = 0; i < count; i++) {
            out.write((int) (bits >>> Byte.SIZE * i));
        }
        return this;
    }
}

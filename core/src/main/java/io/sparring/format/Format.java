package io.sparring.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * A kind of value as bytes, as Lucene's CodecUtil frames its files:
 *
 * <pre>
 *   magic (4 letters) · version (int) · length of the content (int) · content · CRC-32C of all before (int)
 * </pre>
 *
 * <p>The version is looked at before everything else but the magic: a later build may have changed all that follows.
 */
public final class Format {
    /** What {@link #write} adds to the content. */
    public static final int FRAME_BYTES = 4 * Integer.BYTES;

    private static final int HEADER_BYTES = 3 * Integer.BYTES;

    private final int magic;
    private final String name;
    private final Versions versions;

    /**
     * @param magic four letters of ASCII
     * @param name for messages, as in {@code a shard}
     */
    public Format(String magic, String name, Versions versions) {
        byte[] letters = magic.getBytes(StandardCharsets.US_ASCII);
        if (letters.length != Integer.BYTES) {
            throw new IllegalArgumentException("a magic of 4 letters, not " + magic);
        }
        this.magic = ByteBuffer.wrap(letters).getInt();
        this.name = name;
        this.versions = versions;
    }

    /**
     * The value, framed.
     *
     * @param content writes it
     * @param contentBytes how many bytes that will be, about: more and fewer are allowed
     */
    public byte[] write(Consumer<Output> content, int contentBytes) {
        Output out = new Output(contentBytes + FRAME_BYTES);
        out.integer(magic);
        out.integer(versions.newest());
        out.integer(0);
        content.accept(out);
        out.integerAt(2 * Integer.BYTES, out.size() - HEADER_BYTES);
        out.integer(out.checksum());
        return out.bytes();
    }

    /** What {@link Input} hands a value's content to. */
    public interface Reading<T> {
        /** @param version of the format, one of those that this build reads */
        T from(Input in, int version) throws Unreadable;
    }

    /**
     * The value that {@link #write} wrote.
     *
     * @throws Unreadable if it is none, in a sentence about it
     */
    public <T> T read(byte[] bytes, Reading<T> content) throws Unreadable {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (bytes.length < 2 * Integer.BYTES || buffer.getInt() != magic) {
            throw new Unreadable.Damaged("it does not begin as " + name + " does");
        }
        int version = buffer.getInt();
        versions.require(version);
        if (bytes.length < FRAME_BYTES) {
            throw new Unreadable.Damaged("it ends too early");
        }
        int length = buffer.getInt();
        if (length != bytes.length - FRAME_BYTES) {
            throw new Unreadable.Damaged(
                    "its content has " + (bytes.length - FRAME_BYTES) + " bytes, and should have " + length);
        }
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, HEADER_BYTES + length);
        if (buffer.getInt(HEADER_BYTES + length) != (int) checksum.getValue()) {
            throw new Unreadable.Damaged("its checksum does not match: it was altered");
        }
        Input in = new Input(bytes, HEADER_BYTES, length);
        T value = content.from(in, version);
        in.requireEnd();
        return value;
    }
}

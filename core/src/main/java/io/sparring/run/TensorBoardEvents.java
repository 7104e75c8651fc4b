package io.sparring.run;

import io.sparring.format.Protobuf;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes scalars as a TensorBoard event file: TFRecords (tensorflow/core/lib/io/record_writer.h) of {@code Event} messages
 * (tensorflow/core/util/event.proto). A scalar needs seven fields of that format, so they are encoded here by hand.
 *
 * <p>Not thread-safe. The stream is the caller's to open, so the file may lie anywhere; {@link #close} closes it. Each record
 * goes out in one {@code write}: a killed run leaves at most one broken record at the end, which TensorBoard passes over.
 */
public final class TensorBoardEvents implements Closeable {
    private static final String FILE_VERSION = "brain.Event:2";
    private static final int CHECKSUM_MASK = 0xa282ead8;

    /** SummaryMetadata: plugin_data (1) with plugin_name (1), and data_class (4), whose value 1 is DATA_CLASS_SCALAR. */
    private static final byte[] SCALAR_METADATA = new Protobuf()
            .bytes(1, new Protobuf().text(1, "scalars").encoded())
            .integer(4, 1)
            .encoded();

    private final OutputStream out;

    /**
     * Starts a file: writes the event that names the format's version.
     *
     * @param out an empty file
     * @param wallTimeSeconds seconds since 1970
     */
    public TensorBoardEvents(OutputStream out, double wallTimeSeconds) throws IOException {
        this.out = out;
        write(new Protobuf().real(1, wallTimeSeconds).text(3, FILE_VERSION));
    }

    /**
     * The name of an event file. TensorBoard reads the files of one folder in the order of their names and finds them by
     * "tfevents", so the time comes first, in ten digits.
     *
     * @param wallTimeSeconds when the file was started, seconds since 1970
     * @param writer tells files of the same second apart
     */
    public static String fileName(double wallTimeSeconds, String writer) {
        if (!writer.matches("[A-Za-z0-9_-]+")) {
            throw new IllegalArgumentException("writer: \"" + writer + "\", must be letters, digits, - or _");
        }
        return String.format(Locale.ROOT, "events.out.tfevents.%010d.%s", (long) wallTimeSeconds, writer);
    }

    /**
     * Adds one point to the curve {@code tag}.
     *
     * @param tag the curve's name; TensorBoard groups by what stands before the first "/"
     * @param step the x coordinate, usually environment steps; 0 or more
     * @param wallTimeSeconds seconds since 1970
     * @param value kept as a 32-bit float; NaN and infinities are allowed
     */
    public void scalar(String tag, long step, double wallTimeSeconds, double value) throws IOException {
        if (tag.isEmpty()) {
            throw new IllegalArgumentException("tag: is empty");
        }
        if (step < 0) {
            throw new IllegalArgumentException("step: " + step + ", must be 0 or more");
        }
        Protobuf point = new Protobuf().text(1, tag).real32(2, (float) value).bytes(9, SCALAR_METADATA);
        Protobuf summary = new Protobuf().bytes(1, point.encoded());
        write(new Protobuf().real(1, wallTimeSeconds).integer(2, step).bytes(5, summary.encoded()));
    }

    /**
     * Names what the run was asked for, for the page HPARAMS: the file's runs stand there in a table, beside their last scalars.
     *
     * @param values by name: numbers, truth values, and anything else as text
     * @param wallTimeSeconds seconds since 1970
     */
    public void hyperparameters(Map<String, Object> values, double wallTimeSeconds) throws IOException {
        // SessionStartInfo: a map of google.protobuf.Value (1), start_time_secs (5); HParamsPluginData:
        // session_start_info (3).
        Protobuf session = new Protobuf();
        values.forEach((name, value) -> session.bytes(
                1, new Protobuf().text(1, name).bytes(2, value(value).encoded()).encoded()));
        session.real(5, wallTimeSeconds);
        byte[] content = new Protobuf().bytes(3, session.encoded()).encoded();
        byte[] metadata = new Protobuf()
                .bytes(1, new Protobuf().text(1, "hparams").bytes(2, content).encoded())
                .encoded();
        Protobuf point = new Protobuf().text(1, "_hparams_/session_start_info").bytes(9, metadata);
        Protobuf summary = new Protobuf().bytes(1, point.encoded());
        write(new Protobuf().real(1, wallTimeSeconds).bytes(5, summary.encoded()));
    }

    /** google.protobuf.Value: number_value (2), string_value (3), bool_value (4). */
    private static Protobuf value(Object value) {
        if (value instanceof Number number) {
            return new Protobuf().real(2, number.doubleValue());
        }
        return value instanceof Boolean truth
                ? new Protobuf().integer(4, truth ? 1 : 0)
                : new Protobuf().text(3, value.toString());
    }

    /** Hands on what the stream buffers, so that a TensorBoard that watches sees it. */
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** One TFRecord: length (8 bytes), checksum of the length (4), message, checksum of the message (4), little-endian. */
    private void write(Protobuf event) throws IOException {
        byte[] message = event.encoded();
        ByteBuffer bytes = ByteBuffer.allocate(8 + 4 + message.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(message.length).putInt(maskedChecksum(bytes.array(), 0, 8));
        bytes.put(message).putInt(maskedChecksum(message, 0, message.length));
        out.write(bytes.array());
    }

    /** CRC-32C, rotated and shifted: the format does so because the checksum of a text that holds its own checksum is weak. */
    private static int maskedChecksum(byte[] bytes, int at, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, at, length);
        return Integer.rotateRight((int) checksum.getValue(), 15) + CHECKSUM_MASK;
    }
}

package io.sparring.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A run's metrics as JSON lines: one flat object a line, in UTF-8, so that {@code pandas.read_json(lines=True)} and
 * {@code jq} read it as it is.
 *
 * <p>A record counts once its newline is written; {@link #read} passes over what a killed run has left unfinished. Not
 * thread-safe. The stream is the caller's to open; {@link #close} closes it.
 */
public final class MetricsLog implements Closeable {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Half of the time that a million lines take is that of Java's own, which gives the same numbers.
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ObjectReader LINE = JSON.readerFor(new TypeReference<LinkedHashMap<String, Object>>() {});

    /** More than a round of ten thousand workers has, each with the staleness of its updates. */
    private static final int LONGEST_LINE = 1 << 22;

    private final OutputStream out;

    /**
     * A log that goes on where the stream stands.
     *
     * @param out a file that is empty or ends with a newline
     */
    public MetricsLog(OutputStream out) {
        this.out = out;
    }

    /**
     * Writes one line and flushes it.
     *
     * @param values numbers, strings, booleans or null, written in the map's order. JSON has no word for NaN and infinities:
     *     they are written as null
     */
    public void record(Map<String, ?> values) throws IOException {
        Map<String, Object> line = new LinkedHashMap<>();
        values.forEach((key, value) -> line.put(key, writable(key, value)));
        byte[] json = JSON.writeValueAsBytes(line);
        byte[] bytes = Arrays.copyOf(json, json.length + 1);
        bytes[json.length] = '\n';
        // In one write, so that the line and its newline are not torn apart by the end of a buffer.
        out.write(bytes);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** What a log is read to, line by line and in order: nothing of it is kept here, however long it is. */
    public interface Reader {
        /** @param record its keys in their order: whole numbers as Integer or Long, others as Double */
        void record(Map<String, Object> record) throws IOException;

        /** A finished line that is no record. */
        void damage(Damage damage) throws IOException;
    }

    /**
     * A line that is no record.
     *
     * @param number of the line, from 1
     * @param text the line; of one that is longer than any record, its first 4 MiB
     * @param reason what is wrong with it
     */
    public record Damage(long number, String text, String reason) {}

    /**
     * Reads a log back. An unfinished last line is no error, and no record.
     *
     * @param required keys that every record has, each with the type of its values
     * @throws IOException where the stream or the reader throws it
     */
    public static void read(InputStream in, Map<String, Class<?>> required, Reader reader) throws IOException {
        byte[] buffer = new byte[1 << 16];
        // Of the line that is unfinished, from the buffer's beginning.
        int held = 0;
        // Whether there was more of it than is held.
        boolean tooLong = false;
        long number = 0;
        while (true) {
            int count = in.read(buffer, held, buffer.length - held);
            if (count < 0) {
                return;
            }
            int end = held + count;
            int start = 0;
            for (int i = held; i < end; i++) {
                if (buffer[i] == '\n') {
                    number++;
                    if (tooLong || i - start > LONGEST_LINE) {
                        String text = new String(buffer, start, LONGEST_LINE, StandardCharsets.UTF_8);
                        reader.damage(new Damage(number, text, "longer than " + LONGEST_LINE + " bytes"));
                        tooLong = false;
                    } else {
                        line(buffer, start, i, number, required, reader);
                    }
                    start = i + 1;
                }
            }
            held = end - start;
            System.arraycopy(buffer, start, buffer, 0, held);
            if (held > LONGEST_LINE) {
                tooLong = true;
                held = LONGEST_LINE;
            } else if (held == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * held);
            }
        }
    }

    private static void line(
            byte[] bytes, int start, int end, long number, Map<String, Class<?>> required, Reader reader)
            throws IOException {
        Map<String, Object> record;
        try {
            record = parse(bytes, start, end, required);
        } catch (IOException e) {
            reader.damage(
                    new Damage(number, new String(bytes, start, end - start, StandardCharsets.UTF_8), e.getMessage()));
            return;
        }
        reader.record(record);
    }

    private static Map<String, Object> parse(byte[] bytes, int start, int end, Map<String, Class<?>> required)
            throws IOException {
        Map<String, Object> line;
        try {
            line = LINE.readValue(bytes, start, end - start);
        } catch (JsonProcessingException e) {
            throw new IOException("not one JSON object", e);
        }
        if (line == null) {
            throw new IOException("null, must be an object");
        }
        for (Map.Entry<String, Class<?>> key : required.entrySet()) {
            if (!key.getValue().isInstance(line.get(key.getKey()))) {
                throw new IOException("it has no " + key.getKey());
            }
        }
        return line;
    }

    private static Object writable(String key, Object value) {
        if (value instanceof Double || value instanceof Float) {
            return Double.isFinite(((Number) value).doubleValue()) ? value : null;
        }
        if (value == null || value instanceof Number || value instanceof String || value instanceof Boolean) {
            return value;
        }
        throw new IllegalArgumentException("metric \"" + key + "\": a "
                + value.getClass().getName() + ", must be a number, a string, a boolean or null");
    }
}

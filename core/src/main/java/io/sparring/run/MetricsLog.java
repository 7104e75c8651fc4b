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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

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
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final ObjectReader LINE = JSON.readerFor(new TypeReference<LinkedHashMap<String, Object>>() {});

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

    /**
     * A line that is no record.
     *
     * @param number of the line, from 1
     * @param text the line
     * @param reason what is wrong with it
     */
    public record Damage(int number, String text, String reason) {}

    /**
     * Reads a log back, each line's keys in their order: whole numbers as Integer or Long, others as Double. An unfinished last line
     * is no error, and no record.
     *
     * @param required keys that every record has, each with the type of its values
     * @param damaged receives the finished lines that are no records, which are passed over
     */
    public static List<Map<String, Object>> read(
            InputStream in, Map<String, Class<?>> required, Consumer<Damage> damaged) throws IOException {
        byte[] bytes = in.readAllBytes();
        List<Map<String, Object>> records = new ArrayList<>();
        int start = 0;
        int number = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                number++;
                try {
                    records.add(parse(bytes, start, i, required));
                } catch (IOException e) {
                    String text = new String(bytes, start, i - start, StandardCharsets.UTF_8);
                    damaged.accept(new Damage(number, text, e.getMessage()));
                }
                start = i + 1;
            }
        }
        return records;
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

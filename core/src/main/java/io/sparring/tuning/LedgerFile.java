package io.sparring.tuning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The format of a sweep's ledger: one JSON object a line, its last key the checksum of what stands before it. A line counts once its newline is
 * written, so that a ledger whose writer was killed at any byte is read up to its last whole line.
 */
public final class LedgerFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final ObjectReader LINE = JSON.readerFor(new TypeReference<LinkedHashMap<String, Object>>() {});
    private static final String CHECKSUM = ",\"crc32c\":\"";
    private static final int CHECKSUM_LENGTH = CHECKSUM.length() + 8 + "\"}".length();

    private LedgerFile() {}

    /** An event as a line, with its newline. */
    public static byte[] line(Map<String, Object> event) {
        try {
            String json = JSON.writeValueAsString(event);
            String content = json.substring(0, json.length() - 1);
            return (content + CHECKSUM + checksum(content) + "\"}\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * What was read.
     *
     * @param events in order
     * @param bytes how long the whole lines are: whatever is behind them is to be cut off before anything is appended
     */
    public record Content(List<Map<String, Object>> events, long bytes) {}

    /**
     * Reads a ledger up to its last whole line.
     *
     * @param name the file's, for messages
     * @throws InvalidConfiguration if a line is damaged and whole ones follow it: what it said is lost
     */
    public static Content read(String name, InputStream in) throws IOException {
        List<Map<String, Object>> events = new ArrayList<>();
        long whole = 0;
        int number = 0;
        int damaged = 0;
        byte[] bytes = in.readAllBytes();
        for (int start = 0; start < bytes.length; ) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            number++;
            Map<String, Object> event = end == bytes.length ? null : event(bytes, start, end);
            if (event == null) {
                damaged = damaged == 0 ? number : damaged;
            } else if (damaged > 0) {
                throw new InvalidConfiguration(name + ": line " + damaged
                        + " is damaged, and whole ones follow it; put a copy of the file in its place, or cut it there (head -n "
                        + (damaged - 1) + "): what came after it is then done again");
            } else {
                events.add(event);
                whole = end + 1L;
            }
            start = end + 1;
        }
        return new Content(events, whole);
    }

    /** @return null if it is not as it was written */
    private static Map<String, Object> event(byte[] bytes, int start, int end) {
        String line = new String(bytes, start, end - start, StandardCharsets.UTF_8);
        int content = line.length() - CHECKSUM_LENGTH;
        if (content < 0
                || !line.startsWith(CHECKSUM, content)
                || !line.substring(content + CHECKSUM.length(), line.length() - 2)
                        .equals(checksum(line.substring(0, content)))) {
            return null;
        }
        try {
            return LINE.readValue(line.substring(0, content) + "}");
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static String checksum(String content) {
        CRC32C checksum = new CRC32C();
        checksum.update(content.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x", checksum.getValue());
    }
}

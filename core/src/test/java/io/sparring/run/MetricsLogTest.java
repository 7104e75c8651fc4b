package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsLogTest {
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final MetricsLog log = new MetricsLog(new BufferedOutputStream(file, 1 << 16));

    @Test
    void aRecordIsOneLineWithItsKeysInOrderAndIsThereAtOnce() throws IOException {
        log.record(record("round", 1, "env-steps", 4_000_000_000L, "return", 21.5, "note", "two\nlines", "best", true));

        assertThat(text()).isEqualTo("""
                        {"round":1,"env-steps":4000000000,"return":21.5,"note":"two\\nlines","best":true}
                        """);
    }

    @Test
    void whatIsNoNumberIsWrittenAsNull() throws IOException {
        log.record(record("a", Double.NaN, "b", Double.POSITIVE_INFINITY, "c", Float.NaN, "d", null));

        assertThat(text()).isEqualTo("{\"a\":null,\"b\":null,\"c\":null,\"d\":null}\n");
    }

    @Test
    void aValueThatIsNotFlatIsRefusedByNameAndNothingIsWritten() {
        assertThatThrownBy(() -> log.record(record("env-steps", 1, "returns", List.of(1, 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("returns");
        assertThat(text()).isEmpty();
    }

    @Test
    void recordsAreReadBackAsTheyWere() throws IOException {
        List<Map<String, Object>> records = List.of(
                record("env-steps", 16, "loss", 0.1, "entropy", -0.0),
                record("env-steps", Long.MAX_VALUE, "loss", 1e-300, "environment", "Größe π 🂡"),
                record());
        for (Map<String, Object> record : records) {
            log.record(record);
        }

        List<Map<String, Object>> read = read(input(text()));

        assertThat(read).isEqualTo(records);
        assertThat(read.get(0).keySet()).containsExactly("env-steps", "loss", "entropy");
    }

    @Test
    void whereverAWriterIsKilledItsFinishedLinesAreRead() throws IOException {
        log.record(record("round", 1, "environment", "π"));
        int first = file.size();
        log.record(record("round", 2, "environment", "π"));

        byte[] bytes = file.toByteArray();
        for (int length = 0; length <= bytes.length; length++) {
            int finished = length == bytes.length ? 2 : length >= first ? 1 : 0;
            assertThat(read(new ByteArrayInputStream(Arrays.copyOf(bytes, length))))
                    .as("after %d bytes", length)
                    .hasSize(finished);
        }
    }

    @Test
    void aDamagedLineIsSetAsideWithItsNumberAndTheOthersAreRead() throws IOException {
        List<String> damages = new ArrayList<>(
                List.of("{\"a\":1", "", "null", "[1]", "1", "{\"a\":1}{\"a\":2}", "{\"a\":NaN}", "{\"a\":1,\"a\":2}"));
        damages.addAll(List.of("\0\0\0", "{}", "{\"b\":1}", "{\"a\":null}", "{\"a\":\"1\"}"));
        for (String damage : damages) {
            List<MetricsLog.Damage> found = new ArrayList<>();
            String text = "{\"a\":0}\n" + damage + "\n{\"a\":3}\n";

            assertThat(MetricsLog.read(input(text), Map.of("a", Integer.class), found::add))
                    .as(damage)
                    .containsExactly(record("a", 0), record("a", 3));
            assertThat(found).singleElement().satisfies(line -> {
                assertThat(line.number()).isEqualTo(2);
                assertThat(line.text()).isEqualTo(damage);
                assertThat(line.reason()).isNotBlank();
            });
        }
    }

    @Test
    void aLogGoesOnWhereAnotherEnded() throws IOException {
        log.record(record("round", 1));
        new MetricsLog(file).record(record("round", 2));

        assertThat(read(input(text()))).containsExactly(record("round", 1), record("round", 2));
    }

    /** Of a log without damage. */
    private static List<Map<String, Object>> read(ByteArrayInputStream in) throws IOException {
        List<MetricsLog.Damage> damaged = new ArrayList<>();
        List<Map<String, Object>> records = MetricsLog.read(in, Map.of(), damaged::add);
        assertThat(damaged).isEmpty();
        return records;
    }

    private String text() {
        return file.toString(StandardCharsets.UTF_8);
    }

    private static ByteArrayInputStream input(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Keys and values in turn. */
    private static Map<String, Object> record(Object... keysAndValues) {
        Map<String, Object> record = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            record.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return record;
    }
}

package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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

            assertThat(read(input(text), Map.of("a", Integer.class), found))
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

    @Test
    void aLineLongerThanAnyRecordIsDamageOfWhichTheBeginningIsKept() throws IOException {
        for (int length : new int[] {(1 << 22) + 1, 10 << 20}) {
            List<MetricsLog.Damage> found = new ArrayList<>();
            String text = "{\"a\":0}\n" + "x".repeat(length) + "\n{\"a\":3}\n";

            assertThat(read(input(text), Map.of(), found)).containsExactly(record("a", 0), record("a", 3));
            assertThat(found).singleElement().satisfies(line -> {
                assertThat(line.number()).isEqualTo(2);
                assertThat(line.text()).hasSize(1 << 22).containsOnlyOnce("x".repeat(1 << 22));
                assertThat(line.reason()).contains("longer than");
            });
        }
    }

    /** However long a log is, its lines are not in memory together. */
    @Test
    void aRecordIsHandedOnBeforeMoreIsRead() throws IOException {
        int lines = 100;
        AtomicInteger handedOn = new AtomicInteger();
        InputStream lineByLine = new InputStream() {
            private int given;

            @Override
            public int read() {
                throw new UnsupportedOperationException("only whole lines");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                assertThat(handedOn).hasValue(given);
                if (given == lines) {
                    return -1;
                }
                byte[] line = "{\"round\":%d}\n".formatted(++given).getBytes(StandardCharsets.UTF_8);
                System.arraycopy(line, 0, bytes, offset, line.length);
                return line.length;
            }
        };

        MetricsLog.read(lineByLine, Map.of(), new MetricsLog.Reader() {
            @Override
            public void record(Map<String, Object> record) {
                assertThat(record).containsExactly(Map.entry("round", handedOn.incrementAndGet()));
            }

            @Override
            public void damage(MetricsLog.Damage damage) {
                throw new AssertionError(damage);
            }
        });

        assertThat(handedOn).hasValue(lines);
    }

    @Test
    void aLongRecordIsReadWhereverTheStreamPauses() throws IOException {
        String note = "n".repeat(1 << 18);
        log.record(record("round", 1));
        log.record(record("round", 2, "note", note));
        log.record(record("round", 3));
        InputStream bitByBit = new FilterInputStream(input(text())) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return super.read(bytes, offset, Math.min(length, 7));
            }
        };

        assertThat(read(bitByBit))
                .containsExactly(record("round", 1), record("round", 2, "note", note), record("round", 3));
    }

    /** Of a log without damage. */
    private static List<Map<String, Object>> read(InputStream in) throws IOException {
        List<MetricsLog.Damage> damaged = new ArrayList<>();
        List<Map<String, Object>> records = read(in, Map.of(), damaged);
        assertThat(damaged).isEmpty();
        return records;
    }

    private static List<Map<String, Object>> read(
            InputStream in, Map<String, Class<?>> required, List<MetricsLog.Damage> damaged) throws IOException {
        List<Map<String, Object>> records = new ArrayList<>();
        MetricsLog.read(in, required, new MetricsLog.Reader() {
            @Override
            public void record(Map<String, Object> record) {
                records.add(record);
            }

            @Override
            public void damage(MetricsLog.Damage damage) {
                damaged.add(damage);
            }
        });
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

package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparring.python.PythonEnvironment;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardEventsTest {
    /** What tensorboard 2.21.0's own RecordWriter and messages make of the same two events. */
    private static final String VERSION_RECORD =
            "1800000000000000a37f4b220900001040fc54d9411a0d627261696e2e4576656e743a32338d2fe9";

    private static final String SCALAR_RECORD = "31000000000000009d8383e90900006040fc54d94110ac022a230a210a0b6c6f73732f"
            + "706f6c69637915000000bf4a0d0a090a077363616c61727320018b8dcfcc";

    private static final double START = 1_700_000_000.25;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @Test
    void startsWithTheVersionRecordThatTensorBoardWrites() throws IOException {
        new TensorBoardEvents(file, START).close();

        assertThat(HexFormat.of().formatHex(file.toByteArray())).isEqualTo(VERSION_RECORD);
    }

    @Test
    void aScalarHasTheBytesThatTensorBoardWrites() throws IOException {
        try (TensorBoardEvents events = new TensorBoardEvents(file, START)) {
            events.scalar("loss/policy", 300, START + 1.25, -0.5);
        }

        assertThat(HexFormat.of().formatHex(file.toByteArray())).isEqualTo(VERSION_RECORD + SCALAR_RECORD);
    }

    @Test
    void tensorBoardReadsEveryPointBack() throws IOException {
        PythonEnvironment python = PythonEnvironment.orSkip();
        List<Double> values = List.of(0.0, -0.0, 1.0, -475.25, 0.1, 1e-42, 3.4e38, 1e300, Double.NaN, -1.0 / 0);
        Map<String, List<List<Number>>> written = new LinkedHashMap<>();
        Path file = folder.resolve(TensorBoardEvents.fileName(START, "run"));
        try (TensorBoardEvents events =
                new TensorBoardEvents(new BufferedOutputStream(Files.newOutputStream(file)), START)) {
            for (String tag :
                    List.of("return/evaluation", "entropy", "Verlust/π – \"größte\" Länge: " + "x".repeat(200))) {
                List<List<Number>> points = new ArrayList<>();
                for (int i = 0; i < values.size(); i++) {
                    // Steps of one to six bytes, from 0 on.
                    long step = (1L << 4 * i) - 1;
                    double wallTime = START + 0.125 * i;
                    events.scalar(tag, step, wallTime, values.get(i));
                    points.add(List.of(wallTime, step, (double) (float) (double) values.get(i)));
                }
                written.put(tag, points);
            }
        }

        Map<String, Map<String, List<List<Number>>>> read = JsonMapper.builder()
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .build()
                .readValue(python.run("read_events.py", folder), new TypeReference<>() {});

        assertThat(read).containsOnlyKeys("accumulator", "dashboard");
        read.forEach(
                (reader, curves) -> assertThat(normalised(curves)).as(reader).isEqualTo(normalised(written)));
    }

    @Test
    void tensorBoardReadsWhatTheRunWasAskedFor() throws IOException {
        PythonEnvironment python = PythonEnvironment.orSkip();
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("seed", 3);
        asked.put("a2c.gamma", 0.995);
        asked.put("evaluation.greedy", true);
        asked.put("network.hidden", "[64,64]");
        Path file = folder.resolve(TensorBoardEvents.fileName(START, "run"));
        try (TensorBoardEvents events =
                new TensorBoardEvents(new BufferedOutputStream(Files.newOutputStream(file)), START)) {
            events.hyperparameters(asked, START);
            events.scalar("loss/policy", 300, START + 1.25, -0.5);
        }

        Map<String, Object> read = JsonMapper.builder()
                .build()
                .readValue(python.run("read_events.py", folder, "--hparams"), new TypeReference<>() {});

        asked.put("seed", 3.0);
        assertThat(read).isEqualTo(asked);
    }

    @Test
    void whatIsFlushedIsThere() throws IOException {
        TensorBoardEvents events = new TensorBoardEvents(new BufferedOutputStream(file, 1 << 16), START);
        events.scalar("loss/policy", 300, START + 1.25, -0.5);
        assertThat(file.size()).isZero();

        events.flush();

        assertThat(HexFormat.of().formatHex(file.toByteArray())).isEqualTo(VERSION_RECORD + SCALAR_RECORD);
    }

    @Test
    void filesAreFoundByTensorBoardAndSortByTime() {
        String[] names = {
            TensorBoardEvents.fileName(999_999_999, "run"),
            TensorBoardEvents.fileName(1_700_000_000.9, "run"),
            TensorBoardEvents.fileName(1_700_000_001, "run")
        };

        assertThat(names).isSorted().allSatisfy(name -> assertThat(name).contains("tfevents"));
        assertThat(names[1]).isEqualTo("events.out.tfevents.1700000000.run");
    }

    @Test
    void aWriterThatIsNoFileNameIsRefused() {
        assertThatThrownBy(() -> TensorBoardEvents.fileName(0, "../run"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("../run");
    }

    @Test
    void pointsWithoutATagOrWithANegativeStepAreRefused() throws IOException {
        try (TensorBoardEvents events = new TensorBoardEvents(file, START)) {
            assertThatThrownBy(() -> events.scalar("", 0, START, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> events.scalar("loss", -1, START, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("-1");
        }
        assertThat(HexFormat.of().formatHex(file.toByteArray())).isEqualTo(VERSION_RECORD);
    }

    /** Points as doubles, so that a step read as Integer equals the Long it was. */
    private static Map<String, List<List<Double>>> normalised(Map<String, List<List<Number>>> curves) {
        Map<String, List<List<Double>>> result = new LinkedHashMap<>();
        curves.forEach((tag, points) -> result.put(
                tag,
                points.stream()
                        .map(point -> point.stream().map(Number::doubleValue).toList())
                        .toList()));
        return result;
    }
}

package io.sparring.spark.folder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.algorithm.Backend;
import io.sparring.algorithm.Training;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.tracking.TrackedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docs/metrics.md}: a short introduction by hand, then what stands beside the metrics in the code. */
class MetricTest {
    private static final Path FILE = Path.of("..", "docs", "metrics.md");
    private static final String MARKER = "<!-- From here on written by MetricTest from Metric.java. -->\n\n";
    private static final String COMMAND = "mvn -pl spark-job -am test -Dtest=MetricTest -Dsparring.docs.write=true";

    @TempDir
    private Path work;

    @Test
    void theReferenceSaysWhatTheCodeSays() throws IOException {
        String text = Files.readString(FILE);
        assertThat(text).contains(MARKER);
        StringBuilder expected = new StringBuilder(text.substring(0, text.indexOf(MARKER) + MARKER.length()));
        expected.append("| `metrics.jsonl` | TensorBoard | meaning |\n|---|---|---|\n");
        for (Metric metric : Metric.values()) {
            expected.append("| `").append(metric.key()).append("` | ");
            expected.append(metric.tag.isEmpty() ? "" : "`" + metric.tag + "` ").append("| ");
            expected.append(metric.meaning).append(" |\n");
        }
        if (Boolean.getBoolean("sparring.docs.write")) {
            Files.writeString(FILE, expected);
        }

        assertThat(Files.readString(FILE))
                .as("docs/metrics.md is out of date; write it anew with: %s", COMMAND)
                .isEqualTo(expected.toString());
    }

    @Test
    void noTwoCurvesHaveOneTag() {
        assertThat(Arrays.stream(Metric.values())
                        .map(metric -> metric.tag)
                        .filter(tag -> !tag.isEmpty())
                        .toList())
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a2c", "ppo", "a3c"})
    void whatARunWritesIsInTheReference(String algorithm) throws Exception {
        Configuration configuration = ConfigurationFile.parse("test", """
                environment: {id: Identity-Box-v0}
                budget: {env-steps: 600}
                evaluation: {every-env-steps: 300, episodes: 2}
                normalize: {observations: true, rewards: true}
                ppo: {rollout-length: 16}
                a3c: {workers: 1}
                """, List.of("algorithm=" + algorithm));
        RunFolder folder = RunFolder.at(work.toString(), new org.apache.hadoop.conf.Configuration());
        Training training = Training.of(configuration);
        TrainingState start = training.start();
        try (Recorder recorder = new Recorder(folder, configuration, start, () -> 0, TrackedRun.NONE)) {
            training.run(start, Backend.LOCAL, recorder);
        }

        List<String> lines = Files.readAllLines(work.resolve("metrics.jsonl"));
        assertThat(lines).hasSizeGreaterThan(2);
        for (String line : lines) {
            Map<?, ?> values = new ObjectMapper().readValue(line, Map.class);
            assertThat(values.keySet().stream()
                            .map(Object::toString)
                            .filter(key -> values.get(key) instanceof Number)
                            .filter(key -> !key.startsWith("worker_")))
                    .allSatisfy(key -> assertThat(Metric.of(key)).as(key).isPresent());
        }
    }
}

package io.sparring.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.spark.cli.Sparring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The environment that README.md shows, by the very lines and commands that stand there. */
class OwnEnvironmentIT {
    @TempDir
    private Path folder;

    @Test
    void whatTheReadmeShowsIsCheckedAndLearnedFromItsJar() throws IOException, InterruptedException {
        learns(Map.of());
    }

    @Test
    void throughSparkSubmitToo() throws IOException, InterruptedException {
        learns(Map.of("SPARK_HOME", SparkInstallation.orSkip().toString(), "SPARK_LOCAL_IP", "127.0.0.1"));
    }

    private void learns(Map<String, String> variables) throws IOException, InterruptedException {
        String section = section(Files.readString(Path.of("../README.md")), "## Your own environment\n");
        Files.writeString(folder.resolve("Corridor.java"), block(section, "java"));
        for (String named : List.of("submit", "spark-job")) {
            Files.createSymbolicLink(folder.resolve(named), Path.of("..", named).toRealPath());
        }
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("PATH", Path.of(System.getProperty("java.home"), "bin") + ":" + System.getenv("PATH"));

        Sparring.Outcome outcome = Sparring.shell(folder, environment, "set -e\n" + block(section, "sh"));

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.stdout())
                .contains("Corridor-v0 observes [1] float32, acts in Discrete[n=2]", "ok    it keeps");
        // The best return is -7 in the mean; that of random actions -60.
        assertThat(result().get("best_return").asDouble())
                .as(outcome.toString())
                .isBetween(-8.0, -6.0);
    }

    private JsonNode result() throws IOException {
        try (Stream<Path> runs = Files.list(folder.resolve("runs"))) {
            Path run = runs.findFirst().orElseThrow();
            return new ObjectMapper().readTree(run.resolve("result.json").toFile());
        }
    }

    private static String section(String page, String heading) {
        int from = page.indexOf(heading);
        assertThat(from).as(heading).isNotNegative();
        int to = page.indexOf("\n## ", from);
        return page.substring(from, to < 0 ? page.length() : to);
    }

    /** The lines between the fences of the one block in this language. */
    private static String block(String section, String language) {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(section);
        assertThat(block.find()).as(language).isTrue();
        String lines = block.group(1);
        assertThat(block.find()).as("another block of %s", language).isFalse();
        return lines;
    }
}

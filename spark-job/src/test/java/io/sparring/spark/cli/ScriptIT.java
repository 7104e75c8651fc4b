package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code submit/sparring} itself refuses, before there is a JVM. */
class ScriptIT {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trian tiny.yaml | there is no command trian; known: train ",
                "--queue train tiny.yaml | there is no command tiny.yaml; known: train ",
                "--queue | --queue: expected a value",
                "--conf spark.app.name train | --conf spark.app.name: expected key=value",
                "--master spark://127.0.0.1:1 train tiny.yaml | --master spark://127.0.0.1:1: expected local"
            })
    void theScriptRefusesWhatItCannotHandOn(String words, String complaint) throws IOException, InterruptedException {
        Sparring.Outcome outcome = Sparring.run(folder, words.split(" "));

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
        assertThat(outcome.complaints()).singleElement().asString().startsWith("sparring: " + complaint.trim());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "25.0.3    | 3.5.9 | Java 25.0.3 (JAVA): Spark 3.5.9 runs on Java 17 to 23; set JAVA_HOME to one of these",
                "25.0.3    | 3.5.0-amzn-1 | Java 25.0.3 (JAVA): Spark 3.5.0 runs on Java 17 to 23; set JAVA_HOME to one of these",
                "24-ea     |       | Java 24-ea (JAVA): Spark 3.5 runs on Java 17 to 23; set JAVA_HOME to one of these",
                "1.8.0_402 | 3.5.5 | Java 1.8.0_402 (JAVA): Spark 3.5.5 runs on Java 17 to 23; set JAVA_HOME to one of these",
                "25        | 4.1.4 | Java 25 (JAVA): Spark 4.1.4 runs on Java 17 to 23; set JAVA_HOME to one of these",
                "16.0.2    | 4.2.0 | Java 16.0.2 (JAVA): Spark 4.2.0 runs on Java 17 and later; set JAVA_HOME to one of these",
                "17.0.15   | 3.4.4 | SPARK_HOME=SPARK has Spark 3.4.4: expected 3.5 or 4"
            })
    void aJavaOrASparkThatDoesNotFitIsOneLine(String java, String spark, String complaint) throws Exception {
        Path javaHome = Files.createDirectories(folder.resolve("java"));
        executable(javaHome.resolve("bin/java"));
        Files.writeString(javaHome.resolve("release"), "JAVA_VERSION=\"" + java + "\"\n");
        Map<String, String> environment = new HashMap<>(Map.of("JAVA_HOME", javaHome.toString()));
        Path sparkHome = folder.resolve("spark");
        if (spark != null) {
            executable(sparkHome.resolve("bin/spark-submit"));
            Files.createDirectories(sparkHome.resolve("jars"));
            Files.createFile(sparkHome.resolve("jars/spark-core_2.13-" + spark + ".jar"));
            environment.put("SPARK_HOME", sparkHome.toString());
        }
        try (Sparring sparring = Sparring.start(folder, environment, "--version")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(2);
            assertThat(outcome.complaints())
                    .containsExactly("sparring: "
                            + complaint.replace("JAVA)", javaHome + ")").replace("=SPARK ", "=" + sparkHome + " "));
        }
    }

    private static void executable(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\nexit 70\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}

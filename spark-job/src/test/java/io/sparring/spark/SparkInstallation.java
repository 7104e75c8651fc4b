package io.sparring.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A Spark installation with {@code spark-submit}: the caller's SPARK_HOME, or PyPI's under {@code target/spark-installation}. */
final class SparkInstallation {
    private static final Path FOLDER = Path.of("target", "spark-installation").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private SparkInstallation() {}

    /** Its home. Where there is none and none can be had the calling test is skipped; with {@code CI=true} it fails. */
    static Path orSkip() {
        // Failsafe's own SPARK_HOME is the Maven jars'; the caller's comes under this name.
        String given = System.getenv("CALLERS_SPARK_HOME");
        if (given != null && !given.isEmpty() && !given.startsWith("$")) {
            return Path.of(given);
        }
        try {
            Path marker = FOLDER.resolve("complete");
            if (!Files.exists(marker)) {
                execute("python3", "-m", "venv", "--clear", FOLDER.toString());
                execute(
                        FOLDER.resolve("bin/python").toString(),
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--no-input",
                        "--disable-pip-version-check",
                        "pyspark==" + org.apache.spark.package$.MODULE$.SPARK_VERSION());
                Files.createFile(marker);
            }
            try (Stream<Path> paths = Files.find(FOLDER, 6, (path, what) -> path.endsWith("bin/spark-submit"))) {
                return paths.filter(path -> path.toString().contains("site-packages"))
                        .findFirst()
                        .orElseThrow(() -> new IOException(FOLDER + ": has no spark-submit"))
                        .getParent()
                        .getParent();
            }
        } catch (IOException e) {
            skip("No Spark installation for this test (SPARK_HOME names one): " + e.getMessage());
            throw new AssertionError("not reached", e);
        }
    }

    /** Where CI expects a test to run, one that cannot is a failure. */
    static void skip(String message) {
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(message);
        }
        Assumptions.abort(message);
    }

    private static void execute(String... command) throws IOException {
        Path output = Files.createTempFile("sparring-pip", ".log");
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": not done after " + LIMIT);
            }
            if (process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + Files.readString(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.delete(output);
        }
    }
}

package io.sparring.spark.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Spark installations with {@code spark-submit}: the caller's SPARK_HOME, or PyPI's under {@code target}. */
final class SparkInstallation {
    private SparkInstallation() {}

    /** The home of one like the build's. Where there is none and none can be had the calling test is skipped; with {@code CI=true} it fails. */
    static Path orSkip() {
        // Failsafe's own SPARK_HOME is the Maven jars'; the caller's comes under this name.
        String given = System.getenv("CALLERS_SPARK_HOME");
        if (given != null && !given.isEmpty() && !given.startsWith("$")) {
            return Path.of(given);
        }
        return orSkip("spark-installation", org.apache.spark.package$.MODULE$.SPARK_VERSION());
    }

    /**
     * The home of one from PyPI.
     *
     * @param name of the folder, {@code target/NAME}
     */
    static Path orSkip(String name, String version) {
        try {
            Path folder = PyPi.install(name, "pyspark==" + version);
            try (Stream<Path> paths = Files.find(folder, 6, (path, what) -> path.endsWith("bin/spark-submit"))) {
                return paths.filter(path -> path.toString().contains("site-packages"))
                        .findFirst()
                        .orElseThrow(() -> new IOException(folder + ": has no spark-submit"))
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
}

package io.sparring.spark.cluster;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Python packages that tests need, each in a virtual environment of its own under {@code target}. */
public final class PyPi {
    private static final Duration LIMIT = Duration.ofMinutes(8);

    private PyPi() {}

    /**
     * The virtual environment's folder.
     *
     * @param name of the folder, {@code target/NAME}
     * @param requirement as pip takes it
     * @throws IOException if there is no Python, or the package cannot be had
     */
    public static Path install(String name, String requirement) throws IOException {
        Path folder = Path.of("target", name).toAbsolutePath();
        Path marker = folder.resolve("complete");
        try (FileChannel channel = FileChannel.open(
                folder.resolveSibling(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // Another JVM of this build may want the same.
            channel.lock();
            if (!Files.exists(marker) || !Files.readString(marker).equals(requirement)) {
                execute("python3", "-m", "venv", "--clear", folder.toString());
                execute(
                        folder.resolve("bin/python").toString(),
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--no-input",
                        "--disable-pip-version-check",
                        requirement);
                Files.writeString(marker, requirement);
            }
        }
        return folder;
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

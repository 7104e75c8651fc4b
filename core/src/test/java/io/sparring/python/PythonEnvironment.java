package io.sparring.python;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A Python virtual environment under {@code target/python} with the packages of {@code src/test/python/requirements.txt}, for
 * tests that ask the real consumer of a file what it reads. It is made once, and again only when the requirements change.
 */
public final class PythonEnvironment {
    private static final Duration INSTALLATION_LIMIT = Duration.ofMinutes(5);
    private static final Duration SCRIPT_LIMIT = Duration.ofMinutes(2);

    private final Path scripts;
    private final Path folder;

    private PythonEnvironment(Path scripts, Path folder) {
        this.scripts = scripts;
        this.folder = folder;
    }

    /**
     * The environment, made if need be. Where Python or the packages cannot be had the calling test is skipped; with
     * {@code CI=true} it fails, so that nobody takes a skipped check for a passed one.
     */
    public static PythonEnvironment orSkip() {
        // Surefire's name for the module's folder; an IDE that does not set it starts tests there.
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        boolean ci = "true".equals(System.getenv("CI"));
        return orSkip("python3", module.resolve("src/test/python"), module.resolve("target/python"), ci);
    }

    static PythonEnvironment orSkip(String python, Path scripts, Path folder, boolean ci) {
        try {
            install(python, scripts.resolve("requirements.txt"), folder);
        } catch (IOException e) {
            String message = "No Python environment for this test: " + e.getMessage();
            if (ci) {
                throw new AssertionError(message, e);
            }
            Assumptions.abort(message);
        }
        return new PythonEnvironment(scripts, folder);
    }

    /**
     * Runs a script of {@code src/test/python} and returns what it prints.
     *
     * @throws AssertionError if it fails or takes longer than two minutes; with what it wrote to stderr
     */
    public String run(String script, Object... arguments) {
        List<String> command = new ArrayList<>(
                List.of(interpreter(folder), scripts.resolve(script).toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        try {
            return execute(command, SCRIPT_LIMIT);
        } catch (IOException e) {
            throw new AssertionError(script + " failed", e);
        }
    }

    /** Its interpreter. */
    public Path interpreter() {
        return Path.of(interpreter(folder));
    }

    /** A file of {@code src/test/python}. */
    public Path script(String name) {
        return scripts.resolve(name);
    }

    /** Makes the environment unless it is there. The lock keeps out other JVMs, {@code synchronized} this JVM's threads. */
    private static synchronized void install(String python, Path requirements, Path folder) throws IOException {
        Files.createDirectories(folder.toAbsolutePath().getParent());
        Path lock = folder.resolveSibling(folder.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // Held until the channel closes.
            channel.lock();
            // Written last: half an installation has no marker and is done again.
            Path marker = folder.resolve("requirements.sha256");
            String wanted = sha256(Files.readAllBytes(requirements));
            if (Files.exists(marker) && Files.readString(marker).equals(wanted)) {
                return;
            }
            execute(List.of(python, "-m", "venv", "--clear", folder.toString()), INSTALLATION_LIMIT);
            List<String> pip = List.of("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check");
            List<String> command = new ArrayList<>(List.of(interpreter(folder)));
            command.addAll(pip);
            command.addAll(List.of("--retries", "2", "--requirement", requirements.toString()));
            execute(command, INSTALLATION_LIMIT);
            Files.writeString(marker, wanted);
        }
    }

    private static String interpreter(Path folder) {
        return folder.resolve("bin").resolve("python").toString();
    }

    /** Output goes through files: a pipe that nobody reads would stop the process, and a reader would outlive the limit. */
    private static String execute(List<String> command, Duration limit) throws IOException {
        Path output = Files.createTempFile("sparring-python", ".out");
        Path errors = Files.createTempFile("sparring-python", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": not done after " + limit.toSeconds() + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": exit code " + process.exitValue() + "\n"
                        + Files.readString(output) + Files.readString(errors));
            }
            return Files.readString(output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(String.join(" ", command) + ": interrupted", e);
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}

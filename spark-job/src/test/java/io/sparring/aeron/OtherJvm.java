package io.sparring.aeron;

import io.sparring.spark.SharedTime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Another Java process with the same classes, to which the way to the server is told as Spark would tell it: not on its command line. */
final class OtherJvm implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;

    private OtherJvm(Process process) {
        this.process = process;
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** @param address null if there is none to tell */
    static OtherJvm start(Class<?> main, ServerAddress address, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (address != null) {
            Base64.Encoder base64 = Base64.getEncoder();
            try (PrintStream in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8)) {
                in.println(address.host() + " " + address.port() + " " + base64.encodeToString(address.session()) + " "
                        + base64.encodeToString(address.key()) + " " + address.termBytes());
            }
        }
        return new OtherJvm(process);
    }

    /** In the other JVM: what it was told. */
    static ServerAddress address() throws IOException {
        String[] words = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                .readLine()
                .split(" ");
        Base64.Decoder base64 = Base64.getDecoder();
        return new ServerAddress(
                words[0],
                Integer.parseInt(words[1]),
                base64.decode(words[2]),
                base64.decode(words[3]),
                Integer.parseInt(words[4]));
    }

    /** The next line it prints. */
    String line() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the other JVM has ended without a word more");
        }
        return line;
    }

    /** The next line it prints, or null after the last. */
    String lineOrNull() throws IOException {
        return out.readLine();
    }

    /** SIGTERM. */
    void terminate() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        // Process.destroyForcibly would close the streams as well, with what was not read yet.
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        try {
            if (!SharedTime.waitFor(process, Duration.ofSeconds(20))) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

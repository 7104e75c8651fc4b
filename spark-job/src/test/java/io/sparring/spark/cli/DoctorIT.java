package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sparring doctor} on two executors, with real faults. The port that is closed is {@code HostsIT}'s. */
class DoctorIT {
    @TempDir
    private Path work;

    private Sparring.Outcome doctor(List<String> settings, String... more) throws Exception {
        List<String> words = Stream.of(
                        Stream.of("--master", "local-cluster[2,1,1024]"),
                        settings.stream().flatMap(setting -> Stream.of("--conf", setting)),
                        Stream.of("doctor"),
                        Stream.of(more))
                .flatMap(all -> all)
                .toList();
        return Sparring.run(work, words.toArray(String[]::new));
    }

    @Test
    void aClusterWithoutFaultsIsGreen() throws Exception {
        Sparring.Outcome outcome = doctor(List.of(), "--run", "runs", "--python");

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(outcome.stdout().lines())
                .anyMatch(line -> line.matches("ok +executors +2 of 2 looked at"))
                .anyMatch(line -> line.matches("ok +parameter server +UDP 127\\.0\\.0\\.1:\\d+ answers"))
                .last()
                .isEqualTo("All is well.");
    }

    @Test
    void everyFaultIsNamedWithItsFix() throws Exception {
        Path file = Files.createFile(work.resolve("file"));
        Sparring.Outcome outcome = doctor(
                List.of(
                        "spark.executor.memoryOverhead=100m",
                        "spark.executor.extraJavaOptions=-Dsparring.kernels=scalar -Dsparring.aeron.directory=/proc -Djava.io.tmpdir=/proc"),
                "--run",
                file.resolve("run").toString(),
                "--python",
                "no-python");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
        assertNamed(outcome, "fix", "memory overhead", "100 MiB", "spark.executor.memoryOverhead=384m");
        assertNamed(outcome, "fix", "temporary files", "/proc cannot be written by ", "-Djava.io.tmpdir=");
        assertNamed(outcome, "note", "networks", "one float at a time", "--add-modules=jdk.incubator.vector");
        assertNamed(outcome, "fix", "run folder", "file", "another one by --run");
        assertNamed(outcome, "fix", "Python", "\"no-python\"", "--python /usr/bin/python3");
        assertNamed(outcome, "fix", "parameter server", "/proc", "sparring.aeron.directory");
        // Each for both executors, but the run folder, which is the driver's.
        assertThat(outcome.stdout().lines()).last().isEqualTo("5 things to fix.");
    }

    @Test
    void withoutAFolderForTemporaryFilesItStartsAllTheSameAndNamesThatFolder() throws Exception {
        String missing = work.resolve("missing").toString();
        try (Sparring sparring =
                Sparring.start(work, Map.of("TMPDIR", missing), "--master", "local[2]", "doctor", "--json")) {
            Sparring.Outcome outcome = sparring.outcome();
            assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
            assertNamed(outcome, "fix", "temporary files", missing + " cannot be written by ", "TMPDIR");
            assertThat(outcome.json().get("faults").asInt()).isEqualTo(1);
        }
    }

    @Test
    void whereSparkDoesNotStartThatIsTheFinding() throws Exception {
        Path file = Files.createFile(work.resolve("file"));
        Sparring.Outcome outcome =
                Sparring.run(work, "--master", "local[2]", "--conf", "spark.local.dir=" + file, "doctor");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
        assertNamed(outcome, "fix", "Spark", "spark.local.dir: " + file, "SPARRING_LOG=info");
    }

    @Test
    void executorsThatEndAtOnceAreNotWaitedFor() throws Exception {
        Sparring.Outcome outcome = doctor(List.of("spark.executorEnv.JAVA_HOME=" + work), "--wait", "100");

        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(1);
        assertNamed(outcome, "fix", "executors", "end", "spark.executorEnv.JAVA_HOME=… names a JDK 17");
    }

    /** A line, and below it what to do. */
    private static void assertNamed(Sparring.Outcome outcome, String verdict, String check, String found, String fix) {
        List<String> lines = outcome.stdout().lines().toList();
        assertThat(lines).as(check).anySatisfy(line -> {
            assertThat(line).startsWith(verdict).contains("  " + check + "  ", found);
            assertThat(lines.get(lines.indexOf(line) + 1)).contains("→", fix);
        });
    }
}

package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shell's Ctrl-Z, a laptop that sleeps, a machine that is moved: a process that stands for a while and then goes on. */
class StoppedIT {
    @TempDir
    private Path folder;

    /** With Spark's timeouts a fortieth of what they are, to stop for seconds and not for minutes. */
    @Test
    void sparkDoesNotLoseTheExecutorThatItIsItself() throws IOException, InterruptedException {
        try (Sparring sparring = start(
                "a2c",
                "--conf",
                "spark.network.timeout=3s",
                "--conf",
                "spark.network.timeoutInterval=1s",
                "--conf",
                "spark.executor.heartbeatInterval=1s")) {
            // Whether heartbeats or those who miss them wake first is chance: four stops are for one that goes wrong.
            for (int stop = 0; stop < 4; stop++) {
                stop(sparring, Duration.ofSeconds(4));
            }

            endsWell(sparring);
        }
    }

    /** Aeron gives up what was silent for 30 s, which can't be set: DL4J's transport has its own. */
    @Test
    void theParameterServerIsThereAfterALongerStopThanAeronAllows() throws IOException, InterruptedException {
        try (Sparring sparring = start("a3c")) {
            stop(sparring, Duration.ofSeconds(35));

            endsWell(sparring);
        }
    }

    private Sparring start(String algorithm, String... settings) throws IOException {
        Path file = Files.writeString(folder.resolve("endless.yaml"), """
                algorithm: %s
                environment: {id: Identity-Discrete-v0, copies-per-shard: 4}
                network: {hidden: [8]}
                a3c: {workers: 2, rollout-length: 8}
                budget: {env-steps: 1000000000}
                evaluation: {every-env-steps: 0}
                """.formatted(algorithm));
        List<String> words = new ArrayList<>(List.of("--master", "local[2]"));
        words.addAll(List.of(settings));
        words.addAll(List.of("train", file.toString(), "--run", run().toString()));
        return Sparring.start(folder, words.toArray(String[]::new));
    }

    /** The wait is the stop itself, in which nothing may be done. */
    private void stop(Sparring sparring, Duration duration) throws IOException, InterruptedException {
        goesOn(sparring);
        sparring.signal("STOP");
        sparring.await("its stop", () -> isStopped(sparring.pid()));
        long before = metrics().length();
        Thread.sleep(duration.toMillis());
        assertThat(metrics().length()).isEqualTo(before);
        sparring.signal("CONT");
    }

    private static boolean isStopped(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "stat"))
                    .contains(") T ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void goesOn(Sparring sparring) throws InterruptedException {
        long before = metrics().length();
        sparring.await("more rounds than before", () -> metrics().length() > before);
    }

    /** Beyond the next two heartbeats, with which Spark's complaints come. */
    private void endsWell(Sparring sparring) throws IOException, InterruptedException {
        long continued = System.currentTimeMillis();
        sparring.await("rounds that end three seconds later", () -> metrics().lastModified() >= continued + 3000);
        sparring.signal("INT");
        Sparring.Outcome outcome = sparring.outcome();
        assertThat(outcome.exit()).as(outcome.toString()).isEqualTo(130);
        assertThat(outcome.stderr()).doesNotContain("Exception", "lost");
    }

    private File metrics() {
        return run().resolve("metrics.jsonl").toFile();
    }

    private Path run() {
        return folder.resolve("run");
    }
}

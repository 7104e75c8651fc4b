package io.sparring.spark.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
    @TempDir
    private Path work;

    private Process other;
    private RunFolder folder;

    @BeforeEach
    void aLockOfAnotherProcessOnThisHost() throws IOException {
        other = new ProcessBuilder("sleep", "300").start();
        folder = RunFolder.at(work.toString(), new org.apache.hadoop.conf.Configuration());
        lockSince(other.info().startInstant().orElseThrow());
    }

    private void lockSince(Instant start) throws IOException {
        lock(" " + start.toEpochMilli() + " a-name");
    }

    private void lock(String rest) throws IOException {
        Files.writeString(work.resolve("lock"), InetAddress.getLocalHost().getHostName() + " " + other.pid() + rest);
    }

    @AfterEach
    void noOtherProcess() throws InterruptedException {
        other.destroyForcibly().waitFor();
    }

    @Test
    void aLiveProcessKeepsItsLock() {
        assertThatThrownBy(() -> folder.lock(Duration.ZERO))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("is in use by a live run")
                .hasMessageContaining("process " + other.pid());
    }

    @Test
    void aDeadProcessDoesNot() throws Exception {
        other.destroyForcibly().waitFor();

        folder.lock(Duration.ZERO);

        assertThat(Files.readString(work.resolve("lock")))
                .contains(" " + ProcessHandle.current().pid() + " ");
        folder.close();
        assertThat(files()).isEmpty();
    }

    /** A file system's clock may be behind: what counts is the process, and not when it gave its last sign of life. */
    @Test
    void aLiveProcessKeepsItsLockWhateverTheFileSystemsClockSays() throws IOException {
        yesterday();

        assertThatThrownBy(() -> folder.lock(Duration.ZERO)).hasMessageContaining("is in use by a live run");
    }

    @Test
    void aLockOfAnOlderBuildIsKeptByItsSignsOfLife() throws IOException {
        lock("");
        assertThatThrownBy(() -> folder.lock(Duration.ZERO)).hasMessageContaining("is in use by a live run");

        yesterday();
        folder.lock(Duration.ZERO);
        folder.close();
    }

    /** Numbers of processes come again. */
    @Test
    void aLaterProcessOfTheSameNumberDoesNotKeepYesterdaysLock() throws IOException {
        lockSince(Instant.now().minus(Duration.ofDays(1)));

        folder.lock(Duration.ZERO);

        assertThat(Files.readString(work.resolve("lock"))).doesNotContain("a-name");
        folder.close();
        assertThat(files()).isEmpty();
    }

    private void yesterday() throws IOException {
        Files.setLastModifiedTime(
                work.resolve("lock"), FileTime.from(Instant.now().minus(Duration.ofDays(1))));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            return files.toList();
        }
    }
}

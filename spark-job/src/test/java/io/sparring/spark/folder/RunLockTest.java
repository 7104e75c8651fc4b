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
        Files.writeString(
                work.resolve("lock"), InetAddress.getLocalHost().getHostName() + " " + other.pid() + " a-name");
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

    /** Numbers of processes come again: the one that has it now was started after the lock's last sign of life. */
    @Test
    void aLaterProcessOfTheSameNumberDoesNotKeepYesterdaysLock() throws IOException {
        Files.setLastModifiedTime(
                work.resolve("lock"), FileTime.from(Instant.now().minus(Duration.ofDays(1))));

        folder.lock(Duration.ZERO);

        assertThat(Files.readString(work.resolve("lock"))).doesNotContain("a-name");
        folder.close();
        assertThat(files()).isEmpty();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            return files.toList();
        }
    }
}

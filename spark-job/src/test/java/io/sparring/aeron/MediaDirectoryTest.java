package io.sparring.aeron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

class MediaDirectoryTest {
    @Test
    void nobodyElseMayLookIntoIt() throws Exception {
        try (MediaDirectory directory = MediaDirectory.create(1)) {
            Path folder = directory.driver().getParent();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void tooLittleRoomIsSaidWithTheNumbers() {
        assertThatThrownBy(() -> MediaDirectory.create(1L << 60))
                .isInstanceOf(TransportFailed.class)
                .hasMessageStartingWith("the parameter server's transport needs 1099511627776 MB for its buffers")
                .hasMessageContaining("/dev/shm has ")
                .hasMessageEndingWith("name a folder by -Dsparring.aeron.directory=…");
    }

    @Test
    void foldersOfLivingProcessesStay() throws Exception {
        try (MediaDirectory first = MediaDirectory.create(1);
                MediaDirectory second = MediaDirectory.create(1)) {
            assertThat(first.driver().getParent()).isDirectory();
            assertThat(second.driver().getParent()).isDirectory();
        }
    }

    @Test
    void aFolderOfAnEarlierProcessWithTheSameNumberIsRemoved() throws Exception {
        Path stale;
        try (MediaDirectory directory = MediaDirectory.create(1)) {
            Path folder = directory.driver().getParent();
            String[] parts = folder.getFileName().toString().split("-", 6);
            // aeron, sparring, namespace, process, start, the rest
            parts[4] = Long.toString(Long.parseLong(parts[4]) - 1);
            stale = Files.createDirectories(folder.resolveSibling(String.join("-", parts)));
            Files.writeString(stale.resolve("cnc.dat"), "left");
            MediaDirectory.create(1).close();
            assertThat(folder).isDirectory();
        }
        assertThat(stale).doesNotExist();
    }
}

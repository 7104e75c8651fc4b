package io.sparring.spark.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrajectoryFilesTest {
    @TempDir
    private Path work;

    /** Files on this machine, by a file system that renames as S3A does. */
    private static final class Strict extends RawLocalFileSystem {
        @Override
        public boolean rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to) throws IOException {
            if (exists(to)) {
                throw new FileAlreadyExistsException("Failed to rename " + from + " to " + to);
            }
            return super.rename(from, to);
        }
    }

    @Test
    void aTaskThatIsRepeatedLeavesTheFirstOnesFile() throws IOException {
        try (Strict system = new Strict()) {
            system.initialize(URI.create("file:///"), new Configuration());
            for (String attempt : new String[] {"first", "second"}) {
                Path part = Files.writeString(work.resolve(".part-" + attempt), attempt);
                TrajectoryFiles.settle(
                        system,
                        new org.apache.hadoop.fs.Path(part.toUri()),
                        new org.apache.hadoop.fs.Path(
                                work.resolve("episodes.parquet").toUri()));
            }
        }

        assertThat(work.toFile().list()).containsExactly("episodes.parquet");
        assertThat(work.resolve("episodes.parquet")).hasContent("first");
    }
}

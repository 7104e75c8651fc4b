package io.sparring.spark.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is there before, while and after a folder is replaced. */
class OutputFolderTest {
    @TempDir
    private Path work;

    /** One that copies what is renamed, and is interrupted when what is new goes where it belongs. */
    public static final class Interrupted extends RawLocalFileSystem {
        @Override
        public boolean rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to) throws IOException {
            if (to.getName().equals("out") && exists(new org.apache.hadoop.fs.Path(from, "new"))) {
                create(new org.apache.hadoop.fs.Path(to, "part")).close();
                return false;
            }
            return super.rename(from, to);
        }
    }

    private static Configuration hadoop(Class<? extends FileSystem> system) {
        Configuration hadoop = new Configuration(false);
        hadoop.setClass("fs.file.impl", system, FileSystem.class);
        hadoop.setBoolean("fs.file.impl.disable.cache", true);
        return hadoop;
    }

    private OutputFolder written(Class<? extends FileSystem> system) throws IOException {
        OutputFolder folder = new OutputFolder("--output", work.resolve("out").toString(), true, hadoop(system));
        Path temporary = work.resolve(new org.apache.hadoop.fs.Path(folder.temporary()).getName());
        Files.createDirectories(temporary);
        Files.writeString(temporary.resolve("new"), "new");
        return folder;
    }

    @Test
    void whatIsNewReplacesWhatIsOldAndNothingElseStays() throws IOException {
        Files.createDirectories(work.resolve("out"));
        Files.writeString(work.resolve("out/old"), "old");

        try (OutputFolder folder = written(RawLocalFileSystem.class)) {
            folder.appear();
        }

        assertThat(work.toFile().list()).containsExactly("out");
        assertThat(work.resolve("out").toFile().list()).containsExactly("new");
    }

    @Test
    void whatIsOldStaysWhereTheNewDoesNotAppear() throws IOException {
        Files.createDirectories(work.resolve("out"));
        Files.writeString(work.resolve("out/old"), "old");

        try (OutputFolder folder = written(Interrupted.class)) {
            assertThatThrownBy(folder::appear).isInstanceOf(IOException.class).hasMessageContaining("could not rename");
        }

        assertThat(work.toFile().list()).containsExactly("out");
        assertThat(work.resolve("out").toFile().list()).containsExactly("old");
    }

    @Test
    void nothingStaysOfAPartWhereThereWasNothing() throws IOException {
        try (OutputFolder folder = written(Interrupted.class)) {
            assertThatThrownBy(folder::appear).isInstanceOf(IOException.class);
        }

        assertThat(work).isEmptyDirectory();
    }
}

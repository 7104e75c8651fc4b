package io.sparring.spark.folder;

import io.sparring.Explanation;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * A Hadoop file system on which files appear whole: each is written under a temporary name and renamed in one step. Object stores (s3a: and
 * the like) have no such step, but an object appears when it is closed, whole or not at all: there, files are written in their place.
 *
 * @param local whether it is this machine's, or one that is mounted here
 * @param objectStore whether files cannot grow, nor be renamed in one step
 */
record WholeFiles(FileSystem system, boolean local, boolean objectStore) {

    /** What writes a file's content. */
    interface Writing {
        void to(OutputStream out) throws IOException;
    }

    static WholeFiles on(FileSystem system, Path root) throws IOException {
        return new WholeFiles(
                system,
                root.toUri().getScheme().equals("file"),
                // Nothing says outright whether renames are atomic; whoever can append keeps files and not objects.
                !system.hasPathCapability(root, CommonPathCapabilities.FS_APPEND));
    }

    /** Writes a whole file, in the place of one that may be there. */
    void write(Path target, Writing content) throws IOException {
        if (objectStore) {
            writeInPlace(target, content);
            return;
        }
        Path temporary = temporary(target);
        writeInPlace(temporary, content);
        replace(temporary, target);
    }

    static Path temporary(Path target) {
        return new Path(target.getParent(), "." + target.getName() + ".tmp");
    }

    /** Writes a file; none is left where that fails, since on a full disk the room is needed. */
    void writeInPlace(Path path, Writing content) throws IOException {
        try (OutputStream out = new BufferedOutputStream(new PlainOutput(system.create(path, true)), 1 << 16)) {
            content.to(out);
        } catch (IOException e) {
            try {
                system.delete(path, false);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    /** Renames in one step, whether or not there is a target: at every moment the old or the new one is there. */
    void replace(Path from, Path to) throws IOException {
        if (local) {
            Files.move(
                    java.nio.file.Path.of(from.toUri().getPath()),
                    java.nio.file.Path.of(to.toUri().getPath()),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return;
        }
        FileContext context;
        try {
            context = FileContext.getFileContext(to.toUri(), system.getConf());
        } catch (UnsupportedFileSystemException e) {
            // One that has only the older interface, whose rename wants the place free.
            system.delete(to, false);
            rename(from, to);
            return;
        }
        context.rename(from, to, Options.Rename.OVERWRITE);
    }

    /** Renames where there is no target. */
    void rename(Path from, Path to) throws IOException {
        if (!system.rename(from, to)) {
            throw new IOException("could not rename " + from + " to " + to);
        }
    }

    byte[] read(Path path) throws IOException {
        try (InputStream in = system.open(path)) {
            return in.readAllBytes();
        } catch (FSError e) {
            throw new IOException(Explanation.of(e.getCause()), e);
        }
    }

    /** The names in a folder that begin so, in order; none where there is no folder. */
    List<String> names(Path folder, String prefix) throws IOException {
        try {
            return Arrays.stream(system.listStatus(folder))
                    .map(status -> status.getPath().getName())
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (FileNotFoundException none) {
            return List.of();
        }
    }
}

package io.sparring.spark.table;

import io.sparring.Explanation;
import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder that appears whole or not at all: what is written lies under another name beside it, and is renamed at the end. In object stores, which
 * copy what is renamed, that takes its time, and whoever looks meanwhile sees a part.
 */
public final class OutputFolder implements AutoCloseable {
    private final String option;
    private final String name;
    private final FileSystem system;
    private final Path target;
    private final Path temporary;
    private final boolean overwrite;

    /**
     * @param option which names it, for messages
     * @param overwrite whether one that is there is replaced
     * @throws InvalidConfiguration if there is something already, and it is not to be replaced
     * @throws IOException if the file system cannot be reached
     */
    public OutputFolder(String option, String name, boolean overwrite, org.apache.hadoop.conf.Configuration hadoop)
            throws IOException {
        this.option = option;
        this.name = name;
        try {
            Path path = new Path(name);
            system = path.getFileSystem(hadoop);
            target = system.makeQualified(path);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfiguration(option + ": '" + name + "' is no folder's name: " + Explanation.of(e));
        }
        if (target.isRoot()) {
            throw new InvalidConfiguration(option + " " + name + ": expected a folder's name");
        }
        this.overwrite = overwrite;
        if (!overwrite && system.exists(target)) {
            throw new InvalidConfiguration(option + " " + name + ": there is something already; expected a new folder");
        }
        // Spark's readers pass over what begins with a dot.
        temporary = new Path(target.getParent(), "." + target.getName() + "-" + UUID.randomUUID());
    }

    /** Where to write. */
    public String temporary() {
        return temporary.toString();
    }

    /**
     * Requires that it is not somebody else's folder, nor around one: what is replaced is removed.
     *
     * @param what lies there, for messages
     * @throws InvalidConfiguration if it is
     */
    public void requireApartFrom(String what, Path path) {
        for (Path folder = path; folder != null; folder = folder.getParent()) {
            if (folder.equals(target)) {
                throw new InvalidConfiguration(
                        option + " " + name + ": " + what + " lies there; expected a folder of its own");
            }
        }
    }

    /**
     * The same of files, a folder, or a pattern of such.
     *
     * @throws IOException if its file system cannot be reached
     */
    public void requireApartFrom(String what, String pattern, org.apache.hadoop.conf.Configuration hadoop)
            throws IOException {
        Path path = new Path(pattern);
        FileSystem its = path.getFileSystem(hadoop);
        requireApartFrom(what, its.makeQualified(path));
        FileStatus[] found = its.globStatus(path);
        for (FileStatus file : found == null ? new FileStatus[0] : found) {
            requireApartFrom(what, its.makeQualified(file.getPath()));
        }
    }

    /** The same of the folder that relative names are in. */
    public void requireApartFromWorkingDirectory() {
        requireApartFrom("the working directory", system.makeQualified(system.getWorkingDirectory()));
    }

    /**
     * Makes it what everybody sees. Where that fails, what was there before stays.
     *
     * @throws IOException if it fails
     */
    public void appear() throws IOException {
        Path old = null;
        if (overwrite && system.exists(target)) {
            old = new Path(target.getParent(), temporary.getName() + ".old");
            rename(target, old);
        }
        // Hadoop would move it into a folder that has appeared meanwhile.
        if (system.exists(target)) {
            throw new IOException(target + " has appeared meanwhile" + whereIs(old));
        }
        try {
            rename(temporary, target);
        } catch (IOException | RuntimeException e) {
            putBack(old, e);
            throw e;
        }
        if (old != null) {
            system.delete(old, true);
        }
    }

    private void rename(Path from, Path to) throws IOException {
        if (!system.rename(from, to)) {
            throw new IOException("could not rename " + from + " to " + to);
        }
    }

    /** In object stores a part may have been copied. */
    private void putBack(Path old, Exception reason) throws IOException {
        try {
            system.delete(target, true);
            if (old != null) {
                rename(old, target);
            }
        } catch (IOException | RuntimeException e) {
            IOException both = new IOException(reason.getMessage() + whereIs(old), reason);
            both.addSuppressed(e);
            throw both;
        }
    }

    private static String whereIs(Path old) {
        return old == null ? "" : "; what was there before is " + old;
    }

    /** Leaves nothing of what has not appeared. */
    @Override
    public void close() throws IOException {
        system.delete(temporary, true);
    }
}

package io.sparring.spark.table;

import io.sparring.Explanation;
import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder that appears whole or not at all: what is written lies under another name beside it, and is renamed at the end. In object stores, which
 * copy what is renamed, that takes its time, and whoever looks meanwhile sees a part.
 */
public final class OutputFolder implements AutoCloseable {
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

    /** Makes it what everybody sees. */
    public void appear() throws IOException {
        if (overwrite) {
            system.delete(target, true);
        }
        // Hadoop would move it into a folder that has appeared meanwhile.
        if (system.exists(target) || !system.rename(temporary, target)) {
            throw new IOException("could not rename " + temporary + " to " + target);
        }
    }

    /** Leaves nothing of what has not appeared. */
    @Override
    public void close() throws IOException {
        system.delete(temporary, true);
    }
}

package io.sparring.spark.folder;

import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** A file that a command writes where the user says, on any Hadoop file system: whole or not at all. */
public final class OutputFile {
    private final RunFolder folder;
    private final String name;

    private OutputFile(RunFolder folder, String name) {
        this.folder = folder;
        this.name = name;
    }

    /**
     * @param path which may be relative
     * @param overwrite whether one that is there is replaced
     * @throws InvalidConfiguration if it cannot be a file, or one is there that is not to be replaced
     */
    public static OutputFile at(String path, boolean overwrite, org.apache.hadoop.conf.Configuration hadoop)
            throws IOException {
        // Which looks at the name, and at the file system.
        RunFolder asFolder = RunFolder.at(path, hadoop);
        Path file = new Path(asFolder.uri());
        if (file.getParent() == null) {
            throw new InvalidConfiguration(path + ": expected a file, and this is a folder");
        }
        OutputFile output = new OutputFile(RunFolder.at(file.getParent().toString(), hadoop), file.getName());
        output.folder.exists(); // refuses a file
        if (output.folder.has(output.name)) {
            if (output.folder.isFolder(output.name)) {
                throw new InvalidConfiguration(output + ": expected a file, and this is a folder");
            }
            if (!overwrite) {
                throw new InvalidConfiguration(output + " is there already; --overwrite replaces it");
            }
        }
        return output;
    }

    /** Writes all of it. */
    public void write(byte[] content) throws IOException {
        folder.write(name, content);
    }

    /** Its name, as a user would type it. */
    @Override
    public String toString() {
        return folder.name() + "/" + name;
    }
}

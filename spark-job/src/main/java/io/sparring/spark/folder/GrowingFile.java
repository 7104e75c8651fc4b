package io.sparring.spark.folder;

import io.sparring.Explanation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/** A file that grows. What is flushed can be read by others and survives this process; on a network that is so once a second. */
final class GrowingFile extends OutputStream {
    private static final Duration FLUSH_EVERY = Duration.ofSeconds(1);

    private final WholeFiles files;
    private final Path path;
    private final FSDataOutputStream file;
    private final PlainOutput out;
    private long lastSync = System.nanoTime();

    private GrowingFile(WholeFiles files, Path path, FSDataOutputStream file) {
        this.files = files;
        this.path = path;
        this.file = file;
        out = new PlainOutput(file);
    }

    /** A new file, or a part of one in object stores, where it is there once it is closed. */
    static GrowingFile open(WholeFiles files, Path path) throws IOException {
        return new GrowingFile(files, path, files.system().create(path, true));
    }

    /** A file that begins with {@code kept}, in the place of one that may be there: should this process die, the old or the new one is there. */
    static GrowingFile replacing(WholeFiles files, Path target, WholeFiles.Writing kept) throws IOException {
        Path temporary = WholeFiles.temporary(target);
        GrowingFile growing = new GrowingFile(files, target, files.system().create(temporary, true));
        kept.to(growing);
        growing.sync();
        // The open file keeps growing under its new name.
        files.replace(temporary, target);
        return growing;
    }

    /** What reads a file that has grown. */
    interface Reading {
        /** @param name of the file or its segment */
        void of(String name, InputStream in) throws IOException;
    }

    /**
     * Reads a file and then its segments ({@code name.000001}, …), in order; none where there is none. What is behind a part's last
     * newline is not to be counted: whoever wrote it did not end it.
     */
    static void read(WholeFiles files, Path path, Reading reading) throws IOException {
        String segment = Pattern.quote(path.getName()) + "(\\.[0-9]{6,})?";
        for (String name : files.names(path.getParent(), path.getName())) {
            if (!name.matches(segment)) {
                // Somebody's copy.
                continue;
            }
            try (InputStream in = files.system().open(new Path(path.getParent(), name))) {
                reading.of(name, in);
            } catch (FSError e) {
                throw new IOException(Explanation.of(e.getCause()), e);
            }
        }
    }

    @Override
    public void write(int value) throws IOException {
        out.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        if (files.local()) {
            out.flush();
        } else if (System.nanoTime() - lastSync >= FLUSH_EVERY.toNanos()) {
            sync();
        }
    }

    /** Does now what {@link #flush} does now and then; in object stores nothing, since only closing does it. */
    void sync() throws IOException {
        if (!files.objectStore()) {
            out.flush();
            if (!files.local()) {
                file.hflush();
            }
            lastSync = System.nanoTime();
        }
    }

    /** Gives up a file that cannot be written any more, and leaves what is in it to be read. */
    void abandon() {
        try {
            out.close();
        } catch (IOException e) {
            // That is why it is given up.
        }
        if (files.system() instanceof DistributedFileSystem hdfs) {
            try {
                // Else nobody can read its end for an hour, if the DataNode that had it was started again.
                hdfs.recoverLease(path);
            } catch (IOException e) {
                // The NameNode does it by itself in the end.
            }
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}

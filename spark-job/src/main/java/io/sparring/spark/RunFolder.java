package io.sparring.spark;

import io.sparring.Explanation;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.format.Unreadable;
import io.sparring.run.CheckpointFile;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.security.AccessControlException;

/**
 * A run's folder, on any Hadoop file system.
 *
 * <pre>
 *   configuration.yaml     every key with its value
 *   versions.json          what it was run with
 *   metrics.jsonl          one JSON object a round and an evaluation
 *   events.out.tfevents.*  the same for TensorBoard
 *   checkpoints/           last, best; last.previous and best.previous, those before; in object stores last-ROUND and best-ROUND
 *   report.html            the learning curves
 *   result.json, exit.json how it ended
 *   lock                   there while a run is alive
 *   submission             which submission it belongs to, where its driver runs on the cluster
 * </pre>
 *
 * <p>Files appear whole: each is written under a temporary name and renamed in one step. Object stores (s3a: and the like) have no such
 * step, but an object appears when it is closed, whole or not at all: there, files are written in their place, checkpoints under a name with
 * their round, so that the one before stays until the new one is there, and what grows is written in segments.
 *
 * <p>What fails on another machine's file system is tried again for a while ({@link #PATIENCE_SECONDS}): NameNodes leave safe mode,
 * DataNodes are started again, stores stop throttling.
 */
final class RunFolder implements AutoCloseable {
    private static final String CHECKPOINTS = "checkpoints";
    private static final String SUBMISSION = "submission";
    /** For how long what fails is tried again; not for folders of this machine, whose disk does not grow by waiting. */
    static final String PATIENCE_SECONDS = "sparring.run.patience-seconds";

    private static final int DEFAULT_PATIENCE_SECONDS = 60;
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 5000;

    private final Path root;
    private final FileSystem files;
    /** Whether files cannot grow, nor be renamed in one step. */
    private final boolean objectStore;
    /** Whether the user wrote the file system down, {@code file:} included. */
    private final boolean shared;

    private final long patienceNanos;
    private RunLock lock;

    private RunFolder(Path root, FileSystem files, boolean shared) throws IOException {
        this.root = root;
        this.files = files;
        // Nothing says outright whether renames are atomic; whoever can append keeps files and not objects.
        objectStore = !files.hasPathCapability(root, CommonPathCapabilities.FS_APPEND);
        this.shared = shared;
        patienceNanos = root.toUri().getScheme().equals("file")
                ? 0
                : TimeUnit.SECONDS.toNanos(files.getConf().getInt(PATIENCE_SECONDS, DEFAULT_PATIENCE_SECONDS));
    }

    /**
     * @throws InvalidConfiguration if it cannot be a folder's name
     * @throws IOException if the file system cannot be reached
     */
    static RunFolder at(String name, org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        Path path;
        FileSystem files;
        try {
            path = new Path(name);
            files = path.getFileSystem(hadoop);
        } catch (IllegalArgumentException e) {
            if (e.getCause() instanceof UnknownHostException unknown) {
                throw new IOException(name + ": unknown host " + unknown.getMessage(), e);
            }
            throw new InvalidConfiguration("'" + name + "' is no folder's name: " + Explanation.of(e));
        }
        if (files instanceof LocalFileSystem local) {
            // Without the .crc file that it would lay beside every file: checkpoints carry a checksum of their own.
            files = local.getRawFileSystem();
        }
        return new RunFolder(files.makeQualified(path), files, path.toUri().getScheme() != null);
    }

    /** The folder's name, as a user would type it. */
    String name() {
        return root.toUri().getScheme().equals("file") ? root.toUri().getPath() : root.toString();
    }

    /** With scheme and host: the same for every machine. */
    String uri() {
        return root.toString();
    }

    /**
     * This folder, if drivers on other machines reach it.
     *
     * @param option which named it
     * @throws InvalidConfiguration if it lies on this machine's disk, and nobody said that it is mounted everywhere
     */
    RunFolder shared(String option) {
        if (root.toUri().getScheme().equals("file") && !shared) {
            throw new InvalidConfiguration(
                    option + " " + name()
                            + ": expected a folder that every machine reaches, such as hdfs:///runs/x (or file:///… for one that is mounted everywhere), since the driver runs on the cluster");
        }
        return this;
    }

    boolean exists() throws IOException {
        return files.exists(root);
    }

    boolean has(String name) throws IOException {
        return files.exists(new Path(root, name));
    }

    /** Whether a driver of this submission has worked here. */
    boolean belongsTo(String submission) throws IOException {
        return has(SUBMISSION) && new String(read(SUBMISSION), StandardCharsets.UTF_8).equals(submission);
    }

    void mark(String submission) throws IOException {
        write(SUBMISSION, submission.getBytes(StandardCharsets.UTF_8));
    }

    void delete(String name) throws IOException {
        files.delete(new Path(root, name), false);
    }

    /**
     * Marks the folder as in use until {@link #close()}.
     *
     * @param patience how long to wait for the end of a run that uses it
     * @throws InvalidConfiguration if a live run uses it
     */
    void lock(Duration patience) throws IOException {
        patiently("the lock", () -> {
            files.mkdirs(root);
            lock = RunLock.take(files, new Path(root, "lock"), name(), objectStore, patience);
        });
    }

    /** Something that may fail. */
    interface Attempt {
        void make() throws IOException;
    }

    /**
     * Does something until it works.
     *
     * @param what is written, for the user
     * @throws IOException the last attempt's, in one line, once patience is at an end
     */
    void patiently(String what, Attempt attempt) throws IOException {
        long start = System.nanoTime();
        long pauseMillis = FIRST_PAUSE_MILLIS;
        for (int tries = 1; ; tries++) {
            try {
                attempt.make();
                return;
            } catch (IOException e) {
                // Of an interrupted thread; timeouts are of that class too, and are what waiting is for.
                if (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)) {
                    throw e;
                }
                long waited = System.nanoTime() - start;
                String reason = Explanation.of(e);
                if (waited + TimeUnit.MILLISECONDS.toNanos(pauseMillis) > patienceNanos
                        || lock == null && isDenied(e)) {
                    throw tries == 1
                            ? e
                            : new IOException(
                                    reason + " (tried " + tries + " times in " + Math.round(waited / 1e9) + " s)", e);
                }
                if (tries == 1) {
                    System.err.println("sparring: writing " + what + " to " + name()
                            + " failed and is tried again for up to "
                            + TimeUnit.NANOSECONDS.toSeconds(patienceNanos) + " s: " + reason);
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(pauseMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while writing " + what);
            }
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }
    }

    /** Whether files cannot grow here: what would grow is to be written in {@link #segment segments}. */
    boolean inSegments() {
        return objectStore;
    }

    /** Who may not write at the start will not be allowed to a minute later; credentials that expire meanwhile are renewed. */
    static boolean isDenied(Throwable e) {
        return e instanceof AccessControlException || e instanceof AccessDeniedException;
    }

    /** Writes a whole file, in the place of one that may be there. */
    void write(String name, byte[] content) throws IOException {
        patiently(name, () -> writeOnce(name, content));
    }

    private void writeOnce(String name, byte[] content) throws IOException {
        Path target = new Path(root, name);
        if (objectStore) {
            writeTemporary(target, out -> out.write(content));
            return;
        }
        Path temporary = temporary(target);
        writeTemporary(temporary, out -> out.write(content));
        replace(temporary, target);
    }

    private static Path temporary(Path target) {
        return new Path(target.getParent(), "." + target.getName() + ".tmp");
    }

    /** Renames in one step, whether or not there is a target: at every moment the old or the new one is there. */
    private void replace(Path from, Path to) throws IOException {
        if (root.toUri().getScheme().equals("file")) {
            java.nio.file.Files.move(
                    java.nio.file.Path.of(from.toUri().getPath()),
                    java.nio.file.Path.of(to.toUri().getPath()),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            return;
        }
        FileContext context;
        try {
            context = FileContext.getFileContext(root.toUri(), files.getConf());
        } catch (UnsupportedFileSystemException e) {
            // One that has only the older interface, whose rename wants the place free.
            files.delete(to, false);
            rename(from, to);
            return;
        }
        context.rename(from, to, Options.Rename.OVERWRITE);
    }

    /** Writes a file of its own; none is left where that fails, since on a full disk the room is needed. */
    private void writeTemporary(Path temporary, Writing content) throws IOException {
        try (OutputStream out = new BufferedOutputStream(create(files, temporary, true), 1 << 16)) {
            content.to(out);
        } catch (IOException e) {
            try {
                files.delete(temporary, false);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    /** A new file, whose troubles are IOExceptions all. */
    static OutputStream create(FileSystem files, Path path, boolean overwrite) throws IOException {
        return new Plain(files.create(path, overwrite));
    }

    private void rename(Path from, Path to) throws IOException {
        if (!files.rename(from, to)) {
            throw new IOException("could not rename " + from + " to " + to);
        }
    }

    byte[] read(String name) throws IOException {
        return readPath(new Path(root, name));
    }

    private byte[] readPath(Path path) throws IOException {
        try (InputStream in = files.open(path)) {
            return in.readAllBytes();
        } catch (FSError e) {
            throw new IOException(Explanation.of(e.getCause()), e);
        }
    }

    /**
     * A file that begins with {@code kept} and grows while the run goes on, in the place of one that may be there: should this process die,
     * the old or the new one is there.
     */
    Growing grow(String name, byte[] kept) throws IOException {
        Path target = new Path(root, name);
        Path temporary = temporary(target);
        Growing growing = new Growing(target, files.create(temporary, true));
        growing.write(kept);
        growing.sync();
        // The open file keeps growing under its new name.
        replace(temporary, target);
        return growing;
    }

    /** A part of a file that grows; in object stores it is there once it is closed. */
    Growing segment(String name) throws IOException {
        Path path = new Path(root, name);
        return new Growing(path, files.create(path, true));
    }

    /**
     * The lines of a file and then of its segments ({@code name.000001}, …), in order; empty where there is none. What is behind a
     * part's last newline is left out: whoever wrote it did not end it.
     */
    byte[] readGrown(String name) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (has(name)) {
            addLines(read(name), all);
        }
        for (String segment : beginning(name + ".")) {
            addLines(read(segment), all);
        }
        return all.toByteArray();
    }

    private static void addLines(byte[] part, ByteArrayOutputStream all) {
        int end = part.length;
        while (end > 0 && part[end - 1] != '\n') {
            end--;
        }
        all.write(part, 0, end);
    }

    /** The names of files directly in the folder that begin so, in order. */
    private List<String> beginning(String prefix) throws IOException {
        return files.exists(root) ? names(root, prefix) : List.of();
    }

    private List<String> names(Path directory, String prefix) throws IOException {
        try {
            return Arrays.stream(files.listStatus(directory))
                    .map(status -> status.getPath().getName())
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (FileNotFoundException none) {
            return List.of();
        }
    }

    /** Removes the files directly in the folder whose names begin so. */
    void deleteBeginning(String prefix) throws IOException {
        for (String name : beginning(prefix)) {
            delete(name);
        }
    }

    /** Writes a checkpoint; the one before is kept until the next, as {@code name.previous} or with its round in its name. */
    void writeCheckpoint(String name, Configuration configuration, TrainingState state) throws IOException {
        patiently(
                "the checkpoint " + name + " of round " + state.round(),
                () -> writeCheckpointOnce(name, configuration, state));
    }

    private void writeCheckpointOnce(String name, Configuration configuration, TrainingState state) throws IOException {
        if (objectStore) {
            Path directory = new Path(root, CHECKPOINTS);
            String versioned = String.format(Locale.ROOT, "%s-%012d", name, state.round());
            writeTemporary(
                    new Path(directory, versioned),
                    new CheckpointFile(ConfigurationFile.write(configuration), state)::write);
            List<String> known = names(directory, name + "-");
            for (String old : known.subList(0, Math.max(0, known.size() - 2))) {
                files.delete(new Path(directory, old), false);
            }
            return;
        }
        Path target = new Path(root, CHECKPOINTS + "/" + name);
        Path previous = target.suffix(".previous");
        Path temporary = temporary(target);
        writeTemporary(temporary, new CheckpointFile(ConfigurationFile.write(configuration), state)::write);
        if (files.exists(target)) {
            files.delete(previous, false);
            rename(target, previous);
        }
        rename(temporary, target);
    }

    /**
     * The newest whole checkpoint of a name; a damaged one is named, and the previous one is taken.
     *
     * @param warn receives what was wrong
     * @throws FileNotFoundException if there is none
     * @throws InvalidConfiguration if it is another build's: nothing older is taken in its place
     */
    CheckpointFile readCheckpoint(String name, Consumer<String> warn) throws IOException {
        List<String> versioned = new ArrayList<>(names(new Path(root, CHECKPOINTS), name + "-"));
        Collections.reverse(versioned);
        List<String> candidates = new ArrayList<>(objectStore ? versioned : List.of());
        // The last one again: a live run may have renamed it just before it was opened.
        candidates.addAll(List.of(name, name + ".previous", name));
        // A folder that was copied here from an object store.
        candidates.addAll(versioned);
        Set<String> damaged = new HashSet<>();
        for (String candidate : candidates) {
            String path = CHECKPOINTS + "/" + candidate;
            if (!damaged.contains(path)) {
                try {
                    return CheckpointFile.read(read(path));
                } catch (FileNotFoundException e) {
                    continue;
                } catch (Unreadable.Damaged e) {
                    damaged.add(path);
                    warn.accept(name() + "/" + path + " is not used: " + e.getMessage());
                } catch (Unreadable e) {
                    throw new InvalidConfiguration(name() + "/" + path + ": " + e.getMessage());
                }
            }
        }
        throw new FileNotFoundException(name() + " has no whole checkpoint " + name);
    }

    boolean hasCheckpoint(String name) throws IOException {
        try {
            readCheckpoint(name, warning -> {});
            return true;
        } catch (FileNotFoundException none) {
            return false;
        }
    }

    /** The parameters of the best evaluation; null where none is whole, which stops nobody: {@code last} has all of the run. */
    float[] bestParameters(Consumer<String> warn) throws IOException {
        try {
            return readCheckpoint("best", warn).state().parameters();
        } catch (FileNotFoundException none) {
            return null;
        }
    }

    /** A file that grows. What is flushed can be read by others and survives this process; on a network that is so once a second. */
    final class Growing extends OutputStream {
        private static final long FLUSH_EVERY_NANOS = 1_000_000_000L;

        private final Path path;
        private final FSDataOutputStream file;
        private final Plain out;
        private final boolean atOnce = root.toUri().getScheme().equals("file");
        private long lastSync = System.nanoTime();

        private Growing(Path path, FSDataOutputStream file) {
            this.path = path;
            this.file = file;
            out = new Plain(file);
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
            if (atOnce) {
                out.flush();
            } else if (!objectStore && System.nanoTime() - lastSync >= FLUSH_EVERY_NANOS) {
                sync();
            }
        }

        /** Does now what {@link #flush} does now and then; in object stores nothing, since only closing does it. */
        void sync() throws IOException {
            if (!objectStore) {
                out.flush();
                if (!atOnce) {
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
            if (files instanceof DistributedFileSystem hdfs) {
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

    /** What writes a file's content. */
    private interface Writing {
        void to(OutputStream out) throws IOException;
    }

    /** Hadoop's local files throw an Error where the disk is full; here that is the IOException that it was. */
    private static final class Plain extends FilterOutputStream {
        Plain(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (FSError e) {
                throw new IOException(Explanation.of(e.getCause()), e);
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                out.flush();
            } catch (FSError e) {
                throw new IOException(Explanation.of(e.getCause()), e);
            }
        }

        @Override
        public void close() throws IOException {
            try {
                out.close();
            } catch (FSError e) {
                throw new IOException(Explanation.of(e.getCause()), e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
        }
    }
}

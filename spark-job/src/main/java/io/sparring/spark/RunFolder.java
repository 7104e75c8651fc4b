package io.sparring.spark;

import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.run.CheckpointFile;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A run's folder, on any Hadoop file system.
 *
 * <pre>
 *   configuration.yaml     every key with its value
 *   versions.json          what it was run with
 *   metrics.jsonl          one JSON object a round and an evaluation
 *   events.out.tfevents.*  the same for TensorBoard
 *   checkpoints/           last, best; last.previous and best.previous, those before
 *   report.html            the learning curves
 *   result.json, exit.json how it ended
 *   lock                   there while a run is alive
 *   submission             which submission it belongs to, where its driver runs on the cluster
 * </pre>
 *
 * <p>Files appear whole: each is written under a temporary name and renamed.
 */
final class RunFolder implements AutoCloseable {
    private static final String SUBMISSION = "submission";

    private static final long HEARTBEAT_SECONDS = 5;
    /** A lock without a sign of life for so long belongs to a dead run. */
    static final Duration DEAD_AFTER = Duration.ofSeconds(60);

    private final Path root;
    private final FileSystem files;
    /** Whether the user wrote the file system down, {@code file:} included. */
    private final boolean shared;

    private ScheduledExecutorService heartbeat;

    private RunFolder(Path root, FileSystem files, boolean shared) {
        this.root = root;
        this.files = files;
        this.shared = shared;
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
            throw new InvalidConfiguration("'" + name + "' is no folder's name: " + e.getMessage());
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
        long deadline = System.nanoTime() + patience.toNanos();
        files.mkdirs(root);
        Path lock = new Path(root, "lock");
        String owner = InetAddress.getLocalHost().getHostName() + " "
                + ProcessHandle.current().pid();
        for (int attempt = 0; ; attempt++) {
            try (OutputStream out = create(lock, false)) {
                out.write(owner.getBytes(StandardCharsets.UTF_8));
                break;
            } catch (FileAlreadyExistsException e) {
                String alive = alive(lock);
                if (alive == null) {
                    if (attempt > 10) {
                        throw e;
                    }
                    files.delete(lock, false);
                } else if (System.nanoTime() < deadline) {
                    attempt = 0;
                    pause();
                } else {
                    throw new InvalidConfiguration(alive);
                }
            }
        }
        heartbeat = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sparring-run-lock");
            thread.setDaemon(true);
            return thread;
        });
        heartbeat.scheduleAtFixedRate(
                () -> {
                    try {
                        files.setTimes(lock, System.currentTimeMillis(), -1);
                    } catch (IOException e) {
                        // The next beat may succeed; a file system that is gone shows at the next checkpoint.
                    }
                },
                HEARTBEAT_SECONDS,
                HEARTBEAT_SECONDS,
                TimeUnit.SECONDS);
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the run folder");
        }
    }

    /** Who holds the lock, in a sentence; null where nobody alive does. */
    private String alive(Path lock) throws IOException {
        String[] owner;
        FileStatus status;
        try {
            owner = new String(readPath(lock), StandardCharsets.UTF_8).split(" ");
            status = files.getFileStatus(lock);
        } catch (FileNotFoundException justReleased) {
            return null;
        }
        long silent = Math.max(0, (System.currentTimeMillis() - status.getModificationTime()) / 1000);
        boolean known = owner.length == 2
                && owner[0].equals(InetAddress.getLocalHost().getHostName())
                && owner[1].matches("[0-9]+");
        // A process of this very number held it before this one: containers of a pod count from 1 each time.
        boolean alive = known
                ? Long.parseLong(owner[1]) != ProcessHandle.current().pid()
                        && ProcessHandle.of(Long.parseLong(owner[1]))
                                .map(ProcessHandle::isAlive)
                                .orElse(false)
                : silent < DEAD_AFTER.toSeconds();
        return alive
                ? name() + " is in use by a live run (host " + owner[0] + ", process "
                        + (owner.length > 1 ? owner[1] : "unknown") + ", last sign of life " + silent
                        + " s ago); name another folder, or wait for its end"
                : null;
    }

    /** Writes a whole file: temporary name, then rename. */
    void write(String name, byte[] content) throws IOException {
        Path target = new Path(root, name);
        Path temporary = new Path(target.getParent(), "." + target.getName() + ".tmp");
        writeTemporary(temporary, out -> out.write(content));
        files.delete(target, false);
        rename(temporary, target);
    }

    /** Writes a file of its own; none is left where that fails, since on a full disk the room is needed. */
    private void writeTemporary(Path temporary, Writing content) throws IOException {
        try (OutputStream out = new BufferedOutputStream(create(temporary, true), 1 << 16)) {
            content.to(out);
        } catch (IOException e) {
            files.delete(temporary, false);
            throw e;
        }
    }

    private OutputStream create(Path path, boolean overwrite) throws IOException {
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
            throw new IOException(e.getCause().getMessage(), e);
        }
    }

    /** A file that grows while the run goes on. */
    OutputStream grow(String name) throws IOException {
        return create(new Path(root, name), true);
    }

    /** Removes the files directly in the folder whose names begin so. */
    void deleteBeginning(String prefix) throws IOException {
        for (FileStatus status : files.listStatus(root)) {
            if (status.getPath().getName().startsWith(prefix)) {
                files.delete(status.getPath(), false);
            }
        }
    }

    /** Writes a checkpoint; the one before is kept as {@code name.previous} until the next. */
    void writeCheckpoint(String name, Configuration configuration, TrainingState state) throws IOException {
        Path target = new Path(root, "checkpoints/" + name);
        Path previous = target.suffix(".previous");
        Path temporary = new Path(target.getParent(), "." + name + ".tmp");
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
     */
    CheckpointFile readCheckpoint(String name, Consumer<String> warn) throws IOException {
        Set<String> damaged = new HashSet<>();
        // The last one again: a live run may have renamed it just before it was opened.
        for (String candidate : List.of(name, name + ".previous", name)) {
            String path = "checkpoints/" + candidate;
            if (!damaged.contains(path)) {
                try {
                    return CheckpointFile.read(read(path));
                } catch (FileNotFoundException e) {
                    continue;
                } catch (CheckpointFile.Damaged e) {
                    damaged.add(path);
                    warn.accept(name() + "/" + path + " is not used: " + e.getMessage());
                }
            }
        }
        throw new FileNotFoundException(name() + " has no whole checkpoint " + name);
    }

    /** The parameters of the best evaluation; null where none is whole, which stops nobody: {@code last} has all of the run. */
    float[] bestParameters(Consumer<String> warn) throws IOException {
        try {
            return readCheckpoint("best", warn).state().parameters();
        } catch (FileNotFoundException none) {
            return null;
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
                throw new IOException(e.getCause().getMessage(), e);
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                out.flush();
            } catch (FSError e) {
                throw new IOException(e.getCause().getMessage(), e);
            }
        }

        @Override
        public void close() throws IOException {
            try {
                out.close();
            } catch (FSError e) {
                throw new IOException(e.getCause().getMessage(), e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (heartbeat != null) {
            heartbeat.shutdownNow();
            files.delete(new Path(root, "lock"), false);
        }
    }
}

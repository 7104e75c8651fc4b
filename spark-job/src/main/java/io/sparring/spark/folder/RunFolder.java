package io.sparring.spark.folder;

import io.sparring.Explanation;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.run.CheckpointFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.security.AccessControlException;

/**
 * A run's folder, on any Hadoop file system.
 *
 * <pre>
 *   configuration.yaml     every key with its value
 *   versions.json          what it was run with
 *   pretraining.json       what a pretraining was and has come to
 *   init.json              whose model it has begun with, if not its own
 *   metrics.jsonl          one JSON object a round, an evaluation, or an epoch of a pretraining
 *   events.out.tfevents.*  the same for TensorBoard
 *   checkpoints/           last, best; last.previous and best.previous, those before; in object stores last-ROUND and best-ROUND
 *   report.html            the learning curves
 *   episode.gif            where evaluate --gif has put it here: an episode, which the report shows
 *   result.json, exit.json how it ended
 *   lock                   there while a run is alive; in object stores lock.ID
 *   tracking.json          where a tracking server has it
 *   trajectories.json      where its steps are written down, if they are
 *   submission             which submission it belongs to, where its driver runs on the cluster
 * </pre>
 *
 * <p>Files appear {@linkplain WholeFiles whole} or {@linkplain GrowingFile grow}, in object stores in segments; what fails on another machine's
 * file system is tried again {@linkplain Patience for a while}.
 */
public final class RunFolder implements AutoCloseable {
    /** The file that says how a run ended. */
    public static final String EXIT = "exit.json";

    /** The file with every key of the configuration. */
    public static final String CONFIGURATION = "configuration.yaml";

    /** The file that says where a tracking server has the run. */
    public static final String TRACKING = "tracking.json";

    private static final String SUBMISSION = "submission";
    private static final String CHECKPOINTS = "checkpoints";
    /** For how long what fails is tried again; not for folders of this machine, whose disk does not grow by waiting. */
    static final String PATIENCE_SECONDS = "sparring.run.patience-seconds";

    private static final int DEFAULT_PATIENCE_SECONDS = 60;

    private final Path root;
    private final WholeFiles files;
    /** Whether the user wrote the file system down, {@code file:} included. */
    private final boolean shared;

    private final Patience patience;
    private final Checkpoints checkpoints;
    private RunLock lock;

    private RunFolder(Path root, FileSystem system, boolean shared) throws IOException {
        this.root = root;
        this.shared = shared;
        files = WholeFiles.on(system, root);
        patience = new Patience(
                name(),
                Duration.ofSeconds(
                        files.local() ? 0 : system.getConf().getInt(PATIENCE_SECONDS, DEFAULT_PATIENCE_SECONDS)));
        checkpoints = new Checkpoints(files, new Path(root, CHECKPOINTS), name(CHECKPOINTS));
    }

    /**
     * @throws InvalidConfiguration if it cannot be a folder's name
     * @throws IOException if the file system cannot be reached
     */
    public static RunFolder at(String name, org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        Path path;
        FileSystem system;
        try {
            path = new Path(name);
            system = path.getFileSystem(hadoop);
        } catch (IllegalArgumentException e) {
            if (e.getCause() instanceof UnknownHostException unknown) {
                throw new IOException(name + ": unknown host " + unknown.getMessage(), e);
            }
            throw noName(name, e);
        } catch (RuntimeException e) {
            if (e.getCause() instanceof ClassNotFoundException missing) {
                throw new IOException(name + ": its file system's class is not here: " + missing.getMessage(), e);
            }
            throw e;
        }
        if (system instanceof LocalFileSystem) {
            // Without the .crc file that it would lay beside every file: checkpoints carry a checksum of their own.
            FileSystem local = new LocalFiles();
            local.initialize(system.getUri(), hadoop);
            system = local;
        }
        return new RunFolder(system.makeQualified(path), system, path.toUri().getScheme() != null);
    }

    /** The folder's name, as a user would type it. */
    public String name() {
        return files.local() ? root.toUri().getPath() : root.toString();
    }

    /** With scheme and host: the same for every machine. */
    public String uri() {
        return root.toString();
    }

    /**
     * This folder, if drivers on other machines reach it.
     *
     * @param option which named it
     * @throws InvalidConfiguration if it lies on this machine's disk, and nobody said that it is mounted everywhere
     */
    public RunFolder shared(String option) {
        if (files.local() && !shared) {
            throw new InvalidConfiguration(
                    option + " " + name()
                            + ": expected a folder that every machine reaches, such as hdfs:///runs/x (or file:///… for one that is mounted everywhere), since the driver runs on the cluster");
        }
        return this;
    }

    /**
     * Whether there is such a folder.
     *
     * @throws InvalidConfiguration if it is a file
     */
    public boolean exists() throws IOException {
        try {
            if (reading(name(), () -> files.system().getFileStatus(root)).isDirectory()) {
                return true;
            }
        } catch (FileNotFoundException none) {
            return false;
        }
        throw new InvalidConfiguration(name() + ": expected a folder, and this is a file");
    }

    /** Whether there is such a file or folder in it. */
    public boolean has(String name) throws IOException {
        return reading(name(name), () -> files.system().exists(new Path(root, name)));
    }

    /** Whether this, which is in it, is a folder itself. */
    boolean isFolder(String name) throws IOException {
        return reading(
                name(name),
                () -> files.system().getFileStatus(new Path(root, name)).isDirectory());
    }

    /** Whether a driver of this submission has worked here. */
    public boolean belongsTo(String submission) throws IOException {
        return has(SUBMISSION) && new String(read(SUBMISSION), StandardCharsets.UTF_8).equals(submission);
    }

    /** Says that a driver of this submission works here. */
    public void mark(String submission) throws IOException {
        write(SUBMISSION, submission.getBytes(StandardCharsets.UTF_8));
    }

    /** Removes a file, if it is there. */
    public void delete(String name) throws IOException {
        writing(name(name), () -> files.system().delete(new Path(root, name), false));
    }

    /**
     * Marks the folder as in use until {@link #close()}.
     *
     * @param wait how long to wait for the end of a run that uses it
     * @throws InvalidConfiguration if a live run uses it, or it cannot be a folder
     */
    public void lock(Duration wait) throws IOException {
        patiently("the lock", () -> {
            make();
            // Checkpoints of another user's: training for an hour first would be no use.
            if (knowsAccess() && has(CHECKPOINTS)) {
                writing(name(CHECKPOINTS), () -> files.system().access(new Path(root, CHECKPOINTS), FsAction.WRITE));
            }
            lock = RunLock.take(files, new Path(root, "lock"), name(), wait);
        });
    }

    /** Others reckon from permission bits, whatever these mean there. */
    private boolean knowsAccess() {
        return files.local() || files.system() instanceof DistributedFileSystem;
    }

    void make() throws IOException {
        try {
            files.system().mkdirs(root);
        } catch (FileAlreadyExistsException | ParentNotDirectoryException e) {
            throw new InvalidConfiguration(name() + ": expected a folder: " + Explanation.of(e));
        }
    }

    /**
     * Does something until it works.
     *
     * @param what is written, for the user
     * @throws IOException the last attempt's, in one line, once patience is at an end
     */
    void patiently(String what, Patience.Attempt attempt) throws IOException {
        // Who may not write at the start will not be allowed to a minute later; credentials that expire meanwhile are
        // renewed.
        patience.write(what, e -> lock == null && isDenied(e), () -> writing(name(), attempt));
    }

    /** Whether it is a matter of rights. */
    public static boolean isDenied(Throwable e) {
        return e instanceof NotAllowed || e instanceof AccessControlException || e instanceof AccessDeniedException;
    }

    /** Something that may be found. */
    private interface Reading<T> {
        T read() throws IOException;
    }

    private <T> T reading(String what, Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (AccessControlException | AccessDeniedException e) {
            throw NotAllowed.reading(files, what, e);
        } catch (IllegalArgumentException e) {
            // HDFS looks at names only when it is to find them.
            throw noName(name(), e);
        }
    }

    private void writing(String what, Patience.Attempt attempt) throws IOException {
        try {
            attempt.make();
        } catch (AccessControlException | AccessDeniedException e) {
            throw NotAllowed.writing(files, what, e);
        }
    }

    private static InvalidConfiguration noName(String name, IllegalArgumentException e) {
        return new InvalidConfiguration("'" + name + "' is no folder's name: " + Explanation.of(e));
    }

    private String name(String file) {
        return name() + "/" + file;
    }

    /** Whether files cannot grow here: what would grow is to be written in {@link #segment segments}. */
    boolean inSegments() {
        return files.objectStore();
    }

    /** Clients of a cluster do not carry the driver's exit code: whoever asks finds it here. */
    public void writeExit(int exit) throws IOException {
        write(EXIT, RunResult.json(Map.of("exit", exit)).getBytes(StandardCharsets.UTF_8));
    }

    /** Removes a folder in it with everything there, if it is there. */
    void deleteAll(String name) throws IOException {
        writing(name(name), () -> files.system().delete(new Path(root, name), true));
    }

    /** Writes a whole file, in the place of one that may be there. */
    public void write(String name, byte[] content) throws IOException {
        write(name, out -> out.write(content));
    }

    /** As {@link #write(String, byte[])}, for what need not fit into memory. */
    void write(String name, WholeFiles.Writing content) throws IOException {
        patiently(name, () -> writing(name(name), () -> files.write(new Path(root, name), content)));
    }

    /** The names of what is directly in the folder and begins so, in order. */
    List<String> names(String prefix) throws IOException {
        return reading(name(), () -> files.names(root, prefix));
    }

    /** A whole file. */
    public byte[] read(String name) throws IOException {
        return reading(name(name), () -> files.read(new Path(root, name)));
    }

    /** A file that begins with {@code kept} and grows while the run goes on, in the place of one that may be there. */
    GrowingFile grow(String name, WholeFiles.Writing kept) throws IOException {
        return GrowingFile.replacing(files, new Path(root, name), kept);
    }

    /** A part of a file that grows. */
    GrowingFile segment(String name) throws IOException {
        return GrowingFile.open(files, new Path(root, name));
    }

    /** Reads a file and then its segments ({@code name.000001}, …), in order; none where there is none. */
    void readGrown(String name, GrowingFile.Reading reading) throws IOException {
        reading(name(name), () -> {
            GrowingFile.read(files, new Path(root, name), reading);
            return null;
        });
    }

    /** Removes the files directly in the folder whose names begin so. */
    void deleteBeginning(String prefix) throws IOException {
        for (String name : names(prefix)) {
            delete(name);
        }
    }

    /** Writes a checkpoint; the one before is kept until the next. */
    void writeCheckpoint(String name, Configuration configuration, TrainingState state) throws IOException {
        patiently(
                "the checkpoint " + name + " of round " + state.round(),
                () -> writing(name(CHECKPOINTS), () -> checkpoints.write(name, configuration, state)));
    }

    /**
     * The newest whole checkpoint of a name; a damaged one is named, and the previous one is taken.
     *
     * @param warn receives what was wrong
     * @throws FileNotFoundException if there is none
     * @throws InvalidConfiguration if it is another build's: nothing older is taken in its place
     */
    public CheckpointFile readCheckpoint(String name, Consumer<String> warn) throws IOException {
        return reading(name(CHECKPOINTS), () -> checkpoints.read(name, warn));
    }

    /** Whether there is a whole checkpoint of a name. */
    public boolean hasCheckpoint(String name) throws IOException {
        try {
            readCheckpoint(name, warning -> {});
            return true;
        } catch (FileNotFoundException none) {
            return false;
        }
    }

    /** The parameters of the best evaluation; null where none is whole, which stops nobody: {@code last} has all of the run. */
    public float[] bestParameters(Consumer<String> warn) throws IOException {
        try {
            return readCheckpoint("best", warn).parameters();
        } catch (FileNotFoundException none) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
        }
    }
}

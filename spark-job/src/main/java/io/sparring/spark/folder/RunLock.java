package io.sparring.spark.folder;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.spark.session.ThisHost;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Path;

/**
 * Says that a run's folder is in use: a file with the host and the process, which gives a sign of life every few seconds. It is created where
 * there is none, in one step. Object stores have no such step that every Hadoop knows: there it is a claim with a name of its own, and whoever
 * finds no other beside it, looking when his is there, has the folder. Of two who look at once each finds the other's, and both try again.
 */
public final class RunLock implements AutoCloseable {
    /** Ends what a lock in an object store says: more than a claim. */
    private static final String TAKEN = " taken";

    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    /** A lock without a sign of life for so long belongs to a dead run. */
    public static final Duration DEAD_AFTER = Duration.ofSeconds(60);
    /** What a process is asked for its start twice may differ by so much, as its machine's idea of its own start does. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(10);

    /** How often a claim is made while those of others are there that have not got the folder either. */
    private static final int CLAIMS = 8;

    /** What the locks of this process say. Containers of a pod count processes from 1 each time: its number alone is no sign of life. */
    private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

    private final WholeFiles files;
    /** Of the lock; in object stores claims have its name and one of their own. */
    private final Path path;

    private final Path claim;
    private final String folder;
    private final String host;
    private final String owner;
    private ScheduledExecutorService heartbeat;

    private RunLock(WholeFiles files, Path path, String folder) {
        this.files = files;
        this.path = path;
        this.folder = folder;
        host = ThisHost.name();
        UUID id = UUID.randomUUID();
        claim = files.objectStore() ? path.suffix("." + id) : path;
        owner = host + " " + ProcessHandle.current().pid() + " " + start(ProcessHandle.current()) + " " + id;
    }

    /**
     * Takes the lock.
     *
     * @param folder what the user calls the folder
     * @param patience how long to wait for the end of a run that has it
     * @throws InvalidConfiguration if a live run has it
     */
    static RunLock take(WholeFiles files, Path path, String folder, Duration patience) throws IOException {
        RunLock lock = new RunLock(files, path, folder);
        HELD.add(lock.owner);
        try {
            lock.take(System.nanoTime() + patience.toNanos());
        } catch (IOException | RuntimeException e) {
            HELD.remove(lock.owner);
            throw e;
        }
        lock.heartbeat = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sparring-run-lock");
            thread.setDaemon(true);
            return thread;
        });
        lock.heartbeat.scheduleAtFixedRate(
                lock::beat, HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
        return lock;
    }

    private void take(long deadline) throws IOException {
        for (String alive = other(); alive != null; alive = other()) {
            if (System.nanoTime() >= deadline) {
                throw new InvalidConfiguration(alive);
            }
            pause(1_000);
        }
    }

    /** Takes the lock or says who has it. */
    private String other() throws IOException {
        return files.objectStore() ? otherClaim() : otherLock();
    }

    /** Where files are created in one step. */
    private String otherLock() throws IOException {
        for (int attempt = 0; ; attempt++) {
            try {
                claim();
                return null;
            } catch (FileAlreadyExistsException e) {
                Holder holder = holder(path);
                String alive = holder == null ? null : alive(holder);
                if (alive != null) {
                    return alive;
                }
                if (attempt > 10) {
                    throw e;
                }
                if (holder != null) {
                    removeDead(holder);
                }
            }
        }
    }

    /** Where they are not. */
    private String otherClaim() throws IOException {
        String alive = null;
        for (int attempt = 0; attempt < CLAIMS; attempt++) {
            claim();
            Holder other = livingClaim();
            if (other == null) {
                writeOwner(owner + TAKEN, true);
                return null;
            }
            files.system().delete(claim, false);
            alive = alive(other);
            if (other.text().endsWith(TAKEN)) {
                return alive;
            }
            pause(ThreadLocalRandom.current().nextLong(50, 100L << Math.min(attempt, 5)));
        }
        return alive;
    }

    /** Somebody else's, the dead ones removed; null where there is none. */
    private Holder livingClaim() throws IOException {
        for (String name : files.names(path.getParent(), path.getName())) {
            Path other = new Path(path.getParent(), name);
            Holder holder = name.equals(claim.getName()) ? null : holder(other);
            if (holder != null) {
                if (alive(holder) != null) {
                    return holder;
                }
                files.system().delete(other, false);
            }
        }
        return null;
    }

    /** Two may find the same lock dead: the slower one must not remove that of the faster one. */
    private void removeDead(Holder dead) throws IOException {
        Path aside = path.suffix("." + UUID.randomUUID());
        try {
            if (!files.system().rename(path, aside)) {
                return;
            }
        } catch (FileNotFoundException gone) {
            // Which others say by false.
            return;
        }
        if (read(aside).equals(dead.text())) {
            files.system().delete(aside, false);
        } else {
            files.system().rename(aside, path);
        }
    }

    /** Leaves no half-written lock, which would look like somebody else's. */
    private void claim() throws IOException {
        try {
            writeOwner(owner, false);
        } catch (FileAlreadyExistsException taken) {
            throw taken;
        } catch (IOException e) {
            try {
                files.system().delete(claim, false);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    private void beat() {
        try {
            if (files.objectStore()) {
                // Objects have the time of their writing.
                writeOwner(owner + TAKEN, true);
            } else {
                files.system().setTimes(path, System.currentTimeMillis(), -1);
            }
        } catch (IOException e) {
            // The next beat may succeed; a file system that is gone shows at the next checkpoint.
        }
    }

    private void writeOwner(String text, boolean overwrite) throws IOException {
        try (OutputStream out = create(overwrite)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private OutputStream create(boolean overwrite) throws IOException {
        if (!files.local()) {
            return new PlainOutput(files.system().create(claim, overwrite));
        }
        // Hadoop looks first and creates then, between which another process can do the same.
        java.nio.file.Path local = java.nio.file.Path.of(path.toUri().getPath());
        java.nio.file.Files.createDirectories(local.getParent());
        try {
            return java.nio.file.Files.newOutputStream(local, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            throw new FileAlreadyExistsException(e.getMessage());
        }
    }

    private static void pause(long millis) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the run folder");
        }
    }

    /**
     * What a lock says.
     *
     * @param text host, process, when that was started, a name that no other lock has, and whether it is more than a
     *     claim; in older builds host and process alone
     * @param beat the last sign of life
     */
    private record Holder(String text, Instant beat) {}

    /** Null where it has just been released. */
    private Holder holder(Path lock) throws IOException {
        try {
            String text = read(lock);
            long beat = files.system().getFileStatus(lock).getModificationTime();
            return new Holder(text, Instant.ofEpochMilli(beat));
        } catch (FileNotFoundException justReleased) {
            return null;
        }
    }

    private String read(Path lock) throws IOException {
        try (FSDataInputStream in = files.system().open(lock)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Who holds the lock, in a sentence; null where nobody alive does. */
    private String alive(Holder holder) {
        String[] owner = holder.text().split(" ");
        long silent = Math.max(0, Duration.between(holder.beat(), Instant.now()).toSeconds());
        boolean known = owner.length >= 2 && owner[0].equals(host) && owner[1].matches("[0-9]+");
        boolean alive;
        if (!known) {
            alive = silent < DEAD_AFTER.toSeconds();
        } else if (Long.parseLong(owner[1]) == ProcessHandle.current().pid()) {
            alive = HELD.contains(holder.text().replace(TAKEN, ""));
        } else {
            alive = ProcessHandle.of(Long.parseLong(owner[1]))
                    .filter(ProcessHandle::isAlive)
                    .filter(process ->
                            owner.length > 2 ? isStart(start(process), owner[2]) : silent < DEAD_AFTER.toSeconds())
                    .isPresent();
        }
        return alive
                ? folder + " is in use by a live run (host " + owner[0] + ", process "
                        + (owner.length > 1 ? owner[1] : "unknown") + ", last sign of life " + silent
                        + " s ago); name another folder, or wait for its end"
                : null;
    }

    /** When a process was started, by the machine that it runs on; 0 where that is not known. Its number alone may be a later one's too. */
    private static long start(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    private static boolean isStart(long start, String recorded) {
        return !recorded.matches("[0-9]{1,18}")
                || Math.abs(start - Long.parseLong(recorded)) < START_TOLERANCE.toMillis();
    }

    @Override
    public void close() throws IOException {
        heartbeat.shutdownNow();
        try {
            files.system().delete(claim, false);
        } finally {
            // Not before it is gone: others of this process would take it for a dead one's.
            HELD.remove(owner);
        }
    }
}

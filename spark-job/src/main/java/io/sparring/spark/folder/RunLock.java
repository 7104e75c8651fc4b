package io.sparring.spark.folder;

import io.sparring.configuration.InvalidConfiguration;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Path;

/** Says that a run's folder is in use: a file with the host and the process, which gives a sign of life every few seconds. */
public final class RunLock implements AutoCloseable {
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    /** A lock without a sign of life for so long belongs to a dead run. */
    public static final Duration DEAD_AFTER = Duration.ofSeconds(60);
    /** What a process is asked for its start twice may differ by so much, as its machine's idea of its own start does. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(10);

    private final WholeFiles files;
    private final Path path;
    private final String folder;
    private final String host;
    private final String owner;
    private ScheduledExecutorService heartbeat;

    private RunLock(WholeFiles files, Path path, String folder) throws IOException {
        this.files = files;
        this.path = path;
        this.folder = folder;
        host = InetAddress.getLocalHost().getHostName();
        owner = host + " " + ProcessHandle.current().pid() + " " + start(ProcessHandle.current()) + " "
                + UUID.randomUUID();
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
        lock.take(System.nanoTime() + patience.toNanos());
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
        for (int attempt = 0; ; attempt++) {
            try {
                claim();
                return;
            } catch (FileAlreadyExistsException e) {
                Holder holder = holder();
                String alive = holder == null ? null : alive(holder);
                if (alive == null) {
                    if (attempt > 10) {
                        throw e;
                    }
                    if (holder != null) {
                        removeDead(holder);
                    }
                } else if (System.nanoTime() < deadline) {
                    attempt = 0;
                    pause();
                } else {
                    throw new InvalidConfiguration(alive);
                }
            }
        }
    }

    /** Two may find the same lock dead: the slower one must not remove that of the faster one. */
    private void removeDead(Holder dead) throws IOException {
        Path aside = path.suffix("." + UUID.randomUUID());
        if (!files.system().rename(path, aside)) {
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
            writeOwner(false);
        } catch (FileAlreadyExistsException taken) {
            throw taken;
        } catch (IOException e) {
            try {
                files.system().delete(path, false);
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
                writeOwner(true);
            } else {
                files.system().setTimes(path, System.currentTimeMillis(), -1);
            }
        } catch (IOException e) {
            // The next beat may succeed; a file system that is gone shows at the next checkpoint.
        }
    }

    private void writeOwner(boolean overwrite) throws IOException {
        try (OutputStream out = create(overwrite)) {
            out.write(owner.getBytes(StandardCharsets.UTF_8));
        }
    }

    private OutputStream create(boolean overwrite) throws IOException {
        if (!files.local()) {
            return new PlainOutput(files.system().create(path, overwrite));
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

    private static void pause() throws IOException {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the run folder");
        }
    }

    /**
     * What a lock says.
     *
     * @param text host, process, when that was started, and a name that no other lock has; in older builds host and process alone
     * @param beat the last sign of life
     */
    private record Holder(String text, Instant beat) {}

    /** Null where it has just been released. */
    private Holder holder() throws IOException {
        try {
            String text = read(path);
            long beat = files.system().getFileStatus(path).getModificationTime();
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
        // A process of this very number held it before this one: containers of a pod count from 1 each time.
        boolean alive = known
                ? Long.parseLong(owner[1]) != ProcessHandle.current().pid()
                        && ProcessHandle.of(Long.parseLong(owner[1]))
                                .filter(ProcessHandle::isAlive)
                                .filter(process -> owner.length > 2
                                        ? isStart(start(process), owner[2])
                                        : silent < DEAD_AFTER.toSeconds())
                                .isPresent()
                : silent < DEAD_AFTER.toSeconds();
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
        files.system().delete(path, false);
    }
}

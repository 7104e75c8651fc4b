package io.sparring.aeron;

import io.sparring.Explanation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder with the shared buffers of this process's media driver: in /dev/shm where there is room, else among the temporary files.
 * Its name says whose it is, so that the next start removes what a killed process has left:
 *
 * <pre>
 *   aeron-sparring-‹PID namespace›-‹PID›-‹start of the process›-‹random›
 * </pre>
 */
final class MediaDirectory implements AutoCloseable {
    /** Where the folder is made, if neither of the two usual places will do. */
    static final String PROPERTY = "sparring.aeron.directory";

    private static final String PREFIX = "aeron-sparring-";

    /** A container may share /dev/shm with another one whose processes it cannot see: their folders are left alone for so long. */
    private static final Duration FOREIGN = Duration.ofDays(1);

    private final Path folder;

    private MediaDirectory(Path folder) {
        this.folder = folder;
    }

    /**
     * Makes the folder; removes those of dead processes beside it.
     *
     * @param bytes that will be needed at most
     * @throws TransportFailed if nowhere is so much room
     */
    static MediaDirectory create(long bytes) throws TransportFailed {
        List<Path> places = new ArrayList<>();
        String chosen = System.getProperty(PROPERTY);
        if (chosen != null) {
            places.add(Path.of(chosen));
        } else {
            places.add(Path.of("/dev/shm"));
            places.add(Path.of(System.getProperty("java.io.tmpdir")));
        }
        List<String> found = new ArrayList<>();
        for (Path place : places) {
            if (!Files.isDirectory(place) || !Files.isWritable(place)) {
                found.add(place + " is not writable");
                continue;
            }
            removeStale(place);
            try {
                FileStore store = Files.getFileStore(place);
                if (store.getUsableSpace() < bytes) {
                    found.add(place + " has " + megabytes(store.getUsableSpace()) + " MB");
                    continue;
                }
                return new MediaDirectory(Files.createDirectory(
                        place.resolve(PREFIX + owner() + "-" + UUID.randomUUID()),
                        // The buffers hold parameters in the clear: they are nobody else's business.
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
            } catch (IOException e) {
                found.add(place + ": " + Explanation.of(e));
            }
        }
        throw new TransportFailed("the parameter server's transport needs " + megabytes(bytes)
                + " MB for its buffers, and there is not so much room: "
                + String.join(", ", found) + "; name a folder by -D" + PROPERTY + "=…");
    }

    private static long megabytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    /** Where Aeron's media driver puts its files. Aeron removes and makes this one by itself. */
    Path driver() {
        return folder.resolve("driver");
    }

    @Override
    public void close() {
        remove(folder);
    }

    private static String owner() {
        long self = ProcessHandle.current().pid();
        return processNamespace() + "-" + self + "-" + started(self);
    }

    /** Process numbers mean something only within one namespace. */
    private static String processNamespace() {
        try {
            String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            return link.chars()
                    .filter(Character::isDigit)
                    .mapToObj(Character::toString)
                    .collect(Collectors.joining());
        } catch (IOException | UnsupportedOperationException e) {
            return "0";
        }
    }

    /** When a process started, in the kernel's ticks since boot, for the time of day may be set; 0 if there is no such process. */
    private static long started(long process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process), "stat"));
            // "pid (command) state ppid …": the command may have blanks and brackets; the start is the 22nd field.
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
        } catch (IOException e) {
            return ProcessHandle.of(process)
                    .flatMap(handle -> handle.info().startInstant())
                    .map(Instant::toEpochMilli)
                    .orElse(0L);
        }
    }

    private static void removeStale(Path place) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(place, PREFIX + "*")) {
            for (Path candidate : folders) {
                if (isStale(candidate)) {
                    remove(candidate);
                }
            }
        } catch (IOException e) {
            // What cannot be listed cannot be cleaned; starting does not depend on it.
        }
    }

    private static boolean isStale(Path candidate) {
        String[] parts =
                candidate.getFileName().toString().substring(PREFIX.length()).split("-", 4);
        try {
            if (parts.length < 4) {
                return false;
            }
            if (!parts[0].equals(processNamespace())) {
                return Files.getLastModifiedTime(candidate)
                        .toInstant()
                        .isBefore(Instant.now().minus(FOREIGN));
            }
            return started(Long.parseLong(parts[1])) != Long.parseLong(parts[2]);
        } catch (NumberFormatException | IOException e) {
            return false;
        }
    }

    private static void remove(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // Somebody else's, or somebody else removes it too.
        }
    }
}

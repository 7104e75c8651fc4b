package io.sparring.environment.gymnasium;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The memory of the container that this JVM is in. Where it runs out, the kernel ends the largest process, and nobody tells who did. */
final class MemoryLimit {
    /** The container's own, in either version of cgroups; elsewhere there is none of them, or none whose number grows. */
    private static final List<Path> COUNTERS =
            List.of(Path.of("/sys/fs/cgroup/memory.events"), Path.of("/sys/fs/cgroup/memory/memory.oom_control"));

    private static final String KILLS = "oom_kill ";
    private static final int KILLED = 128 + 9;

    private final List<Path> counters;
    private final long before;

    private MemoryLimit(List<Path> counters) {
        this.counters = counters;
        before = kills();
    }

    /** Counts from now on. */
    static MemoryLimit here() {
        return at(COUNTERS);
    }

    static MemoryLimit at(List<Path> counters) {
        return new MemoryLimit(counters);
    }

    /** What is to be said beside the status with which a process has ended; empty where it was not for want of memory. */
    String blamedFor(int status) {
        return status == KILLED && kills() > before
                ? ", since the memory of its container had run out (an executor's is raised by spark.executor.memoryOverhead)"
                : "";
    }

    private long kills() {
        return counters.stream().mapToLong(MemoryLimit::kills).sum();
    }

    private static long kills(Path counter) {
        try (Stream<String> lines = Files.lines(counter)) {
            return lines.filter(line -> line.startsWith(KILLS))
                    .mapToLong(line -> Long.parseLong(line.substring(KILLS.length())))
                    .sum();
        } catch (IOException | UncheckedIOException none) {
            return 0;
        }
    }
}

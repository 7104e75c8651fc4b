package io.sparring.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Time as it passes for one of those who share a machine: where six threads want two processors, a third as fast as elsewhere. Deadlines of tests
 * are in it, so that what takes long on a busy machine has as long.
 */
public final class SharedTime {
    private static final Path LOAD = Path.of("/proc/loadavg");
    private static final long SAMPLE_MILLIS = 100;

    private static volatile double nanos;

    static {
        Thread sampler = new Thread(SharedTime::sample, "shared-time");
        sampler.setDaemon(true);
        sampler.start();
    }

    private SharedTime() {}

    /** From some moment on. */
    public static long nanos() {
        return (long) nanos;
    }

    /** Whether the process ends within the limit. */
    public static boolean waitFor(Process process, Duration limit) throws InterruptedException {
        long end = nanos() + limit.toNanos();
        while (process.isAlive() && nanos() < end) {
            Thread.sleep(20);
        }
        return !process.isAlive();
    }

    private static void sample() {
        long before = System.nanoTime();
        while (true) {
            try {
                Thread.sleep(SAMPLE_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
            long now = System.nanoTime();
            nanos += (now - before) * share();
            before = now;
        }
    }

    /** Of a processor, for each thread that wants one. */
    private static double share() {
        try {
            String running = Files.readString(LOAD).split("[ /]")[3];
            return Math.min(1, Runtime.getRuntime().availableProcessors() / Double.parseDouble(running));
        } catch (IOException e) {
            return 1;
        }
    }
}

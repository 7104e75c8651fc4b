package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.run.CheckpointFile;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Any number of trainings in one JVM. */
class TrainingTest {
    private static final long MEBIBYTE = 1 << 20;

    private static Training training(long seed) {
        Configuration configuration = ConfigurationFile.parse("small", """
                environment: {id: CartPole-v1, copies-per-shard: 4}
                network: {hidden: [8]}
                a2c: {shards: 2, rollout-length: 8}
                budget: {env-steps: 192}
                evaluation: {every-env-steps: 64, episodes: 2}
                """, List.of("seed=" + seed));
        return Training.of(configuration);
    }

    private static String bits(long seed) throws InterruptedException {
        return CheckpointFile.sha256(training(seed).run().state().model().parameters());
    }

    @Test
    void eightTrainingsAtOnceGiveEachItsOwnBits() throws Exception {
        List<String> alone = new ArrayList<>();
        for (long seed = 0; seed < 8; seed++) {
            alone.add(bits(seed));
        }
        assertThat(alone).doesNotHaveDuplicates();

        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<String>> trainings = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                long seed = i % 8;
                trainings.add(() -> bits(seed));
            }
            List<Future<String>> together = threads.invokeAll(trainings);
            for (int i = 0; i < together.size(); i++) {
                assertThat(together.get(i).get()).isEqualTo(alone.get(i % 8));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aThousandTrainingsLeaveNothingBehind() throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            bits(i);
        }
        long heap = heapInUse();
        long direct = directMemory();
        int threads = Thread.activeCount();

        for (int i = 0; i < 1000; i++) {
            bits(i);
        }

        // A training's own arrays are some 100 KB: a thousand of them would be 100 MB.
        assertThat(heapInUse() - heap).isLessThan(4 * MEBIBYTE);
        assertThat(directMemory()).isLessThanOrEqualTo(direct);
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
    }

    private static long heapInUse() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    private static long directMemory() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}

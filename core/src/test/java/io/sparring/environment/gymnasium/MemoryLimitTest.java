package io.sparring.environment.gymnasium;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryLimitTest {
    private static final int BY_SIGKILL = 137;

    @TempDir
    private Path work;

    /** As memory.events and memory.oom_control are written. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "low 0\nhigh 0\nmax 812\noom 3\noom_kill %d\noom_group_kill 0\n",
                "oom_kill_disable 0\nunder_oom 0\noom_kill %d\n"
            })
    void memoryIsBlamedForAKilledProcessOnlyIfTheKernelHasKilledOneSince(String written) throws IOException {
        Path counter = Files.writeString(work.resolve("counter"), written.formatted(2));
        MemoryLimit limit = MemoryLimit.at(List.of(work.resolve("none"), counter));
        assertThat(limit.blamedFor(BY_SIGKILL)).isEmpty();

        Files.writeString(counter, written.formatted(3));
        assertThat(limit.blamedFor(BY_SIGKILL)).contains("memory", "spark.executor.memoryOverhead");
        assertThat(limit.blamedFor(1)).isEmpty();
        assertThat(MemoryLimit.at(List.of(counter)).blamedFor(BY_SIGKILL)).isEmpty();
    }

    @Test
    void withoutCountersNothingIsBlamed() {
        assertThat(MemoryLimit.at(List.of(work.resolve("none"))).blamedFor(BY_SIGKILL))
                .isEmpty();
    }
}

package io.sparring.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LostExecutorsTest {
    private final LostExecutors lost = new LostExecutors("its shards are computed again");

    @Test
    void aContainerKilledForItsMemoryNamesTheSettingToRaise() {
        assertThat(
                        lost.line(
                                "3",
                                "Container killed by YARN for exceeding physical memory limits. 1.4 GB of 1.4 GB physical memory used."))
                .contains("executor 3 was lost", "raise spark.executor.memoryOverhead");
    }

    @Test
    void memoryThatRanOutNamesTheSettingThatItsTaskNamed() {
        String reason = "Container from a bad node: c_02 on host: localhost. Exit status: 52. Diagnostics: x";
        lost.ranOut("3", "Java heap space");
        lost.ranOut("4", "Physical memory usage is too high: physicalBytes (643M) > maxPhysicalBytes (576M)");
        assertThat(lost.line("3", reason)).contains("raise --executor-memory").doesNotContain("Overhead");
        assertThat(lost.line("4", reason)).contains("raise spark.executor.memoryOverhead");
        assertThat(lost.line("5", "Command exited with code 52"))
                .contains("raise --executor-memory or spark.executor.memoryOverhead");
    }

    @Test
    void aKilledExecutorIsSaidWithItsReasonAndNoAdvice() {
        assertThat(lost.line("3", "worker lost\nmore of it"))
                .isEqualTo("executor 3 was lost and its shards are computed again: worker lost");
    }

    @Test
    void aPodsEndIsSaidInOneLineWithItsCause() {
        assertThat(lost.line("3", """

                                The executor with id 3 exited with exit code 137(SIGKILL, possible container OOM).
                                The API gave the following brief reason: N/A
                                The API gave the following container statuses:
                                \t container state: terminated
                                \t exit code: 137
                                \t termination reason: OOMKilled
                                """))
                .startsWith("executor 3 was lost and its shards are computed again: The executor with id 3 exited with")
                .endsWith("raise spark.executor.memoryOverhead")
                .doesNotContain("\n");
    }

    @Test
    void executorsThatAreLetGoAreNotMentioned() {
        assertThat(lost.line("3", "Executor killed by driver.")).isNull();
        assertThat(lost.line("3", "Executor decommission: spark scale down")).isNull();
    }
}

package io.sparring.spark.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.junit.jupiter.api.Test;

class LostExecutorsTest {
    private final List<String> givenUp = new ArrayList<>();
    private final LostExecutors lost = new LostExecutors(givenUp::add);

    /** An executor that comes, and goes after so many seconds. */
    private void lives(int executor, int seconds, String reason) {
        String id = Integer.toString(executor);
        lost.onExecutorAdded(new SparkListenerExecutorAdded(0, id, null));
        lost.onExecutorRemoved(new SparkListenerExecutorRemoved(TimeUnit.SECONDS.toMillis(seconds), id, reason));
    }

    private void aTaskIsDone() {
        lost.onTaskEnd(new SparkListenerTaskEnd(0, 0, "", Success$.MODULE$, null, null, null));
    }

    @Test
    void tenExecutorsThatEndAtOnceEndTheRunWithTheReasonOfTheLast() {
        IntStream.range(0, 9).forEach(executor -> lives(executor, 5, "exited with exit code 1"));
        assertThat(givenUp).isEmpty();
        lives(9, 5, "Container killed by YARN for exceeding physical memory limits.");
        assertThat(givenUp)
                .singleElement()
                .asString()
                .startsWith(
                        "since 10 executors in a row have ended within a minute, before any task was done; the last: ")
                .endsWith("raise spark.executor.memoryOverhead");
    }

    @Test
    void aTaskThatIsDoneAnExecutorThatLivedAndANewJobStartTheCountAnewAndThoseLetGoDoNotCount() {
        IntStream.range(0, 9).forEach(executor -> lives(executor, 5, "worker lost"));
        aTaskIsDone();
        IntStream.range(10, 19).forEach(executor -> lives(executor, 5, "worker lost"));
        lives(20, 60, "worker lost");
        IntStream.range(30, 39).forEach(executor -> lives(executor, 5, "worker lost"));
        lost.onJobStart(null);
        IntStream.range(40, 49).forEach(executor -> lives(executor, 5, "worker lost"));
        IntStream.range(50, 99).forEach(executor -> lives(executor, 5, "Executor decommission: spark scale down"));
        assertThat(givenUp).isEmpty();
        lives(99, 5, "worker lost");
        assertThat(givenUp).hasSize(1);
    }

    @Test
    void anExecutorThatStaysMayBeAtWorkAndIsWaitedFor() {
        lost.came("before the listener", 0);
        IntStream.range(0, 100).forEach(executor -> {
            lost.came(Integer.toString(executor), 60_000);
            lost.onExecutorRemoved(new SparkListenerExecutorRemoved(65_000, Integer.toString(executor), "worker lost"));
        });
        assertThat(givenUp).isEmpty();
    }

    @Test
    void onALargeClusterABadNodesExecutorsAreNotYetAReasonToGiveUp() {
        IntStream.range(0, 50)
                .forEach(executor ->
                        lost.onExecutorAdded(new SparkListenerExecutorAdded(0, Integer.toString(executor), null)));
        IntStream.range(50, 149).forEach(executor -> lives(executor, 5, "worker lost"));
        assertThat(givenUp).isEmpty();
        IntStream.range(149, 152).forEach(executor -> lives(executor, 5, "worker lost"));
        assertThat(givenUp).hasSize(1);
    }

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
    void aKilledExecutorIsSaidWithItsReasonWithoutAdviceAndWithoutAGuessAtWhatComesOfIt() {
        assertThat(lost.line("3", "worker lost\nmore of it")).isEqualTo("executor 3 was lost: worker lost");
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
                .startsWith("executor 3 was lost: The executor with id 3 exited with")
                .endsWith("raise spark.executor.memoryOverhead")
                .doesNotContain("\n");
    }

    @Test
    void executorsThatAreLetGoAreNotMentioned() {
        assertThat(lost.line("3", "Executor killed by driver.")).isNull();
        assertThat(lost.line("3", "Executor decommission: spark scale down")).isNull();
    }
}

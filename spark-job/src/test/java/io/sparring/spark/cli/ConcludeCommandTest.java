package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConcludeCommandTest {
    @Test
    void aPodKilledForItsMemoryNamesTheSettingToRaise() {
        assertThat(reason("""
                        14:20:01 INFO LoggingPodStatusWatcherImpl: Container final statuses:


                        \t container name: spark-kubernetes-driver
                        \t container image: localhost/sparring:1
                        \t container state: terminated
                        \t exit code: 137
                        \t termination reason: OOMKilled
                        """)).contains("raise spark.driver.memoryOverhead");
    }

    @Test
    void aPodThatIsKilledNamesItsExitCode() {
        assertThat(reason("""
                        \t container state: terminated
                        \t exit code: 137
                        \t termination reason: Error
                        """)).isEqualTo("its pod ended with exit code 137");
    }

    @Test
    void whatSparksClientStumblesOverIsTheReason() {
        assertThat(reason("Exception in thread \"main\" java.lang.IllegalStateException: no such queue\n"))
                .contains("no such queue");
    }

    @Test
    void aSilentEndIsCalledOne() {
        assertThat(reason("")).isEqualTo("it was killed, or never started");
    }

    private static String reason(String log) {
        return ConcludeCommand.reason(List.copyOf(log.lines().toList()));
    }
}

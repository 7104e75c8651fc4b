package io.sparring.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines as the clients of Spark 3.5.5 and Hadoop 3.3.4 log them. */
class ClientLogTest {
    @TempDir
    private Path folder;

    private final List<String> said = new ArrayList<>();
    private ClientLog log;

    @BeforeEach
    void listen() throws Exception {
        log = new ClientLog(folder, "rl", said::add);
    }

    @ParameterizedTest
    @CsvSource({
        "Submitted application application_1732_0001, application_1732_0001",
        "Driver successfully submitted as driver-20261127-0000, driver-20261127-0000",
        "Deployed Spark application sparring train with application ID a and submission ID rl:train-driver into Kubernetes, train-driver",
        "'\t pod name: train-driver', train-driver",
    })
    void aDriversNameIsSaidAndKept(String line, String name) throws Exception {
        log.line(line);
        log.line(line);
        assertThat(said).containsExactly("submitted as " + name);
        assertThat(log.driver()).isEqualTo(name);
        assertThat(folder.resolve(SubmitCommand.DRIVER)).hasContent(name);
        assertThat(Files.readAllLines(folder.resolve(SubmitCommand.LOG))).containsExactly(line, line);
    }

    @Test
    void aPodThatCannotStartIsSaidOncePerReason() {
        log.line("\t pod name: train-driver");
        log.line("\t\t pending reason: ContainerCreating");
        log.line("\t\t pending reason: ErrImagePull");
        log.line("\t\t pending reason: ErrImagePull");
        log.line("\t\t pending reason: ImagePullBackOff");
        assertThat(said)
                .containsExactly(
                        "submitted as train-driver",
                        "it waits: ErrImagePull; kubectl -n rl describe pod train-driver",
                        "it waits: ImagePullBackOff; kubectl -n rl describe pod train-driver");
    }

    @Test
    void aPodForWhichNoNodeHasRoomIsSaidEveryMinute() {
        for (int second = 0; second < 130; second++) {
            log.line("Application status for spark-a (phase: Pending)");
        }
        assertThat(said).hasSize(2).first().asString().startsWith("it waits: still pending after 60 s");
    }

    @Test
    void anApplicationThatItsQueueHasNoRoomForIsSaidWithYarnsReason() {
        log.line("Application report for application_1732_0001 (state: ACCEPTED)");
        log.line(
                "\t diagnostics: Application is added to the scheduler and is not yet activated. Queue's AM resource limit exceeded.");
        log.line("Application report for application_1732_0001 (state: ACCEPTED)");
        assertThat(said).isEmpty();
        log.line("Application report for application_1732_0001 (state: ACCEPTED)");
        log.line("Application report for application_1732_0001 (state: ACCEPTED)");
        assertThat(said)
                .containsExactly(
                        "it waits: YARN has accepted the application and not started it: "
                                + "Application is added to the scheduler and is not yet activated. Queue's AM resource limit exceeded.");
    }

    @Test
    void aResourceManagerThatDoesNotAnswerIsSaidOnce() {
        for (int tries = 0; tries < 10; tries++) {
            log.line(
                    "Retrying connect to server: rm/10.0.0.1:8032. Already tried " + tries
                            + " time(s); retry policy is RetryUpToMaximumCountWithFixedSleep(maxRetries=10, sleepTime=1000 MILLISECONDS)");
        }
        assertThat(said).containsExactly("it waits: rm/10.0.0.1:8032 does not answer and is asked again");
    }
}

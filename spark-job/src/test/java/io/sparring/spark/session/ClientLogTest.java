package io.sparring.spark.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
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
        log = new ClientLog(folder, "rl", said::add, Level.OFF);
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
        assertThat(folder.resolve(ClientLog.DRIVER)).hasContent(name);
        assertThat(Files.readAllLines(folder.resolve(ClientLog.LOG))).containsExactly(line, line);
    }

    @Test
    void aPodThatCannotStartIsSaidOncePerReason() {
        log.line("\t pod name: train-driver");
        log.line("\t\t pending reason: ContainerCreating");
        log.line("\t\t pending reason: ErrImagePull");
        log.line("\t\t pending reason: ErrImagePull");
        log.line("\t\t pending reason: ImagePullBackOff");
        log.line("\t\t pending reason: ErrImagePull");
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

    @Test
    void whileItListensAClientsLinesComeOnce() throws Exception {
        Logger client = LogManager.getLogger("org.apache.hadoop.ipc.Client");
        client.info("before");
        log.start();
        client.info("Retrying connect to server: rm/10.0.0.1:8032. Already tried 1 time(s)");
        client.debug("a detail");
        log.close();
        client.info("after");
        assertThat(said).containsExactly("it waits: rm/10.0.0.1:8032 does not answer and is asked again");
        assertThat(Files.readAllLines(folder.resolve(ClientLog.LOG))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"OFF, ''", "INFO, 'a client that retries|somebody else'", "ERROR, 'somebody else'"})
    void onStderrIsWhatTheUserHasAskedFor(String shown, String expected) throws Exception {
        LoggerContext context = (LoggerContext) LogManager.getContext(false);
        Map<String, Appender> before =
                Map.copyOf(context.getConfiguration().getRootLogger().getAppenders());
        List<String> stderr = new ArrayList<>();
        AbstractAppender terminal = new AbstractAppender("terminal", null, null, true, Property.EMPTY_ARRAY) {
            @Override
            public void append(LogEvent event) {
                stderr.add(event.getMessage().getFormattedMessage());
            }
        };
        terminal.start();
        context.getConfiguration().getRootLogger().addAppender(terminal, null, null);
        try (ClientLog alone = new ClientLog(folder, "rl", said::add, Level.valueOf(shown))) {
            alone.startAlone();
            LogManager.getLogger("org.apache.hadoop.ipc.Client").info("a client that retries");
            LogManager.getLogger("another").error("somebody else");
            assertThat(String.join("|", stderr)).isEqualTo(expected);
            assertThat(Files.readAllLines(folder.resolve(ClientLog.LOG)))
                    .containsExactly("a client that retries", "somebody else");
        } finally {
            LoggerConfig root = context.getConfiguration().getRootLogger();
            List.copyOf(root.getAppenders().keySet()).forEach(root::removeAppender);
            before.values().forEach(appender -> root.addAppender(appender, null, null));
            context.updateLoggers();
        }
    }
}

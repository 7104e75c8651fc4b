package io.sparring.spark.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LastWordsTest {
    private final LoggerContext context =
            (LoggerContext) LogManager.getContext(SparkContext.class.getClassLoader(), false);
    private final LoggerConfig root = context.getConfiguration().getRootLogger();
    private final Level level = root.getLevel();
    private final List<String> logged = new ArrayList<>();
    private final AbstractAppender appender = new AbstractAppender("test", null, null, true, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
            logged.add(event.getMessage().getFormattedMessage());
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        root.addAppender(appender, null, null);
        context.updateLoggers();
        LastWords.hear();
    }

    @AfterEach
    void leave() {
        LastWords.hear();
        root.removeAppender(appender.getName());
        Configurator.setRootLevel(level);
    }

    @Test
    void nothingOfWhatSparkAndNettySayIsHeardOnceStoppingHasBegun() throws InterruptedException {
        assertThat(stderrOf("training")).contains("RejectedExecutionException", "training");
        LastWords.silence();
        LastWords.silence();
        assertThat(stderrOf("stopping")).isEmpty();
        assertThat(logged).containsExactly("Spark training", "Netty training");
    }

    @Test
    void whatIsPrintedPastTheLogIsNotHeardEitherAndOurOwnLinesAre() {
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            LastWords.silence();
            new RejectedExecutionException("a future's").printStackTrace();
            Console.say("the end");
            LastWords.hear();
            System.err.println("the next one");
        } finally {
            System.setErr(err);
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).isEqualTo("sparring: the end\nthe next one\n");
    }

    @Test
    void theNextContextIsHeardAgain() throws InterruptedException {
        LastWords.silence();
        LastWords.hear();

        assertThat(stderrOf("again")).contains("again");
        assertThat(logged).containsExactly("Spark again", "Netty again");
    }

    @Test
    void whoHasAskedForTheLogHearsItToTheEnd() throws InterruptedException {
        Configurator.setRootLevel(Level.INFO);
        LastWords.silence();

        assertThat(stderrOf("stopping")).contains("stopping");
        assertThat(logged).containsExactly("Spark stopping", "Netty stopping");
    }

    /** What the two log at their worst, and what a thread leaves behind that ends by an exception. */
    private static String stderrOf(String when) throws InterruptedException {
        LoggerFactory.getLogger("org.apache.spark.rpc.netty.Inbox").error("Spark " + when);
        LoggerFactory.getLogger("io.netty.util.concurrent.DefaultPromise.rejectedExecution")
                .error("Netty " + when);
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            Thread thread = new Thread(() -> {
                throw new RejectedExecutionException(when);
            });
            thread.start();
            thread.join();
        } finally {
            System.setErr(err);
        }
        return said.toString(StandardCharsets.UTF_8);
    }
}

package io.sparring.spark;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/**
 * What Spark's clients of YARN, Kubernetes and standalone clusters log: kept in a file, and said to the user where it is about his driver's name or
 * why there is none yet. Clients have no other way to tell, and wait for ever.
 */
final class ClientLog extends AbstractAppender implements AutoCloseable {
    /** Whose lines of level INFO are of interest. */
    private static final List<String> LOGGERS = List.of(
            "org.apache.hadoop.yarn.client.api.impl.YarnClientImpl",
            "org.apache.spark.deploy.yarn.Client",
            "org.apache.spark.deploy.ClientEndpoint",
            "org.apache.spark.deploy.k8s.submit",
            "org.apache.hadoop.ipc.Client");

    private static final Pattern SUBMITTED = Pattern.compile("Submitted application (application_\\S+)"
            + "|[Dd]river successfully submitted as (driver-\\S+)"
            + "|pod name: (\\S+)"
            + "|submission ID [^:\\s]*:(\\S+) into Kubernetes");
    private static final Pattern POD_WAITS = Pattern.compile("pending reason: (.+)");
    private static final Pattern POD_PENDING = Pattern.compile("\\(phase: Pending\\)");
    private static final Pattern QUEUED = Pattern.compile("Application report for \\S+ \\(state: ACCEPTED\\)");
    private static final Pattern DIAGNOSTICS = Pattern.compile("^\\s*diagnostics: (.+)");
    private static final Pattern UNREACHABLE =
            Pattern.compile("Retrying connect to server: (\\S+?)\\. Already tried (\\d+) time");
    /** Spark reports a pod every second, an application of YARN every thirty. */
    private static final int PODS_REPORTS_A_MINUTE = 60;

    private static final int APPLICATIONS_REPORTS_A_MINUTE = 2;

    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final Path folder;
    private final String namespace;
    private final Consumer<String> say;
    private final PrintStream file;
    private volatile String driver;
    private String waitsFor = "";
    private String diagnostics = "the cluster does not say why";
    private int pending;
    private int queued;

    /** For a driver in this JVM, of which nothing needs to be kept. */
    ClientLog() {
        this(null, "", new PrintStream(OutputStream.nullOutputStream()), Progress::say);
    }

    /**
     * @param folder gets {@link SubmitCommand#LOG} and {@link SubmitCommand#DRIVER}
     * @param namespace Kubernetes'
     */
    ClientLog(Path folder, String namespace) throws IOException {
        this(folder, namespace, Progress::say);
    }

    ClientLog(Path folder, String namespace, Consumer<String> say) throws IOException {
        this(
                folder,
                namespace,
                new PrintStream(Files.newOutputStream(folder.resolve(SubmitCommand.LOG)), true, StandardCharsets.UTF_8),
                say);
    }

    private ClientLog(Path folder, String namespace, PrintStream file, Consumer<String> say) {
        super("sparring-client", null, null, false, Property.EMPTY_ARRAY);
        this.folder = folder;
        this.namespace = namespace;
        this.file = file;
        this.say = say;
    }

    /** From here on nothing of what these clients log is on stderr, unless the user has asked for it. */
    @Override
    public void start() {
        super.start();
        for (String name : LOGGERS) {
            LoggerConfig logger = new LoggerConfig(name, Level.INFO, System.getenv("SPARRING_LOG") != null);
            logger.addAppender(this, null, null);
            context.getConfiguration().addLogger(name, logger);
        }
        context.updateLoggers();
    }

    /** As {@link #start}, for a JVM that is nothing else than such a client: all that anybody logs goes to the file. */
    void startAlone() {
        LoggerConfig root = context.getConfiguration().getRootLogger();
        if (System.getenv("SPARRING_LOG") == null) {
            List.copyOf(root.getAppenders().keySet()).forEach(root::removeAppender);
        }
        root.addAppender(this, null, null);
        start();
    }

    @Override
    public void close() {
        LOGGERS.forEach(context.getConfiguration()::removeLogger);
        context.updateLoggers();
        stop();
    }

    @Override
    public void append(LogEvent event) {
        event.getMessage().getFormattedMessage().lines().forEach(this::line);
        if (event.getThrown() != null) {
            thrown(event.getThrown());
        }
    }

    void thrown(Throwable e) {
        e.printStackTrace(file);
    }

    /** The cluster's name of the driver; null while it has none. */
    String driver() {
        return driver;
    }

    synchronized void line(String line) {
        file.println(line);
        Matcher submitted = SUBMITTED.matcher(line);
        if (submitted.find()) {
            submitted(submitted);
            return;
        }
        Matcher diagnosed = DIAGNOSTICS.matcher(line);
        if (diagnosed.find() && !diagnosed.group(1).equals("N/A")) {
            diagnostics = diagnosed.group(1);
            return;
        }
        waits(line);
    }

    private void submitted(Matcher found) {
        if (driver != null) {
            return;
        }
        for (int group = 1; driver == null; group++) {
            driver = found.group(group);
        }
        if (folder != null) {
            try {
                Files.writeString(folder.resolve(SubmitCommand.DRIVER), driver);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        say.accept("submitted as " + driver);
    }

    private void waits(String line) {
        Matcher pod = POD_WAITS.matcher(line);
        Matcher unreachable = UNREACHABLE.matcher(line);
        if (pod.find()) {
            if (!pod.group(1).equals("ContainerCreating")) {
                waits(pod.group(1), describe());
            }
        } else if (POD_PENDING.matcher(line).find()) {
            if (++pending % PODS_REPORTS_A_MINUTE == 0) {
                waits("still pending after " + pending + " s", describe());
            }
        } else if (QUEUED.matcher(line).find()) {
            if (++queued > APPLICATIONS_REPORTS_A_MINUTE) {
                waits("YARN has accepted the application and not started it: " + diagnostics, "");
            }
        } else if (unreachable.find() && !unreachable.group(2).equals("0")) {
            waits(unreachable.group(1) + " does not answer and is asked again", "");
        }
    }

    private String describe() {
        return "; kubectl -n " + namespace + " describe pod " + driver;
    }

    /** Once for every reason. */
    private void waits(String reason, String look) {
        if (!reason.equals(waitsFor)) {
            waitsFor = reason;
            say.accept("it waits: " + reason + look);
        }
    }
}

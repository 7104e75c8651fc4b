package io.sparring.spark.session;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.SparkContext;

/**
 * What Spark's clients of YARN, Kubernetes and standalone clusters log: kept in a file, and said to the user where it is about his driver's name or
 * why there is none yet. Clients have no other way to tell, and wait for ever.
 */
public final class ClientLog extends AbstractAppender implements AutoCloseable {
    /** The file of what these clients say. */
    public static final String LOG = "log";
    /** The file of the cluster's name of the driver. */
    public static final String DRIVER = "driver";

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
    private static final String POD_PENDING = "(phase: Pending)";
    private static final String QUEUED = "(state: ACCEPTED)";
    private static final Pattern DIAGNOSTICS = Pattern.compile("^\\s*diagnostics: (.+)");
    private static final Pattern UNREACHABLE =
            Pattern.compile("Retrying connect to server: (\\S+?)\\. Already tried (\\d+) time");
    /** Spark reports a pod every second, an application of YARN every thirty. */
    private static final int PODS_REPORTS_A_MINUTE = 60;

    private static final int APPLICATIONS_REPORTS_A_MINUTE = 2;

    /** Spark's: the application may have a class loader of its own. */
    private final LoggerContext context =
            (LoggerContext) LogManager.getContext(SparkContext.class.getClassLoader(), false);

    private final Path folder;
    private final String namespace;
    private final PrintStream file;
    private final Consumer<String> say;
    private final Level shown;
    private final Set<String> said = new HashSet<>();
    private String driver;
    private String diagnostics = "the cluster does not say why";
    private int pending;
    private int queued;

    /** For a driver in this JVM, of which nothing needs to be kept. */
    ClientLog() {
        this(null, "", new PrintStream(OutputStream.nullOutputStream()), Console::say, shown());
    }

    /**
     * @param folder gets {@link #LOG} and {@link #DRIVER}
     * @param namespace Kubernetes'
     */
    public ClientLog(Path folder, String namespace) throws IOException {
        this(folder, namespace, Console::say, shown());
    }

    /**
     * @param say gets what the user is to know
     * @param shown what is on stderr too
     */
    ClientLog(Path folder, String namespace, Consumer<String> say, Level shown) throws IOException {
        this(
                folder,
                namespace,
                new PrintStream(Files.newOutputStream(folder.resolve(LOG)), true, StandardCharsets.UTF_8),
                say,
                shown);
    }

    private ClientLog(Path folder, String namespace, PrintStream file, Consumer<String> say, Level shown) {
        super("sparring-client", null, null, true, Property.EMPTY_ARRAY);
        this.folder = folder;
        this.namespace = namespace;
        this.file = file;
        this.say = say;
        this.shown = shown;
    }

    /** What the user has asked for; nothing by default. */
    private static Level shown() {
        String asked = System.getenv("SPARRING_LOG");
        return asked == null ? Level.OFF : Level.toLevel(asked, Level.ERROR);
    }

    /** From here on what these clients log comes here, and goes to stderr only as far as the user has asked for it. */
    @Override
    public void start() {
        super.start();
        Level level = shown.isLessSpecificThan(Level.INFO) ? shown : Level.INFO;
        Map<String, Appender> others =
                context.getConfiguration().getRootLogger().getAppenders();
        for (String name : LOGGERS) {
            LoggerConfig logger = new LoggerConfig(name, level, false);
            logger.addAppender(this, Level.INFO, null);
            others.values().stream()
                    .filter(other -> other != this)
                    .forEach(other -> logger.addAppender(other, shown, null));
            context.getConfiguration().addLogger(name, logger);
        }
        context.updateLoggers();
    }

    /** As {@link #start}, for a JVM that is nothing else than such a client: all that anybody logs goes to the file. */
    public void startAlone() {
        start();
        LoggerConfig root = context.getConfiguration().getRootLogger();
        if (shown == Level.OFF) {
            List.copyOf(root.getAppenders().keySet()).forEach(root::removeAppender);
        }
        root.addAppender(this, null, null);
        context.updateLoggers();
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

    /** Keeps a stack trace. */
    public void thrown(Throwable e) {
        e.printStackTrace(file);
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
        say.accept("submitted as " + driver);
        if (folder != null) {
            try {
                Files.writeString(folder.resolve(DRIVER), driver);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void waits(String line) {
        Matcher pod = POD_WAITS.matcher(line);
        Matcher unreachable = UNREACHABLE.matcher(line);
        if (pod.find()) {
            if (!pod.group(1).equals("ContainerCreating")) {
                waits(pod.group(1), describe());
            }
        } else if (line.contains(POD_PENDING)) {
            if (++pending % PODS_REPORTS_A_MINUTE == 0) {
                waits("still pending after " + pending + " s", describe());
            }
        } else if (line.contains(QUEUED)) {
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

    private void waits(String reason, String look) {
        if (said.add(reason)) {
            say.accept("it waits: " + reason + look);
        }
    }
}

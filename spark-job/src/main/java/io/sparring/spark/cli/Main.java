package io.sparring.spark.cli;

import io.sparring.Explanation;
import io.sparring.algorithm.TrainingFailed;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.spark.folder.NotAllowed;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.score.BadRow;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Versions;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.Charset;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.SparkUserAppException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line: what {@code submit/sparring} hands to spark-submit. */
@Command(
        name = "sparring",
        description = "Actor-critic reinforcement learning on Spark, reproducible to the bit.",
        versionProvider = Main.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TrainCommand.class,
            PretrainCommand.class,
            SweepCommand.class,
            EvaluateCommand.class,
            ExportCommand.class,
            ScoreCommand.class,
            InspectCommand.class,
            ReportCommand.class,
            BenchCommand.class,
            EnvsCommand.class,
            CheckCommand.class,
            CheckEnvCommand.class,
            DoctorCommand.class,
            SubmitCommand.class,
            ConcludeCommand.class
        },
        footer = {
            "",
            "Options before the command are spark-submit's own: sparring --master local[4] train conf/cartpole-a2c.yaml",
            "Exit codes: 0, 1 a failed run, 2 bad input, 129 after SIGHUP, 130 after SIGINT, 143 after SIGTERM."
        })
public final class Main implements IVersionProvider {
    /** Only YARN's application master interrupts us, when its application has been killed or is no longer known. */
    static final String TAKEN = "the cluster has taken this driver away";

    Main() {}

    @Override
    public String[] getVersion() {
        return new String[] {
            "Sparring " + Versions.sparring(), "Spark " + Versions.all().get("spark")
        };
    }

    /** Runs a command and ends the JVM with its exit code. */
    public static void main(String[] arguments) throws SparkUserAppException {
        // Pictures are files: nobody is to look for a window system.
        System.setProperty("java.awt.headless", "true");
        SparkConf settings = new SparkConf();
        Submission submission = Submission.of(settings);
        int exit = submission == null ? run(arguments) : submission.run(() -> run(arguments));
        if (settings.get("spark.submit.deployMode", "client").equals("cluster")) {
            // Inside YARN's application master, which takes any System.exit for a failure.
            if (exit != 0) {
                throw new SparkUserAppException(exit);
            }
            return;
        }
        // Spark's shutdown hooks stop what is left of the context.
        System.exit(exit);
    }

    static int run(String... arguments) {
        AtomicReference<String> error = new AtomicReference<>();
        int exit;
        try {
            requireReadable(arguments);
            exit = execute(error::set, arguments);
        } catch (InvalidConfiguration | Error e) {
            // Classes that are not there, memory that is not: picocli's handler is for exceptions.
            exit = failed(e, error::set);
        }
        // Looked for among the words, since these may be what is wrong.
        if (error.get() != null && Arrays.asList(arguments).contains("--json")) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("error", error.get());
            result.put("exit", exit);
            System.out.println(RunResult.json(result));
        }
        return exit;
    }

    /** Whether they are what the user wrote: where the locale has no such characters, no file could have such a name either. */
    private static void requireReadable(String... arguments) {
        Charset locale = Charset.forName(System.getProperty("sun.jnu.encoding"));
        for (String argument : arguments) {
            if (!locale.newEncoder().canEncode(argument)) {
                throw new InvalidConfiguration(argument + ": this process's locale has no such characters (" + locale
                        + "); expected one with UTF-8, as of LC_ALL=C.UTF-8");
            }
        }
    }

    private static int failed(Throwable e, Consumer<String> error) {
        complain(explain(e), error);
        if (Boolean.getBoolean("sparring.debug")) {
            e.printStackTrace();
        }
        return exit(e);
    }

    /** The exit code of a command that ended so. */
    static int exit(Throwable e) {
        if (isTaken(e)) {
            // As by a signal: another attempt of the same submission goes on.
            return 143;
        }
        // Rights that are lacking are of no use to a second attempt.
        return e instanceof InvalidConfiguration || RunFolder.isDenied(e) ? 2 : 1;
    }

    /** What a command does in a folder, and with which exit code. */
    interface Work {
        int exit() throws IOException, InterruptedException;
    }

    /** Leaves the work's exit code in the folder, for clients of a cluster, which do not carry the driver's. */
    static int leavingExit(RunFolder folder, Work work) throws IOException, InterruptedException {
        folder.delete(RunFolder.EXIT);
        int exit;
        try {
            exit = work.exit();
        } catch (Throwable e) {
            // Spark throws checked exceptions that it does not declare.
            try {
                folder.writeExit(exit(e));
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
        folder.writeExit(exit);
        return exit;
    }

    /** Whether this thread was interrupted, in whatever it was waiting for. */
    static boolean isTaken(Throwable e) {
        return e instanceof InterruptedException
                || e instanceof ClosedByInterruptException
                || e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)
                || e instanceof UncheckedIOException wrapped && isTaken(wrapped.getCause());
    }

    private static void complain(String line, Consumer<String> error) {
        Console.say(line);
        error.accept(line);
    }

    private static int execute(Consumer<String> error, String... arguments) {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, args) -> {
                    complain(
                            Explanation.of(e) + " (see sparring "
                                    + (e.getCommandLine().getParent() == null
                                            ? ""
                                            : e.getCommandLine().getCommandName() + " ")
                                    + "--help)",
                            error);
                    return 2;
                })
                .setExecutionExceptionHandler((e, commandLine, result) -> failed(e, error))
                .execute(arguments);
    }

    /** One line for the user. */
    static String explain(Throwable e) {
        if (e instanceof InvalidConfiguration
                || e instanceof TrainingFailed
                || e instanceof NotAllowed
                || e instanceof BadRow) {
            return e.getMessage();
        }
        if (isTaken(e)) {
            return String.valueOf(e.getMessage()).startsWith(TAKEN) ? e.getMessage() : TAKEN;
        }
        if (e instanceof FileNotFoundException || e instanceof NoSuchFileException) {
            return "not found: " + Explanation.of(e);
        }
        if (RunFolder.isDenied(e)) {
            return "not allowed with these credentials: " + Explanation.of(e);
        }
        if (e instanceof IOException) {
            return "reading or writing failed: " + Explanation.of(e);
        }
        if (e instanceof SparkException) {
            return "Spark failed: " + Explanation.of(e);
        }
        if (e instanceof IllegalStateException && String.valueOf(e.getMessage()).contains("stopped SparkContext")) {
            return "Spark has stopped: the cluster ended the application, or its master does not answer at this address (to those without"
                    + " its spark.authenticate.secret never)";
        }
        return "failed: " + Explanation.ofCause(e) + " (SPARRING_DEBUG=1 shows where)";
    }
}

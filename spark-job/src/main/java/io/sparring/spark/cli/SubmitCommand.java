package io.sparring.spark.cli;

import io.sparring.Explanation;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.spark.session.ClientLog;
import io.sparring.spark.session.Session;
import io.sparring.spark.session.TypedCommand;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.InProcessSparkSubmit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * {@code sparring submit FOLDER COMMAND …}: what {@code submit/sparring} calls for a driver somewhere on the cluster. Finds here whatever
 * can be wrong with the command, then submits it from this same JVM (another one would cost seconds) and waits as long as Spark's client does.
 *
 * <p>FOLDER has in {@value #OPTIONS} spark-submit's words in front of the command, each followed by a zero byte. It gets {@value ClientLog#LOG}, what
 * Spark's client says, {@value ClientLog#DRIVER}, the cluster's name of the driver, and, once the command has been found good, {@value #ID}, the
 * submission's name, and {@value #OUTCOME}, where the driver leaves its result. Spark's client of standalone clusters ends the JVM, so that
 * {@link ConcludeCommand} has to be a process of its own.
 */
@Command(name = "submit", hidden = true)
final class SubmitCommand implements Callable<Integer> {
    static final String OPTIONS = "options";
    static final String ID = "id";
    static final String OUTCOME = "outcome";

    @Parameters(index = "0")
    private Path folder;

    @Parameters(index = "1..*", arity = "1..*")
    private List<String> words;

    @Override
    public Integer call() throws IOException {
        CommandLine command = parse(words);
        if (command.isUsageHelpRequested()) {
            command.usage(System.out);
            return 0;
        }
        List<String> options = List.of(Files.readString(folder.resolve(OPTIONS)).split("\0"));
        // This JVM's own is a local one, and what is checked here is not to be done here.
        System.setProperty("spark.master", options.get(options.indexOf("--master") + 1));
        SparkConf settings = Session.settings();
        ClientLog log = new ClientLog(folder, settings.get("spark.kubernetes.namespace", "default"));
        log.startAlone();
        ClusterCommand.Travel travel = ((ClusterCommand) command.getCommand()).travel(Session.hadoop(settings));
        String id = UUID.randomUUID().toString();
        List<String> arguments = new ArrayList<>(List.of(
                "--conf",
                "spark.sparring.submission=" + id,
                "--conf",
                "spark.sparring.outcome=" + travel.outcome(),
                "--conf",
                TypedCommand.SETTING + "=" + TypedCommand.script()));
        arguments.addAll(options);
        arguments.addAll(travel.arguments());
        Files.writeString(folder.resolve(ID), id);
        Files.writeString(folder.resolve(OUTCOME), travel.outcome());
        return submit(arguments, log);
    }

    private static CommandLine parse(List<String> command) {
        try {
            return new CommandLine(new Main())
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .parseArgs(command.toArray(String[]::new))
                    .subcommand()
                    .commandSpec()
                    .commandLine();
        } catch (ParameterException e) {
            throw new InvalidConfiguration(Explanation.of(e));
        }
    }

    private static int submit(List<String> arguments, ClientLog log) {
        // Those of the spark-submit around this command would count as the user's; his own are this JVM's arguments.
        List<String> given = ManagementFactory.getRuntimeMXBean().getInputArguments();
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("spark."))
                .filter(name -> given.stream().noneMatch(argument -> argument.startsWith("-D" + name + "=")))
                .forEach(System::clearProperty);
        try {
            InProcessSparkSubmit.main(arguments.toArray(String[]::new));
            return 0;
        } catch (Exception | Error e) {
            // Scala throws checked exceptions that it does not declare. What it means is said by the conclusion.
            log.thrown(e);
            if (Boolean.getBoolean("sparring.debug")) {
                e.printStackTrace();
            }
            return 1;
        }
    }
}

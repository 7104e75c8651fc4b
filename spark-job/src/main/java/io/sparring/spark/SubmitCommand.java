package io.sparring.spark;

import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.InProcessSparkSubmit;
import org.jline.utils.Signals;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * {@code sparring submit FOLDER N OPTION … COMMAND …}, N options of spark-submit's before the command: what {@code submit/sparring} calls for
 * a driver somewhere on the cluster. Finds here whatever can be wrong with the command, then submits it from this same JVM (another one
 * would cost seconds) and waits as long as Spark's client does.
 *
 * <p>FOLDER gets, once the command has been found good, the files {@value #OUTCOME} (where the driver leaves its result) and {@value #ID} (the
 * submission's name), then {@value #DRIVER} (the cluster's name of the driver) and {@value #LOG}, what Spark's client said. Spark's client of
 * standalone clusters ends the JVM, so that {@link ConcludeCommand} has to be a process of its own.
 */
@Command(name = "submit", hidden = true)
final class SubmitCommand implements Callable<Integer> {
    static final String OUTCOME = "outcome";
    static final String ID = "id";
    static final String DRIVER = "driver";
    static final String LOG = "log";

    @Parameters(index = "0")
    private Path folder;

    @Parameters(index = "1")
    private int options;

    @Parameters(index = "2..*", arity = "1..*")
    private List<String> words;

    @Override
    public Integer call() throws IOException {
        CommandLine command = parse(words.subList(options, words.size()));
        if (command.isUsageHelpRequested()) {
            command.usage(System.out);
            return 0;
        }
        SparkConf settings = Session.settings();
        ClusterCommand.Travel travel = ((ClusterCommand) command.getCommand()).travel(Session.hadoop(settings));
        String id = UUID.randomUUID().toString();
        Files.writeString(folder.resolve(OUTCOME), travel.outcome());
        Files.writeString(folder.resolve(ID), id);

        List<String> arguments = new ArrayList<>(List.of(
                "--conf", "spark.sparring.submission=" + id, "--conf", "spark.sparring.outcome=" + travel.outcome()));
        arguments.addAll(words.subList(0, options));
        arguments.addAll(travel.arguments());
        ClientLog log = new ClientLog(folder, settings.get("spark.kubernetes.namespace", "default"));
        log.startAlone();
        Signals.register("TERM", () -> leave(log, travel.outcome()));
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
            throw new InvalidConfiguration(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private static int submit(List<String> arguments, ClientLog log) {
        // Those of the spark-submit around this command, which would count as the user's.
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("spark."))
                .forEach(System::clearProperty);
        try {
            InProcessSparkSubmit.main(arguments.toArray(String[]::new));
            return 0;
        } catch (Exception e) {
            // Scala throws checked ones that it does not declare. What it means is said by the conclusion.
            log.thrown(e);
            return 1;
        }
    }

    private static void leave(ClientLog log, String outcome) {
        System.err.println(
                log.driver() == null
                        ? "sparring: stopped before the cluster had named a driver; if it starts one all the same, its result will be in "
                                + outcome
                        : "sparring: the application goes on; " + log.driver() + ", its result will be in " + outcome);
        Runtime.getRuntime().halt(143);
    }
}

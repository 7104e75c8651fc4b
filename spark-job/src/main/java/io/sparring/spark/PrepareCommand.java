package io.sparring.spark;

import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * {@code sparring prepare -- COMMAND …}: what {@code submit/sparring} calls before it asks for a driver somewhere on the cluster. Checks the
 * command and prints, each followed by a zero byte: the file for the result, the submission's name, the driver's arguments.
 */
@Command(name = "prepare", hidden = true)
final class PrepareCommand implements Callable<Integer> {
    @Parameters(arity = "1..*")
    private List<String> words;

    @Override
    public Integer call() throws IOException {
        CommandLine command;
        try {
            command = new CommandLine(new Main())
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .parseArgs(words.toArray(String[]::new))
                    .subcommand()
                    .commandSpec()
                    .commandLine();
        } catch (ParameterException e) {
            throw new InvalidConfiguration(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
        if (command.isUsageHelpRequested()) {
            command.usage(System.err);
            return 2;
        }
        ClusterCommand.Travel travel =
                ((ClusterCommand) command.getCommand()).travel(Session.hadoop(Session.settings()));
        StringBuilder words = new StringBuilder();
        words.append(travel.outcome()).append('\0').append(UUID.randomUUID()).append('\0');
        travel.arguments().forEach(word -> words.append(word).append('\0'));
        System.out.print(words);
        System.out.flush();
        return 0;
    }
}

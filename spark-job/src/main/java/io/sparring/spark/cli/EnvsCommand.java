package io.sparring.spark.cli;

import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentWrapper;
import io.sparring.environment.Environments;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code sparring envs}. */
@Command(
        name = "envs",
        description = "Lists the environments with their spaces and their options, and what can be put around them.",
        mixinStandardHelpOptions = true)
final class EnvsCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        for (String id : Environments.ids()) {
            System.out.printf(
                    Locale.ROOT,
                    "%-26s %s%n",
                    id,
                    Environments.resolve(id, Map.of()).spec().spaces());
            for (EnvironmentOption option : Environments.options(id)) {
                System.out.printf(
                        Locale.ROOT,
                        "  %-22s %s (default: %s). %s%n",
                        option.name(),
                        option.expected(),
                        option.byDefault(),
                        option.description());
            }
        }
        for (EnvironmentWrapper wrapper : Environments.wrappers()) {
            System.out.printf(Locale.ROOT, "%-26s wrapper: %s%n", wrapper.name(), wrapper.description());
            for (EnvironmentOption argument : wrapper.arguments()) {
                System.out.printf(
                        Locale.ROOT, "  %-22s %s. %s%n", argument.name(), argument.expected(), argument.description());
            }
        }
        return 0;
    }
}

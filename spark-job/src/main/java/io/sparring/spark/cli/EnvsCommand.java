package io.sparring.spark.cli;

import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code sparring envs}. */
@Command(name = "envs", description = "Lists the environments.", mixinStandardHelpOptions = true)
final class EnvsCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        for (String id : Environments.ids()) {
            try (Environment environment = Environments.create(id, 1)) {
                System.out.printf(
                        "%-24s observes %d floats, acts in %s%n",
                        id, environment.observationSpace().size(), environment.actionSpace());
            }
        }
        return 0;
    }
}

package io.sparring.spark.cli;

import io.sparring.configuration.ConfigurationFile;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sparring check}: what {@code train} checks, without Spark. */
@Command(
        name = "check",
        description = "Checks a configuration and prints every key with its value.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    @Mixin
    private ConfigurationOptions options;

    @Override
    public Integer call() {
        System.out.print(ConfigurationFile.write(options.read()));
        return 0;
    }
}

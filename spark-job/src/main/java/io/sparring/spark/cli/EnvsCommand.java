package io.sparring.spark.cli;

import io.sparring.Returns;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentWrapper;
import io.sparring.environment.Environments;
import io.sparring.environment.gymnasium.Gymnasium;
import io.sparring.environment.gymnasium.Hosting;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sparring envs}. */
@Command(
        name = "envs",
        description = "Lists the environments with their spaces and their options, and what can be put around them.",
        mixinStandardHelpOptions = true)
final class EnvsCommand implements Callable<Integer> {
    private static final double START_SECONDS = 120;

    @Option(
            names = "--python",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "PATH",
            description =
                    "Lists what Gymnasium has registered in this interpreter too, of each environment the newest version"
                            + " (default: PYSPARK_PYTHON, PYSPARK_DRIVER_PYTHON, python3).")
    private String python;

    @Option(
            names = "--modules",
            split = ",",
            paramLabel = "MODULE",
            description =
                    "With --python: imported first, because they register environments. ale_py, minigrid and minatar"
                            + " are, where they are there.")
    private List<String> modules = List.of();

    @Override
    public Integer call() {
        if (python == null && !modules.isEmpty()) {
            throw new InvalidConfiguration("--modules: expected --python beside it");
        }
        // Asked before anything is listed: a complaint under a long list would be missed.
        Gymnasium.Registered registered = python == null ? null : registered();
        listOurs();
        if (registered != null) {
            list(registered);
        }
        return 0;
    }

    private Gymnasium.Registered registered() {
        try {
            return Gymnasium.registered(new Hosting(python, modules, false, 0, START_SECONDS, START_SECONDS, false));
        } catch (IllegalArgumentException e) {
            throw new InvalidConfiguration("--python: " + e.getMessage());
        }
    }

    private static void list(Gymnasium.Registered registered) {
        System.out.printf(
                Locale.ROOT,
                "%nGymnasium %s in %s (Python %s), %d environments:%n",
                registered.gymnasium(),
                registered.executable(),
                registered.python(),
                registered.environments().size());
        for (Gymnasium.Entry entry : registered.environments()) {
            String limit = entry.stepLimit() == null ? "" : "at most " + entry.stepLimit() + " steps";
            String solved =
                    entry.rewardThreshold() == null ? "" : "solved from " + Returns.text(entry.rewardThreshold());
            String about = limit + (limit.isEmpty() || solved.isEmpty() ? "" : ", ") + solved;
            System.out.println(String.format(Locale.ROOT, "%-50s %s", Gymnasium.PREFIX + entry.id(), about)
                    .stripTrailing());
        }
    }

    private static void listOurs() {
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
    }
}

package io.sparring.spark.cli;

import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.gymnasium.PythonFailure;
import io.sparring.environment.testing.EnvironmentChecker;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sparring check-env}: {@link EnvironmentChecker} for whoever writes an environment. */
@Command(
        name = "check-env",
        description =
                "Plays an environment with random actions and says what is wrong with it. CONFIG may also be an environment's name.",
        mixinStandardHelpOptions = true)
final class CheckEnvCommand implements Callable<Integer> {
    @Mixin
    private ConfigurationOptions options;

    @Override
    public Integer call() {
        Configuration configuration = options.readEnvironment();
        EnvironmentSource source = options.resolve(configuration);
        EnvironmentSpec spec = source.spec();
        System.out.println(spec.id() + " " + spec.spaces()
                + (spec.stepLimit() == null ? "" : "; episodes of at most " + spec.stepLimit() + " steps"));
        try {
            EnvironmentChecker.check(source::create);
        } catch (AssertionError | IllegalStateException | PythonFailure e) {
            System.out.println("fix   " + e.getMessage());
            return 1;
        }
        System.out.println(
                "ok    it keeps what environments promise: spaces, finite numbers, ends of episodes, equal seeds, snapshots");
        int copies = configuration.environment().copiesPerShard();
        System.out.printf(
                Locale.ROOT,
                "      a step of %d copies takes %.3g ms%n",
                copies,
                1000 * EnvironmentChecker.secondsPerStep(source::create, copies));
        return 0;
    }
}

package io.sparring.spark.folder;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Environments;
import io.sparring.run.CheckpointFile;
import io.sparring.run.EnvironmentFile;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;

/**
 * A run that lies in a folder, as {@code evaluate}, {@code inspect} and {@code report} open it.
 *
 * @param environment what it learns in, which need not be here; null where the folder does not say it, as those of older builds do not
 */
public record SavedRun(
        RunFolder folder, Configuration configuration, EnvironmentSpec environment, CheckpointFile checkpoint) {

    /** @throws InvalidConfiguration if there is no whole checkpoint of that name */
    public static SavedRun open(String directory, String checkpointName) throws IOException {
        RunFolder folder = RunFolder.at(directory, Session.hadoop(Session.settings()));
        if (!folder.exists()) {
            throw new InvalidConfiguration(directory + ": there is no such folder");
        }
        try {
            CheckpointFile checkpoint = folder.readCheckpoint(checkpointName, Console::say);
            return new SavedRun(
                    folder,
                    ConfigurationFile.parse(directory + "/configuration", checkpoint.configuration(), List.of()),
                    environment(folder),
                    checkpoint);
        } catch (FileNotFoundException e) {
            throw new InvalidConfiguration(directory + ": there is no whole checkpoint " + checkpointName);
        }
    }

    private static EnvironmentSpec environment(RunFolder folder) throws IOException {
        try {
            return EnvironmentFile.read(folder.read(EnvironmentFile.NAME));
        } catch (FileNotFoundException none) {
            return null;
        } catch (IllegalArgumentException e) {
            Console.say(folder.name() + "/" + EnvironmentFile.NAME + " is not used: " + e.getMessage());
            return null;
        }
    }

    /**
     * Its environment, as the folder describes it.
     *
     * @throws InvalidConfiguration if nobody here makes it
     */
    public EnvironmentSource source() {
        return source(folder, configuration, environment);
    }

    /** The environment that a run in this folder has to go on with. */
    public static EnvironmentSource source(RunFolder folder, Configuration configuration) throws IOException {
        return source(folder, configuration, environment(folder));
    }

    private static EnvironmentSource source(
            RunFolder folder, Configuration configuration, EnvironmentSpec environment) {
        try {
            return environment == null ? configuration.environment().resolve() : Environments.of(environment);
        } catch (IllegalArgumentException | InvalidConfiguration e) {
            throw new InvalidConfiguration(folder.name() + ": " + e.getMessage()
                    + "; a jar that has it is named by --jars, before the command");
        }
    }

    /** What came of it, up to the checkpoint. */
    public RunResult result() throws IOException {
        float[] best = folder.bestParameters(Console::say);
        String reason = folder.has(RunFolder.EXIT) ? "saved" : RunResult.UNFINISHED;
        return RunResult.of(checkpoint.counters(), checkpoint.parameters(), best, reason, folder);
    }
}

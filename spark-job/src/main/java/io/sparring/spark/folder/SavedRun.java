package io.sparring.spark.folder;

import io.sparring.algorithm.Counters;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.run.CheckpointFile;
import io.sparring.run.EnvironmentFile;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A run that lies in a folder, as {@code evaluate}, {@code inspect} and {@code report} open it.
 *
 * @param environment what it learns in, which need not be here; null where the folder does not say it, as those of older builds do not
 * @param checkpoint null where there is none yet
 */
public record SavedRun(
        RunFolder folder, Configuration configuration, EnvironmentSpec environment, CheckpointFile checkpoint) {

    /**
     * With its last checkpoint, if it has come so far.
     *
     * @throws InvalidConfiguration if there is no run in the folder
     */
    public static SavedRun open(String directory) throws IOException {
        RunFolder folder = folder(directory);
        try {
            return of(folder, folder.readCheckpoint("last", Console::say));
        } catch (FileNotFoundException none) {
            return of(folder, null);
        }
    }

    /** @throws InvalidConfiguration if there is no whole checkpoint of that name */
    public static SavedRun open(String directory, String checkpointName) throws IOException {
        RunFolder folder = folder(directory);
        try {
            return of(folder, folder.readCheckpoint(checkpointName, Console::say));
        } catch (FileNotFoundException e) {
            throw new InvalidConfiguration(directory + ": there is no whole checkpoint " + checkpointName);
        }
    }

    /** Whether there is a whole checkpoint of that name. */
    public static boolean hasCheckpoint(String directory, String checkpointName) throws IOException {
        return folder(directory).hasCheckpoint(checkpointName);
    }

    private static RunFolder folder(String directory) throws IOException {
        RunFolder folder = RunFolder.at(directory, Session.hadoop(Session.settings()));
        if (!folder.exists()) {
            throw new InvalidConfiguration(directory + ": there is no such folder");
        }
        return folder;
    }

    private static SavedRun of(RunFolder folder, CheckpointFile checkpoint) throws IOException {
        String yaml;
        try {
            yaml = checkpoint == null
                    ? new String(folder.read(RunFolder.CONFIGURATION), StandardCharsets.UTF_8)
                    : checkpoint.configuration();
        } catch (FileNotFoundException e) {
            throw new InvalidConfiguration(folder.name() + ": there is no run in this folder");
        }
        return new SavedRun(
                folder,
                ConfigurationFile.parse(folder.name() + "/" + RunFolder.CONFIGURATION, yaml, List.of()),
                environment(folder),
                checkpoint);
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
            return environment == null
                    ? configuration.environment().resolve()
                    : configuration.environment().of(environment);
        } catch (IllegalArgumentException | InvalidConfiguration e) {
            throw new InvalidConfiguration(folder.name() + ": " + e.getMessage()
                    + "; a jar that has it is named by --jars, before the command");
        }
    }

    /** What came of it, up to the checkpoint. */
    public RunResult result() throws IOException {
        float[] best = folder.bestParameters(Console::say);
        String reason = folder.has(RunFolder.EXIT) ? "saved" : RunResult.UNFINISHED;
        return checkpoint == null
                ? RunResult.of(Counters.NONE, null, best, null, reason, folder)
                : RunResult.of(checkpoint.counters(), checkpoint.parameters(), best, null, reason, folder);
    }
}

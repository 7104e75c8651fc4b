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
            return of(folder, folder.readCheckpoint("last", Console::say), List.of());
        } catch (FileNotFoundException none) {
            return of(folder, null, List.of());
        }
    }

    /**
     * The same with Hadoop as an application has set it up.
     *
     * @throws InvalidConfiguration if there is no whole checkpoint of that name
     */
    public static SavedRun open(String directory, String checkpointName, org.apache.hadoop.conf.Configuration hadoop)
            throws IOException {
        return open(folder(directory, hadoop), directory, checkpointName, List.of());
    }

    /**
     * @param overrides {@code key=value}, of {@link Configuration.Environment#HOSTING} alone: another machine may have its Python elsewhere
     * @throws InvalidConfiguration if there is no whole checkpoint of that name, or an override is of another key
     */
    public static SavedRun open(String directory, String checkpointName, List<String> overrides) throws IOException {
        for (String override : overrides) {
            String key = override.replaceFirst("=.*", "").strip();
            if (Configuration.Environment.HOSTING.stream().noneMatch(name -> key.equals("environment." + name))) {
                throw new InvalidConfiguration("--set " + override + ": expected one of "
                        + Configuration.Environment.HOSTING.stream()
                                .map(name -> "environment." + name)
                                .sorted()
                                .toList()
                        + ", since a run that was trained stays what it is");
            }
        }
        return open(folder(directory), directory, checkpointName, overrides);
    }

    private static SavedRun open(RunFolder folder, String directory, String checkpointName, List<String> overrides)
            throws IOException {
        try {
            return of(folder, folder.readCheckpoint(checkpointName, Console::say), overrides);
        } catch (FileNotFoundException e) {
            throw new InvalidConfiguration(directory + ": there is no whole checkpoint " + checkpointName);
        }
    }

    /**
     * Which checkpoint is meant.
     *
     * @param asked by {@code --checkpoint}; null: the best one, or the last where no evaluation has been
     * @throws InvalidConfiguration if there is none of that name
     */
    public static String checkpointName(String directory, String asked) throws IOException {
        return checkpointName(directory, asked, Session.hadoop(Session.settings()));
    }

    /** The same with Hadoop as an application has set it up. */
    public static String checkpointName(String directory, String asked, org.apache.hadoop.conf.Configuration hadoop)
            throws IOException {
        if (asked == null) {
            return folder(directory, hadoop).hasCheckpoint("best") ? "best" : "last";
        }
        if (!List.of("best", "last").contains(asked)) {
            throw new InvalidConfiguration("--checkpoint: expected best or last, got " + asked);
        }
        return asked;
    }

    private static RunFolder folder(String directory) throws IOException {
        return folder(directory, Session.hadoop(Session.settings()));
    }

    private static RunFolder folder(String directory, org.apache.hadoop.conf.Configuration hadoop) throws IOException {
        RunFolder folder = RunFolder.at(directory, hadoop);
        if (!folder.exists()) {
            throw new InvalidConfiguration(directory + ": there is no such folder");
        }
        return folder;
    }

    private static SavedRun of(RunFolder folder, CheckpointFile checkpoint, List<String> overrides) throws IOException {
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
                ConfigurationFile.parse(folder.name() + "/" + RunFolder.CONFIGURATION, yaml, overrides),
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
        return source(folder, configuration.environment(), environment);
    }

    /** What its environment is like, which need not be here where the folder says it. */
    public EnvironmentSpec spec() {
        return environment == null ? source().spec() : environment;
    }

    /**
     * The environment that a run in this folder has to go on with.
     *
     * @param asked what the run began with, started as it is to be started now
     */
    public static EnvironmentSource source(RunFolder folder, Configuration.Environment asked) throws IOException {
        return source(folder, asked, environment(folder));
    }

    private static EnvironmentSource source(
            RunFolder folder, Configuration.Environment asked, EnvironmentSpec environment) {
        try {
            if (asked.isPythons() && Session.staysHere(Session.settings())) {
                // Nobody else makes it: what this machine lacks is said before anything starts.
                asked.resolve();
            }
            return environment == null ? asked.resolve() : asked.of(environment);
        } catch (IllegalArgumentException | InvalidConfiguration e) {
            throw new InvalidConfiguration(folder.name() + ": " + e.getMessage()
                    + (asked.isPythons() ? "" : "; a jar that has it is named by --jars, before the command"));
        }
    }

    /** Whose model it has begun with; null where it was its own. */
    public Origin origin() throws IOException {
        return Origin.of(folder);
    }

    /** What pretraining it is; null where it is none. */
    public Pretrained pretrained() throws IOException {
        return Pretrained.of(folder);
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

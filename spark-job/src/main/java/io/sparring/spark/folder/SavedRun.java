package io.sparring.spark.folder;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.run.CheckpointFile;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;

/** A run that lies in a folder, as {@code evaluate}, {@code inspect} and {@code report} open it. */
public record SavedRun(RunFolder folder, Configuration configuration, CheckpointFile checkpoint) {

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
                    checkpoint);
        } catch (FileNotFoundException e) {
            throw new InvalidConfiguration(directory + ": there is no whole checkpoint " + checkpointName);
        }
    }

    /** What came of it, up to the checkpoint. */
    public RunResult result() throws IOException {
        float[] best = folder.bestParameters(Console::say);
        return RunResult.of(checkpoint.state(), best, "saved", folder);
    }
}

package io.sparring.spark.folder;

import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What other rooms' tests do with run folders and nobody else. */
public final class RunFolders {
    private RunFolders() {}

    public static List<Map<String, Object>> metrics(RunFolder folder) throws IOException {
        List<Map<String, Object>> lines = new ArrayList<>();
        Metrics.read(folder, lines::add);
        return lines;
    }

    public static void writeCheckpoint(RunFolder folder, String name, Configuration configuration, TrainingState state)
            throws IOException {
        folder.writeCheckpoint(name, configuration, state);
    }
}

package io.sparring.spark.folder;

import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.format.Unreadable;
import io.sparring.run.CheckpointFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;

/**
 * A run's checkpoints by their names, {@code last} and {@code best}. The one before is kept until the next: as {@code last.previous}, or in
 * object stores, where none is renamed, as {@code last-ROUND}, of which the newest two stay.
 *
 * @param folder their folder, as the user calls it
 */
record Checkpoints(WholeFiles files, Path directory, String folder) {

    void write(String name, Configuration configuration, TrainingState state) throws IOException {
        CheckpointFile checkpoint = new CheckpointFile(ConfigurationFile.write(configuration), state);
        if (files.objectStore()) {
            files.write(
                    new Path(directory, String.format(Locale.ROOT, "%s-%012d", name, state.round())),
                    checkpoint::write);
            List<String> known = files.names(directory, name + "-");
            for (String old : known.subList(0, Math.max(0, known.size() - 2))) {
                files.system().delete(new Path(directory, old), false);
            }
            return;
        }
        Path target = new Path(directory, name);
        Path previous = target.suffix(".previous");
        Path temporary = WholeFiles.temporary(target);
        files.writeInPlace(temporary, checkpoint::write);
        if (files.system().exists(target)) {
            files.system().delete(previous, false);
            files.rename(target, previous);
        }
        files.rename(temporary, target);
    }

    /**
     * The newest whole one of a name; a damaged one is named, and the previous one is taken.
     *
     * @param warn receives what was wrong
     * @throws FileNotFoundException if there is none
     * @throws InvalidConfiguration if it is another build's: nothing older is taken in its place
     */
    CheckpointFile read(String name, Consumer<String> warn) throws IOException {
        Set<String> damaged = new HashSet<>();
        for (String candidate : candidates(name)) {
            if (!damaged.contains(candidate)) {
                try {
                    return CheckpointFile.read(files.read(new Path(directory, candidate)));
                } catch (FileNotFoundException e) {
                    continue;
                } catch (Unreadable.Damaged e) {
                    damaged.add(candidate);
                    warn.accept(folder + "/" + candidate + " is not used: " + e.getMessage());
                } catch (Unreadable e) {
                    // Another build's: nothing older is taken in its place.
                    throw new InvalidConfiguration(folder + "/" + candidate + ": " + e.getMessage());
                }
            }
        }
        throw new FileNotFoundException(folder + " has no whole checkpoint " + name);
    }

    /** Where it may be, the newest first. */
    private List<String> candidates(String name) throws IOException {
        List<String> versioned = new ArrayList<>(files.names(directory, name + "-"));
        Collections.reverse(versioned);
        List<String> candidates = new ArrayList<>(files.objectStore() ? versioned : List.of());
        // The last one again: a live run may have renamed it just before it was opened.
        candidates.addAll(List.of(name, name + ".previous", name));
        // A folder that was copied here from an object store.
        candidates.addAll(versioned);
        return candidates;
    }
}

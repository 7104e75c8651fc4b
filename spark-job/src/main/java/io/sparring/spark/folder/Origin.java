package io.sparring.spark.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparring.algorithm.ShardWorker;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.network.Model;
import io.sparring.run.CheckpointFile;
import io.sparring.spark.session.Console;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Whose model a run has begun with, where that is another run's: {@value #FILE} in its folder. The run itself never reads it: what it goes on
 * with is in its own checkpoints.
 *
 * @param run the other run's folder, with its scheme
 * @param checkpoint which of its checkpoints, {@code best} or {@code last}
 * @param round after how many rounds it was written
 * @param envSteps and after how many environment steps
 * @param paramsSha256 of its parameters
 */
public record Origin(String run, String checkpoint, long round, long envSteps, String paramsSha256) {
    /** The file's name. */
    public static final String FILE = "init.json";

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** What does not change what parameters mean: who computes the gradients, how noise is drawn, and where a run without such a model begins. */
    private static final Set<String> MAY_DIFFER = Set.of("engine", "noise-steps", "initial-log-std");

    /**
     * Another run's model, for a run that is to begin with it.
     *
     * @param origin whose it is
     * @param model its best, or its last where no evaluation has been
     */
    public record Beginning(Origin origin, SavedRun saved, Model model) {

        /**
         * @param directory the other run's
         * @throws InvalidConfiguration if there is no whole checkpoint in it
         */
        public static Beginning open(String directory) throws IOException {
            String name = SavedRun.checkpointName(directory, null);
            SavedRun saved = SavedRun.open(directory, name, List.of());
            CheckpointFile checkpoint = saved.checkpoint();
            return new Beginning(
                    new Origin(
                            saved.folder().uri(),
                            name,
                            checkpoint.counters().round(),
                            checkpoint.counters().envSteps(),
                            CheckpointFile.sha256(checkpoint.parameters())),
                    saved,
                    checkpoint.model(ShardWorker.architecture(saved.configuration(), saved.spec())));
        }

        /**
         * Whether a run of this configuration can begin with the model, as far as that is known without its environment.
         *
         * @throws InvalidConfiguration if its network is another one, or it sees or counts what it learns from otherwise
         */
        public void require(Configuration configuration) {
            requireSame("network", saved.configuration().network(), configuration.network());
            requireSame("normalize", saved.configuration().normalize(), configuration.normalize());
        }

        /**
         * The same with its environment.
         *
         * @throws InvalidConfiguration if that one observes or acts otherwise
         */
        public void require(Configuration configuration, EnvironmentSpec environment) {
            EnvironmentSpec other = saved.environment();
            if (other != null
                    && !(other.observationSpace().equals(environment.observationSpace())
                            && other.actionSpace().equals(environment.actionSpace())
                            && other.parts().equals(environment.parts())
                            && other.masks() == environment.masks())) {
                throw new InvalidConfiguration("--init " + saved.folder().name() + ": environment.id: " + other.id()
                        + " there " + other.spaces() + ", and " + environment.id() + " " + environment.spaces()
                        + "; expected the same spaces");
            }
            require(configuration);
            if (!model.architecture().equals(ShardWorker.architecture(configuration, environment))) {
                throw new InvalidConfiguration("--init " + saved.folder().name() + ": its network is another one");
            }
        }

        private void requireSame(String section, Record there, Record here) {
            Map<String, Object> values = ConfigurationFile.values(here);
            ConfigurationFile.values(there).forEach((key, value) -> {
                if (!MAY_DIFFER.contains(key) && !Objects.equals(value, values.get(key))) {
                    throw new InvalidConfiguration(
                            "--init " + saved.folder().name() + ": " + section + "." + key + " is " + value
                                    + " there and " + values.get(key)
                                    + " in the configuration; a model stays what it is");
                }
            });
        }
    }

    /** Where its model comes from, for people. */
    public String sentence() {
        return String.format(Locale.ROOT, "%s of %s, round %,d", checkpoint, run, round);
    }

    /** Writes it into the folder of a run that begins with it. */
    public void write(RunFolder folder) throws IOException {
        folder.write(FILE, (JSON.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Whose model the run in this folder has begun with; null where it was its own. */
    static Origin of(RunFolder folder) throws IOException {
        try {
            return JSON.readValue(new String(folder.read(FILE), StandardCharsets.UTF_8), Origin.class);
        } catch (FileNotFoundException none) {
            return null;
        } catch (JsonProcessingException e) {
            Console.say(folder.name() + "/" + FILE + " is not used: " + e.getOriginalMessage());
            return null;
        }
    }
}

package io.sparring.spark.cli;

import io.sparring.algorithm.Counters;
import io.sparring.algorithm.Footprint;
import io.sparring.algorithm.ShardWorker;
import io.sparring.algorithm.Strategy;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.gymnasium.Gymnasium;
import io.sparring.run.CheckpointFile;
import io.sparring.spark.folder.Origin;
import io.sparring.spark.folder.Pretrained;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.SavedRun;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.TypedCommand;
import io.sparring.spark.training.FirstState;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Where a run begins.
 *
 * @param source null where an executor has to be asked what the environment is; then there is no state either
 * @param beginning another run's model that this one begins with; null where it makes its own, or goes on
 * @param goesOn whether it goes on from a checkpoint
 */
record Start(
        Configuration configuration,
        EnvironmentSource source,
        TrainingState state,
        float[] bestParameters,
        Origin.Beginning beginning,
        boolean goesOn) {
    /** What belongs to the cluster of the day: an asynchronous run may go on with other workers. */
    private static final Set<String> WORKERS_MAY_CHANGE = Set.of("workers", "min-workers", "patience-seconds");

    /** What belongs to the machine of the day; options are compared with their defaults. */
    private static final Set<String> HOSTING_MAY_CHANGE = Stream.concat(
                    Stream.of("options"), Configuration.Environment.HOSTING.stream())
            .collect(Collectors.toUnmodifiableSet());

    static Start first(Configuration configuration, EnvironmentSource source, Origin.Beginning beginning) {
        if (source == null) {
            return new Start(configuration, null, null, null, beginning, false);
        }
        return of(configuration, source, TrainingState.first(configuration, source), beginning);
    }

    private static Start of(
            Configuration configuration, EnvironmentSource source, TrainingState first, Origin.Beginning beginning) {
        // An environment that was found out by an executor is new here.
        if (beginning != null) {
            beginning.require(configuration, source.spec());
        }
        TrainingState state = beginning == null ? first : first.with(beginning.model());
        return new Start(configuration, source, state, null, beginning, false);
    }

    /** The same, with what executors know. */
    Start described(JavaSparkContext spark) {
        if (source != null) {
            return this;
        }
        FirstState first = FirstState.of(spark, configuration);
        Footprint.require(configuration, first.spec(), Runtime.getRuntime().maxMemory());
        return of(configuration, configuration.environment().of(first.spec()), first.state(), beginning);
    }

    Counters counters() {
        return state == null ? Counters.NONE : state.counters();
    }

    /**
     * From a run's last checkpoint.
     *
     * @param options by which it was asked for
     * @param asked the configuration to go on with; null: the checkpoint's own, with the options' changes
     * @throws InvalidConfiguration if there is no such checkpoint, or what was learned would not fit what is asked for
     */
    static Start resumed(RunFolder folder, ConfigurationOptions options, Configuration asked) throws IOException {
        CheckpointFile checkpoint;
        try {
            checkpoint = folder.readCheckpoint("last", Console::say);
        } catch (FileNotFoundException e) {
            throw new InvalidConfiguration(
                    "--resume " + folder.name() + ": there is no whole checkpoint to go on from");
        }
        Configuration saved =
                ConfigurationFile.parse(folder.name() + "/checkpoints/last", checkpoint.configuration(), List.of());
        Configuration configuration = keepingSchedule(
                saved,
                asked != null ? asked : options.parse(folder.name() + "/checkpoints/last", checkpoint.configuration()));
        refuseOther("seed", saved.seed(), configuration.seed());
        refuseOther("algorithm", saved.algorithm(), configuration.algorithm());
        refuseOtherSection("environment", saved.environment(), configuration.environment(), HOSTING_MAY_CHANGE);
        if (Gymnasium.has(saved.environment().id())) {
            refuseOther(
                    "environment.options",
                    saved.environment().options(),
                    configuration.environment().options());
        }
        EnvironmentSource source = SavedRun.source(folder, saved.environment().hostedAs(configuration.environment()));
        configuration.evaluationSource(source);
        if (!saved.environment().options().equals(configuration.environment().options())) {
            // One may name an option that the other leaves at that default.
            Map<String, Object> other =
                    options.resolveElsewhere(configuration).spec().options();
            source.spec()
                    .options()
                    .forEach((name, value) -> refuseOther("environment.options." + name, value, other.get(name)));
        }
        refuseOtherSection("network", saved.network(), configuration.network(), Set.of());
        refuseOtherSection("normalize", saved.normalize(), configuration.normalize(), Set.of());
        refuseOtherSection("a2c", saved.a2c(), configuration.a2c(), Set.of());
        refuseOtherSection("ppo", saved.ppo(), configuration.ppo(), Set.of());
        refuseOtherSection("a3c", saved.a3c(), configuration.a3c(), WORKERS_MAY_CHANGE);
        refuseOtherSection("optimizer", saved.optimizer(), configuration.optimizer(), Set.of("schedule-env-steps"));
        if (folder.has(Pretrained.FILE)) {
            throw new InvalidConfiguration(
                    "--resume " + folder.name() + ": this is a pretraining, which a new run begins with: "
                            + TypedCommand.of("train", "CONFIG", "--init", folder.name()));
        }
        if (Strategy.of(configuration).inRounds() && checkpoint.shards().isEmpty()) {
            throw new InvalidConfiguration("--resume " + folder.name()
                    + ": checkpoints/last has no environments to go on with, as if it were a copy of best");
        }
        float[] best = folder.bestParameters(Console::say);
        TrainingState state = checkpoint.state(ShardWorker.architecture(configuration, source.spec()));
        return new Start(configuration, source, state, best, null, true);
    }

    /** Another budget does not bend the learning rate's schedule, which would jump. */
    private static Configuration keepingSchedule(Configuration saved, Configuration asked) {
        return asked.optimizer().scheduleEnvSteps() != null || asked.scheduleEnvSteps() == saved.scheduleEnvSteps()
                ? asked
                : asked.with(asked.optimizer().withSchedule(saved.scheduleEnvSteps()));
    }

    private static void refuseOtherSection(String section, Record saved, Record asked, Set<String> mayChange) {
        ConfigurationFile.values(saved).forEach((key, value) -> {
            if (!mayChange.contains(key)) {
                refuseOther(
                        section + "." + key,
                        value,
                        ConfigurationFile.values(asked).get(key));
            }
        });
    }

    private static void refuseOther(String key, Object saved, Object asked) {
        if (!Objects.equals(saved, asked)) {
            throw new InvalidConfiguration("--resume: " + key + " is " + saved + " in the checkpoint and " + asked
                    + " in the configuration; a run goes on as it began");
        }
    }
}

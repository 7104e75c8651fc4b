package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import io.sparring.rollout.Shard;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All of a run between two rounds: who has it can go on as if nothing had happened. Arrays must not be changed.
 *
 * @param counters what it has done
 * @param model what it has learned
 * @param optimizerState the optimiser's moving averages; where workers have optimisers of their own, theirs one behind the
 *     other, in the order of {@code shards}
 * @param optimizerSteps the steps that each optimiser took: one count, or one for each of {@code shards}. A single count stands for all, as
 *     in checkpoints of version 1; empty before the first step
 * @param shards the environments and their generators; of asynchronous workers those that are known
 */
public record TrainingState(
        Counters counters, Model model, float[] optimizerState, List<Integer> optimizerSteps, List<Shard> shards)
        implements Serializable {

    public TrainingState {
        optimizerSteps = List.copyOf(optimizerSteps);
        shards = List.copyOf(shards);
        if (optimizerSteps.size() > 1 && optimizerSteps.size() != shards.size()) {
            throw new IllegalArgumentException(
                    optimizerSteps.size() + " optimisers have counted their steps, of " + shards.size() + " shards");
        }
    }

    /** A run that has not begun: first model, first episodes. */
    public static TrainingState first(Configuration configuration, EnvironmentSource source) {
        Architecture architecture = ShardWorker.architecture(configuration, source.spec());
        float[] parameters = architecture.initialParameters(Streams.of(configuration.seed(), 0, 0, Purpose.PARAMETERS));
        // What a distribution has of free parameters is log σ.
        float logStd = (float) configuration.network().initialLogStd();
        Arrays.fill(parameters, architecture.layerParameterCount(), parameters.length, logStd);
        Model model =
                new Model(architecture, parameters, configuration.normalize().first(source.spec()));
        List<Shard> shards = new ArrayList<>();
        int count = Strategy.of(configuration).firstShards(configuration);
        if (count > 0) {
            try (Environment environment =
                    source.create(configuration.environment().copiesPerShard())) {
                for (int shard = 0; shard < count; shard++) {
                    shards.add(Shard.first(configuration.seed(), shard, environment));
                }
            }
        }
        return new TrainingState(Counters.NONE, model, new float[0], List.of(), shards);
    }

    /**
     * The steps that an optimiser took.
     *
     * @param optimizer counted as {@code shards} are; 0 where there is one only
     */
    public int optimizerSteps(int optimizer) {
        return optimizerSteps.isEmpty() ? 0 : optimizerSteps.get(optimizerSteps.size() == 1 ? 0 : optimizer);
    }

    /** Rounds done. */
    public long round() {
        return counters.round();
    }

    /** Environment steps done. */
    public long envSteps() {
        return counters.envSteps();
    }
}

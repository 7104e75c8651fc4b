package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import io.sparring.rollout.Shard;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

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
 * @param positions of asynchronous workers that take turns, in the order of {@code shards}; else none
 */
public record TrainingState(
        Counters counters,
        Model model,
        float[] optimizerState,
        List<Integer> optimizerSteps,
        List<Shard> shards,
        List<WorkerPosition> positions)
        implements Serializable {

    public TrainingState {
        optimizerSteps = List.copyOf(optimizerSteps);
        shards = List.copyOf(shards);
        positions = List.copyOf(positions);
        if (optimizerSteps.size() > 1 && optimizerSteps.size() != shards.size()) {
            throw new IllegalArgumentException(
                    optimizerSteps.size() + " optimisers have counted their steps, of " + shards.size() + " shards");
        }
    }

    /** The same where no worker takes turns. */
    public TrainingState(
            Counters counters, Model model, float[] optimizerState, List<Integer> optimizerSteps, List<Shard> shards) {
        this(counters, model, optimizerState, optimizerSteps, shards, List.of());
    }

    /** A run that has not begun: first model, first episodes. */
    public static TrainingState first(Configuration configuration, EnvironmentSource source) {
        int copies = configuration.environment().copiesPerShard();
        if (Strategy.of(configuration).firstShards(configuration) == 0) {
            return first(configuration, source.spec(), shard -> null);
        }
        try (Environment environment = source.create(copies)) {
            return first(configuration, source.spec(), shard -> Shard.first(configuration.seed(), shard, environment));
        }
    }

    /** The same with first episodes from there. */
    static TrainingState first(Configuration configuration, EnvironmentSpec spec, IntFunction<Shard> shard) {
        Architecture architecture = ShardWorker.architecture(configuration, spec);
        float[] parameters = architecture.initialParameters(Streams.of(configuration.seed(), 0, 0, Purpose.PARAMETERS));
        // What a distribution has of free parameters is log σ.
        float logStd = (float) configuration.network().initialLogStd();
        Arrays.fill(parameters, architecture.layerParameterCount(), parameters.length, logStd);
        Model model =
                new Model(architecture, parameters, configuration.normalize().first(spec));
        List<Shard> shards = IntStream.range(0, Strategy.of(configuration).firstShards(configuration))
                .mapToObj(shard)
                .toList();
        return new TrainingState(Counters.NONE, model, new float[0], List.of(), shards);
    }

    /**
     * The same beginning with another model.
     *
     * @throws IllegalStateException if it has begun already
     * @throws IllegalArgumentException if the model is another network's
     */
    public TrainingState with(Model other) {
        if (round() > 0) {
            throw new IllegalStateException("a run of " + round() + " rounds has a model");
        }
        other.requireOf(model.architecture());
        if (!other.normalizer().fits(model.normalizer())) {
            throw new IllegalArgumentException("a model that normalises other things");
        }
        return new TrainingState(counters, other, optimizerState, optimizerSteps, shards, positions);
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

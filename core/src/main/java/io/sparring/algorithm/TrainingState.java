package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import io.sparring.rollout.Shard;
import java.util.ArrayList;
import java.util.List;

/**
 * All of a run between two rounds: who has it can go on as if nothing had happened. Arrays must not be changed.
 *
 * @param round rounds done
 * @param envSteps environment steps done, all copies together
 * @param episodes episodes ended
 * @param parameters θ and φ
 * @param optimizerState the optimiser's moving averages; where workers have optimisers of their own, theirs one behind the
 *     other, in the order of {@code shards}
 * @param optimizerSteps the steps that each optimiser took: one count, or one for each of {@code shards}. A single count stands for all, as
 *     in checkpoints of version 1; empty before the first step
 * @param shards the environments and their generators; of asynchronous workers those that are known
 * @param recentReturns of the last {@value #RECENT} episodes at most, the oldest first
 * @param bestReturn the best mean return of an evaluation; −∞ before the first
 * @param droppedGradients shards' gradients that were not finite
 * @param seconds of training, those of earlier sessions included
 * @param solvedAtSteps environment steps at the first evaluation that reached the target; −1 before
 * @param solvedAtSeconds seconds of training until then; −1 before
 */
public record TrainingState(
        long round,
        long envSteps,
        long episodes,
        float[] parameters,
        float[] optimizerState,
        List<Integer> optimizerSteps,
        List<Shard> shards,
        List<Double> recentReturns,
        double bestReturn,
        int droppedGradients,
        double seconds,
        long solvedAtSteps,
        double solvedAtSeconds) {

    /** Over how many episodes the mean return of training is taken. */
    public static final int RECENT = 100;

    public TrainingState {
        optimizerSteps = List.copyOf(optimizerSteps);
        shards = List.copyOf(shards);
        if (optimizerSteps.size() > 1 && optimizerSteps.size() != shards.size()) {
            throw new IllegalArgumentException(
                    optimizerSteps.size() + " optimisers have counted their steps, of " + shards.size() + " shards");
        }
        recentReturns = List.copyOf(recentReturns);
    }

    /** A run that has not begun: first parameters, first episodes. */
    public static TrainingState first(Configuration configuration, EnvironmentSource source) {
        float[] parameters = ShardWorker.architecture(configuration, source.spec())
                .initialParameters(Streams.of(configuration.seed(), 0, 0, Purpose.PARAMETERS));
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
        return new TrainingState(
                0,
                0,
                0,
                parameters,
                new float[0],
                List.of(),
                shards,
                List.of(),
                Double.NEGATIVE_INFINITY,
                0,
                0,
                -1,
                -1);
    }

    /**
     * The steps that an optimiser took.
     *
     * @param optimizer counted as {@code shards} are; 0 where there is one only
     */
    public int optimizerSteps(int optimizer) {
        return optimizerSteps.isEmpty() ? 0 : optimizerSteps.get(optimizerSteps.size() == 1 ? 0 : optimizer);
    }

    /** The mean return of the last episodes; NaN before the first one ended. */
    public double meanReturn() {
        return recentReturns.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
}

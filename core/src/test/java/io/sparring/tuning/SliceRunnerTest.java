package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.algorithm.Training;
import io.sparring.algorithm.TrainingState;
import io.sparring.run.CheckpointFile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SliceRunnerTest {
    private static final String A2C = """
            algorithm: a2c
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: shared, hidden: [8]}
            normalize: {observations: true, rewards: true}
            a2c: {shards: 2, rollout-length: 8}
            optimizer: {kind: adam, learning-rate: 0.01, schedule: linear}
            budget: {env-steps: 2000}
            evaluation: {every-env-steps: 1000, episodes: 2}
            """;

    private static final String PPO = """
            algorithm: ppo
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: separate, hidden: [8], memory: lstm}
            ppo: {shards: 2, rollout-length: 8, epochs: 2, minibatches: 2, average: parameters}
            optimizer: {kind: adam, learning-rate: 0.01, schedule: linear}
            budget: {env-steps: 2000}
            """;

    private static final String A3C = """
            algorithm: a3c
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {hidden: [16]}
            normalize: {observations: true}
            a3c: {workers: 3, rollout-length: 8, merge: average}
            optimizer: {kind: adam, learning-rate: 0.01, schedule: linear}
            budget: {env-steps: 3800}
            """;

    static SweepFile sweep(String base, String more) {
        return SweepFile.parse("sweep.yaml", "base: base.yaml\n" + more, List.of(), null, name -> base);
    }

    private static SweepFile sweep(String base) {
        return sweep(base, "space: {seed: {grid: [7]}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {A2C, PPO, A3C})
    void aTrialOfAnyNumberOfSlicesByAnyWorkersEndsWithTheParametersOfTrain(String base) throws InterruptedException {
        SweepFile sweep = sweep(base);
        List<String> overrides = List.of("seed=7", "optimizer.learning-rate=0.02");
        TrainingState whole = Training.of(sweep.configuration(overrides)).run().state();

        byte[] state = null;
        SliceResult result = null;
        long[] stops = {1, 2, 9, 30, Slice.END};
        for (int i = 0; i < stops.length; i++) {
            // Each by a worker that has never seen the trial.
            result = new SliceRunner(sweep).run(new Slice(0, i, overrides, state, stops[i]), () -> false);
            assertThat(result.failure()).isNull();
            assertThat(result.round()).isEqualTo(Math.min(stops[i], whole.round()));
            state = result.state();
        }

        assertThat(result.paramsSha256())
                .isEqualTo(CheckpointFile.sha256(whole.model().parameters()));
        assertThat(result.envSteps()).isEqualTo(whole.envSteps());
        assertThat(result.score()).isEqualTo(whole.counters().meanReturn());
        assertThat(result.ended()).isEqualTo("env-steps");
        assertThat(result.state()).isNull();
    }

    /** Three shards by two threads, and one by one. */
    @ParameterizedTest
    @CsvSource({"a2c, 3", "a2c, 1", "ppo, 3", "a3c, 1"})
    void onSeveralCoresATrialHasTheSameBits(String algorithm, int shards) throws InterruptedException {
        List<String> overrides = List.of(
                "algorithm=" + algorithm, "a2c.shards=" + shards, "ppo.shards=" + shards, "ppo.rollout-length=16");
        SweepFile sweep = sweep(A2C, "space: {seed: {grid: [7]}}\ncores-per-trial: 2");
        SliceRunner runner = new SliceRunner(sweep);

        SliceResult begun = runner.run(new Slice(0, 0, overrides, null, 3), () -> false);
        SliceResult ended = runner.run(new Slice(0, 1, overrides, begun.state(), Slice.END), () -> false);

        assertThat(ended.failure()).isNull();
        assertThat(ended.paramsSha256())
                .isEqualTo(CheckpointFile.sha256(Training.of(sweep.configuration(overrides))
                        .run()
                        .state()
                        .model()
                        .parameters()));
    }

    @Test
    void onSeveralCoresWhatGoesWrongInOneIsInTheResultAndTheNextTrialIsWell() throws InterruptedException {
        SliceRunner runner = new SliceRunner(sweep(A2C, "space: {seed: {grid: [7]}}\ncores-per-trial: 2"));

        SliceResult infinite = runner.run(
                new Slice(4, 0, List.of("optimizer.learning-rate=1e30", "optimizer.kind=sgd"), null, Slice.END),
                () -> false);
        SliceResult next = runner.run(new Slice(5, 0, List.of(), null, 5), () -> false);

        assertThat(infinite.failure()).contains("not finite");
        assertThat(next.failure()).isNull();
    }

    @Test
    void aSliceWhoseStateIsLostIsComputedFromTheBeginningToTheSameBits() throws InterruptedException {
        SliceRunner runner = new SliceRunner(sweep(A2C));
        SliceResult first = runner.run(new Slice(0, 0, List.of(), null, 5), () -> false);

        SliceResult kept = runner.run(new Slice(0, 1, List.of(), first.state(), 9), () -> false);
        SliceResult lost = runner.run(new Slice(0, 1, List.of(), null, 9), () -> false);

        assertThat(lost.paramsSha256()).isEqualTo(kept.paramsSha256());
        assertThat(lost.score()).isEqualTo(kept.score());
        assertThat(lost.round()).isEqualTo(kept.round()).isEqualTo(9);
    }

    /** A round of the base has 64 environment steps; of these trials' 160, 32 and 128. */
    @ParameterizedTest
    @CsvSource({
        "20, 4, 10, 640",
        "20, 4, 9, 640",
        "20, 4, 8, 480",
        "20, 4, 1, 160",
        "4, 4, 5, 320",
        "4, 4, 1, 64",
        "8, 8, 6, 384",
        "8, 8, 7, 384",
    })
    void trialsAreComparedAfterAsManyEnvironmentStepsWhateverTheirRoundsHave(
            int rolloutLength, int copies, int round, long envSteps) throws InterruptedException {
        List<String> overrides =
                List.of("a2c.rollout-length=" + rolloutLength, "environment.copies-per-shard=" + copies);

        SliceResult result = new SliceRunner(sweep(A2C)).run(new Slice(0, 0, overrides, null, round), () -> false);

        assertThat(result.envSteps()).isEqualTo(envSteps);
        assertThat(result.round()).isEqualTo(envSteps / (2L * copies * rolloutLength));
        assertThat(result.ended()).isNull();
    }

    @Test
    void byEvaluationTheScoreIsThatOfFreshEpisodes() throws InterruptedException {
        SweepFile sweep = sweep(A2C, "space: {seed: {grid: [7]}}\nmetric: evaluation");

        SliceResult result = new SliceRunner(sweep).run(new Slice(0, 0, List.of(), null, Slice.END), () -> false);

        TrainingState whole = Training.of(sweep.configuration(List.of())).run().state();
        double mean = Training.of(sweep.configuration(List.of())).evaluate(whole, 2, true).stream()
                .mapToDouble(episode -> episode.totalReward())
                .average()
                .orElseThrow();
        assertThat(result.score()).isEqualTo(mean);
    }

    @Test
    void whatGoesWrongIsInTheResult() throws InterruptedException {
        SliceRunner runner = new SliceRunner(sweep(A2C));

        SliceResult invalid = runner.run(new Slice(3, 0, List.of("environment.id=CartPol-v1"), null, 5), () -> false);
        SliceResult infinite = runner.run(
                new Slice(4, 0, List.of("optimizer.learning-rate=1e30", "optimizer.kind=sgd"), null, Slice.END),
                () -> false);
        SliceResult damaged = runner.run(new Slice(5, 1, List.of(), new byte[] {1, 2, 3}, 5), () -> false);

        assertThat(invalid.failure()).contains("CartPol-v1", "CartPole-v1");
        assertThat(infinite.failure()).contains("not finite");
        assertThat(damaged.failure()).contains("checkpoint");
        assertThat(List.of(invalid, infinite, damaged)).allSatisfy(result -> {
            assertThat(result.ended()).isEqualTo(SliceResult.FAILED);
            assertThat(result.score()).isNaN();
            assertThat(result.failure()).doesNotContain("\n");
        });
    }

    @Test
    void aTrialThatTakesTooLongHasFailed() throws InterruptedException {
        SweepFile sweep = sweep(A2C, "space: {seed: {grid: [7]}}\ntrial-seconds: 1e-9");

        SliceResult result = new SliceRunner(sweep).run(new Slice(0, 0, List.of(), null, 50), () -> false);

        assertThat(result.failure()).contains("trial-seconds");
    }

    @Test
    void aSliceThatNobodyWantsAnyMoreEndsAfterItsRound() throws InterruptedException {
        SliceRunner runner = new SliceRunner(sweep(A2C));
        int[] asked = {0};

        assertThat(runner.run(new Slice(0, 0, List.of(), null, Slice.END), () -> ++asked[0] > 3))
                .isNull();

        assertThat(asked[0]).isEqualTo(4);
    }
}

package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.algorithm.TrainingListener.Evaluated;
import io.sparring.algorithm.TrainingListener.Reason;
import io.sparring.algorithm.TrainingListener.Round;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.Disturbances;
import io.sparring.loss.Sums;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Normalization;
import io.sparring.rollout.Shard;
import io.sparring.run.CheckpointFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class A2cTest {
    /** Ten rounds of 64 steps. */
    private static final String SMALL = """
            seed: 7
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {hidden: [8]}
            a2c: {shards: 2, rollout-length: 8, entropy-weight: 0.01}
            optimizer: {kind: adam, learning-rate: 1e-2, schedule: linear}
            budget: {env-steps: 640}
            evaluation: {every-env-steps: 0, episodes: 4}
            checkpoint: {every-rounds: 1}
            """;

    private static Configuration configuration(String yaml, String... overrides) {
        return ConfigurationFile.parse("test.yaml", yaml, List.of(overrides));
    }

    private static TrainingResult train(Configuration configuration, TrainingListener listener) {
        return trainFrom(
                configuration,
                TrainingState.first(configuration, configuration.environment().resolve()),
                listener);
    }

    private static TrainingResult trainFrom(
            Configuration configuration, TrainingState start, TrainingListener listener) {
        try (Rounds rounds =
                new LocalRounds(configuration, configuration.environment().resolve(), start.shards())) {
            return A2c.train(configuration, start, rounds, listener);
        }
    }

    private static String sha256(Configuration configuration) {
        return CheckpointFile.sha256(
                train(configuration, new Recorder()).state().model().parameters());
    }

    private static double lastEvaluation(Recorder recorder) {
        return recorder.evaluations.get(recorder.evaluations.size() - 1).meanReturn();
    }

    // It learns.

    @Test
    void learnsToNameWhatItSees() {
        Recorder recorder = new Recorder();
        train(configuration("""
                        environment: {id: Identity-Discrete-v0, copies-per-shard: 8}
                        network: {hidden: [16]}
                        a2c: {rollout-length: 8, gamma: 0}
                        optimizer: {kind: adam, learning-rate: 1e-2}
                        budget: {env-steps: 20000}
                        """), recorder);

        assertThat(lastEvaluation(recorder)).isGreaterThanOrEqualTo(95);
    }

    @Test
    void learnsToPointAtWhatItSees() {
        Recorder recorder = new Recorder();
        train(configuration("""
                        environment: {id: Identity-Box-v0, copies-per-shard: 16}
                        network: {hidden: []}
                        a2c: {rollout-length: 8, gamma: 0, normalize-advantages: true}
                        optimizer: {kind: adam, learning-rate: 1e-2}
                        budget: {env-steps: 60000}
                        """), recorder);

        assertThat(lastEvaluation(recorder)).isBetween(-2.0, 0.0);
    }

    /** Noise that is a function of what is seen, and the same one for several steps, explores as well. */
    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void learnsToPointByNoiseThatDependsOnTheState(int steps) {
        Recorder recorder = new Recorder();
        train(configuration("""
                        environment: {id: Identity-Box-v0, copies-per-shard: 16}
                        network: {hidden: [32], noise: gsde, initial-log-std: -1}
                        a2c: {rollout-length: 8, gamma: 0, normalize-advantages: true}
                        optimizer: {kind: adam, learning-rate: 1e-2}
                        budget: {env-steps: 60000}
                        """, "network.noise-steps=" + steps), recorder);

        assertThat(lastEvaluation(recorder)).isBetween(-2.0, 0.0);
        // What is known needs no more noise.
        assertThat(recorder.rounds.get(recorder.rounds.size() - 1).entropy())
                .isLessThan(recorder.rounds.get(0).entropy() - 1);
    }

    @Test
    void learnsToNameSeveralThingsAtOnce() {
        Recorder recorder = new Recorder();
        train(configuration("""
                        environment: {id: Identity-MultiDiscrete-v0, copies-per-shard: 8}
                        network: {hidden: [16]}
                        a2c: {rollout-length: 8, gamma: 0}
                        optimizer: {kind: adam, learning-rate: 1e-2}
                        budget: {env-steps: 40000}
                        """), recorder);

        assertThat(lastEvaluation(recorder)).isGreaterThanOrEqualTo(95);
    }

    @Test
    void learnsToRepeatBits() {
        Recorder recorder = new Recorder();
        train(configuration("""
                        environment: {id: Identity-MultiBinary-v0, copies-per-shard: 8}
                        network: {hidden: [16]}
                        a2c: {rollout-length: 8, gamma: 0}
                        optimizer: {kind: adam, learning-rate: 1e-2}
                        budget: {env-steps: 40000}
                        """), recorder);

        assertThat(lastEvaluation(recorder)).isGreaterThanOrEqualTo(95);
    }

    @Test
    void learnsToCatch() {
        Recorder recorder = new Recorder();
        train(configuration("""
                        environment: {id: Catch-v0, copies-per-shard: 16}
                        network: {hidden: [32]}
                        a2c: {rollout-length: 9, entropy-weight: 0.01}
                        optimizer: {kind: adam, learning-rate: 5e-3}
                        budget: {env-steps: 60000}
                        """), recorder);

        assertThat(lastEvaluation(recorder)).isEqualTo(1);
    }

    @Test
    void learnsToCatchByConvolutions() {
        Recorder recorder = new Recorder();
        train(configuration("""
                        environment: {id: Catch-v0, copies-per-shard: 16}
                        network: {kind: shared, convolutions: [{filters: 8, kernel: 3, stride: 1}], hidden: [32], activation: relu}
                        a2c: {rollout-length: 9, entropy-weight: 0.01}
                        optimizer: {kind: adam, learning-rate: 3e-3}
                        budget: {env-steps: 60000}
                        """), recorder);

        assertThat(lastEvaluation(recorder)).isEqualTo(1);
    }

    /** The environment throws at what it forbids: that it learns also says that nothing forbidden was ever drawn. */
    @Test
    void learnsToNameWhatItSeesAmongWhatIsAllowed() {
        Recorder recorder = new Recorder();
        train(configuration("""
                        environment: {id: Identity-Masked-v0, copies-per-shard: 8}
                        network: {hidden: [32]}
                        a2c: {rollout-length: 8, gamma: 0, entropy-weight: 0.01}
                        optimizer: {kind: adam, learning-rate: 1e-2}
                        budget: {env-steps: 40000}
                        """), recorder);

        assertThat(lastEvaluation(recorder)).isGreaterThanOrEqualTo(95);
        // log 4: what the masks leave.
        assertThat(recorder.rounds.get(0).entropy()).isCloseTo(Math.log(4), within(1e-3));
    }

    @Test
    void logStdBeginsWhereTheSettingSaysAndNothingElseMoves() {
        String box = "environment: {id: Identity-Box-v0}\n";
        Configuration configuration = configuration(box);
        Configuration narrow = configuration(box, "network.initial-log-std=-0.5");
        float[] first = TrainingState.first(
                        configuration, configuration.environment().resolve())
                .model()
                .parameters();
        float[] narrowed = TrainingState.first(narrow, narrow.environment().resolve())
                .model()
                .parameters();

        int layers = first.length - 2;
        assertThat(Arrays.copyOf(narrowed, layers)).isEqualTo(Arrays.copyOf(first, layers));
        assertThat(Arrays.copyOfRange(first, layers, first.length)).containsExactly(0, 0);
        assertThat(Arrays.copyOfRange(narrowed, layers, first.length)).containsExactly(-0.5f, -0.5f);
    }

    @Test
    void solvesCartPole() {
        Recorder recorder = new Recorder();
        TrainingResult result = train(configuration("""
                        seed: 1
                        environment: {id: CartPole-v1, copies-per-shard: 32}
                        network: {kind: separate, hidden: [64, 64], activation: tanh}
                        a2c: {shards: 2, rollout-length: 8, gae-lambda: 0.95, entropy-weight: 0.01, max-gradient-norm: 0.5}
                        optimizer: {kind: adam, learning-rate: 5e-3}
                        budget: {env-steps: 200000, target-return: 475}
                        """), recorder);

        assertThat(result.reason()).isEqualTo(Reason.TARGET_RETURN);
        assertThat(lastEvaluation(recorder)).isGreaterThanOrEqualTo(475);
        assertThat(result.state().counters().solvedAtSteps())
                .isEqualTo(result.state().envSteps())
                .isLessThan(200000);
    }

    // Its result is a function of the configuration.

    @Test
    void theSameConfigurationGivesTheSameBytes() {
        assertThat(sha256(configuration(SMALL))).isEqualTo(sha256(configuration(SMALL)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "seed=8",
                "a2c.shards=4",
                "environment.copies-per-shard=8",
                "a2c.rollout-length=16",
                "a2c.gamma=0.9",
                "a2c.gae-lambda=0.9",
                "a2c.advantage=one-step",
                "a2c.normalize-advantages=true",
                "normalize.observations=true",
                "normalize.rewards=true",
                "a2c.value-weight=0.6",
                "a2c.entropy-weight=0",
                "a2c.max-gradient-norm=0.01",
                "optimizer.kind=rmsprop",
                "optimizer.learning-rate=2e-2",
                "optimizer.schedule=constant",
                "budget.env-steps=704",
            })
    void anotherSeedOrNumberOfShardsOrOptionGivesOtherBytes(String override) {
        assertThat(sha256(configuration(SMALL, override))).isNotEqualTo(sha256(configuration(SMALL)));
    }

    /** Watching a run, and where it is computed, change nothing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "evaluation={every-env-steps: 64, greedy: false}",
                "checkpoint.every-rounds=0",
                "cluster.cut-every-rounds=3",
                "budget.target-return=400"
            })
    void whatIsNoPartOfLearningChangesNoByte(String override) {
        assertThat(sha256(configuration(SMALL, "evaluation.every-env-steps=640", override)))
                .isEqualTo(sha256(configuration(SMALL)));
    }

    // When it ends.

    @ParameterizedTest
    @CsvSource({"8, 64", "64, 64", "65, 128", "640, 640"})
    void endsWithTheRoundThatReachesTheBudget(long budget, long envSteps) {
        Recorder recorder = new Recorder();
        TrainingResult result = train(configuration(SMALL, "budget.env-steps=" + budget), recorder);

        assertThat(result.reason()).isEqualTo(Reason.ENV_STEPS);
        assertThat(result.state().envSteps()).isEqualTo(envSteps);
        assertThat(result.state().round()).isEqualTo(envSteps / 64).isEqualTo(recorder.rounds.size());
    }

    @Test
    void endsAtTheFirstEvaluationThatReachesTheTarget() {
        Recorder recorder = new Recorder();
        TrainingResult result =
                train(configuration(SMALL, "evaluation.every-env-steps=100", "budget.target-return=1"), recorder);

        assertThat(result.reason()).isEqualTo(Reason.TARGET_RETURN);
        assertThat(result.state().envSteps()).isEqualTo(128);
        assertThat(result.state().counters().solvedAtSteps()).isEqualTo(128);
        assertThat(result.state().counters().bestReturn()).isEqualTo(lastEvaluation(recorder));
    }

    @Test
    void aRunThatReachedItsTargetStaysEndedUntilTheTargetIsRaised() {
        Configuration configuration = configuration(SMALL, "evaluation.every-env-steps=100", "budget.target-return=1");
        TrainingState end = train(configuration, new Recorder()).state();

        Recorder again = new Recorder();
        TrainingResult result = trainFrom(configuration, end, again);
        assertThat(result.reason()).isEqualTo(Reason.TARGET_RETURN);
        assertThat(again.rounds).isEmpty();

        Configuration raised = configuration(SMALL, "evaluation.every-env-steps=100", "budget.target-return=501");
        TrainingResult unsolved = trainFrom(raised, end, new Recorder());
        assertThat(unsolved.reason()).isEqualTo(Reason.ENV_STEPS);
        assertThat(unsolved.state().counters().solvedAtSteps())
                .as("by today's target")
                .isEqualTo(-1);

        assertThat(end.counters().solvedAtSteps()).isPositive();
        assertThat(trainFrom(configuration, unsolved.state(), new Recorder())
                        .state()
                        .counters()
                        .solvedAtSteps())
                .isEqualTo(640);
    }

    @Test
    void endsAfterTheRoundInWhichSomebodyAskedForIt() {
        Recorder recorder = new Recorder(3);
        TrainingResult result = train(configuration(SMALL), recorder);

        assertThat(result.reason()).isEqualTo(Reason.REQUESTED);
        assertThat(recorder.rounds).hasSize(3);
        assertThat(recorder.checkpoints.lastKey()).isEqualTo(3);
    }

    @Test
    void endsWhenTheSecondsAreUsedUp() {
        TrainingResult result = train(
                configuration(SMALL, "budget.env-steps=1000000000", "budget.wall-clock-seconds=0.05"), new Recorder());

        assertThat(result.reason()).isEqualTo(Reason.WALL_CLOCK);
        assertThat(result.state().counters().seconds()).isGreaterThanOrEqualTo(0.05);
    }

    // What it tells.

    @ParameterizedTest
    @CsvSource({
        "100, 128;256;320;448;512;640",
        "64, 64;128;192;256;320;384;448;512;576;640",
        "10, 64;128;192;256;320;384;448;512;576;640",
        "300, 320;640",
        "1000, 640",
        "0, ''",
    })
    void evaluatesAtTheFirstRoundEndAtOrAfterEachMultipleAndAtTheEndOfTheBudget(long every, String expected) {
        Recorder recorder = new Recorder();
        train(configuration(SMALL, "evaluation.every-env-steps=" + every), recorder);

        assertThat(recorder.evaluations.stream()
                        .map(evaluated -> String.valueOf(evaluated.envSteps()))
                        .toList())
                .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(";")));
    }

    @Test
    void anEvaluationIsTheBestWhereNoneBeforeWasAsGood() {
        Recorder recorder = new Recorder();
        train(configuration(SMALL, "evaluation.every-env-steps=64", "optimizer.learning-rate=5e-2"), recorder);

        double best = Double.NEGATIVE_INFINITY;
        int count = 0;
        for (Evaluated evaluated : recorder.evaluations) {
            assertThat(evaluated.episodes()).hasSize(4);
            assertThat(evaluated.meanReturn())
                    .isEqualTo(evaluated.episodes().stream()
                            .mapToDouble(Episode::totalReward)
                            .average()
                            .orElseThrow());
            assertThat(evaluated.best()).isEqualTo(evaluated.meanReturn() > best);
            if (evaluated.best()) {
                best = evaluated.meanReturn();
                assertThat(recorder.best.get(count++).round()).isEqualTo(evaluated.round());
            }
        }
        assertThat(recorder.best).hasSize(count);
        assertThat(count).isBetween(1, 9);
    }

    /** On a cluster fetching shards is a job of its own. */
    @Test
    void theBestIsWhatActingNeedsAndTheCountersAndNoShardIsFetchedForIt() {
        Configuration configuration = configuration(
                SMALL,
                "evaluation.every-env-steps=64",
                "optimizer.learning-rate=5e-2",
                "checkpoint.every-rounds=0",
                "checkpoint.every-seconds=0");
        TrainingState start =
                TrainingState.first(configuration, configuration.environment().resolve());
        Recorder recorder = new Recorder();
        int[] fetched = {0};
        try (LocalRounds local = new LocalRounds(
                        configuration, configuration.environment().resolve(), start.shards());
                Rounds rounds = new Rounds() {
                    @Override
                    public RoundSum run(ShardTask<Shard> task) {
                        return local.run(task);
                    }

                    @Override
                    public RoundSum learn(ShardTask<Experience> task) {
                        return local.learn(task);
                    }

                    @Override
                    public List<Shard> shards() {
                        fetched[0]++;
                        return local.shards();
                    }

                    @Override
                    public List<Episode> evaluate(Model model, long index, int episodes, boolean greedy) {
                        return local.evaluate(model, index, episodes, greedy);
                    }

                    @Override
                    public void close() {}
                }) {
            A2c.train(configuration, start, rounds, recorder);
        }

        assertThat(fetched[0]).as("for the checkpoint at the end").isEqualTo(1);
        assertThat(recorder.best).isNotEmpty().allSatisfy(best -> {
            assertThat(best.shards()).isEmpty();
            assertThat(best.optimizerState()).isEmpty();
            assertThat(best.model().parameters()).hasSameSizeAs(start.model().parameters());
            assertThat(best.envSteps()).isEqualTo(64 * best.round());
        });
    }

    @ParameterizedTest
    @CsvSource({"1, 1;2;3;4;5;6;7;8;9;10", "3, 3;6;9;10", "5, 5;10", "0, 10"})
    void checkpointsAreHandedOverEverySoManyRoundsAndAtTheEnd(int every, String rounds) {
        Recorder recorder = new Recorder();
        train(configuration(SMALL, "checkpoint.every-rounds=" + every, "checkpoint.every-seconds=0"), recorder);

        assertThat(recorder.checkpoints.keySet().stream().map(String::valueOf)).containsExactly(rounds.split(";"));
    }

    @ParameterizedTest
    @CsvSource({"0, 100000, 1;10", "4, 100000, 1;4;8;10", "0, 1e-9, 1;2;3;4;5;6;7;8;9;10"})
    void theFirstRoundsCheckpointIsHandedOverAndThoseThatAreDueByTheClock(int every, double seconds, String rounds) {
        Recorder recorder = new Recorder();
        train(
                configuration(SMALL, "checkpoint.every-rounds=" + every, "checkpoint.every-seconds=" + seconds),
                recorder);

        assertThat(recorder.checkpoints.keySet().stream().map(String::valueOf)).containsExactly(rounds.split(";"));
    }

    @Test
    void theEpisodesOfTrainingAreCountedAndTheLastHundredRemembered() {
        Recorder recorder = new Recorder();
        TrainingState end =
                train(configuration(SMALL, "budget.env-steps=6400"), recorder).state();
        List<Double> all = recorder.rounds.stream()
                .flatMap(round -> round.statistics().stream())
                .flatMap(statistics -> statistics.episodes().stream())
                .map(Episode::totalReward)
                .toList();

        assertThat(all).hasSizeGreaterThan(Counters.RECENT);
        assertThat(end.counters().episodes()).isEqualTo(all.size());
        assertThat(end.counters().recentReturns()).isEqualTo(all.subList(all.size() - Counters.RECENT, all.size()));
        Round last = recorder.rounds.get(recorder.rounds.size() - 1);
        assertThat(last.episodes()).isEqualTo(all.size());
        assertThat(last.meanReturn()).isEqualTo(end.counters().meanReturn());
    }

    @Test
    void theLearningRateOfALinearScheduleIsThatOfTheRoundsStart() {
        Recorder recorder = new Recorder();
        train(configuration(SMALL), recorder);

        for (int round = 0; round < 10; round++) {
            assertThat(recorder.rounds.get(round).learningRate()).isCloseTo(1e-2 * (10 - round) / 10, within(1e-15));
        }
    }

    @Test
    void aScheduleMayEndBeforeTheBudgetAndStaysAtItsEnd() {
        Recorder recorder = new Recorder();
        train(configuration(SMALL, "optimizer.schedule-env-steps=320"), recorder);

        assertThat(recorder.rounds)
                .extracting(Round::learningRate)
                .startsWith(1e-2, 8e-3)
                .endsWith(0.0, 0.0);
        assertThat(recorder.rounds.get(4).learningRate()).isCloseTo(2e-3, within(1e-15));
    }

    // It can be cut anywhere.

    @ParameterizedTest
    @CsvSource({
        "adam, a2c.normalize-advantages=false",
        "rmsprop, network={kind: shared}",
        "sgd, a2c.normalize-advantages=true",
        "adam, environment.id=Identity-Box-v0",
        "adam, 'normalize={observations: true, rewards: true}'",
        "adam, 'environment.id=Identity-Box-v0; network.noise=gsde; network.noise-steps=5'",
        "adam, 'environment.wrappers=[{time-limit: {steps: 9}}]; network.memory={kind: lstm, size: 5}'",
        "adam, 'network.kind=shared; network.memory={kind: gru, size: 5}; normalize={observations: true, rewards: true}'",
        "adam, 'environment.wrappers=[mask-velocity, {time-limit: {steps: 9}}, {repeat-action: {times: 2}}, {frame-stack: {frames: 3}}]'",
    })
    void aRunThatIsCutAndGoesOnIsTheRunThatWasNotCut(String optimizer, String overrides) throws IOException {
        List<String> all = new ArrayList<>(List.of(overrides.split("; ")));
        all.addAll(List.of("optimizer.kind=" + optimizer, "evaluation.every-env-steps=150", "seed=3"));
        Configuration configuration = configuration(SMALL, all.toArray(String[]::new));
        Recorder recorder = new Recorder();
        TrainingState end = train(configuration, recorder).state();

        for (long cut : new long[] {1, 4, 9, 10}) {
            TrainingState captured = recorder.checkpoints.get(cut);
            requireSameRun(trainFrom(configuration, captured, new Recorder()).state(), end);
            TrainingState read = CheckpointFile.read(recorder.files.get(cut))
                    .state(end.model().architecture());
            requireSameRun(trainFrom(configuration, read, new Recorder()).state(), end);
        }
    }

    private static void requireSameRun(TrainingState actual, TrainingState expected) {
        assertThat(actual)
                .usingRecursiveComparison()
                .ignoringFields("counters.seconds", "counters.solvedAtSeconds")
                .isEqualTo(expected);
    }

    @Test
    void whatWasHandedOverIsNotChangedByTheRoundsThatFollow() {
        Recorder recorder = new Recorder();
        train(configuration(SMALL), recorder);

        recorder.checkpoints.forEach(
                (round, state) -> assertThat(Recorder.file(state)).isEqualTo(recorder.files.get(round)));
    }

    @Test
    void theSecondsOfASessionAreAddedToThoseBefore() {
        Configuration configuration = configuration(SMALL);
        Recorder recorder = new Recorder(3);
        double before = train(configuration, recorder).state().counters().seconds();
        Recorder after = new Recorder();
        trainFrom(configuration, recorder.checkpoints.get(3L), after);

        assertThat(after.rounds.get(0).seconds())
                .isGreaterThan(before)
                .isGreaterThan(after.rounds.get(0).roundSeconds());
    }

    // Gradients that are not finite.

    @Test
    void fallsWithANameForItWhenTooManyGradientsAreNotFinite() {
        Configuration configuration = configuration(
                SMALL, "optimizer={kind: sgd, learning-rate: 1e30, schedule: constant}", "a2c.max-dropped-gradients=5");
        Recorder recorder = new Recorder();

        assertThatThrownBy(() -> train(configuration, recorder))
                .isInstanceOf(TrainingFailed.class)
                .hasMessageMatching("the gradient of shard 1 \\(seed 7\\) was not finite in round \\d+; 6 were dropped,"
                        + " and a2c\\.max-dropped-gradients is 5\\. Lower optimizer\\.learning-rate or"
                        + " a2c\\.max-gradient-norm\\.");
        Round last = recorder.rounds.get(recorder.rounds.size() - 1);
        assertThat(last.droppedGradients()).isEqualTo(4);
        assertThat(last.gradientNorm()).isNaN();
        assertThat(recorder.rounds.get(0).droppedGradients()).isZero();
    }

    /** A fake that gives what it is told. */
    private static final class Told implements Rounds {
        private final RoundSum sum;

        Told(RoundSum sum) {
            this.sum = sum;
        }

        @Override
        public RoundSum run(ShardTask<Shard> task) {
            return sum;
        }

        @Override
        public RoundSum learn(ShardTask<Experience> task) {
            throw new IllegalStateException("A2C learns once");
        }

        @Override
        public List<Shard> shards() {
            return List.of();
        }

        @Override
        public List<Episode> evaluate(Model model, long index, int episodes, boolean greedy) {
            return List.of();
        }

        @Override
        public void close() {}
    }

    private static TrainingState oneRound(Recorder recorder, float[] sum, boolean... finite) {
        Configuration configuration = configuration(
                SMALL,
                "optimizer={kind: sgd, learning-rate: 1, schedule: constant}",
                "a2c.max-gradient-norm=0",
                "budget.env-steps=8");
        RoundSum told = new RoundSum(2);
        for (int shard = 0; shard < finite.length; shard++) {
            double term = finite[shard] ? 6 : Double.NaN;
            Moments moments = new Moments(10 * (shard + 1), term, term);
            float[] gradient = {Float.NaN, Float.NaN};
            if (finite[shard]) {
                gradient = shard == finite.length - 1 ? sum : new float[2];
            }
            told.add(new ShardUpdate(
                    gradient,
                    Normalizer.NONE,
                    new ShardStatistics(
                            shard,
                            finite[shard],
                            new Sums(moments.count(), term, 2 * term, 3 * term, 0, 0),
                            moments,
                            moments,
                            moments,
                            List.of(),
                            Normalization.NONE,
                            0,
                            0,
                            0,
                            Disturbances.NONE,
                            LocalSteps.NONE,
                            0,
                            List.of()),
                    null));
        }
        TrainingState start =
                TrainingState.first(configuration, configuration.environment().resolve());
        Architecture twoBiases = new Architecture(Architecture.Kind.SHARED, List.of(), Activation.TANH, 0, 1, 0);
        TrainingState two = new TrainingState(
                Counters.NONE,
                new Model(twoBiases, new float[] {1, 2}),
                start.optimizerState(),
                List.of(),
                start.shards());
        return A2c.train(configuration, two, new Told(told), recorder).state();
    }

    @Test
    void theGradientIsTheMeanOverTheSamplesOfAllShardsWhateverTheirSizes() {
        Recorder recorder = new Recorder();
        TrainingState end = oneRound(recorder, new float[] {15, -30}, true, true);

        assertThat(end.model().parameters()).containsExactly(0.5f, 3);
        assertThat(recorder.rounds.get(0).policyLoss()).isEqualTo(12.0 / 30);
        assertThat(recorder.rounds.get(0).valueLoss()).isEqualTo(24.0 / 30);
        assertThat(recorder.rounds.get(0).entropy()).isEqualTo(36.0 / 30);
    }

    @Test
    void aDroppedGradientCountsNeitherInTheSumNorInTheMeanButItsStepsWereTaken() {
        Recorder recorder = new Recorder();
        TrainingState end = oneRound(recorder, new float[] {10, -20}, false, true);

        assertThat(end.model().parameters()).containsExactly(0.5f, 3);
        assertThat(end.counters().droppedGradients()).isEqualTo(1);
        assertThat(end.envSteps()).isEqualTo(30);
        assertThat(recorder.rounds.get(0).valueLoss()).isEqualTo(12.0 / 20);
    }

    @Test
    void whereAllGradientsAreDroppedNoStepIsTaken() {
        TrainingState end = oneRound(new Recorder(), new float[] {0, 0}, false, false);

        assertThat(end.model().parameters()).containsExactly(1, 2);
        assertThat(end.optimizerSteps(0)).isZero();
        assertThat(end.round()).isEqualTo(1);
    }
}

package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.Staleness;
import io.sparring.parameterserver.Update;
import io.sparring.rollout.Shard;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class A3cTest {
    private static final String SMALL = """
            algorithm: a3c
            seed: 7
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {hidden: [8]}
            a3c: {workers: 3, rollout-length: 8, entropy-weight: 0.01}
            a2c: {shards: 1, rollout-length: 8, entropy-weight: 0.01}
            optimizer: {kind: adam, learning-rate: 1e-2, schedule: linear}
            budget: {env-steps: 960}
            evaluation: {every-env-steps: 0, episodes: 4}
            checkpoint: {every-rounds: 0}
            """;

    static Configuration configuration(String... overrides) {
        return ConfigurationFile.parse("test.yaml", SMALL, List.of(overrides));
    }

    private static TrainingResult stepped(Configuration configuration, TrainingListener listener) throws Exception {
        try (Workers workers = new SteppedWorkers(configuration)) {
            return A3c.train(configuration, TrainingState.first(configuration), workers, listener);
        }
    }

    private static float[] parameters(String... overrides) throws Exception {
        return stepped(configuration(overrides), new Recorder()).state().parameters();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sum", "average", "gradients"})
    void oneWorkerLearnsToTheBitWhatOneShardLearns(String merge) throws Exception {
        Configuration synchronous = configuration("algorithm=a2c");
        TrainingState start = TrainingState.first(synchronous);
        float[] expected = A2c.train(synchronous, start, new LocalRounds(synchronous, start.shards()), new Recorder())
                .state()
                .parameters();

        assertThat(parameters("a3c.workers=1", "a3c.merge=" + merge)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "merge: average",
                "merge: sum, correction: damping",
                "merge: elastic",
                "merge: gradients",
                "correction: v-trace",
                "local-steps: 3",
                "max-staleness: 1",
                "injected-delay: 4"
            })
    void singleSteppedTheSameConfigurationGivesTheSameBits(String options) throws Exception {
        float[] once = parameters("a3c={" + options + "}");
        float[] twice = parameters("a3c={" + options + "}");

        assertThat(twice).isEqualTo(once);
        assertThat(once).isNotEqualTo(TrainingState.first(configuration()).parameters());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "merge: average",
                "merge: elastic",
                "merge: gradients",
                "correction: v-trace, max-staleness: 8",
                "correction: damping, merge: sum"
            })
    void threadsThatWaitForNobodyUseUpTheBudgetAndEnd(String options) throws Exception {
        Configuration configuration = configuration("a3c={" + options + "}");
        Recorder recorder = new Recorder();
        TrainingResult result = threads(configuration, TrainingState.first(configuration), recorder);

        TrainingState end = result.state();
        assertThat(result.reason()).isEqualTo(TrainingListener.Reason.ENV_STEPS);
        // Each of the other workers may be on the way with one more rollout.
        assertThat(end.envSteps()).isBetween(960L, 960L + 2 * 32);
        assertThat(recorder.rounds.stream()
                        .flatMap(round -> round.statistics().stream())
                        .mapToLong(ShardStatistics::samples)
                        .sum())
                .isEqualTo(end.envSteps());
        assertThat(end.shards()).extracting(Shard::index).containsExactly(0, 1, 2);
        TrainingListener.Asynchrony asynchrony = last(recorder.rounds).asynchrony();
        // They wait for nobody: on a busy machine one may have used up the budget before another one began.
        assertThat(asynchrony.workers()).isBetween(1, 3);
        assertThat(asynchrony.staleness().updates()).isEqualTo(end.envSteps() / 32);
        assertThat(asynchrony.perWorker().stream().mapToLong(Staleness::updates).sum())
                .isEqualTo(asynchrony.staleness().updates());
    }

    private static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }

    @Test
    void steppedInTurnEveryUpdateIsAsStaleAsThereAreOtherWorkers() throws Exception {
        Recorder recorder = new Recorder();
        stepped(configuration(), recorder);

        Staleness staleness = last(recorder.rounds).asynchrony().staleness();
        assertThat(staleness.p50()).isEqualTo(2);
        assertThat(staleness.max()).isEqualTo(2);
        assertThat(last(recorder.rounds).asynchrony().refused()).isZero();
    }

    @Test
    void whatIsStalerThanAllowedIsRefusedAndItsStepsStillCount() throws Exception {
        Recorder recorder = new Recorder();
        TrainingResult result = stepped(configuration("a3c.max-staleness=1"), recorder);

        TrainingListener.Asynchrony asynchrony = last(recorder.rounds).asynchrony();
        assertThat(asynchrony.refused())
                .isPositive()
                .isLessThan(asynchrony.staleness().updates());
        assertThat(result.state().envSteps())
                .isEqualTo(32 * asynchrony.staleness().updates());
    }

    @Test
    void aFreshPullMakesVTraceUpdatesFresh() throws Exception {
        Recorder recorder = new Recorder();
        stepped(configuration("a3c.correction=v-trace", "a3c.injected-delay=4"), recorder);

        assertThat(last(recorder.rounds).asynchrony().staleness().max()).isZero();
    }

    @Test
    void withEqualPoliciesVTraceIsTheLongestKStep() throws Exception {
        // One worker alone: what it pulls after its rollout is what it acted with.
        float[] plain = parameters("a3c.workers=1");
        float[] corrected = parameters("a3c.workers=1", "a3c.correction=v-trace", "a3c.rho-bar=1e9", "a3c.c-bar=1e9");

        for (int i = 0; i < plain.length; i++) {
            assertThat(corrected[i]).isCloseTo(plain[i], within(2e-4f));
        }
    }

    @Test
    void aRunThatWasCutGoesOnWithItsWorkersEnvironmentsAndOptimisers() throws Exception {
        Configuration configuration = configuration("a3c.workers=1", "a3c.merge=sum");
        TrainingState middle = stepped(configuration, new Recorder(10)).state();
        assertThat(middle.envSteps()).isLessThan(960);

        float[] resumed = A3c.train(configuration, middle, new SteppedWorkers(configuration), new Recorder())
                .state()
                .parameters();

        assertThat(resumed).isEqualTo(parameters("a3c.workers=1", "a3c.merge=sum"));
    }

    @Test
    void theTargetEndsTheRunWithTheParametersThatReachedIt() throws Exception {
        Configuration configuration =
                configuration("budget.target-return=1", "evaluation.every-env-steps=96", "budget.env-steps=100000");
        Recorder recorder = new Recorder();
        TrainingResult result = threads(configuration, TrainingState.first(configuration), recorder);

        assertThat(result.reason()).isEqualTo(TrainingListener.Reason.TARGET_RETURN);
        assertThat(recorder.evaluations).hasSize(1);
        assertThat(result.state().parameters()).isEqualTo(last(recorder.best).parameters());
        assertThat(new Evaluator(configuration)
                        .play(
                                result.state().parameters(),
                                recorder.evaluations.get(0).envSteps(),
                                0,
                                4,
                                true))
                .isEqualTo(recorder.evaluations.get(0).episodes());
    }

    @Test
    void updatesThatAreNotFiniteAreDroppedAndTooManyOfThemEndTheRunNamingTheWorker() {
        Recorder recorder = new Recorder();

        assertThatThrownBy(() -> stepped(
                        configuration(
                                "optimizer={kind: sgd, learning-rate: 1e30}",
                                "a3c.max-gradient-norm=0",
                                "a3c.max-dropped-gradients=2"),
                        recorder))
                .isInstanceOf(TrainingFailed.class)
                .hasMessageMatching("the update \\d+ of worker [012] \\(seed 7\\) was not finite; 3 were dropped, and "
                        + "a3c.max-dropped-gradients is 2\\..*");
    }

    @Test
    void aWorkerThatFailsEndsThePlainJavaRunWithItsReason() {
        Configuration configuration = configuration();
        TrainingState start = TrainingState.first(configuration("network.hidden=[9]"));

        assertThatThrownBy(() -> threads(configuration, start, new Recorder()))
                .isInstanceOf(TrainingFailed.class)
                .hasMessageContaining("a worker failed: ")
                .hasMessageContaining("has a network of ");
    }

    @Test
    void noWorkerThatPushesEndsTheRunWithinItsPatience() {
        Configuration configuration = configuration("a3c.patience-seconds=0.3");
        Workers idle = new Workers() {
            private ParameterServer server;

            @Override
            public int count() {
                return 3;
            }

            @Override
            public void start(ParameterServer server) {
                this.server = server;
            }

            @Override
            public List<Update> next(int count) throws InterruptedException {
                return server.take(count, 10_000_000);
            }

            @Override
            public void awaitEnd() {}

            @Override
            public void close() {}
        };

        assertThatThrownBy(() -> A3c.train(configuration, TrainingState.first(configuration), idle, new Recorder()))
                .isInstanceOf(TrainingFailed.class)
                .hasMessageContaining("0 of 3 workers have started within 0 s");
    }

    private static TrainingResult threads(Configuration configuration, TrainingState start, TrainingListener listener)
            throws Exception {
        try (Workers workers = new ThreadWorkers(configuration)) {
            return A3c.train(configuration, start, workers, listener);
        }
    }
}

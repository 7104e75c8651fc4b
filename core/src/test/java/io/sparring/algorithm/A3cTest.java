package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.advantage.Advantages;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Model;
import io.sparring.parameterserver.InMemoryChannel;
import io.sparring.parameterserver.Outcome;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.ParameterServerClient;
import io.sparring.parameterserver.Staleness;
import io.sparring.parameterserver.Update;
import io.sparring.rollout.Rollout;
import io.sparring.rollout.Shard;
import io.sparring.run.CheckpointFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        return stepped(
                configuration,
                TrainingState.first(configuration, configuration.environment().resolve()),
                listener);
    }

    private static TrainingResult stepped(Configuration configuration, TrainingState start, TrainingListener listener)
            throws Exception {
        EnvironmentSource source = configuration.environment().resolve();
        try (Workers workers = new SteppedWorkers(configuration, source, start)) {
            return A3c.train(configuration, source, start, workers, listener);
        }
    }

    private static float[] parameters(String... overrides) throws Exception {
        return stepped(configuration(overrides), new Recorder()).state().model().parameters();
    }

    private static final String NORMALIZED = "normalize={observations: true, rewards: true}";

    @ParameterizedTest
    @CsvSource({
        "sum, normalize={}",
        "average, normalize={}",
        "gradients, normalize={}",
        "sum, 'normalize={observations: true, rewards: true}'",
        "average, 'network.memory={kind: lstm, size: 6}'"
    })
    void oneWorkerLearnsToTheBitWhatOneShardLearns(String merge, String variant) throws Exception {
        Configuration synchronous = configuration("algorithm=a2c", variant);
        TrainingState start =
                TrainingState.first(synchronous, synchronous.environment().resolve());
        Model expected = A2c.train(
                        synchronous,
                        start,
                        new LocalRounds(synchronous, synchronous.environment().resolve(), start.shards()),
                        new Recorder())
                .state()
                .model();

        Model model = stepped(configuration("a3c.workers=1", "a3c.merge=" + merge, variant), new Recorder())
                .state()
                .model();
        assertThat(model.parameters()).isEqualTo(expected.parameters());
        assertThat(model.normalizer()).isEqualTo(expected.normalizer());
        assertThat(model.normalizer().returns().count()).isEqualTo(variant.contains("rewards: true") ? 960 : 0);
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
        float[] normalized = parameters("a3c={" + options + "}", NORMALIZED);

        assertThat(twice).isEqualTo(once);
        assertThat(parameters("a3c={" + options + "}", NORMALIZED))
                .isEqualTo(normalized)
                .isNotEqualTo(once);
        assertThat(once)
                .isNotEqualTo(TrainingState.first(
                                configuration(), configuration().environment().resolve())
                        .model()
                        .parameters());
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
        Configuration configuration = configuration("a3c={" + options + "}", NORMALIZED);
        Recorder recorder = new Recorder();
        TrainingResult result = threads(
                configuration,
                TrainingState.first(configuration, configuration.environment().resolve()),
                recorder);

        TrainingState end = result.state();
        assertThat(result.reason()).isEqualTo(TrainingListener.Reason.ENV_STEPS);
        // Each of the other workers may be on the way with one more rollout.
        assertThat(end.envSteps()).isBetween(960L, 960L + 2 * 32);
        assertThat(end.model().normalizer().observations().count())
                .as("each observation is counted once, whatever became of the push")
                .isEqualTo(end.envSteps());
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

    @ParameterizedTest
    @CsvSource({
        "CartPole-v1, gaussian, none",
        "Identity-Masked-v0, gaussian, none",
        "Identity-Box-v0, gsde, none",
        "CartPole-v1, gaussian, lstm",
        "Identity-Box-v0, gsde, gru"
    })
    void withEqualPoliciesVTraceIsTheLongestKStep(String environment, String noise, String memory) throws Exception {
        // One worker alone: what it pulls after its rollout is what it acted with.
        String id = "environment.id=" + environment;
        String ofActions = "network={noise: " + noise + ", memory: {kind: " + memory + ", size: 6}}";
        float[] plain = parameters(id, ofActions, "a3c.workers=1");
        float[] corrected = parameters(
                id, ofActions, "a3c.workers=1", "a3c.correction=v-trace", "a3c.rho-bar=1e9", "a3c.c-bar=1e9");

        for (int i = 0; i < plain.length; i++) {
            assertThat(corrected[i]).isCloseTo(plain[i], within(2e-4f));
        }
    }

    /** Workers that act by parameters of different ages, from the bytes of a checkpoint. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a3c.merge=average",
                "a3c.merge=sum a3c.correction=damping",
                "a3c.merge=elastic",
                "a3c.merge=elastic a3c.correction=damping a3c.local-steps=2",
                "a3c.merge=gradients a3c.entropy-schedule=linear",
                "a3c.correction=v-trace",
                "a3c.max-staleness=1",
                "a3c.workers=1 a3c.merge=sum",
                "environment.id=Identity-Box-v0 network.noise=gsde network.noise-steps=5"
            })
    void inTurnARunThatWasCutGoesOnAsIfItHadNotBeen(String options) throws Exception {
        List<String> overrides = new ArrayList<>(List.of(options.split(" ")));
        overrides.addAll(List.of(NORMALIZED, "a3c.in-turn=true", "optimizer.schedule=linear"));
        Configuration configuration = configuration(overrides.toArray(String[]::new));
        Training training = Training.of(configuration);
        TrainingState whole = training.run().state();

        TrainingState cut = training.start();
        for (int rounds : new int[] {1, 3}) {
            cut = read(training.run(cut, Backend.LOCAL, new Recorder(rounds)).state(), configuration);
            assertThat(cut.envSteps()).isLessThan(whole.envSteps());
        }
        cut = training.run(cut, Backend.LOCAL, new Recorder()).state();

        assertThat(cut.model().parameters()).isEqualTo(whole.model().parameters());
        assertThat(cut.model().normalizer()).isEqualTo(whole.model().normalizer());
        assertThat(cut.counters().recentReturns()).isEqualTo(whole.counters().recentReturns());
    }

    @Test
    void inTurnEveryCheckpointOfARunIsOneToGoOnFrom() throws Exception {
        Configuration configuration = configuration("a3c.in-turn=true", "checkpoint.every-rounds=2");
        Training training = Training.of(configuration);
        Recorder recorder = new Recorder();
        TrainingState whole =
                training.run(training.start(), Backend.LOCAL, recorder).state();

        assertThat(recorder.checkpoints).hasSizeGreaterThan(3);
        for (TrainingState checkpoint : recorder.checkpoints.values()) {
            assertThat(training.run(checkpoint, Backend.LOCAL, new Recorder())
                            .state()
                            .model()
                            .parameters())
                    .isEqualTo(whole.model().parameters());
        }
    }

    @Test
    void inTurnWithOtherWorkersThanBeforeTheyBeginWithTheParametersAsTheyAre() throws Exception {
        TrainingState middle = Training.of(configuration("a3c.in-turn=true"))
                .run(Training.of(configuration("a3c.in-turn=true")).start(), Backend.LOCAL, new Recorder(3))
                .state();
        assertThat(middle.positions()).hasSize(3);

        TrainingState end = Training.of(configuration("a3c.in-turn=true", "a3c.workers=2"))
                .run(middle, Backend.LOCAL, new Recorder())
                .state();

        assertThat(end.positions()).hasSize(2);
        assertThat(end.envSteps()).isGreaterThanOrEqualTo(960);
    }

    private static TrainingState read(TrainingState state, Configuration configuration) throws Exception {
        return CheckpointFile.read(Recorder.file(state))
                .state(ShardWorker.architecture(
                        configuration, configuration.environment().resolve().spec()));
    }

    @Test
    void aLostWorkersNoiseGoesOnWhereItWas() throws Exception {
        Configuration configuration = configuration(
                "environment.id=Identity-Box-v0", "network.noise=gsde", "network.noise-steps=5", "a3c.workers=1");
        TrainingState middle = stepped(configuration, new Recorder(10)).state();

        assertThat(middle.shards().get(0).noise().values()).isNotEmpty();
        assertThat(stepped(configuration, middle, new Recorder())
                        .state()
                        .model()
                        .parameters())
                .isEqualTo(
                        stepped(configuration, new Recorder()).state().model().parameters());
    }

    @Test
    void theTargetEndsTheRunWithTheParametersThatReachedIt() throws Exception {
        Configuration configuration =
                configuration("budget.target-return=1", "evaluation.every-env-steps=96", "budget.env-steps=100000");
        Recorder recorder = new Recorder();
        TrainingResult result = threads(
                configuration,
                TrainingState.first(configuration, configuration.environment().resolve()),
                recorder);

        assertThat(result.reason()).isEqualTo(TrainingListener.Reason.TARGET_RETURN);
        assertThat(recorder.evaluations).hasSize(1);
        assertThat(result.state().model()).isEqualTo(last(recorder.best).model());
        assertThat(new Evaluator(configuration, configuration.environment().resolve())
                        .play(
                                result.state().model(),
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
        TrainingState start = TrainingState.first(
                configuration("network.hidden=[9]"), configuration.environment().resolve());

        assertThatThrownBy(() -> threads(configuration, start, new Recorder()))
                .isInstanceOf(TrainingFailed.class)
                .hasMessageContaining("a worker failed: ")
                .hasMessageContaining("has a network of ");
    }

    @Test
    void noWorkerThatPushesEndsTheRunWithinItsPatience() {
        Configuration configuration = configuration("a3c.patience-seconds=0.3");
        Workers idle = new MadeUp() {
            @Override
            public List<Update> next(int count) throws InterruptedException {
                return server.take(count, 10_000_000);
            }
        };

        assertThatThrownBy(() -> A3c.train(
                        configuration,
                        configuration.environment().resolve(),
                        TrainingState.first(
                                configuration, configuration.environment().resolve()),
                        idle,
                        new Recorder()))
                .isInstanceOf(TrainingFailed.class)
                .hasMessageContaining("0 of 3 workers have started within 0.3 s");
    }

    /** One slot for three workers: the pushes of a budget need not be whole rounds. */
    @Test
    void aRunThatFewerWorkersThanAskedForHaveUsedUpEndsAndEveryPushCounts() throws Exception {
        Configuration configuration = configuration("budget.env-steps=992", "a3c.patience-seconds=5");
        TrainingResult result = A3c.train(
                configuration,
                configuration.environment().resolve(),
                TrainingState.first(configuration, configuration.environment().resolve()),
                new Alone(configuration, 1),
                new Recorder());

        assertThat(result.reason()).isEqualTo(TrainingListener.Reason.ENV_STEPS);
        assertThat(result.state().envSteps()).isEqualTo(992);
    }

    /** As where a run ends before the last of its workers has come up. */
    @Test
    void workersOfWhichNothingHasComeLeaveOptimisersThatHaveNotStarted() throws Exception {
        Configuration configuration = configuration("budget.env-steps=96");
        Configuration inRounds = configuration("algorithm=a2c", "a2c.shards=3");
        TrainingResult result = A3c.train(
                configuration,
                configuration.environment().resolve(),
                TrainingState.first(inRounds, inRounds.environment().resolve()),
                new Alone(configuration, 1) {
                    @Override
                    public void awaitEnd() {
                        finish();
                    }
                },
                new Recorder());

        int count = result.state().model().parameters().length;
        assertThat(result.state().optimizerSteps()).containsExactly(3, 0, 0);
        assertThat(result.state().optimizerState()).hasSize(3 * 2 * count);
        assertThat(Arrays.copyOfRange(result.state().optimizerState(), 2 * count, 6 * count))
                .containsOnly(0);
    }

    /** Workers do not wait for the driver: an evaluation is of what they have made of θ, not of what it has counted. */
    @Test
    void anEvaluationSaysHowManyStepsItsParametersHaveLearnedFrom() throws Exception {
        Configuration configuration = configuration("evaluation.every-env-steps=96");
        Recorder recorder = new Recorder();
        A3c.train(
                configuration,
                configuration.environment().resolve(),
                TrainingState.first(configuration, configuration.environment().resolve()),
                new Alone(configuration, 6),
                recorder);

        assertThat(recorder.rounds.get(0).envSteps()).isEqualTo(96);
        assertThat(recorder.evaluations.get(0).envSteps()).isEqualTo(192);
    }

    /** With V-trace A ≠ R − V: what is explained is of the residual, not of the advantages. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "v-trace"})
    void theExplainedVarianceIsOfWhatTheCriticLearnsWhateverTheAdvantagesAre(String correction) throws Exception {
        Configuration configuration = configuration(
                "a3c={workers: 1, rho-bar: 0.5, c-bar: 0.4, gae-lambda: 0.9, correction: " + correction + "}",
                "budget.env-steps=32");
        Recorder recorder = new Recorder();
        stepped(configuration, recorder);

        Model model = TrainingState.first(
                        configuration, configuration.environment().resolve())
                .model();
        Shard shard = TrainingState.first(
                        configuration("algorithm=a2c"),
                        configuration.environment().resolve())
                .shards()
                .get(0);
        Rollout rollout = new ShardWorker(
                        configuration, configuration.environment().resolve())
                .act(model, shard, configuration.a3c().learning())
                .rollout();
        double[] returns = correction.equals("none")
                ? returns(rollout)
                : Advantages.vTrace(
                                rollout.rewards(),
                                rollout.discounts(),
                                rollout.values(),
                                rollout.nextValues(),
                                rollout.continues(),
                                rollout.environments(),
                                new double[32],
                                0.5,
                                0.4,
                                0.9)
                        .targets();
        double[] residuals = new double[32];
        for (int i = 0; i < 32; i++) {
            residuals[i] = returns[i] - rollout.values()[i];
        }
        assertThat(last(recorder.rounds).explainedVariance())
                .isCloseTo(1 - variance(residuals) / variance(returns), within(1e-6));
    }

    private static double[] returns(Rollout rollout) {
        double[] returns = Advantages.gae(
                rollout.rewards(),
                rollout.discounts(),
                rollout.values(),
                rollout.nextValues(),
                rollout.continues(),
                rollout.environments(),
                0.9);
        for (int i = 0; i < returns.length; i++) {
            returns[i] += rollout.values()[i];
        }
        return returns;
    }

    private static double variance(double[] elements) {
        double mean = Arrays.stream(elements).average().orElseThrow();
        return Arrays.stream(elements)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow();
    }

    /** Workers whose pushes a test makes up. */
    private abstract static class MadeUp implements Workers {
        ParameterServer server;

        @Override
        public int count() {
            return 3;
        }

        @Override
        public void start(ParameterServer server) {
            this.server = server;
        }

        @Override
        public void awaitEnd() {}

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @CsvSource({"'', it does not begin as a worker's report does", "WKRP, it does not begin as a worker's report does"})
    void aReportThatCannotBeReadEndsTheRunNamingTheWorkerItsUpdateAndWhatIsWrong(String report, String reason) {
        Configuration configuration = configuration();
        Workers broken = new MadeUp() {
            @Override
            public List<Update> next(int count) {
                return List.of(
                        new Update(2, 5, 17, Outcome.APPLIED, 1, 0, 32, report.getBytes(StandardCharsets.US_ASCII)));
            }
        };

        assertThatThrownBy(() -> A3c.train(
                        configuration,
                        configuration.environment().resolve(),
                        TrainingState.first(
                                configuration, configuration.environment().resolve()),
                        broken,
                        new Recorder()))
                .isInstanceOf(TrainingFailed.class)
                .hasMessage("the report that worker 2 (attempt 5) sent with its update 17 cannot be read: " + reason);
    }

    /** A worker that has said hello, for steps in the caller's thread. */
    private static A3cWorker worker(Configuration configuration, ParameterServer server, int index) {
        A3cWorker worker = new A3cWorker(
                configuration,
                configuration.environment().resolve(),
                index,
                new ParameterServerClient(
                        new InMemoryChannel(server),
                        index,
                        0,
                        ParameterServerClient.Patience.of(Duration.ofSeconds(1))),
                false);
        always(() -> {
            worker.start();
            return true;
        });
        return worker;
    }

    private interface Step {
        boolean take() throws IOException, InterruptedException;
    }

    private static boolean always(Step step) {
        try {
            return step.take();
        } catch (IOException | InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** One worker, in this thread, where there should be three. */
    private static class Alone extends MadeUp {
        private final Configuration configuration;
        private final int pushes;
        private A3cWorker worker;

        /** @param pushes how often it pushes before the driver looks */
        Alone(Configuration configuration, int pushes) {
            this.configuration = configuration;
            this.pushes = pushes;
        }

        @Override
        public void start(ParameterServer server) {
            super.start(server);
            worker = worker(configuration, server, 0);
        }

        /** Until it is told to end. */
        void finish() {
            while (always(worker::step)) {
                // It leaves its snapshot with the last of these.
            }
        }

        @Override
        public List<Update> next(int count) throws InterruptedException {
            for (int push = 0; push < pushes; push++) {
                always(worker::step);
            }
            return server.take(count, 0);
        }
    }

    /** Two workers in this thread, the first of which is three times as fast. */
    private static final class Uneven extends MadeUp {
        private final List<A3cWorker> workers = new ArrayList<>();
        private int turn;

        @Override
        public int count() {
            return 2;
        }

        @Override
        public void start(ParameterServer server) {
            super.start(server);
            for (int i = 0; i < 2; i++) {
                workers.add(worker(configuration("a3c.workers=2"), server, i));
            }
        }

        @Override
        public List<Update> next(int count) throws InterruptedException {
            List<Update> taken = server.take(count, 0);
            while (taken.isEmpty()) {
                always(workers.get(turn++ % 4 == 3 ? 1 : 0)::step);
                taken = server.take(count, 0);
            }
            return taken;
        }

        @Override
        public void awaitEnd() {
            workers.forEach(worker -> {
                while (always(worker::step)) {
                    // Until it is told to end.
                }
            });
        }
    }

    /** Adam's bias correction is by the steps of the optimiser that takes them. */
    @Test
    void aSlowerWorkerGoesOnWithItsOwnStepCountAfterACheckpointAndAResume() throws Exception {
        Configuration configuration = configuration("a3c.workers=2");
        Recorder recorder = new Recorder(10);
        A3c.train(
                configuration,
                configuration.environment().resolve(),
                TrainingState.first(configuration, configuration.environment().resolve()),
                new Uneven(),
                recorder);
        TrainingState middle = CheckpointFile.read(recorder.files.lastEntry().getValue())
                .state(recorder.checkpoints.lastEntry().getValue().model().architecture());
        List<Integer> pushed = new ArrayList<>();
        for (int worker : new int[] {0, 1}) {
            pushed.add((int) recorder.rounds.stream()
                    .flatMap(round -> round.statistics().stream())
                    .filter(statistics -> statistics.shard() == worker)
                    .count());
        }
        assertThat(pushed.get(0)).isGreaterThan(2 * pushed.get(1));

        assertThat(middle.optimizerSteps()).isEqualTo(pushed);
        assertThat(handedOut(configuration, middle)).isEqualTo(pushed);
    }

    /** The step counts that a resumed run's workers begin with. */
    private static List<Integer> handedOut(Configuration configuration, TrainingState state) throws Exception {
        List<byte[]> snapshots = new ArrayList<>();
        Workers asking = new MadeUp() {
            @Override
            public void start(ParameterServer server) {
                snapshots.addAll(server.checkpoint().snapshots());
                throw new TrainingFailed("seen");
            }

            @Override
            public List<Update> next(int count) {
                return List.of();
            }
        };
        assertThatThrownBy(() ->
                        A3c.train(configuration, configuration.environment().resolve(), state, asking, new Recorder()))
                .hasMessage("seen");
        List<Integer> steps = new ArrayList<>();
        for (byte[] snapshot : snapshots) {
            if (snapshot.length > 0) {
                steps.add(WorkerSnapshot.decode(snapshot).optimizerSteps());
            }
        }
        return steps;
    }

    private static TrainingResult threads(Configuration configuration, TrainingState start, TrainingListener listener)
            throws Exception {
        try (Workers workers =
                new ThreadWorkers(configuration, configuration.environment().resolve())) {
            return A3c.train(configuration, configuration.environment().resolve(), start, workers, listener);
        }
    }
}

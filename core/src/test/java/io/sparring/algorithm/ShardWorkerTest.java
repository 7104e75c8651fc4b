package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.loss.Chosen;
import io.sparring.network.Activations;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import io.sparring.network.Past;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.Masks;
import io.sparring.policy.PolicyBatch;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Rollout;
import io.sparring.rollout.Shard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ShardWorkerTest {
    private static Configuration configuration(String... overrides) {
        return ConfigurationFile.parse("test.yaml", """
                seed: 5
                environment: {id: CartPole-v1, copies-per-shard: 6}
                network: {hidden: [16]}
                a2c: {shards: 3, rollout-length: 20, gae-lambda: 0.9, entropy-weight: 0.05, max-gradient-norm: 0}
                optimizer: {kind: sgd, learning-rate: 1}
                evaluation: {every-env-steps: 0}
                """, List.of(overrides));
    }

    /** Actions of every kind, both kinds of network, and shards of more rows than go through the network at once. */
    static Stream<Configuration> configurations() {
        return Stream.of(
                configuration(),
                configuration("network.kind=shared", "a2c.shards=1"),
                configuration("environment={id: Identity-Box-v0, copies-per-shard: 6}"),
                configuration("environment={id: Identity-Box-v0, copies-per-shard: 6}", "network.noise=gsde"),
                configuration("environment={id: Identity-MultiDiscrete-v0, copies-per-shard: 6}"),
                configuration("environment={id: Identity-MultiBinary-v0, copies-per-shard: 6}"),
                configuration("environment={id: Identity-Masked-v0, copies-per-shard: 6}"),
                configuration("environment={id: Identity-Masked-v0, copies-per-shard: 64}"),
                configuration("environment.copies-per-shard=64", "a2c.rollout-length=20"),
                configuration("network.memory={kind: lstm, size: 5}"),
                configuration(
                        "environment={id: Identity-Masked-v0, copies-per-shard: 70}",
                        "a2c.rollout-length=40",
                        "network={kind: shared, hidden: [], memory: {kind: gru, size: 5}}"),
                configuration(
                        "environment={id: MinBreakout-v0, copies-per-shard: 36}",
                        "a2c.rollout-length=40",
                        "network={convolutions: [{filters: 2, kernel: 3, stride: 2}], hidden: [4], memory: {kind: lstm, size: 3}}"),
                configuration(
                        "environment={id: Identity-Box-v0, copies-per-shard: 6}",
                        "network={noise: gsde, memory: {kind: gru, size: 5}}"),
                configuration(
                        "environment={id: Identity-Box-v0, copies-per-shard: 64}",
                        "a2c.advantage=k-step",
                        "a2c.gae-lambda=1"));
    }

    /** A worker, and what it does, for one set of parameters that is no longer the first one. */
    private static TrainingState trained(Configuration configuration) {
        TrainingState start =
                TrainingState.first(configuration, configuration.environment().resolve());
        float[] parameters = start.model().parameters();
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] += 0.3f * (float) StrictMath.sin(i);
        }
        return start;
    }

    /** Without its times, which no two rounds have in common. */
    private static void requireSame(ShardUpdate actual, ShardUpdate expected) {
        assertThat(actual.gradient()).isEqualTo(expected.gradient());
        assertThat(actual)
                .usingRecursiveComparison()
                .ignoringFieldsMatchingRegexes(".*Nanos")
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void theSameInputGivesTheSameBitsByAnyWorkerNewOrUsed(Configuration configuration) {
        TrainingState state = trained(configuration);
        Shard shard = state.shards().get(0);
        ShardWorker worker =
                new ShardWorker(configuration, configuration.environment().resolve());
        ShardUpdate first = round(worker, state.model(), shard);

        requireSame(round(worker, state.model(), shard), first);
        round(
                worker,
                TrainingState.first(configuration, configuration.environment().resolve())
                        .model(),
                first.next());
        requireSame(round(worker, state.model(), shard), first);
        requireSame(
                round(new ShardWorker(configuration, configuration.environment().resolve()), state.model(), shard),
                first);
    }

    /** Of images, whose activations are kept while acting. */
    @Test
    void aRoundThatNeedsNoForwardPassToLearnGivesTheSameBits() {
        Configuration configuration = configuration(
                "environment={id: MinBreakout-v0, copies-per-shard: 36}",
                "a2c.rollout-length=40",
                "network={kind: shared, convolutions: minatar, hidden: [32]}");
        TrainingState state = trained(configuration);
        Shard shard = state.shards().get(0);
        Configuration.Learning options = configuration.a2c().learning();
        List<float[]> gradients = new ArrayList<>();
        for (boolean again : new boolean[] {false, true}) {
            ShardWorker worker =
                    new ShardWorker(configuration, configuration.environment().resolve());
            assertThat(Activations.pay(state.model().architecture(), 36, 36 * 40))
                    .isTrue();
            Rollout rollout = again
                    ? worker.act(state.model(), shard, options).rollout()
                    : worker.actToLearn(state.model(), shard, options).rollout();
            ActorCriticLoss loss =
                    new ActorCriticLoss(rollout.actions(), rollout.rewards(), rollout.values(), options.weights(0));
            float[] gradient = new float[state.model().parameters().length];
            worker.learn(
                    state.model(), rollout.observations(), rollout.allowed(), rollout.past(), List.of(loss), gradient);
            gradients.add(gradient);
        }

        assertThat(gradients.get(0)).isEqualTo(gradients.get(1));
        assertThat(gradients.get(0)).doesNotContain(Float.NaN);
    }

    @Test
    void aRoundChangesNeitherTheParametersNorTheShard() {
        Configuration configuration = configuration();
        TrainingState state = trained(configuration);
        byte[] before = Recorder.file(state);
        ShardUpdate update = round(
                new ShardWorker(configuration, configuration.environment().resolve()),
                state.model(),
                state.shards().get(0));

        assertThat(Recorder.file(state)).isEqualTo(before);
        assertThat(update.next().observations())
                .isNotEqualTo(state.shards().get(0).observations());
    }

    /** All shards' rollouts as one batch, and its gradient: the slow way, over all samples at once. */
    private static final class WholeBatch {
        private final Configuration configuration;
        private final Architecture architecture;
        private final ActionDistribution distribution;
        private final Model model;
        private float[] observations = new float[0];
        private float[] actions = new float[0];
        private boolean[] allowed = new boolean[0];
        private double[] advantages = new double[0];
        private double[] returns = new double[0];
        private float[] states = new float[0];
        private double[] continues = new double[0];

        WholeBatch(Configuration configuration, TrainingState state) {
            this.configuration = configuration;
            model = state.model();
            architecture = ShardWorker.architecture(
                    configuration, configuration.environment().resolve().spec());
            Configuration.A2c options = configuration.a2c();
            try (Environment environment = Environments.create(
                    configuration.environment().id(),
                    configuration.environment().copiesPerShard())) {
                distribution = configuration
                        .network()
                        .distribution(configuration.environment().resolve().spec());
                Actor actor = new Actor(environment, new Network(architecture), distribution);
                for (Shard shard : state.shards()) {
                    Rollout rollout = actor.act(
                                    model,
                                    shard,
                                    options.learning().gamma(),
                                    options.learning().rolloutLength())
                            .rollout();
                    double[] estimated = options.advantage()
                            .estimate(
                                    rollout.advantageInputs(),
                                    options.learning().gaeLambda(),
                                    options.advantageSteps());
                    double[] targets = new double[estimated.length];
                    for (int i = 0; i < targets.length; i++) {
                        targets[i] = estimated[i] + rollout.values()[i];
                    }
                    observations = join(observations, rollout.observations().toFloats());
                    actions = join(actions, rollout.actions());
                    int before = allowed.length;
                    allowed = Arrays.copyOf(allowed, before + rollout.allowed().length);
                    System.arraycopy(rollout.allowed(), 0, allowed, before, rollout.allowed().length);
                    advantages = join(advantages, estimated);
                    returns = join(returns, targets);
                    states = join(states, rollout.states());
                    continues = join(continues, rollout.continues());
                }
            }
            if (architecture.stateSize() > 0) {
                sideBySide(state.shards().size());
            }
        }

        /** Step by step, each shard's copies beside the others', as one shard of all copies would have them. */
        private void sideBySide(int shards) {
            int copies = configuration.environment().copiesPerShard();
            int samples = advantages.length;
            int[] order = IntStream.range(0, samples)
                    .map(i -> i / copies % shards * (samples / shards) + i / (copies * shards) * copies + i % copies)
                    .toArray();
            Chosen chosen = new Chosen(order);
            observations = chosen.of(observations, observations.length / samples);
            actions = chosen.of(actions, actions.length / samples);
            allowed = chosen.of(allowed, allowed.length / samples);
            advantages = chosen.of(advantages);
            returns = chosen.of(returns);
            continues = chosen.of(continues);
        }

        private Past past() {
            int size = architecture.stateSize();
            return size == 0 ? Past.NONE : new Past(states.length / size, states, continues);
        }

        void normalize() {
            double mean = Arrays.stream(advantages).average().orElseThrow();
            double deviation = Math.sqrt(Arrays.stream(advantages)
                    .map(a -> (a - mean) * (a - mean))
                    .average()
                    .orElseThrow());
            advantages = Arrays.stream(advantages)
                    .map(a -> (a - mean) / (deviation + 1e-8))
                    .toArray();
        }

        /** ∇L, L a mean over all samples. */
        double[] gradient() {
            int rows = advantages.length;
            float[] parameters = model.parameters();
            double[] free = new double[distribution.freeParameters()];
            int layers = parameters.length - free.length;
            for (int i = 0; i < free.length; i++) {
                free[i] = parameters[layers + i];
            }
            double[] freeGradient = new double[free.length];
            double[] gradient = new double[parameters.length];
            Network network = new Network(architecture);
            network.setModel(model);
            network.forward(new Observations.Floats(observations), 0, rows, past());
            Masks.apply(network.policyOutputs(), allowed, 0);
            ActorCriticLoss.gradient(
                    distribution,
                    PolicyBatch.of(network, distribution.prepare(free)),
                    network.values(),
                    actions,
                    advantages,
                    returns,
                    0,
                    rows,
                    configuration.a2c().learning().weights(0),
                    network.policyGradient(),
                    network.valueGradient(),
                    freeGradient);
            network.backward(true, true, gradient);
            System.arraycopy(freeGradient, 0, gradient, layers, free.length);
            return gradient;
        }

        private static float[] join(float[] a, float[] b) {
            float[] joined = Arrays.copyOf(a, a.length + b.length);
            System.arraycopy(b, 0, joined, a.length, b.length);
            return joined;
        }

        private static double[] join(double[] a, double[] b) {
            double[] joined = Arrays.copyOf(a, a.length + b.length);
            System.arraycopy(b, 0, joined, a.length, b.length);
            return joined;
        }
    }

    private static void requireClose(double[] actual, double[] expected) {
        double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(scale).isGreaterThan(1e-3);
        assertThat(actual).containsExactly(expected, within(1e-5 * scale));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void theSumOverTheShardsDividedByAllSamplesIsTheGradientOfTheWholeBatch(Configuration configuration) {
        TrainingState state = trained(configuration);
        List<ShardUpdate> updates = new ArrayList<>();
        for (Shard shard : state.shards()) {
            updates.add(round(
                    new ShardWorker(configuration, configuration.environment().resolve()), state.model(), shard));
        }
        float[] sum = RoundSum.of(updates).gradient();
        double[] mean = new double[sum.length];
        int samples = updates.stream()
                .mapToInt(update -> update.statistics().samples())
                .sum();
        for (int i = 0; i < mean.length; i++) {
            mean[i] = sum[i] / (double) samples;
        }

        requireClose(mean, new WholeBatch(configuration, state).gradient());
    }

    @Test
    void theAverageOfEquallyLargeShardsGradientsIsTheGradientOfTheWholeBatch() {
        Configuration configuration = configuration();
        TrainingState state = trained(configuration);
        double[] average = new double[state.model().parameters().length];
        for (Shard shard : state.shards()) {
            ShardUpdate update = round(
                    new ShardWorker(configuration, configuration.environment().resolve()), state.model(), shard);
            for (int i = 0; i < average.length; i++) {
                average[i] += update.gradient()[i]
                        / (double) update.statistics().samples()
                        / state.shards().size();
            }
        }

        requireClose(average, new WholeBatch(configuration, state).gradient());
    }

    /** As seen from outside: one step of plain descent with learning rate 1 moves the parameters by −∇. */
    @ParameterizedTest
    @CsvSource({
        "CartPole-v1, 6, 3",
        "CartPole-v1, 64, 3",
        "CartPole-v1, 6, 1",
        "Identity-Box-v0, 6, 3",
        "Identity-Box-v0, 64, 3",
        "Identity-Box-v0, 64, 1"
    })
    void normalisedAdvantagesAreNormalisedOverTheSamplesOfAllShards(String environment, int copies, int shards) {
        Configuration configuration = configuration(
                "environment={id: " + environment + ", copies-per-shard: " + copies + "}",
                "a2c.shards=" + shards,
                "a2c.normalize-advantages=true",
                "budget.env-steps=20");
        TrainingState state = trained(configuration);
        float[] before = state.model().parameters().clone();
        float[] after;
        try (Rounds rounds =
                new LocalRounds(configuration, configuration.environment().resolve(), state.shards())) {
            after = A2c.train(configuration, state, rounds, new TrainingListener() {})
                    .state()
                    .model()
                    .parameters();
        }
        double[] step = new double[before.length];
        for (int i = 0; i < step.length; i++) {
            step[i] = (double) before[i] - after[i];
        }

        WholeBatch batch = new WholeBatch(configuration, state);
        double[] plain = batch.gradient();
        batch.normalize();
        double[] normalised = batch.gradient();

        requireClose(step, normalised);
        assertThat(normalised).isNotEqualTo(plain);
    }

    @Test
    void theStatisticsAreSumsOverTheShardsSamples() {
        Configuration configuration = configuration("a2c.shards=1");
        TrainingState state = trained(configuration);
        ShardStatistics statistics = round(
                        new ShardWorker(
                                configuration, configuration.environment().resolve()),
                        state.model(),
                        state.shards().get(0))
                .statistics();
        WholeBatch batch = new WholeBatch(configuration, state);

        assertThat(statistics.samples()).isEqualTo(120);
        assertThat(statistics.shard()).isZero();
        assertThat(statistics.finite()).isTrue();
        assertThat(statistics.advantages().sum())
                .isCloseTo(Arrays.stream(batch.advantages).sum(), within(1e-9));
        assertThat(statistics.advantages().squareSum())
                .isCloseTo(Arrays.stream(batch.advantages).map(a -> a * a).sum(), within(1e-9));
        assertThat(statistics.returns().sum())
                .isCloseTo(Arrays.stream(batch.returns).sum(), within(1e-9));
        assertThat(statistics.returns().squareSum())
                .isCloseTo(Arrays.stream(batch.returns).map(r -> r * r).sum(), within(1e-9));
        // R − V(s) is A: the value loss is half of its squares.
        assertThat(statistics.losses().value())
                .isCloseTo(statistics.advantages().squareSum() / 2, within(1e-3));
    }

    @Test
    void aGradientThatIsNotFiniteIsCalledThat() {
        Configuration configuration = configuration();
        TrainingState state = trained(configuration);
        float[] parameters = state.model().parameters().clone();
        parameters[3] = Float.NaN;

        assertThat(round(
                                new ShardWorker(
                                        configuration,
                                        configuration.environment().resolve()),
                                state.model().with(parameters),
                                state.shards().get(0))
                        .statistics()
                        .finite())
                .isFalse();
    }

    private static ShardUpdate round(ShardWorker worker, Model model, Shard shard) {
        return A2c.Round.of(worker.configuration(), model, 0).run(worker, shard);
    }
}

package io.sparring.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sparring.advantage.AdvantageEstimator;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Engine;
import io.sparring.network.Memory;
import io.sparring.optimizer.OptimizerKind;
import io.sparring.optimizer.Schedule;
import io.sparring.parameterserver.Merging;
import io.sparring.policy.Noise;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationFileTest {
    private static final String CARTPOLE = "environment: {id: CartPole-v1}\n";

    private static Configuration parse(String yaml, String... overrides) {
        return ConfigurationFile.parse("run.yaml", yaml, List.of(overrides));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nature                                     | [32 of 8×8 by 4, 64 of 4×4 by 2, 64 of 3×3 by 1]",
                "minatar                                    | [16 of 3×3 by 1]",
                "[]                                         | []",
                "'[{filters: 4, kernel: 3, stride: 2}]'     | [4 of 3×3 by 2]"
            })
    void convolutionsAreAListOrTheNameOfAKnownOneAndAreWrittenOut(String given, String read) {
        Configuration configuration = parse(CARTPOLE, "network.convolutions=" + given);

        assertThat(configuration.network().convolutions()).hasToString(read);
        assertThat(parse(ConfigurationFile.write(configuration))).isEqualTo(configuration);
    }

    @Test
    void layerNormIsRefusedWhereTheEngineHasNoneThatAgrees() {
        assertThatThrownBy(() -> parse(CARTPOLE, "network.engine=dl4j", "network.layer-norm=true"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageEndingWith(
                        ": network.layer-norm: expected false with engine: dl4j, whose own layer norm divides by the deviation alone, got true");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "natur                                      | expected a list or one of [minatar, nature] (did you mean nature?), got natur",
                "7                                          | expected a list or one of [minatar, nature], got 7",
                "'[{filters: 4, kernel: 3}]'                | 'expected elements of the form {filters: 16, kernel: 3, stride: 1}, got {\"filters\":4,\"kernel\":3}'",
                "'[{filters: 4, kernel: 3, strides: 1}]'    | 'expected elements of the form {filters: 16, kernel: 3, stride: 1}, got {\"filters\":4,\"kernel\":3,\"strides\":1}'",
                "[nature]                                   | 'expected elements of the form {filters: 16, kernel: 3, stride: 1}, got \"nature\"'",
                "'[{filters: 4, kernel: 0, stride: 1}]'     | expected kernel to be a whole number of at least 1, got 0",
                "'[{filters: 4.5, kernel: 1, stride: 1}]'   | expected filters to be a whole number of at least 1, got 4.5"
            })
    void convolutionsThatAreNoneAreRefusedWithTheirKey(String given, String message) {
        assertThatThrownBy(() -> parse(CARTPOLE, "network.convolutions=" + given))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageEndingWith(": network.convolutions: " + message);
    }

    @Test
    void memoryMayBeGivenByItsKindAlone() {
        assertThat(parse(CARTPOLE + "network: {memory: lstm}").network().memory())
                .isEqualTo(new Configuration.NetworkMemory(Memory.Kind.LSTM, 128));
        assertThat(parse(CARTPOLE + "network: {memory: {kind: gru, size: 5}}", "network.memory=none")
                        .network()
                        .memory())
                .isEqualTo(new Configuration.NetworkMemory(Memory.Kind.NONE, 5));
        assertThat(parse(CARTPOLE, "network.memory.kind=gru").network().memory())
                .isEqualTo(new Configuration.NetworkMemory(Memory.Kind.GRU, 128));
    }

    @Test
    void whatIsNotSaidHasItsDefault() {
        Configuration.Learning learning = learning(16, 1.0);
        assertThat(parse(CARTPOLE))
                .isEqualTo(new Configuration(
                        Configuration.Algorithm.A2C,
                        0,
                        new Configuration.Environment(
                                "CartPole-v1", 8, new TreeMap<>(), List.of(), List.of(), "", false, 3, 120, 60, true),
                        new Configuration.Network(
                                Architecture.Kind.SEPARATE,
                                List.of(64, 64),
                                List.of(),
                                Configuration.Network.Channels.AUTO,
                                false,
                                Activation.TANH,
                                new Configuration.NetworkMemory(Memory.Kind.NONE, 128),
                                Engine.PLAIN,
                                Noise.GAUSSIAN,
                                8,
                                0.0),
                        new Configuration.Normalize(false, false),
                        new Configuration.A2c(2, learning, AdvantageEstimator.GAE, 5, false),
                        new Configuration.A3c(
                                4,
                                learning,
                                1,
                                Merging.AVERAGE,
                                0,
                                Configuration.Correction.NONE,
                                1.0,
                                1.0,
                                0.9,
                                false,
                                1,
                                60,
                                0),
                        new Configuration.Ppo(
                                2,
                                learning(128, 0.95),
                                4,
                                4,
                                0.2,
                                Schedule.Named.CONSTANT,
                                0,
                                0,
                                true,
                                Configuration.Averaging.GRADIENTS),
                        new Configuration.Pretrain(
                                Configuration.Pretrain.Method.CLONING,
                                10,
                                64,
                                1e-3,
                                0.1,
                                3,
                                Configuration.Pretrain.Critic.MONTE_CARLO,
                                0.95,
                                0.5,
                                1,
                                20,
                                2,
                                16),
                        new Configuration.Optimizer(
                                OptimizerKind.RMSPROP, 7e-4, Schedule.Named.CONSTANT, null, 0.99, 0.9, 0.999, 1e-5),
                        new Configuration.Budget(500_000, null, 0),
                        new Configuration.Evaluation(10_000, 20, true, true, new TreeMap<>(), null),
                        new Configuration.Checkpoint(50, 30),
                        new Configuration.Cluster(0, 0, 0)));
    }

    private static Configuration.Learning learning(int rolloutLength, double gaeLambda) {
        return new Configuration.Learning(
                rolloutLength, 0.99, gaeLambda, 0.5, 0.0, Schedule.Named.CONSTANT, 0.5, 0, 10);
    }

    @Test
    void theFileOverridesTheDefaultsAndSetOverridesTheFile() {
        String yaml = CARTPOLE + "seed: 3\na2c: {shards: 4, gamma: 0.9}\n";

        Configuration configuration =
                parse(yaml, "a2c.gamma=0.98", "seed=7", "network.hidden=[32]", "network.hidden=[16, 8]");

        assertThat(configuration.seed()).isEqualTo(7);
        assertThat(configuration.a2c().shards()).isEqualTo(4);
        assertThat(configuration.a2c().learning().gamma()).isEqualTo(0.98);
        assertThat(configuration.a2c().learning().rolloutLength()).isEqualTo(16);
        assertThat(configuration.network().hidden()).containsExactly(16, 8);
    }

    /** Both algorithms have them, each its own, and no file knows that they are one record. */
    @Test
    void sharedSettingsAreKeysOfEachAlgorithmsSection() {
        Configuration configuration = parse(CARTPOLE, "a2c.gamma=0.5", "a3c.gamma=0.25", "a3c.rollout-length=3");

        assertThat(configuration.a2c().learning().gamma()).isEqualTo(0.5);
        assertThat(configuration.a3c().learning().gamma()).isEqualTo(0.25);
        assertThat(configuration.a3c().learning().rolloutLength()).isEqualTo(3);
        assertThat(ConfigurationFile.write(configuration))
                .contains("  gamma: 0.25\n")
                .doesNotContain("learning:");
        assertThat(ConfigurationFile.values(configuration.a3c())).containsEntry("gamma", 0.25);
        assertThatThrownBy(() -> parse(CARTPOLE, "a2c.learning={gamma: 0.5}"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageStartingWith("run.yaml with --set a2c.learning={gamma: 0.5}: there is no key a2c.learning");
        assertThatThrownBy(() -> parse(CARTPOLE, "a3c.gamma=2"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining(": a3c.gamma: expected");
    }

    @Test
    void setMayGiveWhatTheFileLacks() {
        assertThat(parse("seed: 1", "environment.id=CartPole-v1").environment().id())
                .isEqualTo("CartPole-v1");
    }

    @Test
    void aConfigurationMayHoldBothAlgorithmsSections() {
        String sample = """
                algorithm: a2c                      # a2c | a3c
                seed: 0
                environment: {id: CartPole-v1, copies-per-shard: 8}
                network: {kind: shared, hidden: [64, 64], activation: tanh}
                a2c: {shards: 2, rollout-length: 16, gamma: 0.99, gae-lambda: 1.0, value-weight: 0.5, entropy-weight: 0.0, max-gradient-norm: 0.5}
                optimizer: {kind: rmsprop, learning-rate: 7.0e-4, schedule: constant}
                budget: {env-steps: 500000, target-return: 475}
                evaluation: {every-env-steps: 10000, episodes: 20, greedy: true}
                a3c: {workers: 4, rollout-length: 16, local-steps: 1, merge: average, max-staleness: 0, correction: none}
                checkpoint: {every-rounds: 50}
                """;

        assertThat(parse(sample).algorithm()).isEqualTo(Configuration.Algorithm.A2C);
        assertThat(parse(sample, "algorithm=a3c").algorithm()).isEqualTo(Configuration.Algorithm.A3C);
        assertThat(parse(sample).a3c().workers()).isEqualTo(4);
    }

    @Test
    void workersAreCountedOrAsManyAsThereAreSlots() {
        Configuration auto = parse(CARTPOLE + "a3c: {workers: auto}\n");

        assertThat(auto.a3c().workers()).isEqualTo(Configuration.A3c.AUTO_WORKERS);
        assertThat(ConfigurationFile.write(auto)).contains("workers: auto");
        assertThat(parse(ConfigurationFile.write(auto))).isEqualTo(auto);
    }

    @Test
    void aSectionWithoutKeysHasItsDefaults() {
        assertThat(parse(CARTPOLE + "a2c:\noptimizer:\n")).isEqualTo(parse(CARTPOLE));
    }

    @ParameterizedTest
    @CsvSource({
        "optimizer.learning-rate, 5e-3, 0.005",
        "optimizer.learning-rate, 5E-3, 0.005",
        "optimizer.learning-rate, 5.0e-3, 0.005",
        "optimizer.learning-rate, .5e-2, 0.005",
        "budget.wall-clock-seconds, 1e6, 1000000",
        "budget.wall-clock-seconds, 1.5e+1, 15",
        "budget.wall-clock-seconds, 500_000, 500000",
        "budget.wall-clock-seconds, 3, 3",
    })
    void aNumberMayBeWrittenAsPeopleWriteNumbers(String key, String written, double meant) {
        Configuration configuration = parse(CARTPOLE, key + "=" + written);

        assertThat(
                        key.startsWith("optimizer")
                                ? configuration.optimizer().learningRate()
                                : configuration.budget().wallClockSeconds())
                .isEqualTo(meant);
    }

    @ParameterizedTest
    @CsvSource({"1e6, 1000000", "500_000, 500000", "2.5e3, 2500", "1000.0, 1000"})
    void aWholeNumberMayBeWrittenAsPeopleWriteWholeNumbers(String written, long meant) {
        assertThat(parse(CARTPOLE + "budget: {env-steps: " + written + "}")
                        .budget()
                        .envSteps())
                .isEqualTo(meant);
    }

    /** To Python they are not the same, and some constructors tell them apart; an environment of ours that wants a whole number gets one. */
    @ParameterizedTest
    @CsvSource({"-1.0, -1.0", "-1e0, -1.0", "1.5, 1.5", "3.0e2, 300.0"})
    void anOptionThatIsWrittenWithAPointHasOne(String written, double meant) {
        Configuration configuration = parse(
                CARTPOLE,
                "environment.options={gravity: " + written + ", whole: -1}",
                "environment.wrappers=[{Some: {by: " + written + "}}]",
                "evaluation.options={gravity: " + written + "}");

        assertThat(configuration.environment().options()).isEqualTo(Map.of("gravity", meant, "whole", -1L));
        assertThat(configuration.evaluation().options()).isEqualTo(Map.of("gravity", meant));
        assertThat(configuration.environment().wrappers()).hasToString("[{Some={by=" + meant + "}}]");
        assertThat(parse(ConfigurationFile.write(configuration))).isEqualTo(configuration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"200", "200.0", "2e2"})
    void anOptionThatWantsAWholeNumberTakesItHoweverItIsWritten(String written) {
        assertThat(parse("environment: {id: CartPole-v1}", "environment.options.max-episode-steps=" + written)
                        .environment()
                        .resolve()
                        .spec()
                        .options())
                .containsEntry("max-episode-steps", 200L);
    }

    @ParameterizedTest
    @CsvSource({"k-step, K_STEP", "K-Step, K_STEP", "gae, GAE", "one-step, ONE_STEP"})
    void choicesAreReadInAnyCase(String written, AdvantageEstimator meant) {
        assertThat(parse(CARTPOLE, "a2c.advantage=" + written).a2c().advantage())
                .isEqualTo(meant);
    }

    @Test
    void whatIsWrittenIsReadAsTheSameConfiguration() {
        Configuration odd = parse(
                CARTPOLE,
                "environment.options={whole: 3, large: 3000000000, number: 0.5, flag: true, text: some}",
                "seed=-9223372036854775808",
                "network={kind: shared, hidden: [], activation: relu}",
                "a2c.advantage=one-step",
                "a2c.normalize-advantages=true",
                "optimizer={kind: adam, learning-rate: 1e-300, schedule: linear, epsilon: 1.0e-8}",
                "budget={env-steps: 9000000000000000000, target-return: -12.5}",
                "checkpoint.every-rounds=0");

        for (Configuration configuration : List.of(parse(CARTPOLE), odd)) {
            assertThat(parse(ConfigurationFile.write(configuration))).isEqualTo(configuration);
        }
    }

    @Test
    void theResolvedFileHasEveryKeyByTheNameThatIsRead() {
        String written = ConfigurationFile.write(parse(CARTPOLE));

        assertThat(written)
                .contains("kind: separate")
                .contains("activation: tanh")
                .doesNotStartWith("---");
        assertThat(ConfigurationFile.keys()).contains("seed", "a2c.gamma", "budget.target-return", "environment.id");
        for (String key : ConfigurationFile.keys()) {
            assertThat(written).contains(key.substring(key.lastIndexOf('.') + 1) + ":");
        }
    }

    @Test
    void theEnvironmentIsLookedForWhereItIsNeeded() {
        assertThat(parse("environment: {id: CartPole-v1}", "environment.options.max-episode-steps=200")
                        .environment()
                        .resolve()
                        .spec()
                        .stepLimit())
                .isEqualTo(200);
        assertThat(parse("environment: {id: CartPole-v1, wrappers: [mask-velocity, {frame-stack: {frames: 4}}]}")
                        .environment()
                        .resolve()
                        .spec()
                        .observationSpace()
                        .shape())
                .containsExactly(4, 2);
        assertThat(parse("environment: {id: Elsewhere-v0}").environment().id()).isEqualTo("Elsewhere-v0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{id: CartPole-v2} | environment.id: expected one of [Acrobot-v1, CartPole-v1, Catch-v0, DeepSea-v0, Identity-Box-v0, Identity-Discrete-v0, Identity-Masked-v0, Identity-MultiBinary-v0, Identity-MultiDiscrete-v0, MemoryChain-v0, MinAsterix-v0, MinBreakout-v0, MinFreeway-v0, MinSpaceInvaders-v0, MountainCar-v0, MountainCarContinuous-v0, Pendulum-v1] (did you mean CartPole-v1?), got CartPole-v2",
                "{id: Pong} | environment.id: expected one of [Acrobot-v1, CartPole-v1, Catch-v0, DeepSea-v0, Identity-Box-v0, Identity-Discrete-v0, Identity-Masked-v0, Identity-MultiBinary-v0, Identity-MultiDiscrete-v0, MemoryChain-v0, MinAsterix-v0, MinBreakout-v0, MinFreeway-v0, MinSpaceInvaders-v0, MountainCar-v0, MountainCarContinuous-v0, Pendulum-v1], got Pong",
                "{id: CartPole-v1, options: {max-steps: 5}} | environment.options.max-steps: there is no such option (did you mean max-episode-steps?)",
                "{id: CartPole-v1, options: {gravity: 5}} | environment.options.gravity: there is no such option; known here: max-episode-steps",
                "{id: CartPole-v1, options: {max-episode-steps: }} | environment.options.max-episode-steps: expected a whole number from 1 to 2147483647, got nothing",
                "{id: CartPole-v1, options: {max-episode-steps: 0}} | environment.options.max-episode-steps: expected a whole number from 1 to 2147483647, got 0",
                "{id: CartPole-v1, options: {max-episode-steps: 1.5}} | environment.options.max-episode-steps: expected a whole number from 1 to 2147483647, got 1.5",
                "{id: CartPole-v1, options: {max-episode-steps: [1]}} | environment.options.max-episode-steps: expected a whole number from 1 to 2147483647, got [1]",
                "{id: CartPole-v1, options: {max-episode-steps: 5000000000}} | environment.options.max-episode-steps: expected a whole number from 1 to 2147483647, got 5000000000",
                "{id: CartPole-v1, wrappers: [frame-stak]} | environment.wrappers: there is no wrapper frame-stak (did you mean frame-stack?)",
                "{id: CartPole-v1, wrappers: [TimeLimit]} | environment.wrappers: there is no wrapper TimeLimit (did you mean time-limit?)",
                "{id: CartPole-v1, wrappers: [Grayscale]} | environment.wrappers: there is no wrapper Grayscale; known here: clip-reward, frame-stack, mask-velocity, repeat-action, sign-reward, time-limit",
                "{id: CartPole-v1, wrappers: [{frame-stack: {frame: 4}}]} | environment.wrappers: frame-stack.frame: there is no such argument (did you mean frames?)",
                "{id: CartPole-v1, wrappers: [{sign-reward: {low: 4}}]} | environment.wrappers: sign-reward.low: there is no such argument; there are none",
                "{id: CartPole-v1, wrappers: [frame-stack]} | environment.wrappers: frame-stack.frames: expected a whole number from 1 to 1024, got nothing",
                "{id: CartPole-v1, wrappers: [{frame-stack: {frames: 0}}]} | environment.wrappers: frame-stack.frames: expected a whole number from 1 to 1024, got 0",
                "{id: CartPole-v1, wrappers: [{time-limit: {steps: 1.5}}]} | environment.wrappers: time-limit.steps: expected a whole number from 1 to 2147483647, got 1.5",
                "{id: CartPole-v1, wrappers: [{clip-reward: {low: 1, high: -1}}]} | environment.wrappers: clip-reward: expected low of at most high, got 1.0 and -1.0",
                "{id: Identity-Box-v0, wrappers: [mask-velocity]} | environment.wrappers: mask-velocity: no velocities are known of Identity-Box-v0, only of Acrobot-v1, CartPole-v1, MountainCar-v0, MountainCarContinuous-v0, Pendulum-v1",
                "{id: CartPole-v1, wrappers: [mask-velocity, mask-velocity]} | environment.wrappers: mask-velocity: it stands before every wrapper that changes the observations of CartPole-v1, and only once",
                "{id: Identity-Box-v0, options: {dimensions: 65537}} | environment.options.dimensions: expected a whole number from 1 to 65536, got 65537",
            })
    void anEnvironmentThatThereIsNotIsNamedWithItsKey(String environment, String message) {
        assertThatThrownBy(
                        () -> parse("environment: " + environment).environment().resolve())
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(message);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                // Unknown names.
                mistake("a2c: {gama: 0.9}", "run.yaml: there is no key a2c.gama (did you mean gamma?)"),
                mistake(
                        "a2c: {rollout_length: 9}",
                        "run.yaml: there is no key a2c.rollout_length (did you mean rollout-length?)"),
                mistakeIn(
                        "environment: {id: CartPole-v1, wrappers: [{frame-stack: 4}]}",
                        "run.yaml: environment.wrappers: expected a wrapper's name or {name: {argument: value}}, got {frame-stack=4}"),
                mistake(
                        "network: {memory: rnn}",
                        "run.yaml: network.memory.kind: expected one of [none, lstm, gru], got \"rnn\""),
                mistake(
                        "network: {memory: {kind: lstm, size: 0}}",
                        "run.yaml: network.memory.size: expected a whole number of at least 1, got 0"),
                mistake(
                        "network: {memory: {kind: lstm, units: 8}}",
                        "run.yaml: there is no key network.memory.units; known here: kind, size"),
                mistake("network: {memory: 8}", "run.yaml: network.memory: expected a section with keys, got 8"),
                mistake(
                        "network: {memory: lstm, engine: dl4j}",
                        "run.yaml: network.engine: expected plain where network.memory is not none, got dl4j"),
                mistake(
                        "algorithm: ppo\nnetwork: {memory: gru}\nppo: {minibatches: 3, rollout-length: 24}",
                        "run.yaml: ppo.minibatches: expected a divisor of environment.copies-per-shard, which is 8, since with network.memory a minibatch is all steps of some copies, got 3"),
                mistake("optimiser: {kind: adam}", "run.yaml: there is no key optimiser (did you mean optimizer?)"),
                mistake("gamma: 0.9", "run.yaml: there is no key gamma (did you mean a2c.gamma?)"),
                mistake(
                        "zzzzzzzzzzzzzzzzz: 1",
                        "run.yaml: there is no key zzzzzzzzzzzzzzzzz; known here: a2c, a3c, algorithm, budget, checkpoint, cluster, environment, evaluation, network, normalize, optimizer, ppo, pretrain, seed"),
                // Wrong types.
                mistake("a2c: {gamma: high}", "run.yaml: a2c.gamma: expected a number, got \"high\""),
                mistake("a2c: {gamma: '0.9'}", "run.yaml: a2c.gamma: expected a number, got \"0.9\""),
                mistake("a2c: {gamma: [0.9]}", "run.yaml: a2c.gamma: expected a number, got [0.9]"),
                mistake("a2c: {gamma: {a: 1}}", "run.yaml: a2c.gamma: expected a number, got {\"a\":1}"),
                mistake("a2c: {shards: 1.5}", "run.yaml: a2c.shards: expected a whole number, got 1.5"),
                mistake("a2c: {shards: true}", "run.yaml: a2c.shards: expected a whole number, got true"),
                mistake("seed: one", "run.yaml: seed: expected a whole number, got \"one\""),
                mistake("evaluation: {greedy: 1}", "run.yaml: evaluation.greedy: expected true or false, got 1"),
                mistake("a2c: 5", "run.yaml: a2c: expected a section with keys, got 5"),
                mistake("a2c: [1, 2]", "run.yaml: a2c: expected a section with keys, got [1,2]"),
                mistake("network: {hidden: 64}", "run.yaml: network.hidden: expected a list, got 64"),
                // Elements of lists.
                mistake(
                        "network: {hidden: [64, x]}",
                        "run.yaml: network.hidden[1]: expected a whole number, got \"x\""),
                mistake(
                        "network: {hidden: [64, 1.5]}",
                        "run.yaml: network.hidden[1]: expected a whole number, got 1.5"),
                mistake("network: {hidden: [[64]]}", "run.yaml: network.hidden[0]: expected a whole number, got [64]"),
                mistake(
                        "network: {hidden: [64, 0]}",
                        "run.yaml: network.hidden: expected whole numbers of at least 1, got [64, 0]"),
                mistake(
                        "network: {hidden: [64, null]}",
                        "run.yaml: network.hidden: expected whole numbers of at least 1, got [64, null]"),
                mistake(
                        "network: {hidden: [3000000000]}",
                        "run.yaml: network.hidden: expected a whole number of at most 2147483647, got 3000000000"),
                // Keys without values.
                mistake("a2c: {gamma: }", "run.yaml: a2c.gamma: expected a number, got nothing"),
                mistake("seed:", "run.yaml: seed: expected a whole number, got nothing"),
                mistake(
                        "a2c: {advantage: ~}",
                        "run.yaml: a2c.advantage: expected one of [gae, k-step, one-step], got nothing"),
                mistake("network: {hidden: ~}", "run.yaml: network.hidden: expected a list, got nothing"),
                // Out of range.
                mistake("a2c: {gamma: 1.01}", "run.yaml: a2c.gamma: expected a number from 0 to 1, got 1.01"),
                mistake("a2c: {gamma: -0.1}", "run.yaml: a2c.gamma: expected a number from 0 to 1, got -0.1"),
                mistake(
                        "network: {initial-log-std: 21}",
                        "run.yaml: network.initial-log-std: expected a number from -20 to 20, got 21.0"),
                mistake(
                        "network: {initial-log-std: nan}",
                        "run.yaml: network.initial-log-std: expected a number from -20 to 20, got NaN"),
                mistake(
                        "network: {noise: sde}",
                        "run.yaml: network.noise: expected one of [gaussian, gsde], got \"sde\""),
                mistake(
                        "network: {noise-steps: 0}",
                        "run.yaml: network.noise-steps: expected a whole number of at least 1, got 0"),
                mistake("a2c: {gae-lambda: 2}", "run.yaml: a2c.gae-lambda: expected a number from 0 to 1, got 2.0"),
                mistake("a2c: {shards: 0}", "run.yaml: a2c.shards: expected a whole number of at least 1, got 0"),
                mistake(
                        "a2c: {rollout-length: 0}",
                        "run.yaml: a2c.rollout-length: expected a whole number of at least 1, got 0"),
                mistake(
                        "a2c: {advantage-steps: 0}",
                        "run.yaml: a2c.advantage-steps: expected a whole number of at least 1, got 0"),
                mistake(
                        "a2c: {value-weight: -1}",
                        "run.yaml: a2c.value-weight: expected a number of at least 0, got -1.0"),
                mistake(
                        "a2c: {entropy-weight: -1}",
                        "run.yaml: a2c.entropy-weight: expected a number of at least 0, got -1.0"),
                mistake(
                        "a2c: {max-gradient-norm: -1}",
                        "run.yaml: a2c.max-gradient-norm: expected a number of at least 0, got -1.0"),
                mistake(
                        "a2c: {max-dropped-gradients: -1}",
                        "run.yaml: a2c.max-dropped-gradients: expected a whole number of at least 0, got -1"),
                mistake(
                        "optimizer: {learning-rate: 0}",
                        "run.yaml: optimizer.learning-rate: expected a number above 0, got 0.0"),
                mistake(
                        "optimizer: {learning-rate: 1e999}",
                        "run.yaml: optimizer.learning-rate: expected a number above 0, got Infinity"),
                mistake(
                        "optimizer: {rmsprop-decay: 1}",
                        "run.yaml: optimizer.rmsprop-decay: expected a number from 0 to below 1, got 1.0"),
                mistake(
                        "optimizer: {adam-beta1: 1}",
                        "run.yaml: optimizer.adam-beta1: expected a number from 0 to below 1, got 1.0"),
                mistake(
                        "optimizer: {adam-beta2: -0.1}",
                        "run.yaml: optimizer.adam-beta2: expected a number from 0 to below 1, got -0.1"),
                mistake("optimizer: {epsilon: 0}", "run.yaml: optimizer.epsilon: expected a number above 0, got 0.0"),
                mistake(
                        "budget: {env-steps: 0}",
                        "run.yaml: budget.env-steps: expected a whole number of at least 1, got 0"),
                mistake(
                        "budget: {wall-clock-seconds: -1}",
                        "run.yaml: budget.wall-clock-seconds: expected a number of at least 0, got -1.0"),
                mistake("budget: {env-steps: 1e30}", "run.yaml: budget.env-steps: expected a whole number, got 1.0E30"),
                mistake(
                        "evaluation: {every-env-steps: -1}",
                        "run.yaml: evaluation.every-env-steps: expected a whole number of at least 0, got -1"),
                mistake(
                        "evaluation: {episodes: 0}",
                        "run.yaml: evaluation.episodes: expected a whole number of at least 1, got 0"),
                mistake(
                        "checkpoint: {every-rounds: -1}",
                        "run.yaml: checkpoint.every-rounds: expected a whole number of at least 0, got -1"),
                mistake(
                        "cluster: {cut-every-rounds: -1}",
                        "run.yaml: cluster.cut-every-rounds: expected a whole number from 0 to 100, got -1"),
                mistake(
                        "cluster: {cut-every-rounds: 101}",
                        "run.yaml: cluster.cut-every-rounds: expected a whole number from 0 to 100, got 101"),
                mistake(
                        "a2c: {shards: 3000000000}",
                        "run.yaml: a2c.shards: expected a whole number of at most 2147483647, got 3000000000"),
                mistake(
                        "seed: 99999999999999999999",
                        "run.yaml: seed: expected a whole number of at most 9223372036854775807, got 99999999999999999999"),
                // No numbers at all.
                mistake("a2c: {gamma: nan}", "run.yaml: a2c.gamma: expected a number from 0 to 1, got NaN"),
                mistake(
                        "a2c: {value-weight: NaN}",
                        "run.yaml: a2c.value-weight: expected a number of at least 0, got NaN"),
                mistake(
                        "optimizer: {learning-rate: NaN}",
                        "run.yaml: optimizer.learning-rate: expected a number above 0, got NaN"),
                mistake("budget: {target-return: NaN}", "run.yaml: budget.target-return: expected a number, got NaN"),
                mistake("a2c: {gamma: .nan}", "run.yaml:2:18: a2c.gamma: expected a number, got .nan"),
                mistake(
                        "optimizer: {learning-rate: .inf}",
                        "run.yaml:2:32: optimizer.learning-rate: expected a number, got .inf"),
                // Choices.
                mistake(
                        "a3c: {workers: -1}",
                        "run.yaml: a3c.workers: expected a whole number of at least 1, or auto, got -1"),
                mistake("a3c: {workers: many}", "run.yaml: a3c.workers: expected a whole number, got \"many\""),
                mistake(
                        "a3c: {merge: gradients, local-steps: 2}",
                        "run.yaml: a3c.local-steps: expected 1 where merge is gradients, since the server takes the step, got 2"),
                mistake("algorithm: dqn", "run.yaml: algorithm: expected one of [a2c, a3c, ppo], got \"dqn\""),
                mistake(
                        "a2c: {advantage: gea}",
                        "run.yaml: a2c.advantage: expected one of [gae, k-step, one-step], got \"gea\""),
                mistake(
                        "a2c: {advantage: 1}",
                        "run.yaml: a2c.advantage: expected one of [gae, k-step, one-step], got 1"),
                mistake(
                        "a2c: {advantage: ''}",
                        "run.yaml: a2c.advantage: expected one of [gae, k-step, one-step], got \"\""),
                mistake(
                        "network: {kind: both}",
                        "run.yaml: network.kind: expected one of [shared, separate], got \"both\""),
                mistake(
                        "network: {activation: sigmoid}",
                        "run.yaml: network.activation: expected one of [relu, tanh, silu, elu], got \"sigmoid\""),
                mistake(
                        "optimizer: {kind: adamw}",
                        "run.yaml: optimizer.kind: expected one of [rmsprop, rmsprop-tf, adam, sgd], got \"adamw\""),
                mistake(
                        "optimizer: {schedule: quadratic}",
                        "run.yaml: optimizer.schedule: expected constant, linear, cosine, or points as in [[0, 1], [0.5, 0.1]] with rising shares from 0 to 1, got \"quadratic\""),
                mistake(
                        "ppo: {clip-schedule: [[0.5, 1], [0.2, 1]]}",
                        "run.yaml: ppo.clip-schedule: expected constant, linear, cosine, or points as in [[0, 1], [0.5, 0.1]] with rising shares from 0 to 1, got [[0.5,1],[0.2,1]]"),
                mistake(
                        "algorithm: ppo\nppo: {shards: 1, rollout-length: 16, minibatches: 128}",
                        "run.yaml: ppo.minibatches: expected at most half of the 128 samples, since ppo.normalize-advantages makes 0 of a single one, got 128"),
                mistake(
                        "a2c: {rollout-length: 64}\nbudget: {env-steps: 63}",
                        "run.yaml: a2c.rollout-length: expected at most budget.env-steps, which is 63, got 64"),
                mistake("ppo: {clip: 0}", "run.yaml: ppo.clip: expected a number above 0, got 0.0"),
                // Contradictions.
                mistake(
                        "budget: {target-return: 1}\nevaluation: {every-env-steps: 0}",
                        "run.yaml: budget.target-return: expected no target where evaluation.every-env-steps is 0, since evaluations decide when it is reached, got 1.0"),
                mistake(
                        "a2c: {advantage: k-step, gae-lambda: 0.95}",
                        "run.yaml: a2c.gae-lambda: expected no λ where advantage is not gae, got 0.95"),
                // No YAML.
                mistake(
                        "a2c: {gamma: 0.9",
                        "run.yaml:2:17: not YAML: while parsing a flow mapping, expected ',' or '}', but got <stream end>"),
                mistake(
                        "a2c:\n\tgamma: 0.9",
                        "run.yaml:2:4: not YAML: while scanning for the next token, found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation)"),
                mistake("a: b: c", "run.yaml:2:5: not YAML: mapping values are not allowed here"),
                mistake("a2c: {gamma: 0.9, gamma: 0.8}", "run.yaml:2:24: expected each key once, got gamma again"),
                mistake("a2c: {gamma: 0.9}\na2c: {shards: 2}", "run.yaml:3:4: expected each key once, got a2c again"),
                mistake(
                        "a2c: {gamma: 0.9}\n---\nseed: 3",
                        "run.yaml:4:1: expected one document, got another one after it"),
                mistake(
                        "optimizer: {learning-rate: 1.2.3e4}",
                        "run.yaml: optimizer.learning-rate: expected a number, got \"1.2.3e4\""),
                mistake(
                        "optimizer: {learning-rate: .e5}",
                        "run.yaml: optimizer.learning-rate: expected a number, got \".e5\""),
                mistake(
                        "a2c: &a {gamma: 0.9}\na3c: *a",
                        "run.yaml:3:6: aliases are not read: expected the value itself, got *a"),
                mistake(
                        "a3c: {<<: {gamma: 0.9}}",
                        "run.yaml:2:7: merges are not read: expected the keys themselves, got <<"),
                mistake(
                        "a: " + "{a: ".repeat(5_000) + "1" + "}".repeat(5_000),
                        "run.yaml:2:128: expected at most 32 levels of sections and lists"),
                mistake("a: " + "[".repeat(5_000), "run.yaml:2:35: expected at most 32 levels of sections and lists"),
                mistake(
                        "# " + "x".repeat(2_000_000),
                        "run.yaml: expected at most 1048576 characters of YAML, got 2000033"),
                // What a terminal would obey.
                mistake(
                        "\"a\\e[31m\\nsparring: all is well\": 1",
                        "run.yaml: there is no key a\\u001b[31m\\nsparring: all is well; known here: a2c, a3c, algorithm, budget, checkpoint, cluster, environment, evaluation, network, normalize, optimizer, ppo, pretrain, seed"),
                // Whole files.
                mistakeIn("", "run.yaml: expected sections and keys, but the file is empty"),
                mistakeIn("# nothing\n", "run.yaml: expected sections and keys, but the file is empty"),
                mistakeIn("---\n", "run.yaml: expected sections and keys, but the file is empty"),
                mistakeIn("- a\n- b", "run.yaml: expected sections and keys, got [\"a\",\"b\"]"),
                mistakeIn("hello", "run.yaml: expected sections and keys, got \"hello\""),
                mistakeIn(
                        "seed: 1",
                        "run.yaml: environment.id: expected an environment's name, as sparring envs lists them, got nothing"),
                mistakeIn(
                        "environment: {copies-per-shard: 2}",
                        "run.yaml: environment.id: expected an environment's name, as sparring envs lists them, got nothing"),
                mistakeIn(
                        "environment:",
                        "run.yaml: environment.id: expected an environment's name, as sparring envs lists them, got nothing"),
                mistakeIn("environment: {id: [a]}", "run.yaml: environment.id: expected text, got [\"a\"]"),
                mistakeIn(
                        "environment: {id: CartPole-v1, options: 5}",
                        "run.yaml: environment.options: expected a section with keys, got 5"),
                mistakeIn(
                        "environment: CartPole-v1",
                        "run.yaml: environment: expected a section with keys, got \"CartPole-v1\""),
                mistakeIn(
                        "environment: {id: CartPole-v1, copies-per-shard: 0}",
                        "run.yaml: environment.copies-per-shard: expected a whole number of at least 1, got 0"),
                // Overrides.
                mistakenOverride(
                        "run.yaml with --set a2c.gamma=2: a2c.gamma: expected a number from 0 to 1, got 2.0",
                        "a2c.gamma=2"),
                mistakenOverride(
                        "run.yaml with --set seed=1 --set a2c.shards=0: a2c.shards: expected a whole number of at least 1, got 0",
                        "seed=1",
                        "a2c.shards=0"),
                mistakenOverride(
                        "run.yaml with --set a2c.gama=1: there is no key a2c.gama (did you mean gamma?)", "a2c.gama=1"),
                mistakenOverride(
                        "run.yaml with --set a2c.gamma=: a2c.gamma: expected a number, got nothing", "a2c.gamma="),
                mistakenOverride(
                        "run.yaml with --set a2c.gamma.x=1: a2c.gamma: expected a number, got {\"x\":1}",
                        "a2c.gamma.x=1"),
                mistakenOverride("run.yaml with --set a2c=3: a2c: expected a section with keys, got 3", "a2c=3"),
                mistakenOverride(
                        "run.yaml with --set a2c.gamma=a\\nb: a2c.gamma: expected a number, got \"a b\"",
                        "a2c.gamma=a\nb"),
                mistakenOverride("--set a2c.gamma: expected key=value, as in a2c.gamma=0.98", "a2c.gamma"),
                mistakenOverride("--set =1: expected key=value, as in a2c.gamma=0.98", "=1"),
                mistakenOverride(
                        "--set a2c.gamma=[1: not YAML: while parsing a flow sequence, expected ',' or ']', but got <stream end>",
                        "a2c.gamma=[1"),
                mistakenOverride(
                        "--set a2c.gamma=*g: aliases are not read: expected the value itself, got *g", "a2c.gamma=*g"),
                mistakenOverride("--set: expected a key of at most 32 parts, got 5000", "a.".repeat(4_999) + "a=1"));
    }

    private static Arguments mistake(String yaml, String message) {
        return arguments(CARTPOLE + yaml, List.of(), message);
    }

    private static Arguments mistakeIn(String yaml, String message) {
        return arguments(yaml, List.of(), message);
    }

    private static Arguments mistakenOverride(String message, String... overrides) {
        return arguments(CARTPOLE, Arrays.asList(overrides), message);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsToldInOneLineThatNamesTheFileTheKeyAndWhatWasExpected(
            String yaml, List<String> overrides, String message) {
        assertThatThrownBy(() -> ConfigurationFile.parse("run.yaml", yaml, overrides))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(message);
        assertThat(message.lines()).hasSize(1);
    }
}

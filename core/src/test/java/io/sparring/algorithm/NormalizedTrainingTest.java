package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Normalizer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizedTrainingTest {
    private static final String CARTPOLE = """
            seed: 1
            environment: {id: CartPole-v1, copies-per-shard: 16}
            network: {kind: separate, hidden: [64, 64], activation: tanh}
            a2c: {shards: 2, rollout-length: 8, gae-lambda: 0.95, entropy-weight: 0.01, max-gradient-norm: 0.5}
            a3c: {workers: 2, rollout-length: 8, merge: sum, max-dropped-gradients: 0}
            optimizer: {kind: adam, learning-rate: 5e-3}
            budget: {env-steps: 40000}
            evaluation: {every-env-steps: 40000, episodes: 20}
            """;

    private static Configuration configuration(String... overrides) {
        return ConfigurationFile.parse("test.yaml", CARTPOLE, List.of(overrides));
    }

    private static TrainingResult train(Configuration configuration, EnvironmentSource source, Recorder recorder)
            throws InterruptedException {
        Training training = Training.of(configuration, source);
        return training.run(training.start(), Backend.LOCAL, recorder);
    }

    /** CartPole where positions are tens of thousands of millimetres, and each step earns a hundred. */
    private static double learned(String normalize) throws InterruptedException {
        Configuration configuration = configuration(normalize);
        Recorder recorder = new Recorder();
        train(configuration, Sensors.of(configuration.environment().resolve(), 100), recorder);
        return recorder.evaluations.get(0).meanReturn();
    }

    @Test
    void numbersOfAnySizeAndFarFromZeroAreLearnedFrom() throws InterruptedException {
        assertThat(learned("normalize={observations: true, rewards: true}"))
                .as("in the environment's own units")
                .isGreaterThan(15_000);
        assertThat(learned("normalize={}")).as("and else they are not").isLessThan(6_000);
    }

    /** Every shard's moments, in shard order, once: as if one had watched all of them. */
    @Test
    void allThatAllShardsHaveSeenIsCountedOnce() throws InterruptedException {
        Configuration configuration = configuration(
                "normalize={observations: true, rewards: true}", "budget.env-steps=2560", "evaluation.episodes=1");
        Recorder recorder = new Recorder();
        Normalizer normalizer = train(configuration, configuration.environment().resolve(), recorder)
                .state()
                .model()
                .normalizer();

        assertThat(normalizer.observations().count()).isEqualTo(2560);
        assertThat(normalizer.returns().count()).isEqualTo(2560);
        // What CartPole's numbers and returns (1, 1.99, …) are like while nothing is learned.
        assertThat(Math.sqrt(normalizer.observations().variance(0))).isBetween(0.03, 0.5);
        assertThat(normalizer.returns().means()[0]).isBetween(5.0, 50.0);
        assertThat(recorder.rounds.get(0).statistics().get(1).normalization().rewardScale())
                .isEqualTo(1);
        assertThat(recorder.rounds.get(9).statistics().get(1).normalization().rewardScale())
                .isBetween(3.0, 30.0);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void whatIsNotFiniteIsDroppedAndNamedAndNeverComesIntoTheNormaliser(float number) {
        Configuration configuration = configuration(
                "normalize.observations=true", "a2c.max-dropped-gradients=3", "a2c.shards=1", "a2c.rollout-length=4");
        EnvironmentSource source = Sensors.failing(configuration.environment().resolve(), 10, number);
        Recorder recorder = new Recorder();

        assertThatThrownBy(() -> train(configuration, source, recorder))
                .isInstanceOf(TrainingFailed.class)
                .hasMessage(
                        "what was seen for the gradient of shard 0 (seed 1) was not finite in round 6; 4 were dropped,"
                                + " and a2c.max-dropped-gradients is 3. normalize.observations and normalize.rewards expect"
                                + " observations and rewards that are finite.");
    }

    @Test
    void anAsynchronousWorkersUpdateIsDroppedForThatTooAndNamed() {
        Configuration configuration = configuration("algorithm=a3c", "normalize.observations=true", "a3c.workers=1");
        EnvironmentSource source = Sensors.failing(configuration.environment().resolve(), 10, Float.POSITIVE_INFINITY);
        Recorder recorder = new Recorder();

        assertThatThrownBy(() -> train(configuration, source, recorder))
                .isInstanceOf(TrainingFailed.class)
                .hasMessageContaining(
                        "what was seen for the update 2 of worker 0 (seed 1) was not finite; 1 were dropped");
    }
}

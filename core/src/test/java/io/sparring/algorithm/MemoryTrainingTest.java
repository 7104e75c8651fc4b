package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can only be learned by who remembers. */
class MemoryTrainingTest {
    private static double learned(String yaml, String... overrides) throws InterruptedException {
        Configuration configuration = ConfigurationFile.parse("test.yaml", yaml, List.of(overrides));
        Recorder recorder = new Recorder();
        Training training = Training.of(configuration);
        training.run(training.start(), Backend.LOCAL, recorder);
        return recorder.evaluations.get(recorder.evaluations.size() - 1).meanReturn();
    }

    private static double chain(String... overrides) throws InterruptedException {
        return learned("""
                environment: {id: MemoryChain-v0, copies-per-shard: 16, options: {length: 6}}
                network: {kind: shared, hidden: [16], memory: {kind: none, size: 16}}
                a2c: {shards: 1, rollout-length: 14, gae-lambda: 0.95, entropy-weight: 0.01}
                optimizer: {kind: adam, learning-rate: 1e-2}
                budget: {env-steps: 60000}
                evaluation: {every-env-steps: 10000, episodes: 100}
                """, overrides);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru"})
    void saysAtTheEndWhatWasShownAtTheStart(String kind) throws Exception {
        assertThat(chain("network.memory.kind=" + kind)).isEqualTo(1);
    }

    /** Of 100 episodes, each 1 or −1: chance is 0 ± 0.1. */
    @Test
    void whoDoesNotRememberGuesses() throws Exception {
        assertThat(chain()).isBetween(-0.5, 0.5);
    }

    /** Positions alone, without velocities: one look does not say which way the pole falls. */
    private static double balances(String memory) throws InterruptedException {
        return learned("""
                algorithm: ppo
                environment: {id: CartPole-v1, copies-per-shard: 32, wrappers: [mask-velocity]}
                network: {kind: separate, hidden: [32], memory: {kind: none, size: 32}}
                ppo: {shards: 1, rollout-length: 32, epochs: 10, minibatches: 4, value-weight: 0.25}
                optimizer: {kind: adam, learning-rate: 3e-3}
                budget: {env-steps: 30000, target-return: 150}
                evaluation: {every-env-steps: 5000, episodes: 20}
                """, "network.memory.kind=" + memory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru"})
    void tellsVelocitiesFromWhatItSawBefore(String memory) throws Exception {
        assertThat(balances(memory)).isGreaterThanOrEqualTo(150);
    }

    @Test
    void whoDoesNotRememberKnowsNoVelocities() throws Exception {
        assertThat(balances("none")).isLessThan(100);
    }
}

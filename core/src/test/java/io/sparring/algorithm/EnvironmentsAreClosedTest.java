package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.EnvironmentSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever makes an environment closes it, and nobody makes one to learn its spaces. */
class EnvironmentsAreClosedTest {
    private static Configuration configuration(String... overrides) {
        return ConfigurationFile.parse("test", """
                environment: {id: Identity-Discrete-v0, copies-per-shard: 2}
                network: {hidden: [4]}
                a2c: {shards: 3, rollout-length: 4}
                a3c: {workers: 3, rollout-length: 4}
                budget: {env-steps: 96}
                evaluation: {every-env-steps: 48, episodes: 2}
                """, List.of(overrides));
    }

    @Test
    void whenTrainingInRoundsHasEnded() {
        Configuration configuration = configuration();
        Counted counted = new Counted();
        EnvironmentSource source = counted.source(configuration);

        TrainingState start = TrainingState.first(configuration, source);
        assertThat(counted.open).hasValue(0);
        try (Rounds rounds = new LocalRounds(configuration, source, start.shards())) {
            A2c.train(configuration, start, rounds, new Recorder());
            assertThat(counted.open).as("the worker's").hasValue(1);
        }

        assertThat(counted.open).hasValue(0);
        assertThat(counted.made)
                .as("for the first shards, the worker, two evaluations played both ways")
                .hasValue(6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whenAsynchronousTrainingHasEnded(boolean threads) throws InterruptedException {
        Configuration configuration = configuration("algorithm=a3c");
        Counted counted = new Counted();
        EnvironmentSource source = counted.source(configuration);

        TrainingState start = TrainingState.first(configuration, source);
        assertThat(counted.made).as("workers make their own").hasValue(0);
        try (Workers workers =
                threads ? new ThreadWorkers(configuration, source) : new SteppedWorkers(configuration, source, start)) {
            A3c.train(configuration, source, start, workers, new Recorder());
        }

        assertThat(counted.open).hasValue(0);
        assertThat(counted.made.get())
                .as("for three workers and the evaluations played both ways")
                .isBetween(5, 7);
    }

    @Test
    void theNetworkIsKnownWithoutOne() {
        Configuration configuration = configuration();
        Counted counted = new Counted();

        assertThat(ShardWorker.architecture(
                                configuration, counted.source(configuration).spec())
                        .observationSize())
                .isEqualTo(4);
        assertThat(counted.made).hasValue(0);
    }
}

package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
}

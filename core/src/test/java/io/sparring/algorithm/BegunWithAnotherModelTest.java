package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BegunWithAnotherModelTest {
    private static Configuration configuration(String... overrides) {
        return ConfigurationFile.parse("tiny", """
                environment: {id: CartPole-v1, copies-per-shard: 4}
                network: {hidden: [8]}
                normalize: {observations: true}
                a2c: {shards: 2, rollout-length: 8}
                ppo: {shards: 2, rollout-length: 8, minibatches: 2}
                a3c: {workers: 1, rollout-length: 8}
                budget: {env-steps: 640}
                evaluation: {every-env-steps: 0}
                """, List.of(overrides));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a2c", "ppo", "a3c"})
    void anyAlgorithmGoesOnFromTheModelWithAFreshOptimiserAndFreshCounters(String algorithm)
            throws InterruptedException {
        TrainingState other = Training.of(configuration()).run().state();
        Training training = Training.of(configuration("algorithm=" + algorithm, "seed=3"));

        TrainingState begun = training.start().with(other.model());
        TrainingState end =
                training.run(begun, Backend.LOCAL, new TrainingListener() {}).state();

        assertThat(begun.model()).isEqualTo(other.model());
        assertThat(begun.counters()).isEqualTo(Counters.NONE);
        assertThat(begun.optimizerSteps()).isEmpty();
        assertThat(begun.shards()).hasSameSizeAs(training.start().shards());
        assertThat(end.model().normalizer().observations().count()).isEqualTo(640 + end.envSteps());
        assertThat(end.envSteps()).isGreaterThanOrEqualTo(640);
    }

    @Test
    void itsOwnFirstModelChangesNothing() throws InterruptedException {
        Training training = Training.of(configuration());
        TrainingState start = training.start();

        assertThat(training.run(start.with(start.model()), Backend.LOCAL, new TrainingListener() {})
                        .state()
                        .model()
                        .parameters())
                .isEqualTo(training.run().state().model().parameters());
    }

    @Test
    void aModelOfAnotherNetworkOrOneThatNormalisesOtherThingsIsRefused() {
        TrainingState start = Training.of(configuration()).start();

        assertThatThrownBy(() -> start.with(
                        Training.of(configuration("network.hidden=[9]")).start().model()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> start.with(Training.of(configuration("normalize.rewards=true"))
                        .start()
                        .model()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("normalises other things");
    }

    @Test
    void aRunThatHasBegunHasAModel() throws InterruptedException {
        TrainingState end = Training.of(configuration()).run().state();

        assertThatThrownBy(() -> end.with(end.model())).isInstanceOf(IllegalStateException.class);
    }
}

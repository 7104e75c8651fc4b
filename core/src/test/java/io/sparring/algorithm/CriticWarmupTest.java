package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.network.Batch;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CriticWarmupTest {
    private static final String CONFIGURATION = """
            seed: 3
            environment: {id: Identity-Box-v0, copies-per-shard: 4}
            network: {kind: separate, hidden: [8, 8]}
            a2c: {shards: 3, rollout-length: 8, entropy-weight: 0.01, critic-warmup-steps: 480}
            ppo: {shards: 3, rollout-length: 8, epochs: 2, minibatches: 2, entropy-weight: 0.01, critic-warmup-steps: 480}
            optimizer: {kind: adam, learning-rate: 1e-2}
            evaluation: {every-env-steps: 0}
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "algorithm=a2c",
                "algorithm=a2c; a2c.normalize-advantages=true; optimizer.kind=rmsprop-tf",
                "algorithm=a2c; network.kind=shared; network.layer-norm=true",
                "algorithm=ppo",
                "algorithm=ppo; ppo.average=gradients; network.kind=shared"
            })
    void theCriticLearnsAloneUntilItsStepsAreOver(String variant) throws Exception {
        List<String> end = trained(variant, 480);
        assertThat(end.get(0)).as("the policy").isEqualTo(trained(variant, 0).get(0));
        assertThat(end.get(1)).as("the values").isNotEqualTo(trained(variant, 0).get(1));
        assertThat(trained(variant, 960).get(0)).as("the policy, later").isNotEqualTo(end.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"algorithm=a2c", "algorithm=ppo; ppo.average=parameters"})
    void whoGoesOnInTheMiddleOfItEndsWithTheSameBits(String variant) throws InterruptedException {
        Training whole = training(variant, 960);
        TrainingState middle = training(variant, 192).run().state();
        assertThat(whole.run(middle, Backend.LOCAL, new Recorder())
                        .state()
                        .model()
                        .parameters())
                .isEqualTo(whole.run().state().model().parameters());
    }

    @Test
    void a3cHasNone() {
        assertThatThrownBy(() -> ConfigurationFile.parse(
                        "test.yaml", CONFIGURATION, List.of("algorithm=a3c", "a3c.critic-warmup-steps=64")))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("a3c.critic-warmup-steps");
    }

    /** What policy and critic say of some observations after so many steps, each as text; after none, at the start. */
    private static List<String> trained(String variant, long steps) throws InterruptedException {
        Training training = training(variant, Math.max(steps, 96));
        TrainingState state = training.start();
        if (steps > 0) {
            state = training.run(state, Backend.LOCAL, new Recorder()).state();
        }
        Model model = state.model();
        Network network = new Network(model.architecture());
        network.setModel(model);
        network.forward(
                new Observations.Floats(new float[] {-1, -0.3f, 0.2f, 0.9f}),
                0,
                4 / model.architecture().observationSize());
        return List.of(numbers(network.policyOutputs()), numbers(network.values()));
    }

    private static Training training(String variant, long steps) {
        List<String> overrides = new ArrayList<>(List.of(variant.split("; ")));
        overrides.add("budget.env-steps=" + steps);
        return Training.of(ConfigurationFile.parse("test.yaml", CONFIGURATION, overrides));
    }

    private static String numbers(Batch batch) {
        StringBuilder numbers = new StringBuilder();
        for (int row = 0; row < batch.rows(); row++) {
            for (int i = 0; i < batch.features(); i++) {
                numbers.append(batch.get(i, row)).append(' ');
            }
        }
        return numbers.toString();
    }
}

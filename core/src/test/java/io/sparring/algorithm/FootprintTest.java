package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FootprintTest {
    private static final long HEAP = 2L << 30;

    private static void require(String yaml, long heap, String... overrides) {
        List<String> all = new ArrayList<>(List.of(overrides));
        // Presets have a budget of their own, within which the longest rollouts of these tests would not fit.
        all.add("budget.env-steps=9000000000000");
        Configuration configuration = ConfigurationFile.parse("test", yaml, all);
        Footprint.require(configuration, configuration.environment().resolve().spec(), heap);
    }

    @ParameterizedTest
    @CsvSource({
        "a2c.shards=5, 3",
        "a2c.shards=1, 1",
        "a2c.shards=5 evaluation.every-env-steps=100, 5",
        "algorithm=a3c evaluation.every-env-steps=100, 2"
    })
    void anExecutorOfTwoSlotsHasAProcessForEachOfItsShardsAndWhileEvaluationsArePlayedForEachSlot(
            String overrides, int processes) {
        List<String> all = new ArrayList<>(List.of("evaluation.every-env-steps=0"));
        all.addAll(List.of(overrides.split(" ")));
        Configuration configuration = ConfigurationFile.parse("test", "environment: {id: gymnasium:X}", all);

        assertThat(Footprint.processes(configuration, 2, 2)).isEqualTo(processes);
    }

    @Test
    void masksCountAsObservationsDo() {
        String yaml = "environment: {id: Identity-Masked-v0, options: {choices: 4}}";
        String copies = "environment.copies-per-shard=1000000";

        assertThatCode(() -> require(yaml, 125_000_000, copies, "a2c.shards=1")).doesNotThrowAnyException();
        assertThatThrownBy(() -> require(yaml, 119_000_000, copies, "a2c.shards=1"))
                .hasMessageContaining("a2c.shards: expected what fits");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a2c.shards=1000000000               | a2c.shards: expected what fits into a heap of 2.0 GiB (--driver-memory gives more), got 1000000000, which takes 864.3 GiB at least",
                "network.hidden=[32768,32768]        | network.hidden: expected what fits into a heap of 2.0 GiB (--driver-memory gives more), got [32768, 32768], which takes 48.0 GiB at least",
                "evaluation.episodes=2147483647      | evaluation.episodes: expected what fits into a heap of 2.0 GiB (--driver-memory gives more), got 2147483647, which takes 64.0 GiB at least",
                "network.memory={kind: gru, size: 9000} | network.memory.size: expected what fits into a heap of 2.0 GiB (--driver-memory gives more), got 9000, which takes 10.9 GiB at least",
                "environment.copies-per-shard=2147483647 | environment.copies-per-shard: expected what fits into an array of 2³¹ numbers, got 2147483647, which makes 8.6e+09",
                "a2c.rollout-length=2147483647       | a2c.rollout-length: expected what fits into an array of 2³¹ numbers, got 2147483647, which makes 6.9e+10"
            })
    void whatCanNeverFitIsRefusedWithItsKeyAndItsSize(String override, String message) {
        String yaml = "environment: {id: CartPole-v1}";

        assertThatThrownBy(() -> require(yaml, HEAP, override))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "network.hidden=[65536,65536]",
                "evaluation.episodes=2147483647",
                "environment.copies-per-shard=2147483647",
                "a2c.rollout-length=2147483647"
            })
    void whereTheHeapIsNotKnownWhatNoArrayHoldsIsRefused(String override) {
        assertThatThrownBy(() -> require("environment: {id: CartPole-v1}", Long.MAX_VALUE, override))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageStartingWith(override.substring(0, override.indexOf('=')))
                .hasMessageContaining("2³¹ numbers");
    }

    @Test
    void presetsFitIntoHalfAGibibyte() throws IOException {
        try (Stream<Path> presets = Files.list(Path.of("..", "conf"))) {
            for (Path preset :
                    presets.filter(file -> file.toString().endsWith(".yaml")).toList()) {
                String yaml = Files.readString(preset);
                // What a Python environment observes only Python knows, which need not be here.
                if (!ConfigurationFile.parse(preset.toString(), yaml, List.of())
                        .environment()
                        .isPythons()) {
                    assertThatCode(() -> require(yaml, 512 << 20))
                            .as(preset.toString())
                            .doesNotThrowAnyException();
                }
            }
        }
    }

    @Test
    void whatIsRememberedCountsAsObservationsDo() {
        String yaml = "{environment: {id: CartPole-v1}, network: {kind: separate, memory: {kind: lstm, size: 100}}}";
        String copies = "environment.copies-per-shard=1000000";

        // 100 of a copy, 16 of its observation, 1,600 of h and c of both trunks.
        assertThatCode(() -> require(yaml, 1_716_000_000, copies, "a2c.shards=1", "a2c.rollout-length=1"))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> require(yaml, 1_715_000_000, copies, "a2c.shards=1", "a2c.rollout-length=1"))
                .hasMessageContaining("a2c.shards: expected what fits");
    }

    @Test
    void parametersAreCountedAsTheArchitectureCountsThem() {
        for (String network : List.of(
                "{environment: {id: CartPole-v1}, network: {kind: shared, hidden: [300, 200], layer-norm: true}}",
                "{environment: {id: CartPole-v1}, network: {kind: separate, hidden: [300, 200]}}",
                "{environment: {id: CartPole-v1}, network: {kind: shared, hidden: [300], memory: {kind: lstm, size: 90}}}",
                "{environment: {id: CartPole-v1}, network: {kind: separate, hidden: [30], memory: {kind: gru, size: 70}}}",
                "{environment: {id: MinBreakout-v0}, network: {convolutions: minatar, hidden: [128]}}")) {
            String yaml = network;
            Configuration configuration = ConfigurationFile.parse("test", yaml, List.of());
            long bytes = 24L
                    * ShardWorker.architecture(
                                    configuration,
                                    configuration.environment().resolve().spec())
                            .parameterCount();

            assertThatCode(() -> require(yaml, bytes)).doesNotThrowAnyException();
            assertThatThrownBy(() -> require(yaml, bytes - 1)).hasMessageContaining("network.hidden");
        }
    }
}

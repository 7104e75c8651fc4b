package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.EnvironmentSpec.Recovery;
import io.sparring.environment.Environments;
import io.sparring.environment.Space;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentFileTest {
    @ParameterizedTest
    @MethodSource("io.sparring.environment.Environments#ids")
    void whatIsWrittenIsReadAsTheSameSpec(String id) {
        EnvironmentSpec spec = Environments.resolve(id, Map.of()).spec();

        assertThat(EnvironmentFile.read(EnvironmentFile.write(spec))).isEqualTo(spec);
    }

    @Test
    void wrappersAreReadWithTheirArguments() {
        EnvironmentSpec spec = Environments.resolve(
                        "CartPole-v1",
                        Map.of(),
                        List.of(
                                new EnvironmentSpec.Wrapper("mask-velocity", new TreeMap<>()),
                                new EnvironmentSpec.Wrapper("frame-stack", new TreeMap<>(Map.of("frames", 4))),
                                new EnvironmentSpec.Wrapper(
                                        "clip-reward", new TreeMap<>(Map.of("low", -1, "high", 0.5)))))
                .spec();
        EnvironmentSpec read = EnvironmentFile.read(EnvironmentFile.write(spec));

        assertThat(read).isEqualTo(spec);
        try (Environment environment = Environments.of(read).create(2)) {
            assertThat(environment.observationSpace()).isEqualTo(spec.observationSpace());
        }
    }

    @Test
    void everyTypeOfValueAndWhatIsMissingSurvive() {
        EnvironmentSpec spec = new EnvironmentSpec(
                "Pixels-v0",
                new TreeMap<>(Map.of("whole", 5L, "number", 2.0, "flag", true, "text", "2")),
                Space.Box.of(Space.Dtype.UINT8, 0, 255, 4, 4, 3),
                Space.Box.of(2, Float.NEGATIVE_INFINITY, 1f),
                null,
                null,
                Recovery.REPLAY,
                List.of(),
                false,
                List.of(new EnvironmentSpec.Part("camera", Space.Dtype.UINT8, List.of(4, 4, 3))));

        assertThat(EnvironmentFile.read(EnvironmentFile.write(spec))).isEqualTo(spec);
    }

    @ParameterizedTest
    @MethodSource("actionSpaces")
    void everyKindOfActionSpaceIsWrittenUnderItsOwnName(Space space, String... lines) {
        EnvironmentSpec spec = new EnvironmentSpec(
                "Any-v0", new TreeMap<>(), Space.Box.of(1, 0, 1), space, null, null, Recovery.SNAPSHOT);
        byte[] written = EnvironmentFile.write(spec);

        assertThat(EnvironmentFile.read(written)).isEqualTo(spec);
        assertThat(new String(written, StandardCharsets.UTF_8)).contains(lines);
    }

    static Stream<Arguments> actionSpaces() {
        return Stream.of(
                arguments(new Space.Discrete(5), new String[] {"\"kind\" : \"discrete\"", "\"n\" : 5"}),
                arguments(
                        Space.MultiDiscrete.of(2, 3),
                        new String[] {"\"kind\" : \"multi-discrete\"", "\"sizes\" : [ 2, 3 ]"}),
                arguments(new Space.MultiBinary(4), new String[] {"\"kind\" : \"multi-binary\"", "\"n\" : 4"}),
                arguments(Space.Box.of(2, -1, 1), new String[] {"\"kind\" : \"box\"", "\"shape\" : [ 2 ]"}));
    }

    @Test
    void itIsReadableByOthers() {
        assertThat(new String(
                        EnvironmentFile.write(
                                Environments.resolve("CartPole-v1", Map.of()).spec()),
                        StandardCharsets.UTF_8))
                .contains(
                        "\"id\" : \"CartPole-v1\"",
                        "\"max-episode-steps\" : 500",
                        "\"kind\" : \"box\"",
                        "\"shape\" : [ 4 ]",
                        "\"dtype\" : \"float32\"",
                        "\"step-limit\" : 500",
                        "\"reward-threshold\" : 475.0",
                        "\"recovery\" : \"snapshot\"");
    }

    @Test
    void whatALaterBuildAddsIsPassedOver() {
        EnvironmentSpec spec = Environments.resolve("CartPole-v1", Map.of()).spec();
        String later =
                new String(EnvironmentFile.write(spec), StandardCharsets.UTF_8).replaceFirst("\\{", "{\"more\": [1],");

        assertThat(EnvironmentFile.read(later.getBytes(StandardCharsets.UTF_8))).isEqualTo(spec);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "{\"id\": \"X\", \"recovery\": \"prayer\"}"})
    void somethingElseIsRefusedInOneLine(String text) {
        assertThatThrownBy(() -> EnvironmentFile.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("it is not what an environment is written down as: ")
                .message()
                .hasLineCount(1);
    }
}

package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.InvalidConfiguration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SobolSamplerTest {
    private static List<List<Object>> points(String space, int count) {
        Sampler sampler = SamplerKind.SOBOL.create(SpaceTest.space(space), 0);
        return IntStream.range(0, count)
                .mapToObj(candidate -> List.copyOf(
                        sampler.point(candidate, new History()).values().values()))
                .toList();
    }

    @Test
    void theSequenceBeginsBehindItsPointOfZeros() {
        assertThat(points("environment.options.a: {uniform: [0, 1]}\nenvironment.options.b: {uniform: [0, 1]}", 3))
                .containsExactly(List.of(0.5, 0.5), List.of(0.75, 0.25), List.of(0.25, 0.75));
    }

    @Test
    void everyEighthOfARangeHasOneOfEightPoints() {
        // 7 and the one of zeros make 8.
        assertThat(points(
                        "environment.options.a: {int-uniform: [0, 7]}\nenvironment.options.b: {int-uniform: [0, 7]}",
                        7))
                .extracting(point -> point.get(1))
                .containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    }

    @Test
    void everyPointIsCrossedWithTheGrid() {
        assertThat(points("environment.options.a: {uniform: [0, 1]}\nalgorithm: {grid: [a2c, ppo]}", 4))
                .containsExactly(List.of(0.5, "a2c"), List.of(0.5, "ppo"), List.of(0.75, "a2c"), List.of(0.75, "ppo"));
        assertThat(points("algorithm: {grid: [a2c, ppo]}", 2)).containsExactly(List.of("a2c"), List.of("ppo"));
    }

    @Test
    void moreKeysThanTheSequenceHasDimensionsAreRefused() {
        String space = IntStream.range(0, 1001)
                .mapToObj(i -> "environment.options.k" + i + ": {uniform: [0, 1]}")
                .collect(Collectors.joining("\n"));

        assertThatThrownBy(() -> points(space, 1))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage("sampler: sobol draws at most 1000 keys, but the space has 1001");
    }
}

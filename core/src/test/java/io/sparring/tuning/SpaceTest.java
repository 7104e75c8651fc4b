package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpaceTest {
    private static final String MIXED = """
            optimizer.learning-rate: {log-uniform: [1e-4, 1e-1]}
            a2c.gamma: {uniform: [0.9, 0.999]}
            a2c.rollout-length: {int-uniform: [5, 64]}
            a2c.entropy-weight: {q-uniform: [0.1, 0.5, 0.1]}
            a2c.normalize-advantages: {choice: [true, false]}
            network.memory.kind: {choice: [none, lstm, gru]}
            network.memory.size: {q-uniform: [16, 100, 16], when: {network.memory.kind: [lstm, gru]}}
            network.hidden: {choice: [[64, 64], [128]], when: {network.memory.kind: none, a2c.normalize-advantages: true}}
            """;

    static Space space(String yaml) {
        try {
            return Space.of(new YAMLMapper().readValue(yaml, new TypeReference<Map<String, Object>>() {}));
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static List<Point> points(SamplerKind kind, Space space, int count) {
        Sampler sampler = kind.create(space, 7);
        return IntStream.range(0, count)
                .mapToObj(candidate -> sampler.point(candidate, new History()))
                .toList();
    }

    @Property(tries = 200)
    void whatIsDrawnLiesInItsRange(@ForAll long seed, @ForAll @IntRange(min = 0, max = 1_000_000) int candidate) {
        Map<String, Object> values = SamplerKind.RANDOM
                .create(space(MIXED), seed)
                .point(candidate, new History())
                .values();

        assertThat((double) values.get("optimizer.learning-rate")).isBetween(1e-4, 1e-1);
        assertThat((double) values.get("a2c.gamma")).isBetween(0.9, 0.999);
        assertThat((long) values.get("a2c.rollout-length")).isBetween(5L, 64L);
        assertThat(values.get("a2c.entropy-weight")).isIn(0.1, 0.2, 0.3, 0.4, 0.5);
        if (values.get("network.memory.kind").equals("none")) {
            assertThat(values).doesNotContainKey("network.memory.size");
        } else {
            assertThat(values.get("network.memory.size")).isIn(16L, 32L, 48L, 64L, 80L, 96L);
        }
        assertThat(values.containsKey("network.hidden"))
                .isEqualTo(values.get("network.memory.kind").equals("none")
                        && values.get("a2c.normalize-advantages").equals(true));
    }

    @Property(tries = 50)
    void aPointIsReadBackToTheLastBit(@ForAll long seed, @ForAll @IntRange(min = 0, max = 1000) int candidate) {
        Space space = space("""
                optimizer.learning-rate: {log-uniform: [1e-4, 1e-1]}
                a2c.gamma: {uniform: [0.9, 0.999]}
                environment.options.speed: {uniform: [1e-12, 1e+12]}
                environment.options.track: {choice: ["true", "it's", "two words", "a: b", "#1"]}
                environment.options.sizes: {choice: [[1, 2], []]}
                """);
        Point point = SamplerKind.RANDOM.create(space, seed).point(candidate, new History());

        Map<String, Object> read = ConfigurationFile.parse(
                        "base.yaml", "environment: {id: 'gymnasium:Any-v0'}", point.overrides())
                .environment()
                .options()
                .entrySet()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

        assertThat(read.get("speed")).isEqualTo(point.values().get("environment.options.speed"));
        assertThat(read.get("track")).isEqualTo(point.values().get("environment.options.track"));
    }

    @Test
    void aGridGoesThroughEveryCombinationTheLastKeyFastest() {
        Space space =
                space("a2c.gamma: {grid: [0.9, 0.99]}\na2c.rollout-length: {grid: [5, 10, 20]}\nseed: {grid: [3, 4]}");

        assertThat(space.gridSize()).isEqualTo(6);
        assertThat(space.seeds()).containsExactly(3L, 4L);
        assertThat(points(SamplerKind.GRID, space, 6))
                .extracting(Point::overrides)
                .containsExactlyElementsOf(Stream.of("0.9 5", "0.9 10", "0.9 20", "0.99 5", "0.99 10", "0.99 20")
                        .map(values -> values.split(" "))
                        .map(values -> List.of("a2c.gamma=" + values[0], "a2c.rollout-length=" + values[1]))
                        .toList());
    }

    @Test
    void aGridThatDependsOnAnotherHasNoPointTwice() {
        Space space = space("""
                network.memory.size: {grid: [16, 32, 64], when: {network.memory.kind: [lstm, gru]}}
                network.memory.kind: {grid: [none, lstm, gru]}
                a2c.gamma: {grid: [0.9, 0.99]}
                """);

        assertThat(space.gridSize()).isEqualTo(14);
        assertThat(points(SamplerKind.GRID, space, 14)).doesNotHaveDuplicates();
        assertThat(points(SamplerKind.GRID, space, 2))
                .allSatisfy(point -> assertThat(point.values()).containsOnlyKeys("network.memory.kind", "a2c.gamma"));
    }

    @Test
    void everyDrawIsCrossedWithTheGrid() {
        List<Point> points = points(
                SamplerKind.RANDOM, space("a2c.gamma: {uniform: [0, 1]}\nalgorithm: {grid: [a2c, ppo, a3c]}"), 9);

        assertThat(points)
                .extracting(point -> point.values().get("algorithm"))
                .containsExactly("a2c", "ppo", "a3c", "a2c", "ppo", "a3c", "a2c", "ppo", "a3c");
        assertThat(points.stream().map(point -> point.values().get("a2c.gamma")).distinct())
                .hasSize(3);
        assertThat(points.subList(0, 3).stream()
                        .map(point -> point.values().get("a2c.gamma"))
                        .distinct())
                .hasSize(1);
    }

    @Test
    void aGridOfAnySizeIsCounted() {
        String values =
                IntStream.range(0, 1000).mapToObj(String::valueOf).toList().toString();
        assertThat(space(
                                "environment.options.a: {grid: %1$s}\nenvironment.options.b: {grid: %1$s}\nenvironment.options.c: {grid: %1$s}"
                                        .formatted(values))
                        .gridSize())
                .isEqualTo(1_000_000_000);
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            many.append("environment.options.k")
                    .append(i)
                    .append(": {grid: ")
                    .append(values)
                    .append("}\n");
        }
        assertThat(space(many.toString()).gridSize()).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a2c.gama: {choice: [1]} | space: the configuration has no key a2c.gama (did you mean a2c.gamma?)",
                "a2c.gamma: 0.9 | space.a2c.gamma: expected a section with one of [choice, uniform, log-uniform, int-uniform, q-uniform, grid], got 0.9",
                "a2c.gamma: {uniforn: [0, 1]} | space.a2c.gamma: expected one of [choice, uniform, log-uniform, int-uniform, q-uniform, grid], got uniforn (did you mean uniform?)",
                "a2c.gamma: {uniform: [0, 1], grid: [1]} | space.a2c.gamma: expected one of [choice, uniform, log-uniform, int-uniform, q-uniform, grid], got uniform and grid",
                "a2c.gamma: {when: {algorithm: ppo}} | space.a2c.gamma: expected one of [choice, uniform, log-uniform, int-uniform, q-uniform, grid], got none",
                "a2c.gamma: {uniform: [1, 0]} | space.a2c.gamma.uniform: expected [smallest, largest], the smallest below the largest, got [1, 0]",
                "a2c.gamma: {uniform: [1, 1]} | space.a2c.gamma.uniform: expected [smallest, largest], the smallest below the largest, got [1, 1]",
                "a2c.gamma: {uniform: 1} | space.a2c.gamma.uniform: expected [smallest, largest], got 1",
                "a2c.gamma: {uniform: [a, b]} | space.a2c.gamma.uniform: expected numbers, got a",
                "a2c.gamma: {log-uniform: [0, 1]} | space.a2c.gamma.log-uniform: expected numbers above 0, got [0, 1]",
                "a2c.gamma: {q-uniform: [0, 1, 0]} | space.a2c.gamma.q-uniform: expected a step above 0, got [0, 1, 0]",
                "a2c.gamma: {q-uniform: [0, 1]} | space.a2c.gamma.q-uniform: expected [smallest, largest, step], got [0, 1]",
                "a2c.gamma: {int-uniform: [0.5, 1]} | space.a2c.gamma.int-uniform: expected whole numbers, got [0.5, 1]",
                "a2c.gamma: {choice: []} | space.a2c.gamma.choice: expected a list of values, got []",
                "a2c.gamma: {choice: [1, 1.0]} | space.a2c.gamma.choice: expected each value once, got 1.0 again",
                "seed: {uniform: [0, 1]} | space.seed: expected {grid: [...]}, got {uniform=[0, 1]}",
                "seed: {grid: [a]} | space.seed.grid: expected whole numbers, got a",
                "a2c.gamma: {choice: [1], when: {algorithm: ppo}} | space.a2c.gamma.when: expected a key of the space, got algorithm",
                "a2c.gamma: {choice: [1], when: {a2c.gamma: 1}} | space.a2c.gamma.when: expected no condition on itself, got a2c.gamma → a2c.gamma",
            })
    void aMistakeIsSaidInOneLineWithItsKey(String yaml, String message) {
        assertThatThrownBy(() -> space(yaml))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(message);
    }

    @Test
    void conditionsInACircleAreNamed() {
        assertThatThrownBy(() -> space("""
                        a2c.gamma: {choice: [1], when: {algorithm: ppo}}
                        algorithm: {choice: [a2c, ppo], when: {ppo.epochs: 4}}
                        ppo.epochs: {int-uniform: [1, 8], when: {algorithm: ppo}}
                        """))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(
                        "space.algorithm.when: expected no condition on itself, got algorithm → ppo.epochs → algorithm");
    }

    @Test
    void aConditionThatCanNeverHoldIsRefused() {
        assertThatThrownBy(() -> space(
                        "algorithm: {choice: [a2c, ppo]}\nppo.epochs: {int-uniform: [1, 8], when: {algorithm: pppo}}"))
                .hasMessage("space.ppo.epochs.when.algorithm: expected a value that algorithm can have, got pppo");
        assertThatThrownBy(
                        () -> space("a2c.gamma: {uniform: [0, 1]}\nppo.epochs: {choice: [1], when: {a2c.gamma: 0.5}}"))
                .hasMessage("space.ppo.epochs.when: expected a key with single values, got a2c.gamma");
        assertThatThrownBy(
                        () -> space("algorithm: {choice: [a2c, ppo]}\nppo.epochs: {grid: [1], when: {algorithm: ppo}}"))
                .hasMessage(
                        "space.ppo.epochs.when: expected a key with a grid, as a grid depends on no draw, got algorithm");
    }

    @Test
    void theSameSeedDrawsTheSamePointsInAnyOrder() {
        Sampler sampler = SamplerKind.RANDOM.create(space(MIXED), 7);
        Point last = sampler.point(9, new History());

        assertThat(points(SamplerKind.RANDOM, space(MIXED), 10).get(9)).isEqualTo(last);
        assertThat(SamplerKind.RANDOM.create(space(MIXED), 8).point(9, new History()))
                .isNotEqualTo(last);
    }

    @Test
    void samplersAreKnownByTheirNames() {
        assertThat(SamplerKind.of("grid")).isEqualTo(SamplerKind.GRID);
        assertThatThrownBy(() -> SamplerKind.of("randon"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageEndingWith("got randon (did you mean random?)");
        assertThatThrownBy(() -> SamplerKind.GRID.create(space("a2c.gamma: {uniform: [0, 1]}"), 0))
                .hasMessage("sampler: grid needs a space of grids alone, but space.a2c.gamma is drawn");
    }
}

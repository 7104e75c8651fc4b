package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Held against Optuna; {@code src/test/python/record_sweep_statistics.py} recorded it. */
class ImportanceTest {
    private record Golden(String note, List<Recorded> cases) {}

    record Recorded(
            Map<String, Object> space,
            List<Map<String, Object>> points,
            double[] scores,
            Map<String, Double> importance) {
        @Override
        public String toString() {
            return space.size() + " keys, " + points.size() + " points";
        }
    }

    @SuppressWarnings("unused")
    private static Stream<Recorded> everyCase() throws IOException {
        return new ObjectMapper()
                .readValue(ImportanceTest.class.getResource("importances.json"), Golden.class).cases().stream();
    }

    @ParameterizedTest
    @MethodSource("everyCase")
    void sharesAreThoseOfOptuna(Recorded recorded) {
        Map<String, Double> found = Importance.of(
                Space.of(recorded.space()),
                recorded.points().stream().map(Point::new).toList(),
                recorded.scores());

        assertThat(found).containsOnlyKeys(recorded.importance().keySet());
        recorded.importance().forEach((key, share) -> assertThat(found.get(key)).isCloseTo(share, within(1e-9)));
        assertThat(List.copyOf(found.values())).isSortedAccordingTo(Collections.reverseOrder());
    }

    @Test
    void aGridsKeyMattersAsAChoiceDoes() {
        Space space = SpaceTest.space(
                "algorithm: {grid: [a2c, ppo]}\na2c.gamma: {grid: [0.9, 0.95, 0.99]}\nenvironment.options.x: {uniform: [0, 1]}");
        Sampler sampler = SamplerKind.RANDOM.create(space, 0);
        List<Point> points = IntStream.range(0, 120)
                .mapToObj(candidate -> sampler.point(candidate, new History()))
                .toList();
        double[] scores = points.stream()
                .mapToDouble(point -> point.values().get("algorithm").equals("ppo") ? 1 : Double.NaN)
                .toArray();
        assertThat(Importance.of(space, points, scores).values()).allMatch(share -> Math.abs(share - 1.0 / 3) < 1e-12);

        double[] better = points.stream()
                .mapToDouble(point -> (double) point.values().get("a2c.gamma"))
                .toArray();
        assertThat(Importance.of(space, points, better)
                        .entrySet()
                        .iterator()
                        .next()
                        .getKey())
                .isEqualTo("a2c.gamma");
    }

    @Test
    void whereThereIsNothingToTellAllKeysAreAlike() {
        Space space = SpaceTest.space("algorithm: {choice: [a2c, ppo]}\na2c.gamma: {uniform: [0, 1]}");

        assertThat(Importance.of(space, List.of(), new double[0])).containsValues(0.5, 0.5);
    }
}

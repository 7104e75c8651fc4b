package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.tuning.History.State;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TpeSamplerTest {
    private static final String X = "environment.options.x";
    private static final String MIXED = """
            environment.options.x: {uniform: [-1, 2]}
            environment.options.log: {log-uniform: [1e-4, 1e-1]}
            environment.options.whole: {int-uniform: [5, 9]}
            environment.options.steps: {q-uniform: [0.1, 0.5, 0.1]}
            environment.options.kind: {choice: [none, lstm]}
            environment.options.size: {q-uniform: [16, 64, 16], when: {environment.options.kind: lstm}}
            """;

    /** The points of a sweep whose candidates finish one after the other. */
    private static History sweep(
            Space space, SamplerKind kind, long seed, int candidates, ToDoubleFunction<Point> score) {
        Sampler sampler = kind.create(space, seed);
        History history = new History();
        for (int candidate = 0; candidate < candidates; candidate++) {
            Point point = sampler.point(candidate, history);
            history.begun(point);
            history.reported(candidate, score.applyAsDouble(point), 90, State.FINISHED);
        }
        return history;
    }

    private static double number(Point point, String key) {
        return ((Number) point.values().get("environment.options." + key)).doubleValue();
    }

    private static double best(History history, ToDoubleFunction<Point> score) {
        double best = Double.NEGATIVE_INFINITY;
        for (int candidate = 0; candidate < history.size(); candidate++) {
            best = Math.max(best, score.applyAsDouble(history.get(candidate).point()));
        }
        return best;
    }

    @Property(tries = 20)
    void whatIsDrawnLiesInItsRange(@ForAll long seed) {
        History history = sweep(SpaceTest.space(MIXED), SamplerKind.TPE, seed, 40, point -> number(point, "x"));

        for (int candidate = 0; candidate < history.size(); candidate++) {
            Map<String, Object> values = history.get(candidate).point().values();
            assertThat((double) values.get(X)).isBetween(-1.0, 2.0);
            assertThat((double) values.get("environment.options.log")).isBetween(1e-4, 1e-1);
            assertThat((long) values.get("environment.options.whole")).isBetween(5L, 9L);
            assertThat(values.get("environment.options.steps")).isIn(0.1, 0.2, 0.3, 0.4, 0.5);
            if (values.get("environment.options.kind").equals("none")) {
                assertThat(values).doesNotContainKey("environment.options.size");
            } else {
                assertThat(values.get("environment.options.size")).isIn(16L, 32L, 48L, 64L);
            }
        }
    }

    @Test
    void aPointDependsOnTheHistoryAloneNotOnWhatWasAskedBefore() {
        Space space = SpaceTest.space(MIXED);
        History history = sweep(space, SamplerKind.TPE, 3, 40, point -> -number(point, "x"));

        Point asked = SamplerKind.TPE.create(space, 3).point(40, history);

        Sampler used = SamplerKind.TPE.create(space, 3);
        used.point(25, sweep(space, SamplerKind.RANDOM, 4, 25, point -> number(point, "log")));
        used.point(40, history);
        assertThat(used.point(40, history)).isEqualTo(asked);
        assertThat(SamplerKind.TPE.create(space, 5).point(40, history)).isNotEqualTo(asked);
    }

    @Test
    void theFirstTenAreRandom() {
        Space space = SpaceTest.space(MIXED);
        ToDoubleFunction<Point> score = point -> number(point, "x");
        History tpe = sweep(space, SamplerKind.TPE, 1, 11, score);
        History random = sweep(space, SamplerKind.RANDOM, 1, 11, score);

        for (int candidate = 0; candidate < 10; candidate++) {
            assertThat(tpe.get(candidate)).isEqualTo(random.get(candidate));
        }
        assertThat(tpe.get(10)).isNotEqualTo(random.get(10));
    }

    @Test
    void itFindsBetterPointsThanChance() {
        Space space = SpaceTest.space("""
                environment.options.a: {uniform: [-1, 1]}
                environment.options.b: {log-uniform: [1e-4, 1]}
                environment.options.c: {choice: [0, 1, 2]}
                """);
        ToDoubleFunction<Point> score = point -> -Math.pow(number(point, "a") - 0.3, 2)
                - Math.pow(Math.log10(number(point, "b")) + 2.5, 2)
                - number(point, "c");
        int better = 0;
        for (int seed = 0; seed < 10; seed++) {
            double tpe = best(sweep(space, SamplerKind.TPE, seed, 100, score), score);
            double random = best(sweep(space, SamplerKind.RANDOM, seed, 100, score), score);
            better += tpe > random ? 1 : 0;
        }
        assertThat(better).isGreaterThanOrEqualTo(9);
    }

    @Test
    void whereCandidatesRunOrFailedOthersAreTried() {
        Space space = SpaceTest.space("environment.options.x: {choice: [a, b, c, d]}");
        History history = new History();
        for (int i = 0; i < 20; i++) {
            history.begun(new Point(Map.of(X, i % 2 == 0 ? "a" : "b")));
            history.reported(i, 1, 90, State.FINISHED);
        }
        TpeSampler sampler = new TpeSampler(space, 0);
        double before = sampler.densities(X, history).bad().logDensity(new double[] {3});
        history.begun(new Point(Map.of(X, "d")));
        double running = sampler.densities(X, history).bad().logDensity(new double[] {3});
        history.reported(20, Double.NaN, 0, State.FAILED);

        assertThat(running).isGreaterThan(before);
        assertThat(sampler.densities(X, history).bad().logDensity(new double[] {3}))
                .isEqualTo(running);
    }

    @Test
    void everyDrawIsCrossedWithTheGrid() {
        Space space = SpaceTest.space("""
                environment.options.x: {uniform: [0, 1]}
                environment.options.game: {grid: [one, two, three]}
                environment.options.size: {uniform: [0, 1], when: {environment.options.game: [two, three]}}
                """);
        History history = sweep(space, SamplerKind.TPE, 0, 60, point -> number(point, "x"));

        Set<Object> drawn = new HashSet<>();
        for (int candidate = 0; candidate < 60; candidate += 3) {
            Map<String, Object> one = history.get(candidate).point().values();
            Map<String, Object> two = history.get(candidate + 1).point().values();
            Map<String, Object> three = history.get(candidate + 2).point().values();
            assertThat(one).containsOnlyKeys(X, "environment.options.game");
            assertThat(two.get(X)).isEqualTo(one.get(X)).isEqualTo(three.get(X));
            assertThat(two.get("environment.options.size")).isEqualTo(three.get("environment.options.size"));
            drawn.add(one.get(X));
        }
        assertThat(drawn).hasSize(20);
    }
}

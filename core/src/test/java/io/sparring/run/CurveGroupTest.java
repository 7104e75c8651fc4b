package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.run.ReportData.Points;
import io.sparring.run.ReportData.Series;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CurveGroupTest {
    private static final Points LONG = points(new double[] {10, 20, 40}, 0, 10, 30);

    private static Points points(double[] x, double... y) {
        return new Points(x, y);
    }

    @Test
    void theLineIsTheMeanAndTheBandGoesFromTheLowestToTheHighest() {
        Series both = CurveGroup.of("both", List.of(LONG, points(new double[] {10, 20, 40}, 4, 20, 10)));

        assertThat(both.name()).isEqualTo("both");
        assertThat(both.points().x()).containsExactly(10, 20, 40);
        assertThat(both.points().y()).containsExactly(2, 15, 20);
        assertThat(both.band().low()).containsExactly(0, 10, 10);
        assertThat(both.band().high()).containsExactly(4, 20, 30);
    }

    @Test
    void aCurveIsStraightBetweenItsPointsAndItsGapsAreNone() {
        Series both = CurveGroup.of(
                "both", List.of(LONG, points(new double[] {10, 15, 20, 30, 40}, 0, 5, Double.NaN, 20, 30)));

        assertThat(both.points().x()).containsExactly(10, 15, 20, 30, 40);
        assertThat(both.points().y()).containsExactly(0, 5, 10, 20, 30);
        assertThat(both.band().low()).containsExactly(both.band().high());
    }

    @Test
    void aRunThatHasEndedCountsWithItsLastHeightAndOneThatHasNotBegunDoesNot() {
        Series both = CurveGroup.of("both", List.of(LONG, points(new double[] {20, 30}, 100, 200)));

        assertThat(both.points().x()).containsExactly(10, 20, 30, 40);
        assertThat(both.points().y()).containsExactly(0, 55, 110, 115);
    }

    @Test
    void longCurvesAreDrawnByFewPointsFromTheFirstToTheLast() {
        double[] x = IntStream.range(0, 5_000).mapToDouble(i -> i).toArray();

        double[] drawn = CurveGroup.of("both", List.of(points(x, x), points(x, x)))
                .points()
                .x();

        assertThat(drawn).hasSize(CurveGroup.DRAWN).startsWith(0, 10, 20).endsWith(4_999);
    }

    @Test
    void withoutAnyPointThereIsNothing() {
        assertThat(CurveGroup.of("none", List.of(points(new double[0]), points(new double[] {1}, Double.NaN)))
                        .points()
                        .x())
                .isEmpty();
    }
}

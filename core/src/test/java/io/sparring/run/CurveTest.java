package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.run.ReportData.Points;
import io.sparring.run.ReportData.Series;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CurveTest {
    @Test
    void aShortCurveIsKeptWhole() {
        double[] y = new double[Curve.DRAWN];
        Arrays.setAll(y, Math::sin);

        assertThat(curve(y).series().points().y()).isEqualTo(y);
    }

    @Test
    void aCurveOfNoPointAndOfOneHasNoMore() {
        assertThat(curve().series().points().x()).isEmpty();
        assertThat(curve(7).series().points().y()).containsExactly(7);
        assertThat(curve(7).series().means()).isNull();
    }

    @Test
    void aCurveOfManyPointsKeepsItsEndsItsSpikesAndItsCourse() {
        double[] y = new double[1_000_003];
        Arrays.setAll(y, i -> i / 1e6 + Math.sin(i));
        y[0] = 41;
        y[777_777] = 1_000;
        y[777_778] = -1_000;
        y[y.length - 1] = 42;

        Series series = curve(y).series();

        Points points = series.points();
        assertThat(points.x()).hasSizeBetween(1_900, Curve.DRAWN).isSorted();
        assertThat(points.x()).contains(0, 777_777, 777_778, y.length - 1).hasSameSizeAs(points.y());
        assertThat(points.y()).startsWith(41).contains(1_000, -1_000).endsWith(42);
        for (int i = 0; i < Curve.MEANS; i++) {
            double middle = (i + 0.5) * y.length / Curve.MEANS;
            assertThat(series.means().x()[i]).isBetween(middle - 200, middle + 200);
            assertThat(series.means().y()[i]).isBetween(middle / 1e6 - 0.01, middle / 1e6 + 0.01);
        }
    }

    /** Its memory: not a point is kept that is in no bucket, and a bucket has two. */
    @Test
    void aCurveKeepsAsManyBucketsOfAMillionPointsAsOfAThousandTimesFewer() {
        assertThat(curve(new double[1_000_000]).buckets()).isBetween(4 * Curve.DRAWN, 8 * Curve.DRAWN);
        assertThat(curve(new double[1_000]).buckets()).isEqualTo(998);
    }

    @Test
    void thinningKeepsALongGapAndPassesOverAShortOne() {
        for (int length : new int[] {10_000, 1_000_000}) {
            double[] y = new double[length];
            int from = 4 * length / 10;
            int to = 5 * length / 10;
            Arrays.fill(y, from, to, Double.NaN);
            y[8 * length / 10] = Double.NaN;

            Points thinned = curve(y).series().points();

            for (int i = 0; i < thinned.x().length; i++) {
                boolean gap = thinned.x()[i] >= from && thinned.x()[i] < to;
                assertThat(Double.isNaN(thinned.y()[i]))
                        .as("x = %s", thinned.x()[i])
                        .isEqualTo(gap);
            }
            assertThat(Arrays.stream(thinned.x())).anyMatch(x -> x >= from && x < to);
        }
    }

    @Test
    void meansLeaveGapsOut() {
        Curve curve = new Curve("y", 80);
        int x = 0;
        for (double y :
                new double[] {1, 3, 5, Double.NaN, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -1, 2
                }) {
            curve.add(x++, y);
        }

        Points means = curve.series().means();

        assertThat(means.x()).containsExactly(0.5, 2.5, 4.5, 7);
        assertThat(means.y()).containsExactly(2, 5, Double.NaN, 0.5);
    }

    @Test
    void aPointThatLiesBeforeTheOneBeforeItIsPassedOver() {
        Curve curve = new Curve("loss");
        curve.add(2, 10);
        curve.add(1, 11);
        curve.add(Double.NaN, 12);
        curve.add(2, 13);
        curve.add(1.9, 14);
        curve.add(Double.POSITIVE_INFINITY, 15);
        curve.add(3, 16);

        assertThat(curve.series().points().x()).containsExactly(2, 2, 3);
        assertThat(curve.series().points().y()).containsExactly(10, 13, 16);
    }

    private static Curve curve(double... y) {
        Curve curve = new Curve("y");
        for (int x = 0; x < y.length; x++) {
            curve.add(x, y[x]);
        }
        return curve;
    }
}

package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.run.ReportData.Points;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Apart from {@link CurveTest}: jqwik and JUnit would each write a report of that name. */
class CurvePropertiesTest {
    /** Up to 38 times as many points as fit into the smallest curve's buckets. */
    @Property(tries = 300)
    void thinningKeepsTheEndsTheExtremesAndTheOrder(
            @ForAll @Size(min = 11, max = 1_200) double[] y, @ForAll @IntRange(min = 4, max = 10) int drawn) {
        Points thinned = curve(drawn, y).series().points();

        assertThat(thinned.x()).hasSizeLessThanOrEqualTo(drawn).isSorted().doesNotHaveDuplicates();
        assertThat(thinned.x()[0]).isZero();
        assertThat(thinned.x()[thinned.x().length - 1]).isEqualTo(y.length - 1);
        for (int i = 0; i < thinned.x().length; i++) {
            assertThat(thinned.y()[i]).isEqualTo(y[(int) thinned.x()[i]]);
        }
        // 0.0 is added so that -0.0 and 0.0 are one value.
        assertThat(Arrays.stream(thinned.y()).max().getAsDouble() + 0.0)
                .isEqualTo(Arrays.stream(y).max().getAsDouble() + 0.0);
        assertThat(Arrays.stream(thinned.y()).min().getAsDouble() + 0.0)
                .isEqualTo(Arrays.stream(y).min().getAsDouble() + 0.0);
    }

    /** As long as every point has a bucket of its own: what all points at once give. */
    @Property(tries = 300)
    void aCurveThatFitsIsThinnedAndAveragedAsIfAllItsPointsWereThere(
            @ForAll @Size(min = 11, max = 400) @IntRange(min = -3, max = 3) int[] heights) {
        double[] y = Arrays.stream(heights)
                .mapToDouble(height -> height == -3 ? Double.NaN : height)
                .toArray();

        ReportData.Series series = curve(60, y).series();

        assertSame(series.points(), y.length <= 60 ? whole(y) : thinned(y, 60));
        assertSame(series.means(), means(y, 3));
    }

    private static void assertSame(Points actual, Points expected) {
        assertThat(actual.x()).isEqualTo(expected.x());
        assertThat(actual.y()).isEqualTo(expected.y());
    }

    private static Curve curve(int drawn, double[] y) {
        Curve curve = new Curve("y", drawn);
        for (int x = 0; x < y.length; x++) {
            curve.add(x, y[x]);
        }
        return curve;
    }

    private static Points whole(double[] y) {
        double[] x = new double[y.length];
        Arrays.setAll(x, i -> i);
        return new Points(x, y);
    }

    private static Points thinned(double[] y, int points) {
        int inner = y.length - 2;
        int buckets = (points - 2) / 2;
        List<Integer> kept = new ArrayList<>(List.of(0));
        for (int bucket = 0; bucket < buckets; bucket++) {
            int from = 1 + inner * bucket / buckets;
            int to = 1 + inner * (bucket + 1) / buckets;
            int lowest = from;
            int highest = from;
            for (int i = from; i < to; i++) {
                if (Double.isFinite(y[i])) {
                    lowest = Double.isFinite(y[lowest]) && y[lowest] <= y[i] ? lowest : i;
                    highest = Double.isFinite(y[highest]) && y[highest] >= y[i] ? highest : i;
                }
            }
            kept.add(Math.min(lowest, highest));
            if (lowest != highest) {
                kept.add(Math.max(lowest, highest));
            }
        }
        kept.add(y.length - 1);
        return new Points(
                kept.stream().mapToDouble(i -> i).toArray(),
                kept.stream().mapToDouble(i -> y[i]).toArray());
    }

    private static Points means(double[] y, int count) {
        double[] meanX = new double[count];
        double[] meanY = new double[count];
        for (int run = 0; run < count; run++) {
            int from = y.length * run / count;
            int to = y.length * (run + 1) / count;
            meanX[run] = (from + to - 1) / 2.0;
            meanY[run] = Arrays.stream(y, from, to)
                    .filter(Double::isFinite)
                    .average()
                    .orElse(Double.NaN);
        }
        return new Points(meanX, meanY);
    }
}

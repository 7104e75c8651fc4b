package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.run.ReportData.Series;
import io.sparring.run.ReportData.Threshold;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ReportDataTest {
    @Test
    void aShortSeriesIsKeptWhole() {
        Series series = counted(new double[100]);

        assertThat(series.thinned(100)).isSameAs(series);
    }

    @Test
    void thinningKeepsALongGapAndPassesOverAShortOne() {
        double[] y = new double[10_000];
        Arrays.fill(y, 4_000, 5_000, Double.NaN);
        y[8_000] = Double.NaN;

        Series thinned = counted(y).thinned(1_000);

        for (int i = 0; i < thinned.x().length; i++) {
            boolean gap = thinned.x()[i] >= 4_000 && thinned.x()[i] < 5_000;
            assertThat(Double.isNaN(thinned.y()[i]))
                    .as("x = %s", thinned.x()[i])
                    .isEqualTo(gap);
        }
        assertThat(Arrays.stream(thinned.x())).anyMatch(x -> x >= 4_000 && x < 5_000);
    }

    @Test
    void meansAreOfEqualRunsAndLeaveGapsOut() {
        Series series = counted(
                new double[] {1, 3, 5, Double.NaN, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -1});

        Series means = series.means(4);

        assertThat(means.x()).containsExactly(0.5, 2.5, 4.5, 6.5);
        assertThat(means.y()).containsExactly(2, 5, Double.NaN, -1);
    }

    @Test
    void aSeriesThatIsNoCurveIsRefusedByName() {
        assertThatThrownBy(() -> new Series("loss", new double[3], new double[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loss")
                .hasMessageContaining("3 x's and 2 y's");
        assertThatThrownBy(() -> new Series("loss", new double[] {2, 1}, new double[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x[1] = 1.0");
        assertThatThrownBy(() -> new Series("loss", new double[] {Double.NaN}, new double[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x[0] = NaN");
    }

    @Test
    void aThresholdIsFinite() {
        assertThatThrownBy(() -> new Threshold("target", Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("target");
    }

    private static Series counted(double[] y) {
        double[] x = new double[y.length];
        Arrays.setAll(x, i -> i);
        return new Series("y", x, y);
    }
}

package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.run.ReportData.Series;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Apart from {@link ReportDataTest}: jqwik and JUnit would each write a report of that name. */
class ReportDataPropertiesTest {
    @Property(tries = 200)
    void thinningKeepsTheEndsTheExtremesAndTheOrder(
            @ForAll @Size(min = 11, max = 300) double[] y, @ForAll @IntRange(min = 4, max = 10) int points) {
        double[] x = new double[y.length];
        Arrays.setAll(x, i -> i);

        Series thinned = new Series("y", x, y).thinned(points);

        assertThat(thinned.x()).hasSizeLessThanOrEqualTo(points).isSorted().doesNotHaveDuplicates();
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
}

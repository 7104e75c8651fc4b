package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RankCorrelationTest {
    @Test
    void onlyTheOrderCounts() {
        assertThat(RankCorrelation.of(new double[] {1, 2, 3, 4}, new double[] {1, 10, 1e9, 1e10}))
                .isEqualTo(1);
        assertThat(RankCorrelation.of(new double[] {1, 2, 3}, new double[] {0, -1, -7}))
                .isEqualTo(-1);
    }

    /** By hand: ranks 0, 1.5, 1.5, 3 and 1, 0, 2, 3; Σab = 3, Σa² = 4.5, Σb² = 5. */
    @Test
    void equalValuesShareTheirRanks() {
        assertThat(RankCorrelation.of(new double[] {1, 2, 2, 3}, new double[] {5, 4, 6, 7}))
                .isCloseTo(3 / Math.sqrt(4.5 * 5), within(1e-15));
    }

    @Test
    void aMeasureThatTellsNoneApartSaysNothing() {
        assertThat(RankCorrelation.of(new double[] {1, 1, 1}, new double[] {1, 2, 3}))
                .isNaN();
    }
}

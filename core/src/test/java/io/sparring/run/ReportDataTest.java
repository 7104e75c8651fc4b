package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.run.ReportData.Threshold;
import org.junit.jupiter.api.Test;

class ReportDataTest {
    @Test
    void aThresholdIsFinite() {
        assertThatThrownBy(() -> new Threshold("target", Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("target");
    }
}

package io.sparring.run;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.run.ReportData.Table;
import io.sparring.run.ReportData.Threshold;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportDataTest {
    @Test
    void aThresholdIsFinite() {
        assertThatThrownBy(() -> new Threshold("target", Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("target");
    }

    @Test
    void aRowIsAsLongAsTheHead() {
        assertThatThrownBy(() -> new Table(List.of("run", "seed"), List.of(List.of("a"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a row of 1 under 2 names");
    }
}

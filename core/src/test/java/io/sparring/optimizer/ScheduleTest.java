package io.sparring.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    @ParameterizedTest
    @CsvSource({"0, 1", "0.25, 0.75", "0.5, 0.5", "1, 0", "1.5, 0"})
    void linearGoesDownInAStraightLineAndNeverBelowZero(double progress, double factor) {
        assertThat(Schedule.LINEAR.factor(progress)).isEqualTo(factor);
    }

    @Property(tries = 50)
    void constantStays(@ForAll @DoubleRange(min = 0, max = 2) double progress) {
        assertThat(Schedule.CONSTANT.factor(progress)).isEqualTo(1);
    }
}

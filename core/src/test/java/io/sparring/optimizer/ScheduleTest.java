package io.sparring.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    @ParameterizedTest
    @CsvSource({"0, 1", "0.25, 0.75", "0.5, 0.5", "1, 0", "1.5, 0"})
    void linearGoesDownInAStraightLineAndNeverBelowZero(double progress, double factor) {
        assertThat(Schedule.Named.LINEAR.factor(progress)).isEqualTo(factor);
    }

    @Property(tries = 50)
    void constantStays(@ForAll @DoubleRange(min = 0, max = 2) double progress) {
        assertThat(Schedule.Named.CONSTANT.factor(progress)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0.25, 0.8535533905932737", "0.5, 0.5", "1, 0", "7, 0"})
    void cosineGoesDownAlongHalfAWave(double progress, double factor) {
        assertThat(Schedule.Named.COSINE.factor(progress)).isCloseTo(factor, within(1e-15));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0.1, 1", "0.2, 1", "0.4, 0.6", "0.6, 0.2", "0.8, 0.1", "1, 0.1", "3, 0.1"})
    void pointsAreJoinedByStraightLines(double progress, double factor) {
        Schedule schedule = Schedule.of(List.of(List.of(0.2, 1), List.of(0.6, 0.2), List.of(0.8, 0.1)));
        assertThat(schedule.factor(progress)).isCloseTo(factor, within(1e-15));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"constant\"", "\"linear\"", "\"cosine\"", "[[0.0,1.0],[0.5,0.25]]"})
    void whatIsWrittenIsReadAgain(String written) throws Exception {
        ObjectMapper json = new ObjectMapper();
        Schedule schedule = json.readValue(written, Schedule.class);
        assertThat(json.writeValueAsString(schedule)).isEqualTo(written);
        assertThat(json.readValue(json.writeValueAsString(schedule), Schedule.class))
                .isEqualTo(schedule);
    }

    @Test
    void pointsThatAreNoneAreRefused() {
        for (Object wrong : List.of(
                "quadratic",
                3,
                List.of(),
                List.of(0.5, 1),
                List.of(List.of(0.5, 1), List.of(0.5, 2)),
                List.of(List.of(-0.1, 1)),
                List.of(List.of(0, -1)),
                List.of(List.of(0, 1), List.of(2, 1)))) {
            assertThatThrownBy(() -> Schedule.of(wrong))
                    .as("%s", wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("constant, linear, cosine");
        }
    }
}

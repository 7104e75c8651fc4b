package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Held against rliable; {@code src/test/python/record_sweep_statistics.py} recorded it. */
class InterquartileMeanTest {
    private record Golden(String note, List<Recorded> cases) {}

    record Recorded(List<List<Double>> scores, double mean, double low, double high) {}

    @SuppressWarnings("unused")
    private static Stream<Recorded> everyCase() throws IOException {
        return new ObjectMapper()
                        .readValue(InterquartileMeanTest.class.getResource("interquartile-means.json"), Golden.class)
                        .cases()
                        .stream();
    }

    private static InterquartileMean of(Double... scores) {
        return InterquartileMean.of(List.of(scores), 0);
    }

    @ParameterizedTest
    @MethodSource("everyCase")
    void meanAndIntervalAreThoseOfRliable(Recorded recorded) {
        InterquartileMean found = InterquartileMean.ofTasks(recorded.scores(), 0);

        double noise = 0.04 * (recorded.high() - recorded.low());
        assertThat(found.value()).isCloseTo(recorded.mean(), within(1e-9));
        assertThat(found.low()).isCloseTo(recorded.low(), within(noise));
        assertThat(found.high()).isCloseTo(recorded.high(), within(noise));
    }

    @Test
    void theSameScoresHaveTheSameInterval() {
        assertThat(of(3.0, 1.0, 4.0, 1.0, 5.0)).isEqualTo(of(3.0, 1.0, 4.0, 1.0, 5.0));
    }

    @Test
    void oneLuckyAndOneLostRunOfEightMoveNothing() {
        double usual = of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0).value();

        assertThat(of(Double.NaN, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 1000.0).value())
                .isEqualTo(usual)
                .isEqualTo(4.5);
    }

    @Test
    void manyLostRunsAreWorseThanAnyNumber() {
        InterquartileMean found = of(Double.NaN, Double.NaN, 3.0, 4.0);

        assertThat(found.value()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(found.low()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(found.high()).isNotNaN();
    }

    @Test
    void oneRunIsItsOwnInterval() {
        assertThat(of(7.0)).isEqualTo(new InterquartileMean(7, 7, 7));
        assertThatThrownBy(InterquartileMeanTest::of).isInstanceOf(IllegalArgumentException.class);
    }
}

package io.sparring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecondsTest {
    @ParameterizedTest
    @CsvSource({
        "0.3, 0.3 s",
        "120, 120 s",
        "4.0, 4 s",
        "1e3, 1000 s",
        "0.0004, 0 s",
        "0.0005, 0.001 s",
        "12.3456, 12.346 s"
    })
    void noTimeSpanIsRoundedToNothingAndNoneHasDigitsTooMany(double seconds, String text) {
        assertThat(Seconds.text(seconds)).isEqualTo(text);
    }
}

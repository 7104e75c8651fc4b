package io.sparring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReturnsTest {
    @ParameterizedTest
    @CsvSource({
        "0.96, 0.96",
        "0.99996, 0.99996",
        "1, 1.0",
        "0, 0.0",
        "-0.0, 0.0",
        "474.96, 474.96",
        "487.35, 487.35",
        "500, 500.0",
        "-1234.5678, -1234.6",
        "-123456.74, -123456.7",
        "1e7, 10000000.0",
        "0.000123456, 0.00012346",
        "9.999999, 10.0",
        "NaN, –",
        "-Infinity, -Infinity"
    })
    void aReturnIsNeverRoundedUpToWhatItJustMissed(double mean, String text) {
        assertThat(Returns.text(mean)).isEqualTo(text);
    }
}

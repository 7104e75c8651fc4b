package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalWidthTest {
    @ParameterizedTest
    @CsvSource({"'24 80\n', 80", "'50 211\n', 211", "'24 1', 1", "'0 0\n', 80", "'', 80", "'stty: a b', 80"})
    void aTerminalThatDoesNotKnowItsWidthHasEightyColumns(String size, int columns) {
        assertThat(TerminalWidth.columns(size)).isEqualTo(columns);
    }
}

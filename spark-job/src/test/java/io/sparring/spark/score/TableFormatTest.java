package io.sparring.spark.score;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableFormatTest {
    @Test
    void aFilesNameEndsWithItsFormatAndATablesDoesNot() {
        assertThat(TableFormat.byEnd("a/logs.csv/", TableFormat.PARQUET)).isEqualTo(TableFormat.CSV);
        assertThat(TableFormat.byEnd("logs.JSON.gz", TableFormat.PARQUET)).isEqualTo(TableFormat.JSON);
        assertThat(TableFormat.byEnd("logs", TableFormat.ORC)).isEqualTo(TableFormat.ORC);
        assertThat(TableFormat.byEnd("table:logs.csv", TableFormat.PARQUET)).isEqualTo(TableFormat.PARQUET);
    }
}

package io.sparring.spark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class UncleanedTest {
    private static JavaSparkContext spark;

    @BeforeAll
    static void startSpark() {
        spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[2]")
                .setAppName("UncleanedTest")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.driver.host", "127.0.0.1"));
    }

    @AfterAll
    static void stopSpark() {
        spark.close();
    }

    @Test
    void mappedAndCollectedIsWhatSparkItselfMapsAndCollects() {
        for (int partitions : List.of(1, 3, 20)) {
            JavaRDD<Integer> numbers =
                    spark.parallelize(IntStream.range(0, 10).boxed().toList(), partitions);
            int factor = partitions;

            assertThat(Uncleaned.collect(Uncleaned.map(
                            Uncleaned.map(numbers, number -> number * factor).cache(), number -> "n" + number)))
                    .isEqualTo(numbers.map(number -> "n" + number * factor).collect());
        }
    }

    @Test
    void whatAFunctionThrowsFailsTheJobWithItsMessage() {
        JavaRDD<Integer> failing = Uncleaned.map(spark.parallelize(List.of(1, 2), 2), number -> {
            if (number == 2) {
                throw new IOException("not the " + number);
            }
            return number;
        });

        assertThatThrownBy(() -> Uncleaned.collect(failing))
                .isInstanceOf(SparkException.class)
                .hasMessageContaining("java.io.IOException: not the 2")
                .hasRootCauseInstanceOf(IOException.class);
    }
}

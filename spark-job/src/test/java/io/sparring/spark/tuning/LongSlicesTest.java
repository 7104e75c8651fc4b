package io.sparring.spark.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.tuning.Slice;
import java.util.List;
import org.junit.jupiter.api.Test;

class LongSlicesTest {
    private final LongSlices slices = new LongSlices();

    private static Slice slice(int trial, int number) {
        return new Slice(trial, number, List.of(), null, Slice.END);
    }

    @Test
    void oneThatTakesTenTimesAsLongAsAnyBeforeIsSaidOnce() {
        slices.ended(60);
        slices.ended(20);

        assertThat(slices.isSuspicious(slice(3, 0), 599)).isFalse();
        assertThat(slices.isSuspicious(slice(3, 0), 601)).isTrue();
        assertThat(slices.isSuspicious(slice(3, 0), 700)).isFalse();
        assertThat(slices.isSuspicious(slice(4, 0), 700)).isTrue();
        assertThat(slices.isSuspicious(slice(3, 1), 700)).isTrue();
    }

    @Test
    void shortOnesAndTheFirstAreGivenTime() {
        assertThat(slices.isSuspicious(slice(0, 0), 3000)).isFalse();
        assertThat(slices.isSuspicious(slice(0, 0), 3601)).isTrue();

        slices.ended(0.01);

        assertThat(slices.isSuspicious(slice(1, 0), 299)).isFalse();
        assertThat(slices.isSuspicious(slice(1, 0), 301)).isTrue();
    }
}

package io.sparring.aeron;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {
    @Test
    void everyNumberIsTakenOnceInWhateverOrderTheyComeWithinTheWindow() {
        Random random = new Random(1);
        ReplayWindow window = new ReplayWindow();
        Set<Long> taken = new HashSet<>();
        long highest = 0;
        for (int i = 0; i < 200_000; i++) {
            long number = Math.max(0, highest + random.nextInt(4000) - 3900);
            boolean expected = !taken.contains(number);
            assertThat(window.take(number)).as("%d after %d", number, highest).isEqualTo(expected);
            taken.add(number);
            highest = Math.max(highest, number);
        }
    }

    @Test
    void whatIsOlderThanTheWindowIsRefused() {
        ReplayWindow window = new ReplayWindow();
        assertThat(window.take(1_000_000)).isTrue();
        assertThat(window.take(1_000_000 - 63 * 64)).isFalse();
        assertThat(window.take(1_000_000 - 63 * 64 + 1)).isTrue();
        assertThat(window.take(1_000_000 - 63 * 64 + 1)).isFalse();
    }

    @Test
    void aLeapForgetsNothingThatMatters() {
        ReplayWindow window = new ReplayWindow();
        assertThat(window.take(5)).isTrue();
        assertThat(window.take(Long.MAX_VALUE)).isTrue();
        assertThat(window.take(5)).isFalse();
        assertThat(window.take(Long.MAX_VALUE)).isFalse();
        assertThat(window.take(Long.MAX_VALUE - 1)).isTrue();
        assertThat(window.take(-1)).isFalse();
    }
}

package io.sparring.parameterserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class StalenessTest {
    @Example
    void nothingHasNoMean() {
        Staleness none = new Staleness.Histogram().summary();

        assertThat(none.updates()).isZero();
        assertThat(none.mean()).isNaN();
    }

    @Property(tries = 200)
    void percentilesAreThoseOfTheSortedList(
            @ForAll @Size(min = 1, max = 300) List<@IntRange(max = 50) Integer> staleness) {
        Staleness.Histogram histogram = new Staleness.Histogram();
        staleness.forEach(each -> histogram.add(each));
        Staleness summary = histogram.summary();

        List<Integer> sorted = staleness.stream().sorted().toList();
        assertThat(summary.mean())
                .isCloseTo(
                        staleness.stream().mapToInt(Integer::intValue).average().orElseThrow(), within(1e-9));
        assertThat(summary.p50()).isEqualTo((long) sorted.get((sorted.size() + 1) / 2 - 1));
        assertThat(summary.p99()).isEqualTo((long) sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1));
        assertThat(summary.max()).isEqualTo((long) sorted.get(sorted.size() - 1));
    }

    @Example
    void whatIsBeyondTheExactCountsStillHasItsMaximum() {
        Staleness.Histogram histogram = new Staleness.Histogram();
        histogram.add(1_000_000);

        assertThat(histogram.summary()).isEqualTo(new Staleness(1, 1_000_000, 1_000_000, 1_000_000, 1_000_000));
    }
}

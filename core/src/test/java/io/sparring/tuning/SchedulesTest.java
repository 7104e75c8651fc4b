package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Schedules that can be worked out by hand; candidates have the same score at every rung. */
class SchedulesTest {
    private static final IntToDoubleFunction BEST_FIRST = candidate -> -candidate;
    private static final IntToDoubleFunction WORST_FIRST = candidate -> candidate;

    private static Map<Long, Integer> reached(
            Map<String, Object> section, int candidates, long maxRounds, int workers, IntToDoubleFunction score) {
        Scheduler scheduler = SchedulerSpec.of(section).create(candidates, maxRounds, 0);
        Workers pool = new Workers(scheduler, workers, maxRounds, score);
        pool.run();
        Map<Long, Integer> ends = new TreeMap<>();
        pool.came().values().forEach(round -> ends.merge(round, 1, Integer::sum));
        return ends;
    }

    private static Map<String, Object> ladder(String kind, int first) {
        return Map.of("kind", kind, "eta", 3, "first-rung-rounds", first);
    }

    @Test
    void withoutASchedulerAllAreTrainedToTheirEnd() {
        assertThat(reached(Map.of("kind", "none"), 5, 90, 2, BEST_FIRST)).isEqualTo(Map.of(90L, 5));
    }

    @Test
    void ashaPromotesTheBestThirdOfTwelveAndOneOfThose() {
        for (int workers : new int[] {1, 3, 12}) {
            assertThat(reached(ladder("asha", 10), 12, 90, workers, BEST_FIRST))
                    .isEqualTo(Map.of(10L, 8, 30L, 3, 90L, 1));
        }
    }

    @Test
    void ashaPromotesMoreWhereTheWorstComeFirst() {
        // From 2 on each is the best of those at 10 when it comes, and from 4 on, the third at 30, the best of those
        // there too.
        assertThat(reached(ladder("asha", 10), 12, 90, 1, WORST_FIRST)).isEqualTo(Map.of(10L, 2, 30L, 2, 90L, 8));
    }

    @Test
    void ashaThatStopsLetsOnlyTheFirstGoOnWhereItIsTheBest() {
        Map<String, Object> stopping = Map.of("kind", "asha", "eta", 3, "first-rung-rounds", 10, "variant", "stopping");

        assertThat(reached(stopping, 12, 90, 1, BEST_FIRST)).isEqualTo(Map.of(10L, 11, 90L, 1));
        assertThat(reached(stopping, 12, 90, 1, WORST_FIRST)).isEqualTo(Map.of(90L, 12));
    }

    @Test
    void halvingLeavesAThirdAtEveryRung() {
        for (int workers : new int[] {1, 5, 27}) {
            assertThat(reached(ladder("successive-halving", 10), 27, 270, workers, WORST_FIRST))
                    .isEqualTo(Map.of(10L, 18, 30L, 6, 90L, 2, 270L, 1));
        }
    }

    @Test
    void hyperbandsBracketsAreThoseOfThePaper() {
        // Li et al. 2018, table 1: R = 81, η = 3.
        assertThat(Hyperband.brackets(4, 3).stream().map(SuccessiveHalving.Plan::size))
                .containsExactly(81, 34, 15, 8, 5);
        assertThat(reached(ladder("hyperband", 1), 143, 81, 7, BEST_FIRST))
                // 81: 54, 18, 6, 2, 1; 34: 23, 8, 2, 1 from 3 on; 15: 10, 4, 1 from 9 on; 8: 6, 2 from 27 on; 5.
                .isEqualTo(Map.of(1L, 54, 3L, 18 + 23, 9L, 6 + 8 + 10, 27L, 2 + 2 + 4 + 6, 81L, 1 + 1 + 1 + 2 + 5));
    }

    @Test
    void aRungNearTheEndIsLeftOutForIt() {
        assertThat(Rungs.geometric(10, 3, 90).count()).isEqualTo(2);
        // 90·√3 = 155.9.
        assertThat(Rungs.geometric(10, 3, 156).count()).isEqualTo(3);
        assertThat(Rungs.geometric(10, 3, 155).count()).isEqualTo(2);
        assertThat(Rungs.geometric(10, 3, 155).round(1)).isEqualTo(30);
        assertThat(Rungs.geometric(10, 3, 155).round(2)).isEqualTo(Scheduler.END);
        assertThat(Rungs.geometric(10, 3, 10).count()).isZero();
        assertThat(Rungs.geometric(1, 2, Long.MAX_VALUE).round(61)).isEqualTo(1L << 61);
    }
}

package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sparring.tuning.Simulation.Curves;
import io.sparring.tuning.Simulation.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Schedules that can be worked out by hand; where it is not said otherwise, a candidate has the same score at every rung. */
class SchedulesTest {
    private static final IntToDoubleFunction BEST_FIRST = candidate -> -candidate;
    private static final IntToDoubleFunction WORST_FIRST = candidate -> candidate;

    private static Simulation run(
            Map<String, Object> section, int candidates, long maxRounds, int workers, IntToDoubleFunction score) {
        Scheduler scheduler = SchedulerSpec.of(section).create(candidates, maxRounds, 0);
        return new Simulation(scheduler, candidates, Workers.alike(workers), new Curves() {
                    @Override
                    public double score(int candidate, long round) {
                        return score.applyAsDouble(candidate);
                    }

                    @Override
                    public long end(int candidate) {
                        return maxRounds;
                    }
                })
                .run();
    }

    private static Map<String, Object> ladder(String kind, int first) {
        return Map.of("kind", kind, "eta", 3, "first-rung-rounds", first);
    }

    @Test
    void withoutASchedulerAllAreTrainedToTheirEnd() {
        assertThat(run(Map.of("kind", "none"), 5, 90, 2, BEST_FIRST).ends()).isEqualTo(Map.of(90L, 5));
    }

    @Test
    void ashaPromotesTheBestThirdOfTwelveAndOneOfThose() {
        for (int workers : new int[] {1, 3, 12}) {
            assertThat(run(ladder("asha", 10), 12, 90, workers, BEST_FIRST).ends())
                    .isEqualTo(Map.of(10L, 8, 30L, 3, 90L, 1));
        }
    }

    @Test
    void ashaPromotesMoreWhereTheWorstComeFirst() {
        // From 2 on each is the best of those at 10 when it comes, and from 4 on, the third at 30, the best of those
        // there too.
        assertThat(run(ladder("asha", 10), 12, 90, 1, WORST_FIRST).ends()).isEqualTo(Map.of(10L, 2, 30L, 2, 90L, 8));
    }

    @Test
    void ashaNeverPromotesWhoHasNoScore() {
        assertThat(run(ladder("asha", 10), 12, 90, 3, candidate -> Double.NaN).ends())
                .isEqualTo(Map.of(10L, 12));
    }

    @Test
    void ashaThatStopsLetsOnlyTheFirstGoOnWhereItIsTheBest() {
        Map<String, Object> stopping = Map.of("kind", "asha", "eta", 3, "first-rung-rounds", 10, "variant", "stopping");

        assertThat(run(stopping, 12, 90, 1, BEST_FIRST).ends()).isEqualTo(Map.of(10L, 11, 90L, 1));
        assertThat(run(stopping, 12, 90, 1, WORST_FIRST).ends()).isEqualTo(Map.of(90L, 12));
    }

    @Test
    void halvingLeavesAThirdAtEveryRung() {
        for (int workers : new int[] {1, 5, 27}) {
            assertThat(run(ladder("successive-halving", 10), 27, 270, workers, WORST_FIRST)
                            .ends())
                    .isEqualTo(Map.of(10L, 18, 30L, 6, 90L, 2, 270L, 1));
        }
    }

    @Test
    void halvingBringsOneToItsEndHoweverFewThereAre() {
        assertThat(run(ladder("successive-halving", 10), 5, 270, 2, BEST_FIRST).reached())
                .isEqualTo(Map.of(0, 270L, 1, 10L, 2, 10L, 3, 10L, 4, 10L));
    }

    @Test
    void hyperbandsBracketsAreThoseOfThePaper() {
        // Li et al. 2018, table 1: R = 81, η = 3.
        assertThat(Hyperband.brackets(4, 3).stream().map(SuccessiveHalving.Plan::size))
                .containsExactly(81, 34, 15, 8, 5);
        assertThat(run(ladder("hyperband", 1), 143, 81, 7, BEST_FIRST).ends())
                // 81 from 1 on: 54 end there, then 18, 6, 2, and 1 comes through; 34 from 3 on: 23, 8, 2, 1; 15 from 9
                // on: 10, 4, 1;
                // 8 from 27 on: 6, 2; and 5.
                .isEqualTo(Map.of(1L, 54, 3L, 18 + 23, 9L, 6 + 8 + 10, 27L, 2 + 2 + 4 + 6, 81L, 1 + 1 + 1 + 2 + 5));
    }

    @Test
    void hyperbandBeginsItsBracketsAnewUntilThereAreNoMoreCandidates() {
        Map<Integer, Long> reached =
                run(ladder("hyperband", 1), 200, 81, 300, BEST_FIRST).reached();

        // The 57 of the second round's first bracket: 19, 6, 2 and 1 go on.
        assertThat(reached.values().stream().skip(143).filter(round -> round > 1))
                .hasSize(19);
        assertThat(reached.get(143)).isEqualTo(81);
        assertThat(reached.get(144)).isEqualTo(27);
    }

    @Test
    void theMedianRuleStopsWhoIsBelowTheMedianOnceFiveAreThere() {
        Map<String, Object> median = Map.of("kind", "median", "every-rounds", 10);

        // At 10 the first four go on unseen; 4 is the first that is measured, and none after it reaches the median.
        assertThat(run(median, 8, 30, 1, BEST_FIRST).reached().values())
                .containsExactly(30L, 30L, 30L, 30L, 10L, 10L, 10L, 10L);
        assertThat(run(median, 8, 30, 1, WORST_FIRST).ends()).isEqualTo(Map.of(30L, 8));
    }

    @Test
    void theMedianRuleLetsEqualsGoOnTogether() {
        assertThat(run(Map.of("kind", "median", "every-rounds", 10), 20, 30, 4, candidate -> 500)
                        .ends())
                .isEqualTo(Map.of(30L, 20));
    }

    @Test
    void theMedianRuleComparesMeansOfWhatHasBeenSoFar() {
        Scheduler scheduler = SchedulerSpec.of(Map.of("kind", "median", "every-rounds", 10, "grace", 3))
                .create(3, 100, 0);
        double[][] scores = {{1, 1}, {2, 2}, {9, 0}};
        List<Integer> stopped = new ArrayList<>();
        for (int rung = 0; rung < 2; rung++) {
            for (int candidate = 0; candidate < 3; candidate++) {
                scheduler.next();
            }
            for (int candidate = 0; candidate < 3; candidate++) {
                stopped.addAll(scheduler.reported(candidate, 10 * (rung + 1), scores[candidate][rung], false));
            }
        }

        // At 20 its own score is the lowest, but its mean of 4.5 is not.
        assertThat(stopped).doesNotContain(2);
    }

    @Test
    void ofAPopulationTheWorstQuarterTakesOverFromTheBest() {
        Scheduler scheduler =
                SchedulerSpec.of(Map.of("kind", "pbt", "every-rounds", 10)).create(11, 100, 7);
        for (int candidate = 0; candidate < 11; candidate++) {
            assertThat(scheduler.next()).isEqualTo(new Decision.Start(candidate, 10));
        }
        // Best first: 3 6 0 10 9 8 5 1 7 4 2; a quarter of eleven are two.
        double[] scores = {30, 10, Double.NaN, 50, -5, 20, 40, 0, 25, 26, 27};
        for (int candidate : new int[] {7, 2, 0, 10, 1, 3, 5, 8, 4, 6, 9}) {
            assertThat(scheduler.next()).isEqualTo(new Decision.Pause());
            scheduler.reported(candidate, 10, scores[candidate], false);
        }

        assertThat(scheduler.next()).isIn(new Decision.Copy(4, 3, 20), new Decision.Copy(4, 6, 20));
        assertThat(scheduler.next()).isIn(new Decision.Copy(2, 3, 20), new Decision.Copy(2, 6, 20));
        for (int candidate : new int[] {3, 6, 0, 10, 9, 8, 5, 1, 7}) {
            assertThat(scheduler.next()).isEqualTo(new Decision.Continue(candidate, 20));
        }
    }

    @Test
    void ofAPopulationThatDoesEquallyWellNobodyTakesOver() {
        List<Simulation.Call> calls = run(Map.of("kind", "pbt", "every-rounds", 10), 8, 100, 3, candidate -> 500)
                .calls();

        assertThat(calls).noneMatch(call -> call.decision() instanceof Decision.Copy);
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

        assertThat(Rungs.even(OptionalLong.of(10), 100).count()).isEqualTo(9);
        assertThat(Rungs.even(OptionalLong.of(10), 104).count()).isEqualTo(9);
        assertThat(Rungs.even(OptionalLong.of(10), 105).count()).isEqualTo(10);
        assertThat(Rungs.even(OptionalLong.of(10), 4).count()).isZero();
        assertThat(Rungs.even(OptionalLong.empty(), 250).round(8)).isEqualTo(225);
    }

    @Test
    void whoIsReportedTwiceIsAFault() {
        Scheduler scheduler = SchedulerSpec.of("asha").create(3, 100, 0);
        scheduler.next();
        scheduler.reported(0, 3, 1, false);

        assertThatIllegalStateException()
                .isThrownBy(() -> scheduler.reported(0, 3, 1, false))
                .withMessageContaining("candidate 0");
    }
}

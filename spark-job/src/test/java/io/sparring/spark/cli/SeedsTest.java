package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.tuning.Point;
import io.sparring.tuning.SweepFile;
import io.sparring.tuning.SweepResult;
import io.sparring.tuning.Trial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeedsTest {
    private static final String BASE = "environment: {id: CartPole-v1}\nbudget: {target-return: 475}\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0-3 | 0 1 2 3", "5 | 5", "0,1,5 | 0 1 5", "0-2,9 | 0 1 2 9", "7, 3-4 | 7 3 4"})
    void aListOfNumbersAndRangesIsReadInItsOrder(String given, String seeds) {
        assertThat(Seeds.parse(given).numbers().stream().map(String::valueOf)).containsExactly(seeds.split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x | expected whole numbers and ranges of them, as in 0-9, 0,1,5 or 0-4,9",
                "'' | expected whole numbers and ranges of them",
                "1, | expected whole numbers and ranges of them",
                "-3 | expected whole numbers and ranges of them",
                "5-1 | expected the smaller one first, as in 1-5",
                "0-4,3 | expected each seed once, got 3 again",
                "0-9999999 | expected at most 10,000 seeds",
                "0-9999,20000 | expected at most 10,000 seeds",
                "0-999999999999999999 | expected at most 10,000 seeds",
                "99999999999999999999 | expected whole numbers",
            })
    void whatIsNoListIsRefusedInOneLine(String given, String complaint) {
        assertThatThrownBy(() -> Seeds.parse(given))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageStartingWith("--seeds " + given + ": " + complaint);
    }

    private static Trial trial(long seed, Trial.State state, double score, long steps, String ended, String failure) {
        return new Trial(
                (int) seed,
                0,
                new Point(Map.of()),
                seed,
                false,
                state,
                1,
                1,
                steps,
                1,
                score,
                1,
                null,
                ended,
                failure,
                0);
    }

    @Test
    void theTableHasEachSeedAndWhatTheyComeToTogether() {
        SweepFile file = SweepFile.parse(
                "sweep.yaml",
                "base: base.yaml\nspace: {seed: {grid: [0, 1, 2, 3]}}\nmetric: evaluation",
                List.of(),
                null,
                name -> BASE);
        List<Trial> trials = new ArrayList<>();
        trials.add(trial(0, Trial.State.FINISHED, 480, 54_272, "target-return", null));
        trials.add(trial(1, Trial.State.FINISHED, 478, 100_000, "env-steps", null));
        trials.add(trial(2, Trial.State.FAILED, Double.NaN, 512, "failed", "it threw"));
        trials.add(trial(3, Trial.State.RUNNING, Double.NaN, 0, null, null));
        SweepResult result = new SweepResult(trials, List.of(), List.of(), null, Double.NaN);

        assertThat(file.ofSeedsAlone()).isTrue();
        assertThat(SeedTable.of(file, result).lines().map(line -> line.strip().replaceAll(" +", " ")))
                .containsExactly(
                        "4 seeds: 2 finished, 1 failed; scores are mean returns of 20 greedy episodes",
                        "seed score steps to target end",
                        "0 480.0 54,272 54,272 target-return",
                        "1 478.0 100,000 – env-steps",
                        "2 – 512 – failed: it threw",
                        "3 – 0 – not yet",
                        "of 2 scores: mean 479.0, standard deviation 1.4142; interquartile mean 479.0, 95 % interval [478.0, 480.0]",
                        "target 475.0 reached by 1 of 4");
        assertThat(SeedTable.numbers(result)).containsEntry("scores", Arrays.asList(480.0, 478.0, null, null));
        assertThat(SeedTable.numbers(result))
                .containsEntry("steps_to_target", Arrays.asList(54_272L, null, null, null));
    }

    @Test
    void whereNothingHasAScoreThereIsNoMean() {
        SweepResult result = new SweepResult(
                List.of(trial(0, Trial.State.RUNNING, Double.NaN, 0, null, null)),
                List.of(),
                List.of(),
                null,
                Double.NaN);

        assertThat(SeedTable.numbers(result)).containsEntry("mean", null).containsEntry("interquartile_mean", null);
    }
}

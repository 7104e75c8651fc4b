package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ForecastTest {
    /** 90 rounds. */
    private static final String BASE = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: shared, hidden: [8]}
            a2c: {shards: 1, rollout-length: 8}
            budget: {env-steps: 2880}
            evaluation: {every-env-steps: 0}
            """;

    private static final String SPACE =
            "space: {a2c.gamma: {grid: [0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98]}, "
                    + "seed: {grid: [0, 1]}}\n";

    private static Forecast forecast(String more) throws InterruptedException {
        return Forecast.of(SliceRunnerTest.sweep(BASE, SPACE + more), Duration.ZERO);
    }

    @Test
    void withoutASchedulerAllGoToTheirEnds() throws InterruptedException {
        Forecast forecast = forecast("");

        assertThat(forecast.rounds()).isEqualTo(9 * 2 * 90).isEqualTo(forecast.most());
        assertThat(forecast.probed()).isEqualTo(1);
        assertThat(forecast.roundSeconds()).isPositive();
    }

    /** Nine candidates to round 10, three to 30, one to 90; with two seeds each, and two trainings for confirmation. */
    @Test
    void whatAreStoppedEarlyAndWhatConfirmAreCounted() throws InterruptedException {
        assertThat(forecast("""
                        scheduler: {kind: successive-halving, eta: 3, first-rung-rounds: 10}
                        confirm: {points: 1, seeds: 2}
                        """).rounds()).isEqualTo(2 * (9 * 10 + 3 * 20 + 60) + 2 * 90);
    }

    @Test
    void aPointThatCannotBeTrainedSaysWhy() throws InterruptedException {
        Forecast forecast =
                Forecast.of(SliceRunnerTest.sweep(BASE, "space: {a2c.gamma: {grid: [1.5]}}"), Duration.ofSeconds(1));

        assertThat(forecast.failure()).contains("a2c.gamma: expected");
        assertThat(forecast.roundSeconds()).isNaN();
    }

    /** Identity's episodes have a hundred steps: these would take an hour. */
    @Test
    void evaluationsAreNotPlayed() throws InterruptedException {
        String many = BASE.replace("CartPole-v1", "Identity-Discrete-v0")
                .replace("every-env-steps: 0", "every-env-steps: 0, episodes: 10000000");

        Forecast forecast = Forecast.of(SliceRunnerTest.sweep(many, SPACE + "metric: evaluation\n"), Duration.ZERO);

        assertThat(forecast.failure()).isNull();
        assertThat(forecast.roundSeconds()).isLessThan(1);
    }

    @Test
    void aTrialThatIsOverSoonIsTimedWhole() throws InterruptedException {
        assertThat(Forecast.of(SliceRunnerTest.sweep(BASE, SPACE), Duration.ofHours(1))
                        .probed())
                .isEqualTo(90 - 64);
    }
}

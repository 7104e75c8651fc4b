package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.format.Unreadable;
import io.sparring.network.Observations;
import io.sparring.rollout.Trajectory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What A3C's workers tell of their steps, where it is written down. */
class LoggedWorkersTest {
    private static final int BUDGET = 960;

    /** A step as its log has it. */
    private record Row(
            long episode,
            int t,
            List<Float> observation,
            float action,
            boolean ended,
            double value,
            double logProbability) {}

    private static final class Log implements TrainingListener {
        private final List<Row> rows = new ArrayList<>();
        private final List<Double> returns = new ArrayList<>();

        @Override
        public void acted(long round, List<Acted> all) {
            all.forEach(acted -> acted.trajectory()
                    .forEach(
                            acted.numbers(),
                            step -> rows.add(new Row(
                                    step.episode(),
                                    step.t(),
                                    observation(step.observations(), step.observationAt()),
                                    step.actions()[step.actionAt()],
                                    step.terminated() || step.truncated(),
                                    step.value(),
                                    step.logProbability()))));
        }

        private static List<Float> observation(Observations all, int at) {
            return List.of(all.get(at), all.get(at + 1), all.get(at + 2), all.get(at + 3));
        }

        @Override
        public void round(Round round) {
            round.statistics().forEach(one -> one.episodes().forEach(episode -> returns.add(episode.totalReward())));
        }
    }

    private static Configuration configuration(long budget, String options) {
        return ConfigurationFile.parse(
                "test.yaml", """
                algorithm: a3c
                seed: 7
                environment: {id: CartPole-v1, copies-per-shard: 2}
                network: {hidden: [8]}
                a3c: {workers: 3, in-turn: true, rollout-length: 8}
                optimizer: {kind: adam, learning-rate: 1e-2}
                evaluation: {every-env-steps: 0}
                checkpoint: {every-rounds: 0}
                """, List.of("budget.env-steps=" + budget, "a3c={" + options + "}"));
    }

    private static TrainingState train(
            Configuration configuration, TrainingState start, boolean logs, TrainingListener listener)
            throws InterruptedException {
        EnvironmentSource source = configuration.environment().resolve();
        TrainingState from = start == null ? TrainingState.first(configuration, source) : start;
        try (Workers workers = new SteppedWorkers(configuration, source, from, logs)) {
            return A3c.train(configuration, source, from, workers, listener).state();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"merge: average", "correction: v-trace", "merge: gradients"})
    void everyStepIsToldOnceAndNothingElseChanges(String options) throws InterruptedException {
        Configuration configuration = configuration(BUDGET, options);
        Log log = new Log();

        TrainingState told = train(configuration, null, true, log);

        Log none = new Log();
        assertThat(told.model().parameters())
                .isEqualTo(train(configuration, null, false, none).model().parameters());
        assertThat(none.rows).isEmpty();
        assertThat(log.rows).hasSize(BUDGET);
        assertThat(log.rows.stream().map(row -> Arrays.asList(row.episode, row.t)))
                .doesNotHaveDuplicates();
        // CartPole pays 1 for each step: an episode's return is how many it had.
        assertThat(log.rows.stream().filter(Row::ended).map(row -> row.t + 1.0))
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(log.returns);
        assertThat(log.rows)
                .extracting(Row::logProbability)
                .allSatisfy(p -> assertThat(p).isBetween(-5.0, 0.0));
    }

    @Test
    void cutAnywhereWorkersInTurnTellTheSameWithTheSameNumbers() throws InterruptedException {
        Log whole = new Log();
        train(configuration(BUDGET, ""), null, true, whole);

        for (int cut : new int[] {48, 336, 912}) {
            Log parts = new Log();
            TrainingState there = train(configuration(cut, ""), null, true, parts);
            train(configuration(BUDGET, ""), there, true, parts);

            assertThat(parts.rows).isEqualTo(whole.rows);
        }
    }

    @Test
    void aReportWhoseTrajectoryDoesNotFitTogetherIsRefused() throws Exception {
        List<Trajectory> told = new ArrayList<>();
        List<ShardStatistics> statistics = new ArrayList<>();
        train(configuration(48, ""), null, true, new TrainingListener() {
            @Override
            public void acted(long round, List<Acted> all) {
                all.forEach(acted -> told.add(acted.trajectory()));
            }

            @Override
            public void round(Round round) {
                statistics.addAll(round.statistics());
            }
        });
        Trajectory good = told.get(0);
        WorkerReport report = new WorkerReport(statistics.get(0), 1, good);

        assertThat(WorkerReport.decode(report.encode()).encode()).isEqualTo(report.encode());
        Trajectory bad = new Trajectory(
                good.shard(),
                good.lengths(),
                good.observations(),
                good.actions(),
                good.allowed(),
                good.rewards(),
                new boolean[good.rewards().length - 1],
                good.truncated(),
                good.values(),
                good.logProbabilities());
        assertThatThrownBy(() -> WorkerReport.decode(new WorkerReport(statistics.get(0), 1, bad).encode()))
                .isInstanceOf(Unreadable.Damaged.class)
                .hasMessageContaining("a trajectory of 2 copies has 16 rewards");
    }

    @Test
    void aRolloutThatNoPushCanTakeAlongIsRefusedByItsKey() {
        Configuration long4096 = ConfigurationFile.parse(
                "test.yaml",
                "{algorithm: a3c, environment: {id: MinBreakout-v0, copies-per-shard: 64}, network: {kind: shared, convolutions: minatar, hidden: [128]},"
                        + " a3c: {workers: 2, rollout-length: 4096}}",
                List.of());

        assertThatThrownBy(() -> Footprint.requireLog(
                        long4096, long4096.environment().resolve().spec()))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageStartingWith(
                        "a3c.rollout-length: expected with --log-trajectories what fits into a push of 64 MiB")
                .hasMessageContaining("4096 steps of 64 copies");
    }
}

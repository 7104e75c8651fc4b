package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.tuning.ResultTable.Column;
import io.sparring.tuning.ResultTable.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultTableTest {
    private static final SweepFile FILE = SliceRunnerTest.sweep("environment: {id: CartPole-v1}", """
            space:
              optimizer.learning-rate: {log-uniform: [1.0e-3, 1.0e-1]}
              a2c.rollout-length: {q-uniform: [8, 64, 8]}
              a2c.gamma: {choice: [0.9, 1]}
              normalize.observations: {choice: [true, false]}
              network.hidden: {choice: [[8], [16, 16]]}
              environment.options.a: {choice: [1, b]}
              environment.options.b: {choice: [3, 4], when: {environment.options.a: b}}
              seed: {grid: [5, 6]}
            trials: 8
            confirm: {points: 1, seeds: 2}
            """);

    private final List<Map<String, Object>> ledger = new ArrayList<>();
    private final Sweep sweep = Sweep.begin(FILE, SweepReport.NO_STATES, ledger::add);

    private void play() {
        for (Work work = sweep.next("w"); work.kind() == Work.Kind.SLICE; work = sweep.next("w")) {
            Slice slice = work.slice();
            sweep.finished(
                    slice.trial() == 3
                            ? SliceResult.failed(slice, 0.5, "why")
                            : new SliceResult(
                                    slice.trial(),
                                    slice.number(),
                                    7,
                                    700,
                                    70,
                                    slice.trial() == 2 ? Double.NaN : slice.trial(),
                                    0.25,
                                    "sha",
                                    "env-steps",
                                    null,
                                    null));
        }
    }

    @Test
    void aKeysColumnHasTheTypeOfAllItsValuesWhateverWasTried() {
        ResultTable before = ResultTable.trials(FILE, List.of());
        play();
        ResultTable after = ResultTable.trials(FILE, sweep.trials());

        assertThat(after.columns()).isEqualTo(before.columns());
        assertThat(after.columns().subList(13, 20))
                .containsExactly(
                        Column.optional("optimizer.learning-rate", Kind.REAL),
                        Column.optional("a2c.rollout-length", Kind.WHOLE),
                        Column.optional("a2c.gamma", Kind.REAL),
                        Column.optional("normalize.observations", Kind.TRUTH),
                        Column.optional("network.hidden", Kind.TEXT),
                        Column.optional("environment.options.a", Kind.TEXT),
                        Column.optional("environment.options.b", Kind.WHOLE));
        assertThat(after.rows()).allSatisfy(row -> {
            assertThat(row).hasSameSizeAs(after.columns());
            for (int column = 0; column < row.size(); column++) {
                Column own = after.columns().get(column);
                Object value = row.get(column);
                assertThat(own.optional() || value != null).as(own.name()).isTrue();
                Class<?> type = switch (own.kind()) {
                    case WHOLE -> Long.class;
                    case REAL -> Double.class;
                    case TRUTH -> Boolean.class;
                    case TEXT -> String.class;
                };
                assertThat(value == null || type.isInstance(value))
                        .as(own + ": " + value)
                        .isTrue();
            }
        });
    }

    @Test
    void aTrialIsARowAndAReportIsARow() {
        play();
        List<List<Object>> trials = ResultTable.trials(FILE, sweep.trials()).rows();
        List<List<Object>> reports = ResultTable.reports(ledger).rows();

        assertThat(trials)
                .hasSize(10)
                .filteredOn(row -> row.get(3).equals(true))
                .hasSize(2);
        assertThat(trials.get(1).subList(0, 13))
                .containsExactly(1L, 0L, 6L, false, "finished", 1L, 7L, 700L, 70L, 1.0, 0.25, "sha", "env-steps");
        assertThat(trials.get(2).get(9)).isNull();
        assertThat(trials.get(3).subList(4, 13)).containsExactly("failed", 1L, 0L, 0L, 0L, null, 0.5, null, "why");
        assertThat(reports).hasSize(10);
        assertThat(reports.get(1)).containsExactly(1L, 0L, 7L, 700L, 70L, 1.0, 0.25, "sha", "env-steps", null);
    }
}

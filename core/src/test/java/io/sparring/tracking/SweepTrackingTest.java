package io.sparring.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.tracking.TrackedRun.End;
import io.sparring.tuning.SliceResult;
import io.sparring.tuning.SliceRunner;
import io.sparring.tuning.States;
import io.sparring.tuning.Sweep;
import io.sparring.tuning.SweepFile;
import io.sparring.tuning.Work;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class SweepTrackingTest {
    private static final String SWEEP = """
            base:
              environment: {id: CartPole-v1, copies-per-shard: 4}
              network: {kind: shared, hidden: [8]}
              a2c: {shards: 1, rollout-length: 8}
              budget: {env-steps: 640}
              evaluation: {every-env-steps: 0}
            space: {a2c.gamma: {grid: [0.9, 0.95, 0.99, 1.5]}, seed: {grid: [0, 1]}}
            scheduler: {kind: successive-halving, eta: 3, first-rung-rounds: 10}
            """;

    /** What it was told. */
    private static final class Told implements TrackedRun {
        final Map<String, Told> children = new LinkedHashMap<>();
        final Map<String, String> tags = new HashMap<>();
        final Map<String, Object> parameters;
        final List<Long> steps = new ArrayList<>();
        Map<String, Double> last = Map.of();
        BooleanSupplier catchUp = () -> false;
        End end;

        Told(Map<String, ?> parameters) {
            this.parameters = new LinkedHashMap<>(parameters);
        }

        @Override
        public void numbers(long step, double wallTime, Map<String, Double> values) {
            steps.add(step);
            last = values;
        }

        @Override
        public void tag(String key, String value) {
            tags.put(key, value);
        }

        @Override
        public void earlier(BooleanSupplier tellNext) {
            catchUp = tellNext;
        }

        @Override
        public void ended(End how) {
            end = how;
        }

        @Override
        public TrackedRun child(String key, String name, Map<String, ?> own, Map<String, String> ownTags) {
            Told child = new Told(own);
            child.tags.putAll(ownTags);
            assertThat(children.put(key, child)).as("told twice of " + key).isNull();
            return child;
        }
    }

    private final SweepFile file = SweepFile.parse("sweep.yaml", SWEEP, List.of(), null, base -> null);
    private final List<Map<String, Object>> ledger = new ArrayList<>();
    private final Map<Integer, byte[]> kept = new HashMap<>();
    private final States states = new States() {
        @Override
        public void put(int trial, byte[] state) {
            kept.put(trial, state);
        }

        @Override
        public byte[] get(int trial) {
            return kept.get(trial);
        }

        @Override
        public void remove(int trial) {
            kept.remove(trial);
        }
    };

    private Told session(int slices) throws InterruptedException {
        Told run = new Told(SweepTracking.parameters(file));
        SweepTracking tracking = new SweepTracking(ledger::add);
        List<Map<String, Object>> before = List.copyOf(ledger);
        Sweep sweep = Sweep.resume("ledger", file, states, before, tracking);
        tracking.begin(run, sweep, before);
        try (SliceRunner runner = new SliceRunner(file)) {
            for (int i = 0; i < slices; i++) {
                Work work = sweep.next("worker");
                if (work.kind() != Work.Kind.SLICE) {
                    break;
                }
                SliceResult result = runner.run(work.slice(), () -> false);
                sweep.finished(result);
            }
        }
        while (run.catchUp.getAsBoolean()) {
            // Each tells of one trial.
        }
        run.ended(tracking.ended());
        return run;
    }

    @Test
    void trialsArePartsWithTheirPointsTheirReportsAndTheirEnds() throws InterruptedException {
        Told run = session(Integer.MAX_VALUE);

        assertThat(run.parameters)
                .containsEntry("sweep.scheduler", "successive-halving")
                .containsEntry("sweep.scheduler.eta", 3)
                .containsEntry("sweep.space", "a2c.gamma")
                .containsEntry("environment.id", "CartPole-v1")
                .doesNotContainKeys("a2c.gamma", "seed");
        assertThat(run.children).hasSize(8);
        assertThat(run.children.values().stream().map(child -> child.tags.get("sparring.state")))
                .containsExactlyInAnyOrder(
                        "stopped", "stopped", "stopped", "stopped", "finished", "finished", "failed", "failed");
        Told winner = run.children.values().stream()
                .filter(child -> child.tags.get("sparring.state").equals("finished"))
                .findFirst()
                .orElseThrow();
        assertThat(winner.steps).containsExactly(320L, 640L);
        assertThat(winner.last).containsOnlyKeys("score", "round", "episodes", "seconds");
        assertThat(winner.parameters).containsKeys("a2c.gamma", "seed");
        assertThat(winner.tags).containsEntry("sparring.reason", "env-steps");
        assertThat(winner.end).isEqualTo(End.FINISHED);
        Told failed = run.children.get("6");
        assertThat(failed.tags.get("sparring.reason")).contains("a2c.gamma: expected");
        assertThat(failed.end).isEqualTo(End.FAILED);
        assertThat(failed.steps).isEmpty();
        assertThat(run.last)
                .containsEntry("trials", 8.0)
                .containsEntry("failed", 2.0)
                .containsKey("best_score");
        assertThat(run.end).isEqualTo(End.FINISHED);
    }

    @Test
    void whatWasStoppedTellsAllOfItAgainToWhoeverHasMissedIt() throws InterruptedException {
        Told first = session(3);
        Told second = session(Integer.MAX_VALUE);

        assertThat(first.end).isEqualTo(End.KILLED);
        assertThat(first.children).hasSize(3);
        assertThat(second.children).hasSize(8);
        assertThat(second.children.get("0").steps.get(0))
                .isEqualTo(first.children.get("0").steps.get(0));
    }

    /** Those that go on meanwhile first, in the order of their steps. */
    @Test
    void whatIsToldLateIsNotMixedWithWhatIsNew() throws InterruptedException {
        session(8);
        Told second = session(Integer.MAX_VALUE);

        assertThat(second.children.values())
                .allSatisfy(child -> assertThat(child.steps).isSorted().doesNotHaveDuplicates());
        assertThat(second.children.values())
                .anySatisfy(child -> assertThat(child.steps).containsExactly(320L, 640L));
    }

    /** A step that the server has is told no more. */
    @Test
    void whatCameOfItIsToldAtALaterStepByEachSession() throws InterruptedException {
        Told first = session(9);
        Told second = session(Integer.MAX_VALUE);

        assertThat(first.last).containsEntry("trials", 8.0);
        assertThat(second.last).containsEntry("trials", 8.0);
        assertThat(second.steps)
                .singleElement()
                .satisfies(step -> assertThat(step).isGreaterThan(first.steps.get(0)));
    }
}

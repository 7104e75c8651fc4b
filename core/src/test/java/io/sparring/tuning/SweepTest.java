package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.algorithm.Training;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.run.CheckpointFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SweepTest {
    private static final String BASE = """
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {kind: shared, hidden: [8]}
            a2c: {shards: 1, rollout-length: 8}
            optimizer: {kind: adam}
            budget: {env-steps: 1280}
            evaluation: {every-env-steps: 0}
            """;

    private static final String SPACE = """
            space:
              optimizer.learning-rate: {log-uniform: [1.0e-4, 1.0e-1]}
              a2c.gamma: {choice: [0.9, 0.99]}
            trials: 12
            """;

    private static SweepFile file(String more) {
        return SliceRunnerTest.sweep(BASE, more);
    }

    /** A ledger and states in memory. */
    private static final class Kept implements Sweep.Journal, States {
        private final ByteArrayOutputStream ledger = new ByteArrayOutputStream();
        private final Map<Integer, byte[]> states = new HashMap<>();

        @Override
        public void append(Map<String, Object> event) {
            ledger.writeBytes(LedgerFile.line(event));
        }

        @Override
        public void put(int trial, byte[] state) {
            states.put(trial, state);
        }

        @Override
        public byte[] get(int trial) {
            return states.get(trial);
        }

        @Override
        public void remove(int trial) {
            states.remove(trial);
        }
    }

    /** One worker that does all of it. */
    private static SweepResult worked(Sweep sweep) throws InterruptedException {
        SliceRunner runner = new SliceRunner(sweep.file());
        for (Work work = sweep.next("worker"); work.kind() == Work.Kind.SLICE; work = sweep.next("worker")) {
            sweep.finished(runner.run(work.slice(), () -> false));
        }
        assertThat(sweep.isOver()).isTrue();
        return sweep.result();
    }

    private static Sweep read(SweepFile file, Kept kept) throws IOException {
        Kept next = new Kept();
        LedgerFile.Content content =
                LedgerFile.read("ledger.jsonl", new ByteArrayInputStream(kept.ledger.toByteArray()));
        next.ledger.writeBytes(Arrays.copyOf(kept.ledger.toByteArray(), (int) content.bytes()));
        return Sweep.resume("ledger.jsonl", file, next, content.events(), next);
    }

    @Test
    void theBestConfigurationTrainsToTheBestTrialsBits() throws InterruptedException {
        SweepFile file = file(SPACE + "scheduler: {kind: asha, eta: 3, first-rung-rounds: 4}");
        SweepResult result = worked(Sweep.begin(file, new Kept(), event -> {}));

        assertThat(result.trials()).hasSize(12);
        assertThat(result.count(Trial.State.FINISHED)).isPositive();
        assertThat(result.count(Trial.State.STOPPED)).isPositive();
        float[] trained = Training.of(ConfigurationFile.parse("best.yaml", result.bestConfiguration(file), List.of()))
                .run()
                .state()
                .model()
                .parameters();
        assertThat(CheckpointFile.sha256(trained)).isEqualTo(result.best().paramsSha256());
    }

    @Test
    void whereRoundsAreOfSeveralSizesTrialsAreStoppedAfterAsManyEnvironmentStepsAndTheBestByScoreLeads()
            throws InterruptedException {
        SweepFile file = file("""
                space:
                  a2c.rollout-length: {grid: [4, 8, 16, 32]}
                  a2c.gamma: {grid: [0.9, 0.95, 0.99]}
                scheduler: {kind: successive-halving, eta: 4, first-rung-rounds: 10}
                """);

        SweepResult result = worked(Sweep.begin(file, new Kept(), event -> {}));

        List<Trial> stopped = result.trials().stream()
                .filter(trial -> trial.state() == Trial.State.STOPPED)
                .toList();
        assertThat(stopped).hasSize(9).extracting(Trial::envSteps).isSubsetOf(320L, 256L);
        assertThat(stopped).extracting(trial -> trial.round()).contains(20L, 10L, 5L);
        // Behind those that came to their ends: in the order of their scores, not in that of their rounds.
        List<Double> ranked = result.leaders().stream()
                .map(result.trials()::get)
                .filter(stopped::contains)
                .map(Trial::score)
                .toList();
        assertThat(ranked).isSortedAccordingTo(Comparator.reverseOrder());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none",
                "{kind: asha, eta: 3, first-rung-rounds: 4}",
                "{kind: successive-halving, eta: 3, first-rung-rounds: 4}"
            })
    void killedAtAnyByteItGoesOnToTheSameEnd(String scheduler) throws InterruptedException, IOException {
        SweepFile file = file(SPACE + "scheduler: " + scheduler + "\nconfirm: {points: 2, seeds: 2}");
        Kept whole = new Kept();
        SweepResult undisturbed = worked(Sweep.begin(file, whole, whole));
        byte[] ledger = whole.ledger.toByteArray();

        for (int bytes :
                new int[] {0, 1, 100, ledger.length / 3, ledger.length / 2, ledger.length - 1, ledger.length}) {
            Kept killed = new Kept();
            killed.ledger.write(ledger, 0, bytes);
            SweepResult resumed = worked(read(file, killed));

            assertThat(resumed.best().paramsSha256())
                    .as("killed after %d bytes", bytes)
                    .isEqualTo(undisturbed.best().paramsSha256());
            assertThat(resumed.trials().stream().map(Trial::paramsSha256))
                    .isEqualTo(undisturbed.trials().stream()
                            .map(Trial::paramsSha256)
                            .toList());
        }
    }

    @Test
    void aSliceWhoseWorkerIsGoneIsGivenToAnotherAndCountsOnce() throws InterruptedException {
        SweepFile file = file(SPACE);
        Sweep sweep = Sweep.begin(file, new Kept(), event -> {});
        SliceRunner runner = new SliceRunner(file);
        Slice first = sweep.next("a").slice();
        sweep.lost("a", "it was killed");

        Slice again = sweep.next("b").slice();
        SliceResult result = runner.run(again, () -> false);
        sweep.finished(result);
        // Gone for Spark, and at work all the same.
        sweep.finished(runner.run(first, () -> false));

        assertThat(again.trial()).isEqualTo(first.trial());
        assertThat(sweep.repeated()).isEqualTo(1);
        assertThat(sweep.disagreements()).isZero();
        assertThat(sweep.trials().get(0).slices()).isEqualTo(1);
        assertThat(sweep.trials().get(0).lost()).isEqualTo(1);
    }

    @Test
    void twoResultsOfOneSliceThatDifferAreSeen() throws InterruptedException {
        SweepFile file = file(SPACE);
        Sweep sweep = Sweep.begin(file, new Kept(), event -> {});
        Slice slice = sweep.next("a").slice();
        SliceResult result = new SliceRunner(file).run(slice, () -> false);
        sweep.finished(result);
        sweep.finished(new SliceResult(
                result.trial(),
                result.number(),
                result.round(),
                result.envSteps(),
                result.episodes(),
                result.score(),
                0,
                "another",
                result.ended(),
                null,
                null));

        assertThat(sweep.disagreements()).isEqualTo(1);
    }

    @Test
    void statesOfThoseThatOthersHaveLeftBehindAreThrownAwayWhileItGoesOn() throws InterruptedException {
        SweepFile file = file(SPACE + "scheduler: {kind: successive-halving, eta: 3, first-rung-rounds: 4}");
        Kept kept = new Kept();
        Sweep sweep = Sweep.begin(file, kept, kept);
        SliceRunner runner = new SliceRunner(file);
        int most = 0;
        for (int i = 0; i < 12; i++) {
            sweepOn(sweep, runner);
            most = Math.max(most, kept.states.size());
        }

        // Four are promoted, whoever comes.
        assertThat(most).isEqualTo(4);
        assertThat(kept.states.keySet())
                .containsExactlyInAnyOrderElementsOf(sweep.trials().stream()
                        .sorted(Comparator.comparing(Trial::score).reversed().thenComparing(Trial::number))
                        .limit(4)
                        .map(Trial::number)
                        .toList());
        worked(sweep);
        assertThat(kept.states).isEmpty();
    }

    /** Begins a sweep whose trials 0 and 1 are lost three times, together. */
    private Sweep losingTwo(SweepFile file, Sweep.Journal journal) {
        Sweep sweep = Sweep.begin(file, new Kept(), journal);
        for (String executor : List.of("a", "b", "c")) {
            assertThat(sweep.next(executor + 0).slice().trial()).isIn(0, 1);
            assertThat(sweep.next(executor + 1).slice().trial()).isIn(0, 1);
            sweep.lost(executor + 0, "it was killed");
            sweep.lost(executor + 1, "it was killed");
        }
        return sweep;
    }

    @Test
    void aTrialThatIsLostWithThreeExecutorsIsComputedAloneOnceNothingElseIs() throws InterruptedException {
        SweepFile file = file(SPACE);
        List<Map<String, Object>> ledger = new ArrayList<>();
        Sweep sweep = losingTwo(file, ledger::add);
        // Killed and gone on with it is the same.
        for (Sweep own : List.of(Sweep.resume("ledger", file, new Kept(), List.copyOf(ledger), event -> {}), sweep)) {
            SliceRunner runner = new SliceRunner(file);
            List<Integer> order = new ArrayList<>();
            while (order.size() < 10) {
                Slice slice = own.next("d").slice();
                order.add(slice.trial());
                own.finished(runner.run(slice, () -> false));
            }
            assertThat(order).doesNotContain(0, 1);
            Slice alone = own.next("d").slice();
            assertThat(alone.trial()).isIn(0, 1);
            assertThat(own.next("e").kind()).isEqualTo(Work.Kind.WAIT);
            // It was the other one's fault.
            own.finished(runner.run(alone, () -> false));
            Slice other = own.next("e").slice();
            assertThat(own.next("d").kind()).isEqualTo(Work.Kind.WAIT);
            own.lost("e", "it was killed");

            SweepResult result = worked(own);

            assertThat(result.trials().get(other.trial()).failure())
                    .contains("4 workers were lost", "while nothing else was computed", "it was killed");
            assertThat(result.count(Trial.State.FINISHED)).isEqualTo(11);
            assertThat(own.isOver()).isTrue();
        }
    }

    @Test
    void aPointThatMakesNoConfigurationIsATrialThatHasFailed() throws InterruptedException {
        SweepFile file = file("space: {a2c.gamma: {grid: [0.9, 1.5, 0.99]}}");
        SweepResult result = worked(Sweep.begin(file, new Kept(), event -> {}));

        assertThat(result.trials())
                .extracting(Trial::state)
                .containsExactly(Trial.State.FINISHED, Trial.State.FAILED, Trial.State.FINISHED);
        assertThat(result.trials().get(1).failure()).startsWith("with a2c.gamma=1.5: a2c.gamma: expected");
    }

    @Test
    void trialsThatDifferByTheirSeedAreOneCandidateWithTheMeanOfTheirScores() throws InterruptedException {
        SweepFile file = file("space: {a2c.gamma: {grid: [0.9, 0.99]}, seed: {grid: [3, 4]}}\n"
                + "scheduler: {kind: asha, eta: 2, first-rung-rounds: 4}");
        SweepResult result = worked(Sweep.begin(file, new Kept(), event -> {}));

        assertThat(result.trials()).extracting(Trial::candidate).containsExactly(0, 0, 1, 1);
        assertThat(result.trials()).extracting(Trial::seed).containsExactly(3L, 4L, 3L, 4L);
        // One of the two candidates went on, with both of its seeds.
        assertThat(result.trials())
                .filteredOn(trial -> trial.state() == Trial.State.FINISHED)
                .hasSize(2)
                .extracting(Trial::candidate)
                .containsOnly(result.leaders().get(0));
    }

    @Test
    void confirmedPointsAreRankedByWhatTheyReachWithOtherSeeds() throws InterruptedException {
        SweepFile file = file(SPACE + "confirm: {points: 3, seeds: 4}");
        SweepResult result = worked(Sweep.begin(file, new Kept(), event -> {}));

        assertThat(result.confirmed())
                .hasSize(3)
                .allSatisfy(each -> assertThat(each.scores()).hasSize(4));
        assertThat(result.confirmed()).extracting(each -> -each.mean().value()).isSorted();
        assertThat(result.best().seed()).isEqualTo(SweepFile.Confirm.FIRST_SEED);
        assertThat(result.best().candidate())
                .isEqualTo(result.confirmed().get(0).candidate());
        assertThat(result.trials()).hasSize(12);
    }

    @Test
    void aSweepThatIsOverIsExtendedByMoreTrials() throws InterruptedException, IOException {
        SweepFile four = file(SPACE.replace("12", "4"));
        Kept kept = new Kept();
        worked(Sweep.begin(four, kept, kept));

        SweepResult extended = worked(read(file(SPACE), kept));

        assertThat(extended.trials().stream().map(Trial::paramsSha256))
                .isEqualTo(worked(Sweep.begin(file(SPACE), new Kept(), event -> {})).trials().stream()
                        .map(Trial::paramsSha256)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void oneThatEndedForWantOfTrialsIsExtendedToo(int unfinished) throws InterruptedException, IOException {
        // With two trials nobody is promoted, and the best one comes to its end by itself.
        String asha = "scheduler: {kind: asha, eta: 3, first-rung-rounds: 4}\nconfirm: {points: 2, seeds: 2}";
        Kept kept = new Kept();
        Sweep two = Sweep.begin(file(SPACE.replace("12", "2") + asha), kept, kept);
        SliceRunner runner = new SliceRunner(two.file());
        for (int i = 0; i < 3 - unfinished; i++) {
            sweepOn(two, runner);
        }
        two.next("killed");

        SweepResult extended = worked(read(file(SPACE + asha), kept));

        assertThat(extended.trials()).hasSize(12);
        assertThat(extended.count(Trial.State.RUNNING)).isZero();
        assertThat(extended.confirmed())
                .hasSize(2)
                .allSatisfy(each -> assertThat(each.scores()).hasSize(2));
    }

    private static void sweepOn(Sweep sweep, SliceRunner runner) throws InterruptedException {
        sweep.finished(runner.run(sweep.next("worker").slice(), () -> false));
    }

    @Test
    void whatConfirmsAgainIsNotCountedTwice() throws InterruptedException, IOException {
        String confirm = "confirm: {points: 2, seeds: 3}";
        Kept kept = new Kept();
        worked(Sweep.begin(file(SPACE.replace("12", "4") + confirm), kept, kept));

        SweepResult extended = worked(read(file(SPACE + confirm), kept));

        assertThat(extended.confirmed())
                .hasSize(2)
                .allSatisfy(each -> assertThat(each.scores()).hasSize(3));
    }

    @Test
    void whereFewerAreToBeConfirmedThanHadBegunTheOthersAreNotTrainedUnlessTheyAreAskedForAgain()
            throws InterruptedException {
        List<Map<String, Object>> events = new ArrayList<>();
        Sweep four = Sweep.begin(file(SPACE + "confirm: {points: 4, seeds: 3}"), new Kept(), events::add);
        SliceRunner runner = new SliceRunner(four.file());
        for (int slices = 0; slices < 12 + 2; slices++) {
            sweepOn(four, runner);
        }
        four.next("killed");

        Sweep two = resumed(events, "confirm: {points: 2, seeds: 3}");
        assertThat(worked(two).confirmed()).hasSize(2);
        assertThat(two.trials()).filteredOn(Trial::confirms).hasSize(4 * 3);
        assertThat(two.confirming()).hasSize(2 * 3).extracting(Trial::state).containsOnly(Trial.State.FINISHED);
        assertThat(two.trials())
                .filteredOn(trial -> trial.confirms() && !two.confirming().contains(trial))
                .extracting(Trial::state)
                .containsOnly(Trial.State.STOPPED);

        assertThat(worked(resumed(events, "confirm: {points: 3, seeds: 3}")).confirmed())
                .hasSize(3)
                .allSatisfy(each -> assertThat(each.scores()).hasSize(3).doesNotContain(Double.NaN));
        assertThat(resumed(events, "confirm: {points: 3, seeds: 3}").next("w").kind())
                .isEqualTo(Work.Kind.END);
    }

    private static Sweep resumed(List<Map<String, Object>> events, String confirm) {
        return Sweep.resume("ledger.jsonl", file(SPACE + confirm), new Kept(), List.copyOf(events), events::add);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 100})
    void aSweepThatIsOverIsConfirmedByMoreSeedsAndPointsWithWhatWasTrainedBefore(int slicesBeforeKill)
            throws InterruptedException, IOException {
        Kept kept = new Kept();
        SweepFile few = file(SPACE + "confirm: {points: 2, seeds: 2}");
        SweepResult before = worked(Sweep.begin(few, kept, kept));
        String more = SPACE + "confirm: {points: 3, seeds: 4}";
        List<Map<String, Object>> events =
                new ArrayList<>(LedgerFile.read("ledger.jsonl", new ByteArrayInputStream(kept.ledger.toByteArray()))
                        .events());
        Sweep going = Sweep.resume("ledger.jsonl", file(more), new Kept(), List.copyOf(events), events::add);
        SliceRunner runner = new SliceRunner(file(more));
        int slices = 0;
        for (Work work = going.next("w");
                work.kind() == Work.Kind.SLICE && slices < slicesBeforeKill;
                work = going.next("w")) {
            going.finished(runner.run(work.slice(), () -> false));
            slices++;
        }

        Sweep resumed = Sweep.resume("ledger.jsonl", file(more), new Kept(), List.copyOf(events), events::add);
        SweepResult after = worked(resumed);

        // 3 x 4, of which 2 x 2 were there.
        assertThat(resumed.trials()).hasSize(12 + 12);
        assertThat(after.confirmed())
                .hasSize(3)
                .allSatisfy(each -> assertThat(each.scores()).hasSize(4));
        before.confirmed()
                .forEach(each -> assertThat(after.confirmed())
                        .filteredOn(now -> now.candidate() == each.candidate())
                        .singleElement()
                        .satisfies(now -> assertThat(now.scores())
                                .startsWith(each.scores().toArray(Double[]::new))));
        SweepResult atOnce = worked(Sweep.begin(file(more), new Kept(), event -> {}));
        assertThat(after.confirmed()).isEqualTo(atOnce.confirmed());
        assertThat(after.best().paramsSha256()).isEqualTo(atOnce.best().paramsSha256());
    }

    @Test
    void fewerTrialsThanHaveBegunAreRefused() throws InterruptedException {
        Kept kept = new Kept();
        worked(Sweep.begin(file(SPACE), kept, kept));

        assertThatThrownBy(() -> read(file(SPACE.replace("12", "4")), kept))
                .hasMessage("trials: expected at least 12, which have begun, got 4");
    }

    @Test
    void aPointThatMostlyFailsIsNotTheWinner() throws InterruptedException {
        SweepFile file = file(SPACE.replace("12", "2") + "confirm: {points: 2, seeds: 4}");
        Sweep sweep = Sweep.begin(file, new Kept(), event -> {});
        SliceRunner runner = new SliceRunner(file);
        for (Work work = sweep.next("w"); work.kind() == Work.Kind.SLICE; work = sweep.next("w")) {
            SliceResult result = runner.run(work.slice(), () -> false);
            Trial trial = sweep.trials().get(work.slice().trial());
            boolean fails = trial.confirms() && trial.candidate() == 0 && trial.seed() > SweepFile.Confirm.FIRST_SEED;
            sweep.finished(fails ? SliceResult.failed(work.slice(), 0, "on purpose") : result);
        }

        assertThat(sweep.result().confirmed())
                .extracting(SweepResult.Confirmed::candidate)
                .containsExactly(1);
    }

    @Test
    void aLedgerOfAnotherSweepOrALaterBuildOrDamagedInTheMiddleIsRefused() throws InterruptedException, IOException {
        SweepFile file = file(SPACE + "scheduler: {kind: asha, eta: 3, first-rung-rounds: 4}");
        Kept kept = new Kept();
        worked(Sweep.begin(file, kept, kept));

        assertThatThrownBy(() -> read(file(SPACE), kept))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("another sweep's");

        Kept later = new Kept();
        later.append(Map.of("event", "sweep", "version", 99, "fingerprint", ""));
        assertThatThrownBy(() -> read(file, later)).hasMessageContaining("later build");

        byte[] damaged = kept.ledger.toByteArray();
        damaged[damaged.length / 2] ^= 1;
        Kept flipped = new Kept();
        flipped.ledger.writeBytes(damaged);
        assertThatThrownBy(() -> read(file, flipped)).hasMessageContaining("is damaged, and whole ones follow it");
    }

    @Test
    void aPopulationTakesOverWhatItsBestHaveLearnedAndGoesOnAfterAKillAsBefore()
            throws InterruptedException, IOException {
        SweepFile file = file(SPACE.replace("12", "8") + "scheduler: {kind: pbt, every-rounds: 10}");
        Kept whole = new Kept();
        SweepResult undisturbed = worked(Sweep.begin(file, whole, whole));
        List<Map<String, Object>> events = LedgerFile.read(
                        "ledger.jsonl", new ByteArrayInputStream(whole.ledger.toByteArray()))
                .events();

        assertThat(events)
                .filteredOn(event -> event.get("event").equals("copy"))
                .isNotEmpty()
                .allSatisfy(event -> {
                    assertThat(event.get("candidate")).isNotEqualTo(event.get("source"));
                });
        assertThat(undisturbed.count(Trial.State.FINISHED)).isEqualTo(8);
        // Nobody can train it again by its last settings alone.
        assertThat(undisturbed.bestParamsSha256(file)).isNull();

        // Killed in the middle, with the states that there were.
        Kept killed = new Kept();
        Sweep sweep = Sweep.begin(file, killed, killed);
        SliceRunner runner = new SliceRunner(file);
        for (int i = 0; i < 19; i++) {
            sweep.finished(runner.run(sweep.next("worker").slice(), () -> false));
        }
        sweep.next("worker");
        Kept next = new Kept();
        next.states.putAll(killed.states);
        LedgerFile.Content content =
                LedgerFile.read("ledger.jsonl", new ByteArrayInputStream(killed.ledger.toByteArray()));
        SweepResult resumed = worked(Sweep.resume("ledger.jsonl", file, next, content.events(), next));

        assertThat(resumed.trials().stream().map(Trial::paramsSha256))
                .isEqualTo(
                        undisturbed.trials().stream().map(Trial::paramsSha256).toList());
        assertThat(resumed.trials().stream().map(Trial::point))
                .isEqualTo(undisturbed.trials().stream().map(Trial::point).toList());
    }

    @Test
    void aTrialOfAPopulationWhoseStateIsLostHasFailed() throws InterruptedException {
        SweepFile file = file(SPACE.replace("12", "4") + "scheduler: {kind: pbt, every-rounds: 10}");
        Kept kept = new Kept();
        Sweep sweep = Sweep.begin(file, kept, kept);
        SliceRunner runner = new SliceRunner(file);
        for (int i = 0; i < 4; i++) {
            sweep.finished(runner.run(sweep.next("worker").slice(), () -> false));
        }
        kept.states.clear();

        SweepResult result = worked(sweep);

        assertThat(result.count(Trial.State.FAILED)).isEqualTo(4);
        assertThat(result.trials().get(0).failure()).contains("its state is lost");
    }

    @Test
    void aPopulationCannotSearchForWhatChangesShapes() {
        assertThatThrownBy(() -> file("space: {network.hidden: {choice: [[4], [8]]}}\ntrials: 4\nscheduler: pbt"))
                .hasMessageContaining("space.network.hidden: expected a key that leaves shapes alone");
    }

    @Test
    void everyEventIsInTheLedgerBeforeAnybodyActsOnIt() {
        List<String> events = new ArrayList<>();
        Sweep sweep = Sweep.begin(file(SPACE), new Kept(), event -> events.add((String) event.get("event")));

        sweep.next("a");

        assertThat(events).containsExactly("sweep", "start");
    }

    @Test
    void csvHasARowATrialAndQuotesWhatNeedsIt() throws InterruptedException {
        SweepFile file = file("space: {network.hidden: {grid: [[4], [4, 4]]}}");
        SweepResult result = worked(Sweep.begin(file, new Kept(), event -> {}));

        assertThat(result.csv().lines()).hasSize(3);
        assertThat(result.csv().lines().findFirst().orElseThrow())
                .startsWith("trial,candidate,seed,state,")
                .endsWith(",network.hidden");
        assertThat(result.csv()).contains("\"[4, 4]\"");
    }
}

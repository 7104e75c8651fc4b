package io.sparring.tuning;

import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import java.time.Duration;
import java.util.List;

/**
 * What a sweep will take, before it begins: the rounds that its scheduler would give out if scores were chance, each as long as those of the first
 * point's trial take here.
 *
 * @param rounds of all trials together, confirmation included, counted in rounds of the base
 * @param most the same if all went to their ends
 * @param probed how many rounds were timed
 * @param roundSeconds how long one takes; NaN where the first point's trial has failed
 * @param failure why it has; null where it has not
 */
public record Forecast(long rounds, long most, long probed, double roundSeconds, String failure) {

    /**
     * Trains the first point for a moment, in this thread.
     *
     * @param atLeast for how long, the first round aside, which has all that is slow but once
     */
    public static Forecast of(SweepFile file, Duration atLeast) throws InterruptedException {
        long seeds = Math.max(1, file.space().seeds().size());
        long confirming = file.confirm() == null
                ? 0
                : (long) Math.min(file.confirm().points(), file.candidates())
                        * file.confirm().seeds()
                        * file.rounds();
        long rounds = searchRounds(file) * seeds + confirming;
        long most = file.candidates() * file.rounds() * seeds + confirming;
        Trial trial = Trial.first(0, 0, file.firstPoints(1).get(0), firstSeed(file), false);
        long start = System.nanoTime();
        // Evaluations would count as often as rounds do.
        try (SliceRunner runner = new SliceRunner(file, SweepFile.Metric.TRAINING)) {
            SliceResult before = null;
            // Ever longer slices, of which the last counts: what comes first is slow in any JVM.
            for (long until = 1; ; until *= 2) {
                SliceResult result = runner.run(
                        new Slice(0, 0, trial.overrides(), before == null ? null : before.state(), until), () -> false);
                if (result.failure() != null) {
                    return new Forecast(rounds, most, 0, Double.NaN, result.failure());
                }
                if (result.ended() != null || before != null && System.nanoTime() - start >= atLeast.toNanos()) {
                    long timed = result.envSteps() - (before == null ? 0 : before.envSteps());
                    long ofRound = SweepFile.envStepsOfRound(file.configuration(List.of()));
                    return new Forecast(
                            rounds, most, timed / ofRound, result.seconds() / Math.max(1, timed) * ofRound, null);
                }
                start = before == null ? System.nanoTime() : start;
                before = result;
            }
        }
    }

    private static Long firstSeed(SweepFile file) {
        List<Long> seeds = file.space().seeds();
        return seeds.isEmpty() ? null : seeds.get(0);
    }

    /** Of one trial a candidate, by one worker. */
    private static long searchRounds(SweepFile file) {
        Scheduler scheduler = file.scheduler().create(file.candidates(), file.rounds(), file.seed());
        long[] done = new long[file.candidates()];
        long rounds = 0;
        long furthest = 0;
        while (true) {
            Decision decision = scheduler.next();
            int candidate;
            long until;
            if (decision instanceof Decision.Start start) {
                candidate = start.candidate();
                until = start.untilRound();
            } else if (decision instanceof Decision.Continue next) {
                candidate = next.candidate();
                until = next.untilRound();
            } else if (decision instanceof Decision.Copy copy) {
                candidate = copy.candidate();
                until = copy.untilRound();
                done[candidate] = done[copy.source()];
            } else {
                // If none has come to its end, the best one does.
                return rounds + file.rounds() - furthest;
            }
            long to = Math.min(until, file.rounds());
            rounds += to - done[candidate];
            done[candidate] = to;
            furthest = Math.max(furthest, to);
            double chance =
                    Streams.of(file.seed(), candidate, 0, Purpose.SAMPLER).nextDouble();
            scheduler.reported(candidate, until, chance, to == file.rounds());
        }
    }
}

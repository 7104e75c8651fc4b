package io.sparring.tuning;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;

/** Workers that take equally long for everything: first out, first back. */
final class Workers {
    private record Slice(int candidate, long untilRound) {}

    private final Scheduler scheduler;
    private final int workers;
    private final long maxRounds;
    private final IntToDoubleFunction score;
    private final Map<Integer, Long> came = new TreeMap<>();

    Workers(Scheduler scheduler, int workers, long maxRounds, IntToDoubleFunction score) {
        this.scheduler = scheduler;
        this.workers = workers;
        this.maxRounds = maxRounds;
        this.score = score;
    }

    void run() {
        Queue<Slice> out = new ArrayDeque<>();
        while (true) {
            Decision decision = out.size() < workers ? scheduler.next() : new Decision.Pause();
            if (decision instanceof Decision.Done) {
                return;
            }
            if (decision instanceof Decision.Start start) {
                out.add(new Slice(start.candidate(), start.untilRound()));
            } else if (decision instanceof Decision.Continue more) {
                out.add(new Slice(more.candidate(), more.untilRound()));
            } else {
                Slice back = out.remove();
                long round = Math.min(back.untilRound(), maxRounds);
                came.put(back.candidate(), round);
                scheduler.reported(back.candidate(), round, score.applyAsDouble(back.candidate()), round == maxRounds);
            }
        }
    }

    /** Candidate → the last round it came to. */
    Map<Integer, Long> came() {
        return came;
    }
}

package io.sparring.tuning;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What every scheduler keeps: who has begun, who is out with a worker, and for whom it is over. */
abstract class Roster implements Scheduler {
    private final int candidates;
    private final BitSet out = new BitSet();
    private final BitSet over = new BitSet();
    /** Those that are over since somebody was told. */
    private List<Integer> dismissed = new ArrayList<>();

    private int begun;

    /** @param candidates how many there are to be in all */
    Roster(int candidates) {
        if (candidates < 0) {
            throw new IllegalArgumentException(candidates + " candidates");
        }
        this.candidates = candidates;
    }

    /** Made by {@link #start}, {@link #goOn} or {@link #copy}; null where nothing can be given out now. */
    abstract Decision choose();

    /** @param ended also if it has come to {@link #END} */
    abstract void arrived(int candidate, double score, boolean ended);

    @Override
    public final Decision next() {
        Decision decision = choose();
        if (decision != null) {
            return decision;
        }
        return out.isEmpty() ? new Decision.Done() : new Decision.Pause();
    }

    @Override
    public final List<Integer> reported(int candidate, long round, double score, boolean ended) {
        if (!out.get(candidate)) {
            throw new IllegalStateException(
                    "candidate " + candidate + " was reported at round " + round + ", but is not out");
        }
        out.clear(candidate);
        boolean last = ended || round == END;
        if (last) {
            dismiss(candidate);
        }
        arrived(candidate, score, last);
        List<Integer> told = dismissed;
        dismissed = new ArrayList<>();
        return told;
    }

    final int candidates() {
        return candidates;
    }

    /** The number that {@link #start} gives next: how many have begun. */
    final int begun() {
        return begun;
    }

    final boolean canStart() {
        return begun < candidates;
    }

    final Decision start(long untilRound) {
        out.set(begun);
        return new Decision.Start(begun++, untilRound);
    }

    final Decision goOn(int candidate, long untilRound) {
        sendOut(candidate);
        return new Decision.Continue(candidate, untilRound);
    }

    final Decision copy(int candidate, int source, long untilRound) {
        sendOut(candidate);
        return new Decision.Copy(candidate, source, untilRound);
    }

    /** It will not be asked to go on again. */
    final void dismiss(int candidate) {
        if (!over.get(candidate)) {
            over.set(candidate);
            dismissed.add(candidate);
        }
    }

    private void sendOut(int candidate) {
        if (out.get(candidate) || over.get(candidate)) {
            throw new IllegalStateException("candidate " + candidate + " is out or over");
        }
        out.set(candidate);
    }
}

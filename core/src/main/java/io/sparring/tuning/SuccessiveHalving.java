package io.sparring.tuning;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;

/**
 * Successive halving (Jamieson and Talwalkar 2016) in one bracket or in several: all candidates of a bracket are trained to its
 * bottom rung, then the best ⌊n/η⌋, but at least one, to the next, and so on to the end.
 *
 * <p>Nobody goes on before all of the bracket are there, so the outcome does not depend on how many workers there are. While
 * some are waited for, a free worker begins the next bracket.
 */
final class SuccessiveHalving extends Roster {
    /**
     * A bracket to come.
     *
     * @param bottom the rung that its candidates are trained to first
     * @param size how many candidates it has, or fewer if there are no more
     */
    record Plan(int bottom, int size) {}

    /** Candidates that climb together. */
    private static final class Bracket {
        /** The rung that those who are left are on their way to. */
        int rung;
        /** How many those are. */
        int size;

        Rung here = new Rung();

        Bracket(int rung, int size) {
            this.rung = rung;
            this.size = size;
        }
    }

    private final Rungs rungs;
    private final int factor;
    private final Iterator<Plan> plans;
    private final Bracket[] bracketOf;
    private final Queue<Integer> promoted = new ArrayDeque<>();
    private Bracket filling;
    private int toBegin;

    /** @param plans the brackets, one after the other, for as many candidates or more */
    SuccessiveHalving(int candidates, Rungs rungs, int factor, Iterator<Plan> plans) {
        super(candidates);
        this.rungs = rungs;
        this.factor = factor;
        this.plans = plans;
        bracketOf = new Bracket[candidates];
    }

    static SchedulerSpec.Maker read(Options settings) {
        Ladder ladder = Ladder.read(settings);
        return (candidates, maxRounds, seed) -> {
            Plan all = new Plan(0, candidates);
            return new SuccessiveHalving(
                    candidates,
                    ladder.rungs(maxRounds),
                    ladder.eta(),
                    List.of(all).iterator());
        };
    }

    @Override
    Decision choose() {
        if (!promoted.isEmpty()) {
            int candidate = promoted.remove();
            return goOn(candidate, rungs.round(bracketOf[candidate].rung));
        }
        if (!canStart()) {
            return null;
        }
        if (toBegin == 0) {
            Plan plan = plans.next();
            toBegin = Math.min(plan.size(), candidates() - begun());
            filling = new Bracket(plan.bottom(), toBegin);
        }
        toBegin--;
        bracketOf[begun()] = filling;
        return start(rungs.round(filling.rung));
    }

    @Override
    void arrived(int candidate, double score, boolean ended) {
        Bracket bracket = bracketOf[candidate];
        if (bracket.rung == rungs.count()) {
            dismiss(candidate);
            return;
        }
        int places = Math.max(1, bracket.size / factor);
        Rung here = bracket.here;
        here.places(places);
        here.add(new Standing(candidate, score), !ended);
        here.keep(places, this::dismiss);
        if (here.size() == bracket.size) {
            climb(bracket);
        }
    }

    private void climb(Bracket bracket) {
        int climbers = 0;
        while (bracket.here.hasWaiting()) {
            promoted.add(bracket.here.promote());
            climbers++;
        }
        bracket.rung++;
        bracket.size = climbers;
        bracket.here = new Rung();
    }
}

package io.sparring.tuning;

import java.util.ArrayDeque;
import java.util.Queue;

/** Every candidate is asked to go on from rung to rung, unless a rule says, when it is reported, that it is to stop. */
final class EarlyStopping extends Roster {
    /** What is decided from the scores so far. */
    @FunctionalInterface
    interface Rule {
        /**
         * Whether a candidate goes on; called once for each that comes to a rung.
         *
         * @param ended whether it cannot go on, and is only to be counted
         */
        boolean goesOn(int candidate, int rung, double score, boolean ended);
    }

    private final Rungs rungs;
    private final Rule rule;
    private final int[] rungOf;
    private final Queue<Integer> goingOn = new ArrayDeque<>();

    EarlyStopping(int candidates, Rungs rungs, Rule rule) {
        super(candidates);
        this.rungs = rungs;
        this.rule = rule;
        rungOf = new int[candidates];
    }

    @Override
    Decision choose() {
        if (!goingOn.isEmpty()) {
            int candidate = goingOn.remove();
            rungOf[candidate]++;
            return goOn(candidate, rungs.round(rungOf[candidate]));
        }
        return canStart() ? start(rungs.round(0)) : null;
    }

    @Override
    void arrived(int candidate, double score, boolean ended) {
        int rung = rungOf[candidate];
        if (rung < rungs.count() && rule.goesOn(candidate, rung, score, ended)) {
            goingOn.add(candidate);
        } else {
            dismiss(candidate);
        }
    }
}

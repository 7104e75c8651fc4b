package io.sparring.tuning;

import java.util.stream.Stream;

/**
 * ASHA's stopping variant: a candidate that comes to a rung goes on if it is among the best 1/η of those that have come there so
 * far, itself one of them, and stops for good if not. The first ones there go on while they are the best. No state has to be
 * kept of those that stop; but whether a candidate goes on depends on who came before it.
 */
final class AshaStopping implements EarlyStopping.Rule {
    private final Rung[] ladder;
    private final int factor;

    AshaStopping(Rungs rungs, int factor) {
        ladder = Stream.generate(Rung::new).limit(rungs.count()).toArray(Rung[]::new);
        this.factor = factor;
    }

    @Override
    public boolean goesOn(int candidate, int rung, double score, boolean ended) {
        Rung here = ladder[rung];
        Standing own = new Standing(candidate, score);
        here.add(own, false);
        here.places(Math.max(1, here.size() / factor));
        return !ended && !Double.isNaN(score) && here.isPlaced(own);
    }
}

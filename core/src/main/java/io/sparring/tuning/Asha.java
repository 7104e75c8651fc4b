package io.sparring.tuning;

import java.util.List;
import java.util.stream.Stream;

/**
 * Asynchronous successive halving by promotion (Li et al. 2020): a free worker takes the best of those in the best ⌊n/η⌋ of a
 * rung that have not been promoted, n being how many have come there so far, and looks from the highest rung down; where there
 * is none, a new candidate is begun. Nobody waits for anybody, at the price that some are promoted that would not be when all
 * are there.
 */
final class Asha extends Roster {
    private final Rungs rungs;
    private final int factor;
    private final Rung[] ladder;
    /** The rung that each candidate is on its way to or has come to. */
    private final int[] rungOf;
    /** Of each rung, how many of those that have come there will never leave it upwards. */
    private final int[] stuck;

    Asha(int candidates, Rungs rungs, int factor) {
        super(candidates);
        this.rungs = rungs;
        this.factor = factor;
        ladder = Stream.generate(Rung::new).limit(rungs.count()).toArray(Rung[]::new);
        rungOf = new int[candidates];
        stuck = new int[rungs.count()];
    }

    static SchedulerSpec.Maker read(Options settings) {
        Ladder ladder = Ladder.read(settings);
        boolean stopping =
                settings.word("variant", List.of("promotion", "stopping")).equals("stopping");
        return (candidates, maxRounds, seed) -> {
            Rungs rungs = ladder.rungs(maxRounds);
            return stopping
                    ? new EarlyStopping(candidates, rungs, new AshaStopping(rungs, ladder.eta()))
                    : new Asha(candidates, rungs, ladder.eta());
        };
    }

    @Override
    Decision choose() {
        for (int rung = ladder.length - 1; rung >= 0; rung--) {
            if (ladder[rung].hasWaiting()) {
                int candidate = ladder[rung].promote();
                rungOf[candidate] = rung + 1;
                return goOn(candidate, rungs.round(rung + 1));
            }
        }
        return canStart() ? start(rungs.round(0)) : null;
    }

    @Override
    void arrived(int candidate, double score, boolean ended) {
        int rung = rungOf[candidate];
        if (rung == ladder.length) {
            dismiss(candidate);
            return;
        }
        boolean open = !ended && !Double.isNaN(score);
        if (!open) {
            dismiss(candidate);
            stuck[rung]++;
        }
        ladder[rung].add(new Standing(candidate, score), open);
        ladder[rung].places(ladder[rung].size() / factor);
        forgetTheHopeless();
    }

    /** Of the most that can ever come to a rung, a candidate behind the best ⌊most/η⌋ will never be promoted. */
    private void forgetTheHopeless() {
        int most = candidates();
        for (int rung = 0; rung < ladder.length; rung++) {
            int here = rung;
            ladder[rung].keep(most / factor, hopeless -> {
                dismiss(hopeless);
                stuck[here]++;
            });
            most -= stuck[rung];
        }
    }
}

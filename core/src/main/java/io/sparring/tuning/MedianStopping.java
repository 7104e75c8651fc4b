package io.sparring.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The median stopping rule (Golovin et al. 2017, with the running average on both sides): at every so many rounds a candidate
 * stops if the mean of its scores so far is below the median of those means among all that have come to that round, itself one
 * of them. The first few there, the grace population, all go on.
 */
final class MedianStopping implements EarlyStopping.Rule {
    private final List<Rung> ladder = new ArrayList<>();
    private final double[] sum;
    private final int[] scores;
    private final int grace;

    /** @param grace how many have to have come to a round before anybody is stopped there */
    MedianStopping(int candidates, int grace) {
        sum = new double[candidates];
        scores = new int[candidates];
        this.grace = grace;
    }

    static SchedulerSpec.Maker read(Options settings) {
        int grace = settings.whole("grace", 1, 5);
        OptionalLong every = settings.whole("every-rounds", 1);
        return (candidates, maxRounds, seed) ->
                new EarlyStopping(candidates, Rungs.even(every, maxRounds), new MedianStopping(candidates, grace));
    }

    @Override
    public boolean goesOn(int candidate, int rung, double score, boolean ended) {
        if (!Double.isNaN(score)) {
            sum[candidate] += score;
            scores[candidate]++;
        }
        Standing mean = new Standing(candidate, sum[candidate] / scores[candidate]);
        if (rung == ladder.size()) {
            ladder.add(new Rung());
        }
        Rung here = ladder.get(rung);
        here.add(mean, false);
        here.places((here.size() + 1) / 2);
        return !ended && (here.size() < grace || here.reachesPlaced(mean));
    }
}

package io.sparring.algorithm;

import java.io.Serializable;
import java.util.List;

/**
 * What a run has counted between two rounds.
 *
 * @param round rounds done
 * @param envSteps environment steps done, all copies together
 * @param episodes episodes ended
 * @param recentReturns of the last {@value #RECENT} episodes at most, the oldest first
 * @param bestReturn the best mean return of an evaluation; −∞ before the first
 * @param droppedGradients shards' gradients that were not finite
 * @param seconds of training, those of earlier sessions included
 * @param solvedAtSteps environment steps at the first evaluation that reached the target; −1 before
 * @param solvedAtSeconds seconds of training until then; −1 before
 */
public record Counters(
        long round,
        long envSteps,
        long episodes,
        List<Double> recentReturns,
        double bestReturn,
        int droppedGradients,
        double seconds,
        long solvedAtSteps,
        double solvedAtSeconds)
        implements Serializable {

    /** Over how many episodes the mean return of training is taken. */
    public static final int RECENT = 100;

    /** Of a run that has not begun. */
    public static final Counters NONE = new Counters(0, 0, 0, List.of(), Double.NEGATIVE_INFINITY, 0, 0, -1, -1);

    public Counters {
        recentReturns = List.copyOf(recentReturns);
    }

    /** The mean return of the last episodes; NaN before the first one ended. */
    public double meanReturn() {
        return recentReturns.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }
}

package io.sparring.tuning;

import java.util.OptionalLong;

/**
 * The rounds at which candidates are compared; after the last of them comes {@link Scheduler#END}.
 *
 * @param count how many there are before the end
 */
record Rungs(int count, long first, int factor, boolean geometric) {
    /**
     * r, rη, rη² … below the largest round. One that is nearer to it than half a step is left out, for the end is then the next.
     *
     * @param first r, at least 1
     * @param factor η, at least 2
     * @param maxRounds how many rounds the base configuration's budget has
     */
    static Rungs geometric(long first, int factor, long maxRounds) {
        int count = 0;
        // A double, so that the last step goes past a long quietly.
        for (double round = first; round < maxRounds && round * Math.sqrt(factor) <= maxRounds; round *= factor) {
            count++;
        }
        return new Rungs(count, first, factor, true);
    }

    /**
     * e, 2e, 3e … below the largest round, the last one left out as in {@link #geometric}.
     *
     * @param everyRounds e, at least 1; empty: a tenth of the budget
     */
    static Rungs even(OptionalLong everyRounds, long maxRounds) {
        long every = everyRounds.orElse(Math.max(1, maxRounds / 10));
        long whole = maxRounds / every;
        long count = maxRounds - whole * every < every - every / 2 ? whole - 1 : whole;
        return new Rungs((int) Math.max(0, Math.min(count, Integer.MAX_VALUE)), every, 1, false);
    }

    /** The round of rung k = 0, 1 …, {@link Scheduler#END} for the one after the last. */
    long round(int rung) {
        if (rung >= count) {
            return Scheduler.END;
        }
        if (!geometric) {
            return first * (rung + 1);
        }
        long round = first;
        for (int step = 0; step < rung; step++) {
            round *= factor;
        }
        return round;
    }
}

package io.sparring.parameterserver;

/**
 * How many of the others' updates were merged between the pulls and the pushes of updates.
 *
 * @param updates how many were pushed
 * @param mean NaN before the first
 * @param p50 the median
 * @param p99 the 99th percentile
 * @param max the largest
 */
public record Staleness(long updates, double mean, long p50, long p99, long max) {

    /** Counts in memory that does not grow with the run; what lies beyond {@link #EXACT} is only known to be so large. */
    static final class Histogram {
        private static final int EXACT = 4096;

        private final long[] counts = new long[EXACT + 1];
        private long updates;
        private double sum;
        private long max;

        void add(long staleness) {
            counts[(int) Math.min(staleness, EXACT)]++;
            updates++;
            sum += staleness;
            max = Math.max(max, staleness);
        }

        void addAll(Histogram other) {
            // This is asked for every round: what lies beyond the other's largest is zero.
            for (int i = 0; i <= Math.min(other.max, EXACT); i++) {
                counts[i] += other.counts[i];
            }
            updates += other.updates;
            sum += other.sum;
            max = Math.max(max, other.max);
        }

        Staleness summary() {
            return new Staleness(updates, sum / updates, percentile(0.5), percentile(0.99), max);
        }

        /** The smallest staleness that so large a share of the updates does not exceed (nearest rank). */
        private long percentile(double share) {
            long rank = (long) Math.ceil(share * updates);
            long seen = 0;
            for (int i = 0; i < EXACT; i++) {
                seen += counts[i];
                if (seen >= rank) {
                    return i;
                }
            }
            return max;
        }
    }
}

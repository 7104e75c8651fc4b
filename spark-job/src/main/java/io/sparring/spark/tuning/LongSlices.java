package io.sparring.spark.tuning;

import io.sparring.tuning.Slice;
import java.util.HashMap;
import java.util.Map;

/** Which slices take so long, beside those that have ended, that their environments may hang. Says so of each once. */
final class LongSlices {
    /** A slice of a higher rung, or of a point that costs more than others, takes longer, and hangs not. */
    private static final double TIMES = 10;
    /** Seconds that are not worth a word. */
    private static final double LEAST = 300;
    /** What counts as the longest while none has ended. */
    private static final double FIRST = 360;

    private final Map<Integer, Integer> said = new HashMap<>();
    private double longest = Double.NaN;

    void ended(double seconds) {
        longest = Double.isNaN(longest) ? seconds : Math.max(longest, seconds);
    }

    /** @return at most once a slice */
    boolean isSuspicious(Slice slice, double seconds) {
        double usual = Double.isNaN(longest) ? FIRST : longest;
        return seconds > Math.max(LEAST, TIMES * usual)
                && !Integer.valueOf(slice.number()).equals(said.put(slice.trial(), slice.number()));
    }
}

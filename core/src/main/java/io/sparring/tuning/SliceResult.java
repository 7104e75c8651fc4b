package io.sparring.tuning;

/**
 * What came of a {@link Slice}.
 *
 * @param trial whose it was
 * @param number which of its slices
 * @param round rounds done in all
 * @param envSteps environment steps done in all
 * @param episodes episodes ended in all
 * @param score larger is better; NaN where there is none yet
 * @param seconds of computing, this slice's alone
 * @param paramsSha256 of the parameters after it; null where it has failed
 * @param ended why the trial is over, as {@code target-return}; null where it can go on
 * @param failure why the trial cannot go on, in one line; null where nothing went wrong
 * @param state to go on from; null where the trial is over
 */
public record SliceResult(
        int trial,
        int number,
        long round,
        long envSteps,
        long episodes,
        double score,
        double seconds,
        String paramsSha256,
        String ended,
        String failure,
        byte[] state) {

    /** As {@link #ended} of a trial that has failed. */
    public static final String FAILED = "failed";

    /** Of a slice whose trial has failed. */
    static SliceResult failed(Slice slice, double seconds, String failure) {
        return new SliceResult(
                slice.trial(), slice.number(), 0, 0, 0, Double.NaN, seconds, null, FAILED, failure, null);
    }
}

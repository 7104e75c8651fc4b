package io.sparring.tuning;

import java.util.List;

/**
 * Who is trained next, and for how long.
 *
 * <p>A state machine without clock, threads or chance of its own: the same calls in the same order are answered alike, which is
 * how a sweep is resumed. An answer of {@link Decision.Pause} or {@link Decision.Done} changes nothing, so it need not be
 * called again for that. It never gives out a candidate that is out already; a slice that was lost with its worker is run again
 * by whoever drives the scheduler, which is not told. A call takes O(log n) of the candidates at a rung, over all calls.
 *
 * <p>Of two scores the larger is the better one; NaN, no score, is worse than any number. Of equal scores the smaller candidate
 * number is the better one. A candidate trained with several seeds is reported once, when all of them are there.
 */
public interface Scheduler {
    /** The round that stands for a candidate's own end, by its budget or its target. */
    long END = Long.MAX_VALUE;

    /** What a worker that has nothing to do does next; the candidate of the answer is out until it is reported. */
    Decision next();

    /**
     * A candidate that was out is back.
     *
     * @param round the round it has come to: the one asked for, or an earlier one if it ended before
     * @param ended whether its training is over, by its own budget or target or because it failed: it is asked to go no further,
     *     and counts, with its score, at the rung that it was on its way to
     * @return who will not be asked to go on any more, from now on, itself or others that it has left behind: their states can be thrown away
     * @throws IllegalStateException if it was not out: reported twice, or never given out
     */
    List<Integer> reported(int candidate, long round, double score, boolean ended);
}

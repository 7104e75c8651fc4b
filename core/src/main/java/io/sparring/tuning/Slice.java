package io.sparring.tuning;

import java.util.List;

/**
 * A part of a trial, for whoever is free: (configuration, state, until) → {@link SliceResult}. Anybody gives the same result.
 *
 * @param trial whose
 * @param number of the trial's slices, from 0
 * @param overrides of the sweep's base configuration: what makes it this trial's
 * @param state to go on from, a checkpoint; null: from the trial's beginning
 * @param untilRound as many environment steps are to have been made in all as so many rounds of the sweep's base have; where a round of the trial has another
 *     number of them, to the end of the one that is nearest, at least its first; {@link #END}: to the trial's own end
 */
public record Slice(int trial, int number, List<String> overrides, byte[] state, long untilRound) {

    /** As an {@code untilRound}: until its budget is used up or its target is reached. */
    public static final long END = Long.MAX_VALUE;

    public Slice {
        overrides = List.copyOf(overrides);
    }
}

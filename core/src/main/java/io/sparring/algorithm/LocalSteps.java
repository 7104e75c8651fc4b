package io.sparring.algorithm;

import java.io.Serializable;

/**
 * Steps of an optimiser, added up.
 *
 * @param count how many
 * @param norms Σ ‖∇‖, before clipping
 * @param clipped of how many the gradient was clipped
 */
public record LocalSteps(int count, double norms, int clipped) implements Serializable {
    /** No step. */
    static final LocalSteps NONE = new LocalSteps(0, 0, 0);

    /** One more, of a gradient of this norm that was clipped to {@code max}; 0: not. */
    LocalSteps and(double norm, double max) {
        return new LocalSteps(count + 1, norms + norm, clipped + (max > 0 && norm > max ? 1 : 0));
    }

    /** Both. */
    LocalSteps plus(LocalSteps other) {
        return new LocalSteps(count + other.count, norms + other.norms, clipped + other.clipped);
    }
}

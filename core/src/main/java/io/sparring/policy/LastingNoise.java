package io.sparring.policy;

/**
 * Noise that outlasts a step: what was drawn for each of B copies, all at the same step. The array must not be changed.
 *
 * @param values B × the distribution's noise, standard normal; empty where nothing has been drawn, or no noise lasts
 * @param steps how many steps it has served
 */
public record LastingNoise(float[] values, int steps) {
    /** None, yet or at all. */
    public static final LastingNoise NONE = new LastingNoise(new float[0], 0);
}

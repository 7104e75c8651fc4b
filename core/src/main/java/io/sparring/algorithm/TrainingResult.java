package io.sparring.algorithm;

/**
 * How training ended.
 *
 * @param state to go on from
 * @param reason why it ended
 */
public record TrainingResult(TrainingState state, TrainingListener.Reason reason) {}

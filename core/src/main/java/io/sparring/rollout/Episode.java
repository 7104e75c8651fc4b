package io.sparring.rollout;

import java.io.Serializable;

/**
 * A finished episode.
 *
 * @param totalReward its return, undiscounted
 * @param length its steps
 */
public record Episode(double totalReward, int length) implements Serializable {}

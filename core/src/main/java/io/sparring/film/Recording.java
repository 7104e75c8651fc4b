package io.sparring.film;

import io.sparring.rollout.Episode;
import java.io.Serializable;
import java.util.SortedMap;

/**
 * An episode that was filmed.
 *
 * @param gif an animated GIF
 * @param frames PNGs by the steps that were taken before them, from 0 on; empty where nobody asked for them
 */
public record Recording(Episode episode, byte[] gif, SortedMap<Integer, byte[]> frames) implements Serializable {}

/**
 * Episodes as pictures, for people.
 *
 * <pre>
 *   Drawing.frame ──▶ Film: every frame, or every nth ──▶ AnimatedGif ──▶ Recording: a GIF, and a PNG a frame
 * </pre>
 *
 * <p>Written with {@code javax.imageio}, which needs no display. Nothing of it is loaded where nobody films.
 */
package io.sparring.film;

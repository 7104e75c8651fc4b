/**
 * Learning from what others did: logged episodes, what an actor and a critic are to learn from them, and how well they have.
 *
 * <pre>
 *   LoggedEpisode ── Teacher, by the model so far ──▶ Lesson, for whoever fits a network to it
 *                 └────────────────────────────────▶ Score, of the model
 * </pre>
 */
package io.sparring.imitation;

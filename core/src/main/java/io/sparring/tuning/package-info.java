/**
 * What a sweep decides: which candidates there are, and how long each of them is trained.
 *
 * <pre>
 *   a worker that is free ──▶ Scheduler.next() ──▶ Decision: a candidate, and the round to train it to
 *                                  ▲                    │
 *                                  └──── reported() ◀───┘ its score there
 * </pre>
 */
package io.sparring.tuning;

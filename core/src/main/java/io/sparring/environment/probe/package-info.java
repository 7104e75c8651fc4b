/**
 * Probes: small tasks that each ask for one ability, after bsuite (Osband et al. 2020, "Behaviour Suite for Reinforcement Learning",
 * <a href="https://github.com/google-deepmind/bsuite">google-deepmind/bsuite</a>, Apache-2.0).
 *
 * <pre>
 *   Catch-v0         whether it learns at all, with the reward some steps after its cause
 *   DeepSea-v0       exploration: one sequence of N actions among 2^N is worth something
 *   MemoryChain-v0   memory: what was shown first is asked for last
 * </pre>
 *
 * <p>Recorded traces of bsuite are replayed by the tests; what is drawn comes from Sparring's generators.
 */
package io.sparring.environment.probe;

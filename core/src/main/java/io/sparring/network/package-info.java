/**
 * Actor-critic networks. The parameters are one flat vector of floats, and two readers understand it:
 *
 * <pre>
 *   flat parameters ─┬─▶ ActingNetwork      plain arrays, no native call: one forward per environment step
 *                    └─▶ LearningNetwork    DL4J's ComputationGraph: forward and backward, once per rollout
 * </pre>
 *
 * Both give the same outputs up to rounding; a test holds them to it.
 */
package io.sparring.network;

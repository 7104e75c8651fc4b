/**
 * Sparring's core: everything that is not Spark.
 *
 * <pre>
 *   environment ──▶ rollout ──▶ advantage ──▶ loss ──▶ (network: gradient) ──▶ optimizer
 *                                  algorithm: the loops that put these together
 *                                  tuning: which candidates a sweep trains, and for how long
 *                                  run: configuration's results, metrics, checkpoints, the report
 * </pre>
 */
package io.sparring;

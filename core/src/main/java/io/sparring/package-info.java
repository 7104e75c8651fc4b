/**
 * Sparring's core: everything that is not Spark.
 *
 * <pre>
 *   environment ──▶ rollout ──▶ advantage ──▶ loss ──▶ (network: gradient) ──▶ optimizer
 *                                  algorithm: the loops that put these together
 *                                  run: configuration's results, metrics, checkpoints, the report
 * </pre>
 */
package io.sparring;

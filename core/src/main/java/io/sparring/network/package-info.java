/**
 * Actor-critic networks. The parameters are one flat vector of floats, and one network reads it, whoever acts
 * and whoever learns:
 *
 * <pre>
 *   Architecture ──▶ Layer (Dense, …) ──▶ Layer.Computation ─┐
 *   flat parameters ─────────────────────────────────────────┴─▶ Network: forward, backward, on Batches, by Kernels
 *                                                                          VectorKernels │ ScalarKernels, the same bits
 * </pre>
 */
package io.sparring.network;

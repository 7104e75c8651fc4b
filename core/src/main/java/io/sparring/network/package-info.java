/**
 * Actor-critic networks. What there is to know for acting is one value, the {@link io.sparring.network.Model}: an architecture and one
 * flat vector of parameters, and a normaliser of what is observed. One network reads it, whoever acts and whoever learns:
 *
 * <pre>
 *   Architecture ──▶ Layer (Dense, …) ──▶ Layer.Computation ─┐
 *   Model.parameters ────────────────────────────────────────┤
 *   Model.normalizer ──▶ ObservationScale ───────────────────┴─▶ Network: forward, backward, on Batches, by Kernels
 *                                                                          VectorKernels │ ScalarKernels, the same bits
 * </pre>
 */
package io.sparring.network;

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
 *
 * <p>Where a network has memory, a {@link io.sparring.network.Past} says what was remembered before a batch and which of its rows belong to one episode.
 */
package io.sparring.network;

package io.sparring.algorithm;

import io.sparring.network.Normalizer;
import java.io.Serializable;

/**
 * Where an asynchronous worker stands that waits for its turn, beside its environments and its optimiser: see {@link SteppedWorkers}. Arrays must
 * not be changed.
 *
 * @param pulled θ as it was given to the worker last, which its next push is compared with
 * @param local θ′, φ′; other than {@code pulled} where the worker keeps its own
 * @param normalizer as it was given to the worker last
 * @param behind how many updates θ has had since
 * @param envSteps of the whole run when the worker was last told of them
 */
public record WorkerPosition(float[] pulled, float[] local, Normalizer normalizer, long behind, long envSteps)
        implements Serializable {}

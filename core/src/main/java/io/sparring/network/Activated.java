package io.sparring.network;

/**
 * The activation of a layer at work. Most are applied where the layer's sums are computed, over these; where the slope needs the sums
 * themselves, they are kept here.
 */
final class Activated {
    private final Kernels kernels;
    private final Activation activation;
    /** Null where nothing need be kept. */
    private final Batch kept;

    /** @param activation null for the identity */
    Activated(Kernels kernels, Activation activation, int features) {
        this.kernels = kernels;
        this.activation = activation;
        kept = activation != null && activation.slopeNeedsInputs() ? new Batch(features) : null;
    }

    /** Where the layer writes its sums. */
    Batch sums(Batch out) {
        return kept == null ? out : kept;
    }

    /** What it applies to them at once; null for nothing. */
    Activation atOnce() {
        return kept == null ? activation : null;
    }

    /** Fills the layer's output, once the sums are there. */
    void finish(Batch out) {
        if (kept != null) {
            kernels.activate(activation, kept, out);
        }
    }

    /** delta ← delta · f′, for the last batch. */
    void backward(Batch out, Batch delta) {
        if (activation != null) {
            kernels.activateBackward(activation, sums(out), delta);
        }
    }
}

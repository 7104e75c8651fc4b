package io.sparring.network;

import org.apache.commons.rng.sampling.distribution.ZigguratSampler.NormalizedGaussian;

/**
 * One step of a network, as a value without memory: its parameters lie in the network's flat vector, from an offset on that the
 * network chooses. A new kind of layer is a class that implements this.
 */
public interface Layer {

    /** What it takes. */
    Shape input();

    /** What it gives. */
    Shape output();

    /** How many floats of the flat vector are its own. */
    int parameterCount();

    /** Writes its first parameters from {@code offset} on; the vector is 0 before. */
    void initialise(float[] parameters, int offset, NormalizedGaussian gaussian);

    /** Floats that each copy of the environment carries from one step to the next; 0 for layers without memory. */
    default int stateSize() {
        return 0;
    }

    /** Multiply-adds that a row takes. */
    default long multiplyAdds() {
        return parameterCount();
    }

    /** Whether {@link Computation#backward} needs what {@link Computation#forward} has left besides what it gave. */
    default boolean backwardNeedsForward() {
        return true;
    }

    /** Its computation, with memory of its own; used by one thread at a time. */
    Computation computation(Kernels kernels);

    /** A layer at work. */
    interface Computation {

        /** Computes with these parameters from now on, which must not change. */
        void setParameters(float[] parameters, int offset);

        /**
         * out ← layer(in). A row's result depends on that row alone, and with memory on the rows of the same copy before it.
         *
         * @param state of layers with memory: what each copy remembers, {@link #stateSize()} features; read, and written over with what is
         *     remembered after the last step. Else null
         * @param continues of layers with memory: see {@link Past}. Else null
         */
        void forward(Batch in, Batch state, double[] continues, Batch out);

        /**
         * From ∂L/∂out to the gradients, for the batch of the last {@link #forward}; or for any, where {@link #backwardNeedsForward} is false.
         *
         * @param in as it was
         * @param out as it was computed
         * @param delta ∂L/∂out, written over
         * @param inputGradient receives ∂L/∂in; null where nobody asks
         * @param add whether ∂L/∂in is added to what {@code inputGradient} holds
         * @param gradient of the flat vector: this layer's part, from {@code offset} on, is added to
         */
        void backward(
                Batch in, Batch out, Batch delta, Batch inputGradient, boolean add, double[] gradient, int offset);
    }
}

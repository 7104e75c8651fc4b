package io.sparring.network;

import org.apache.commons.rng.sampling.distribution.ZigguratSampler.NormalizedGaussian;

/**
 * What {@link Lstm} and {@link Gru} have in common as layers. With G gates of H units each, parameters lie as in PyTorch's {@code nn.LSTM} and
 * {@code nn.GRU} of one layer: {@code weight_ih} (G·H × inputs), {@code weight_hh} (G·H × H), {@code bias_ih} and {@code bias_hh} (G·H each),
 * gate by gate.
 */
interface RecurrentLayer extends Layer {
    /** The length of x. */
    int inputs();

    /** H, the length of h. */
    int size();

    /** G. */
    int gates();

    @Override
    default Shape input() {
        return Shape.vector(inputs());
    }

    @Override
    default Shape output() {
        return Shape.vector(size());
    }

    @Override
    default int parameterCount() {
        return Math.multiplyExact(gates() * size(), inputs() + size() + 2);
    }

    /** Orthogonal weights, those of each gate for themselves; biases 0. */
    @Override
    default void initialise(float[] parameters, int offset, NormalizedGaussian gaussian) {
        int at = offset;
        for (int taken : new int[] {inputs(), size()}) {
            for (int gate = 0; gate < gates(); gate++) {
                new Dense(taken, size(), null, 1).initialise(parameters, at, gaussian);
                at += taken * size();
            }
        }
    }
}

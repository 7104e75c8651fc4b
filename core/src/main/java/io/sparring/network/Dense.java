package io.sparring.network;

import org.apache.commons.rng.sampling.distribution.ZigguratSampler.NormalizedGaussian;

/**
 * y = f(W x + b). The weights lie output by output, that of (input, output) at output · inputs + input, and the biases behind them,
 * as DL4J's flat vector has them.
 *
 * @param inputs the length of x
 * @param outputs the length of y
 * @param activation f; null for the identity
 * @param gain of the orthogonal initialisation
 */
public record Dense(int inputs, int outputs, Activation activation, double gain) implements Layer {

    @Override
    public Shape input() {
        return Shape.vector(inputs);
    }

    @Override
    public Shape output() {
        return Shape.vector(outputs);
    }

    @Override
    public int parameterCount() {
        return (inputs + 1) * outputs;
    }

    @Override
    public boolean backwardNeedsForward() {
        return activation != null && activation.slopeNeedsInputs();
    }

    /** Orthogonal weights (Saxe et al. 2014); biases 0. */
    @Override
    public void initialise(float[] parameters, int offset, NormalizedGaussian gaussian) {
        Orthonormal.matrix(outputs, inputs, gain, gaussian, parameters, offset);
    }

    @Override
    public Layer.Computation computation(Kernels kernels) {
        return new Computation(kernels);
    }

    private final class Computation implements Layer.Computation {
        private final Kernels kernels;
        private final Activated activated;
        private float[] parameters;
        private int offset;
        private final float[] biases = new float[Batch.padded(outputs, Batch.FEATURE_TILE)];
        private final float[] forwardWeights = new float[biases.length * inputs];
        private float[] backwardWeights;
        private boolean backwardReady;

        Computation(Kernels kernels) {
            this.kernels = kernels;
            activated = new Activated(kernels, activation, outputs);
        }

        @Override
        public void setParameters(float[] parameters, int offset) {
            this.parameters = parameters;
            this.offset = offset;
            backwardReady = false;
            Kernels.pack(parameters, offset, inputs, 1, outputs, inputs, forwardWeights);
            System.arraycopy(parameters, offset + inputs * outputs, biases, 0, outputs);
        }

        @Override
        public void forward(Batch in, Batch state, double[] continues, Batch out) {
            kernels.product(
                    forwardWeights, inputs, outputs, biases, false, activated.atOnce(), in, activated.sums(out));
            activated.finish(out);
        }

        @Override
        public void backward(
                Batch in,
                Batch out,
                Batch delta,
                Batch inputGradient,
                boolean add,
                double[] gradient,
                int gradientOffset) {
            activated.backward(out, delta);
            kernels.weightGradient(in, delta, gradient, gradientOffset);
            kernels.biasGradient(delta, gradient, gradientOffset + inputs * outputs);
            if (inputGradient != null) {
                kernels.product(backwardWeights(), outputs, inputs, null, add, null, delta, inputGradient);
            }
        }

        /** Packed on first use: acting never asks. */
        private float[] backwardWeights() {
            if (!backwardReady) {
                if (backwardWeights == null) {
                    backwardWeights = new float[Batch.padded(inputs, Batch.FEATURE_TILE) * outputs];
                }
                Kernels.pack(parameters, offset, 1, inputs, inputs, outputs, backwardWeights);
                backwardReady = true;
            }
            return backwardWeights;
        }
    }
}

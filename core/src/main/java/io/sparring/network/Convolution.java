package io.sparring.network;

import org.apache.commons.rng.sampling.distribution.ZigguratSampler.NormalizedGaussian;

/**
 * y(f, i, j) = φ(b(f) + Σ w(f, c, u, v) x(c, s·i + u, s·j + v)): filters that are moved over an image of channels × height × width,
 * nowhere over its edge. The biases lie first, then the weights, filter by filter, each channel by channel and row by row, as DL4J's
 * flat vector has them.
 *
 * @param input channels × height × width, both sizes at least the kernel's
 * @param filters how many, how large, and how far apart
 * @param activation φ; null for the identity
 * @param gain of the orthogonal initialisation
 */
public record Convolution(Shape input, Filters filters, Activation activation, double gain) implements Layer {

    /** The shape of what comes out. */
    static Shape output(Shape input, Filters filters) {
        return Shape.image(
                filters.filters(),
                filters.places(input.sizes().get(1)),
                filters.places(input.sizes().get(2)));
    }

    @Override
    public Shape output() {
        return output(input, filters);
    }

    /** Weights of one filter. */
    int taps() {
        return input.sizes().get(0) * filters.kernel() * filters.kernel();
    }

    @Override
    public int parameterCount() {
        return Math.multiplyExact(taps() + 1, filters.filters());
    }

    @Override
    public long multiplyAdds() {
        return (long) taps() * output().size();
    }

    @Override
    public boolean backwardNeedsForward() {
        return activation != null && activation.slopeNeedsInputs();
    }

    /** Orthogonal weights (Saxe et al. 2014), a filter's all together being one row, as PyTorch's {@code orthogonal_} has it; biases 0. */
    @Override
    public void initialise(float[] parameters, int offset, NormalizedGaussian gaussian) {
        Orthonormal.matrix(filters.filters(), taps(), gain, gaussian, parameters, offset + filters.filters());
    }

    @Override
    public Layer.Computation computation(Kernels kernels) {
        return new Computation(kernels);
    }

    /**
     * Which features of the input a place sees: that of tap t (a weight's index within its filter) at place p is
     * {@code corners[p] + taps[t]}.
     */
    record Window(int[] corners, int[] taps) {}

    private Window window() {
        int height = input.sizes().get(1);
        int width = input.sizes().get(2);
        int rows = filters.places(height);
        int columns = filters.places(width);
        int kernel = filters.kernel();
        int[] corners = new int[rows * columns];
        for (int place = 0; place < corners.length; place++) {
            corners[place] = (place / columns * width + place % columns) * filters.stride();
        }
        int[] taps = new int[taps()];
        for (int tap = 0; tap < taps.length; tap++) {
            int channel = tap / (kernel * kernel);
            taps[tap] = (channel * height + tap / kernel % kernel) * width + tap % kernel;
        }
        return new Window(corners, taps);
    }

    private final class Computation implements Layer.Computation {
        private final Kernels kernels;
        private final Activated activated;
        private final Window window = window();
        private final int taps = window.taps().length;
        private final int count = filters.filters();
        private final float[] biases = new float[Batch.padded(count, Batch.FEATURE_TILE)];
        private final float[] forwardWeights = new float[biases.length * taps];
        private float[] parameters;
        private int offset;
        private float[] backwardWeights;
        private boolean backwardReady;

        Computation(Kernels kernels) {
            this.kernels = kernels;
            activated = new Activated(kernels, activation, output().size());
        }

        @Override
        public void setParameters(float[] parameters, int offset) {
            this.parameters = parameters;
            this.offset = offset;
            backwardReady = false;
            System.arraycopy(parameters, offset, biases, 0, count);
            Kernels.pack(parameters, offset + count, taps, 1, count, taps, forwardWeights);
        }

        @Override
        public void forward(Batch in, Batch state, double[] continues, Batch out) {
            kernels.convolve(forwardWeights, window, count, biases, activated.atOnce(), in, activated.sums(out));
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
            kernels.filterGradient(window, count, in, delta, gradient, gradientOffset + count);
            addBiases(delta, gradient, gradientOffset);
            if (inputGradient != null) {
                if (!add) {
                    inputGradient.clear(in.rows());
                }
                kernels.convolveBack(backwardWeights(), window, count, delta, inputGradient);
            }
        }

        private void addBiases(Batch delta, double[] gradient, int gradientOffset) {
            int places = window.corners().length;
            double[] ofPlaces = new double[count * places];
            kernels.biasGradient(delta, ofPlaces, 0);
            for (int i = 0; i < ofPlaces.length; i++) {
                gradient[gradientOffset + i / places] += ofPlaces[i];
            }
        }

        /** Packed on first use: acting never asks. */
        private float[] backwardWeights() {
            if (!backwardReady) {
                if (backwardWeights == null) {
                    backwardWeights = new float[Batch.padded(taps, Batch.FEATURE_TILE) * count];
                }
                Kernels.pack(parameters, offset + count, 1, taps, taps, count, backwardWeights);
                backwardReady = true;
            }
            return backwardWeights;
        }
    }
}

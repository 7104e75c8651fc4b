package io.sparring.network;

import java.util.Arrays;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler.NormalizedGaussian;

/**
 * y = φ(g (x − m) / √(v + ε) + b), m and v being the mean and the variance of the row's own features (Ba et al. 2016), as PyTorch's
 * {@code LayerNorm} has it. The gains g lie first, then the shifts b.
 *
 * <p>Where it stands, between a hidden layer with biases and its activation, is where CleanRL's PQN and the paper have it;
 * Stable-Baselines3 and CleanRL's PPO have none.
 *
 * @param size the length of x
 * @param activation φ
 */
public record LayerNorm(int size, Activation activation) implements Layer {
    /** ε. */
    public static final float EPSILON = 1e-5f;

    @Override
    public Shape input() {
        return Shape.vector(size);
    }

    @Override
    public Shape output() {
        return Shape.vector(size);
    }

    @Override
    public int parameterCount() {
        return 2 * size;
    }

    /** Gains 1, shifts 0. */
    @Override
    public void initialise(float[] parameters, int offset, NormalizedGaussian gaussian) {
        Arrays.fill(parameters, offset, offset + size, 1);
    }

    @Override
    public Layer.Computation computation(Kernels kernels) {
        return new Computation(kernels);
    }

    /** Chains of fused multiply-adds over a row's features; loops run over rows, as everywhere, and are as fast as Java compiles them. */
    private final class Computation implements Layer.Computation {
        private final Kernels kernels;
        private final Activated activated;
        private float[] parameters;
        private int offset;
        /** Of each row of the last batch: the mean, and one over the deviation. */
        private float[] mean = new float[0];

        private float[] scale = new float[0];
        /** Each row's two sums of the backward pass. */
        private float[] sum = new float[0];

        private float[] product = new float[0];
        /** x normalised; then times the gradient. */
        private final Batch normalised = new Batch(size);

        Computation(Kernels kernels) {
            this.kernels = kernels;
            activated = new Activated(kernels, activation, size);
        }

        @Override
        public void setParameters(float[] parameters, int offset) {
            this.parameters = parameters;
            this.offset = offset;
        }

        @Override
        public void forward(Batch in, Batch state, double[] continues, Batch out) {
            measure(in);
            Batch sums = activated.sums(out);
            sums.resize(in.rows());
            for (int feature = 0; feature < size; feature++) {
                float gain = parameters[offset + feature];
                float shift = parameters[offset + size + feature];
                int from = feature * in.stride();
                int to = feature * sums.stride();
                for (int row = 0; row < in.rows(); row++) {
                    float x = (in.values()[from + row] - mean[row]) * scale[row];
                    sums.values()[to + row] = Fused.multiplyAdd(x, gain, shift);
                }
            }
            if (activated.atOnce() != null) {
                kernels.activate(activated.atOnce(), out, out);
            }
            activated.finish(out);
        }

        private void measure(Batch in) {
            int rows = in.rows();
            if (mean.length < rows) {
                mean = new float[rows];
                scale = new float[rows];
                sum = new float[rows];
                product = new float[rows];
            }
            Arrays.fill(mean, 0, rows, 0);
            Arrays.fill(scale, 0, rows, 0);
            for (int feature = 0; feature < size; feature++) {
                int from = feature * in.stride();
                for (int row = 0; row < rows; row++) {
                    mean[row] += in.values()[from + row];
                }
            }
            for (int row = 0; row < rows; row++) {
                mean[row] /= size;
            }
            for (int feature = 0; feature < size; feature++) {
                int from = feature * in.stride();
                for (int row = 0; row < rows; row++) {
                    float x = in.values()[from + row] - mean[row];
                    scale[row] = Fused.multiplyAdd(x, x, scale[row]);
                }
            }
            for (int row = 0; row < rows; row++) {
                scale[row] = 1 / (float) Math.sqrt(scale[row] / size + EPSILON);
            }
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
            normalise(in);
            if (inputGradient != null) {
                inputGradient(delta, inputGradient, add);
            }
            kernels.biasGradient(delta, gradient, gradientOffset + size);
            for (int feature = 0; feature < size; feature++) {
                int at = feature * normalised.stride();
                int from = feature * delta.stride();
                for (int row = 0; row < in.rows(); row++) {
                    normalised.values()[at + row] *= delta.values()[from + row];
                }
            }
            kernels.biasGradient(normalised, gradient, gradientOffset);
        }

        private void normalise(Batch in) {
            normalised.resize(in.rows());
            for (int feature = 0; feature < size; feature++) {
                int from = feature * in.stride();
                int to = feature * normalised.stride();
                for (int row = 0; row < in.rows(); row++) {
                    normalised.values()[to + row] = (in.values()[from + row] - mean[row]) * scale[row];
                }
            }
        }

        /** ∂L/∂x = (δ g − mean(δ g) − x̂ mean(δ g x̂)) / √(v + ε), x̂ being x normalised. */
        private void inputGradient(Batch delta, Batch inputGradient, boolean add) {
            int rows = delta.rows();
            if (!add) {
                inputGradient.clear(rows);
            }
            Arrays.fill(sum, 0, rows, 0);
            Arrays.fill(product, 0, rows, 0);
            for (int feature = 0; feature < size; feature++) {
                float gain = parameters[offset + feature];
                int from = feature * delta.stride();
                int at = feature * normalised.stride();
                for (int row = 0; row < rows; row++) {
                    float slope = delta.values()[from + row] * gain;
                    sum[row] += slope;
                    product[row] = Fused.multiplyAdd(slope, normalised.values()[at + row], product[row]);
                }
            }
            for (int row = 0; row < rows; row++) {
                sum[row] /= size;
                product[row] /= size;
            }
            for (int feature = 0; feature < size; feature++) {
                float gain = parameters[offset + feature];
                int from = feature * delta.stride();
                int at = feature * normalised.stride();
                int to = feature * inputGradient.stride();
                for (int row = 0; row < rows; row++) {
                    float slope = delta.values()[from + row] * gain - sum[row];
                    slope = Fused.multiplyAdd(-normalised.values()[at + row], product[row], slope);
                    inputGradient.values()[to + row] += slope * scale[row];
                }
            }
        }
    }
}

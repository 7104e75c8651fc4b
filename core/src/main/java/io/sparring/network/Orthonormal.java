package io.sparring.network;

import org.apache.commons.rng.sampling.distribution.ZigguratSampler.NormalizedGaussian;

/** Orthonormal vectors, uniformly distributed: Gram–Schmidt, each vector twice, on Gaussian ones. */
final class Orthonormal {
    private Orthonormal() {}

    /**
     * Draws them.
     *
     * @param count how many, at most {@code length}
     * @param length of each
     */
    static double[][] vectors(int count, int length, NormalizedGaussian gaussian) {
        double[][] basis = new double[count][length];
        for (int k = 0; k < count; k++) {
            double[] vector = basis[k];
            for (int i = 0; i < length; i++) {
                vector[i] = gaussian.sample();
            }
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < k; j++) {
                    subtract(vector, basis[j], dot(vector, basis[j]));
                }
                double norm = Math.sqrt(dot(vector, vector));
                subtract(vector, vector, 1 - 1 / norm);
            }
        }
        return basis;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** a ← a − factor · b. */
    private static void subtract(double[] a, double[] b, double factor) {
        for (int i = 0; i < a.length; i++) {
            a[i] -= factor * b[i];
        }
    }
}

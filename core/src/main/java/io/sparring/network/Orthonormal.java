package io.sparring.network;

import org.apache.commons.rng.sampling.distribution.ZigguratSampler.NormalizedGaussian;

/** Orthonormal vectors and orthogonal matrices, uniformly distributed: Gram–Schmidt, each vector twice, on Gaussian ones. */
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

    /**
     * Draws a matrix whose rows are orthogonal, or its columns where it has fewer of them.
     *
     * @param gain the length of the rows, or else of the columns
     * @param matrix receives it row by row, from {@code offset} on
     */
    static void matrix(int rows, int columns, double gain, NormalizedGaussian gaussian, float[] matrix, int offset) {
        double[][] basis = vectors(Math.min(rows, columns), Math.max(rows, columns), gaussian);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                double element = columns < rows ? basis[column][row] : basis[row][column];
                matrix[offset + row * columns + column] = (float) (gain * element);
            }
        }
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

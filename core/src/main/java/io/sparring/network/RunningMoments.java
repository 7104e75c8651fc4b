package io.sparring.network;

import java.io.Serializable;
import java.util.Arrays;

/**
 * How several numbers that are seen together have been spread so far: of each its mean, and the sum of the squares of its distances from
 * that, in double precision. Not Σ x and Σ x², of which little is left where the mean is large beside the spread. Parts are put together
 * as by Chan, Golub and LeVeque (1979). The arrays must not be changed.
 *
 * @param count n, how often they were seen
 * @param means of each; 0 where none was seen
 * @param squares M₂ = Σ (x − mean)² of each
 */
public record RunningMoments(long count, double[] means, double[] squares) implements Serializable {

    /** @throws IllegalArgumentException if the arrays are of different lengths, or the count is negative */
    public RunningMoments {
        if (means.length != squares.length || count < 0) {
            throw new IllegalArgumentException(
                    count + " times " + means.length + " means and " + squares.length + " sums of squares");
        }
    }

    /** Of so many numbers, not seen yet. */
    public static RunningMoments none(int size) {
        return new RunningMoments(0, new double[size], new double[size]);
    }

    /**
     * Of all rows, in order: mean first, and then the distances from it.
     *
     * @param rowByRow rows × {@code size}
     * @param size how many numbers a row has; 0: of nothing, whatever there is
     */
    public static RunningMoments of(Observations rowByRow, int size) {
        if (size == 0) {
            return none(0);
        }
        int rows = rowByRow.length() / size;
        double[] means = new double[size];
        double[] squares = new double[size];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < size; i++) {
                means[i] += rowByRow.get(row * size + i);
            }
        }
        for (int i = 0; i < size && rows > 0; i++) {
            means[i] /= rows;
        }
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < size; i++) {
                double distance = rowByRow.get(row * size + i) - means[i];
                squares[i] += distance * distance;
            }
        }
        return new RunningMoments(rows, means, squares);
    }

    /** Of one number, seen so often. */
    public static RunningMoments of(double[] numbers) {
        double sum = 0;
        for (double number : numbers) {
            sum += number;
        }
        double mean = numbers.length == 0 ? 0 : sum / numbers.length;
        double squares = 0;
        for (double number : numbers) {
            squares += (number - mean) * (number - mean);
        }
        return new RunningMoments(numbers.length, new double[] {mean}, new double[] {squares});
    }

    /** How many numbers are seen together. */
    public int size() {
        return means.length;
    }

    /**
     * Of these and those that came after.
     *
     * @throws IllegalArgumentException if they are of another size
     */
    public RunningMoments plus(RunningMoments later) {
        if (later.size() != size()) {
            throw new IllegalArgumentException("moments of " + later.size() + " numbers beside those of " + size());
        }
        if (count == 0 || later.count == 0) {
            return count == 0 ? later : this;
        }
        long total = count + later.count;
        double[] mean = new double[size()];
        double[] square = new double[size()];
        for (int i = 0; i < mean.length; i++) {
            double distance = later.means[i] - means[i];
            mean[i] = means[i] + distance * later.count / total;
            square[i] = squares[i] + later.squares[i] + distance * distance * count / total * later.count;
        }
        return new RunningMoments(total, mean, square);
    }

    /** σ² of one of them, of all that was seen; 1 where nothing was. */
    public double variance(int index) {
        return count == 0 ? 1 : squares[index] / count;
    }

    /** Whether all that was seen was finite. */
    public boolean isFinite() {
        // What is not finite has left nothing finite behind.
        return Arrays.stream(squares).allMatch(Double::isFinite);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RunningMoments moments
                && count == moments.count
                && Arrays.equals(means, moments.means)
                && Arrays.equals(squares, moments.squares);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Long.hashCode(count) + Arrays.hashCode(means)) + Arrays.hashCode(squares);
    }

    @Override
    public String toString() {
        return count + " × " + size() + " numbers";
    }
}

package io.sparring.algorithm;

import java.io.Serializable;

/**
 * What mean and variance of numbers need, as sums, so that batches can be added up.
 *
 * @param count how many numbers
 * @param sum Σ x
 * @param squareSum Σ x²
 */
public record Moments(int count, double sum, double squareSum) implements Serializable {
    /** Of no number. */
    static final Moments NONE = new Moments(0, 0, 0);

    /** Of these, added up in order. */
    static Moments of(double[] numbers) {
        double sum = 0;
        double squareSum = 0;
        for (double number : numbers) {
            sum += number;
            squareSum += number * number;
        }
        return new Moments(numbers.length, sum, squareSum);
    }

    /** Of both. */
    Moments plus(Moments other) {
        return new Moments(count + other.count, sum + other.sum, squareSum + other.squareSum);
    }

    double mean() {
        return sum / count;
    }

    /** Of the whole population; not negative, whatever rounding does. */
    double variance() {
        return Math.max(0, squareSum / count - mean() * mean());
    }

    /** σ, which is never 0. */
    double deviation() {
        return Math.sqrt(variance()) + 1e-8;
    }

    /** (x − μ)/σ. */
    double[] normalized(double[] numbers) {
        double mean = mean();
        double deviation = deviation();
        double[] normalized = new double[numbers.length];
        for (int i = 0; i < normalized.length; i++) {
            normalized[i] = (numbers[i] - mean) / deviation;
        }
        return normalized;
    }
}

package io.sparring.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Space;
import io.sparring.network.Batches;
import io.sparring.random.Streams;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

class CategoricalTest {
    private static final double[] NONE = {};

    private static ActionDistribution over(int n) {
        return ActionDistribution.of(new Space.Discrete(n));
    }

    private static double logProbability(double[] logits, int action) {
        return over(logits.length).logProbability(logits, 0, NONE, new float[] {action}, 0);
    }

    private static double entropy(double... logits) {
        return over(logits.length).entropy(logits, 0, NONE);
    }

    private static int mode(float... logits) {
        float[] action = new float[1];
        over(logits.length).mode(Batches.of(logits.length, logits), 0, action, 0);
        return (int) action[0];
    }

    private static int sample(float[] logits, UniformRandomProvider random) {
        float[] action = new float[1];
        over(logits.length)
                .sample(PolicyBatch.of(Batches.of(logits.length, logits)), 0, random, LastingNoise.NONE, 0, action, 0);
        return (int) action[0];
    }

    @Test
    void aDiscreteSpaceOfNTakesNLogitsAndNothingElse() {
        ActionDistribution distribution = over(5);

        assertThat(distribution.outputs()).isEqualTo(5);
        assertThat(distribution.freeParameters()).isZero();
        assertThat(distribution.actionSize()).isEqualTo(1);
    }

    @Test
    void actionsAreDrawnAsOftenAsTheyAreProbable() {
        float[][] cases = {{0, 0}, {1, -1, 0.5f}, {3, 0, 0, -2, 1}, {-100, 2, 2, -100}, {1e6f, 1e6f - 1}, {0}};
        UniformRandomProvider random = Streams.of(11);
        for (float[] logits : cases) {
            int draws = 20_000;
            int[] counts = new int[logits.length];
            for (int draw = 0; draw < draws; draw++) {
                counts[sample(logits, random)]++;
            }

            double chiSquare = 0;
            int categories = 0;
            for (int i = 0; i < logits.length; i++) {
                double expected = draws * Math.exp(logProbability(Batches.doubles(logits), i));
                if (expected < 1e-6) {
                    assertThat(counts[i]).isZero();
                } else {
                    chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
                    categories++;
                }
            }
            // Mean and four standard deviations of the χ² distribution.
            double freedom = categories - 1;
            assertThat(chiSquare).isLessThanOrEqualTo(freedom + 4 * Math.sqrt(2 * freedom));
        }
    }

    @Test
    void anImpossibleActionIsNeverDrawnWhateverTheGeneratorGives() {
        UniformRandomProvider shapes = Streams.of(5);
        UniformRandomProvider largest = () -> -1L;
        UniformRandomProvider smallest = () -> 0L;
        assertThat(largest.nextDouble()).isEqualTo(Math.nextDown(1.0));
        for (int trial = 0; trial < 1000; trial++) {
            float[] logits = new float[3 + shapes.nextInt(40)];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = 4 * shapes.nextFloat();
            }
            logits[0] = -1000;
            logits[logits.length - 1] = -1000;
            assertThat(sample(logits, smallest)).isEqualTo(1);
            assertThat(sample(logits, largest)).isEqualTo(logits.length - 2);
        }
    }

    @Test
    void theModeIsTheFirstOfTheLargestLogits() {
        assertThat(mode(-3, 2, 1)).isEqualTo(1);
        assertThat(mode(-3, -2, -1)).isEqualTo(2);
        assertThat(mode(2, 2, 1)).isEqualTo(0);
        assertThat(mode(7)).isEqualTo(0);
    }

    @Test
    void probabilitiesSumToOne() {
        UniformRandomProvider random = Streams.of(2);
        for (int n = 1; n < 40; n++) {
            double[] logits = random.doubles(n, -8, 8).toArray();
            double sum = 0;
            for (int action = 0; action < n; action++) {
                sum += Math.exp(logProbability(logits, action));
            }
            assertThat(sum).isCloseTo(1, within(1e-14));
        }
    }

    @Test
    void onlyDifferencesOfLogitsCount() {
        double[] logits = {0.5, -1, 2};
        double[] shifted = {1000.5, 999, 1002};
        for (int action = 0; action < 3; action++) {
            assertThat(logProbability(shifted, action)).isCloseTo(logProbability(logits, action), within(1e-12));
        }
        assertThat(entropy(shifted)).isCloseTo(entropy(logits), within(1e-12));
    }

    @Test
    void entropyIsThatOfKnownDistributions() {
        assertThat(entropy(3)).isZero();
        assertThat(entropy(1, 1)).isCloseTo(Math.log(2), within(1e-15));
        assertThat(entropy(-4, -4, -4, -4, -4)).isCloseTo(Math.log(5), within(1e-15));
        // ¼ and ¾
        assertThat(entropy(0, Math.log(3))).isCloseTo(Math.log(4) - 0.75 * Math.log(3), within(1e-15));
    }

    @Test
    void extremeLogitsOverflowNowhere() {
        float[][] cases = {
            {Float.MAX_VALUE, -Float.MAX_VALUE},
            {-Float.MAX_VALUE, Float.MAX_VALUE, 0},
            {1e30f, -1e30f, 1e30f},
            {-1e5f, -2e5f},
            {800, 0, -800}
        };
        for (float[] logits : cases) {
            double[] exact = Batches.doubles(logits);
            int mode = mode(logits);
            assertThat(Math.exp(logProbability(exact, mode))).isBetween(0.49, 1.0);
            assertThat(entropy(exact)).isBetween(0.0, Math.log(2) + 1e-15);
            for (int action = 0; action < logits.length; action++) {
                assertThat(logProbability(exact, action)).isFinite().isLessThanOrEqualTo(0);
                for (double derivative : gradient(exact, action, 1, 1)) {
                    assertThat(derivative).isFinite();
                }
            }
            int drawn = sample(logits, Streams.of(1));
            assertThat(logits[drawn]).isEqualTo(logits[mode]);
        }
    }

    @Test
    void theGradientIsTheSlopeOfLogProbabilityAndEntropy() {
        double[] logits = {0.3, -1.2, 2, 0.1};
        double h = 1e-5;
        for (int action = 0; action < logits.length; action++) {
            double[] score = gradient(logits, action, 1, 0);
            double[] both = gradient(logits, action, -0.7, 0.3);
            for (int i = 0; i < logits.length; i++) {
                double[] up = logits.clone();
                double[] down = logits.clone();
                up[i] += h;
                down[i] -= h;
                double ofLogProbability = (logProbability(up, action) - logProbability(down, action)) / (2 * h);
                double ofEntropy = (entropy(up) - entropy(down)) / (2 * h);

                assertThat(score[i]).isCloseTo(ofLogProbability, within(1e-9));
                assertThat(both[i]).isCloseTo(-0.7 * ofLogProbability + 0.3 * ofEntropy, within(1e-9));
            }
        }
    }

    private static double[] gradient(double[] logits, int action, double ofLogProbability, double ofEntropy) {
        double[] gradient = new double[logits.length];
        over(logits.length)
                .addGradient(logits, 0, NONE, new float[] {action}, 0, ofLogProbability, ofEntropy, gradient, NONE);
        return gradient;
    }

    @Test
    void theGradientComesWithLogProbabilityAndEntropy() {
        double[] logits = {9, 0.3, -1.2, 2, 0.1};
        for (int action = 0; action < 4; action++) {
            ActionDistribution.Terms terms =
                    over(4).addGradient(logits, 1, NONE, new float[] {9, action}, 1, -0.7, 0.3, new double[5], NONE);

            assertThat(terms.logProbability())
                    .isEqualTo(over(4).logProbability(logits, 1, NONE, new float[] {action}, 0));
            assertThat(terms.entropy()).isEqualTo(over(4).entropy(logits, 1, NONE));
        }
    }

    @Test
    void rowsAreReadAndWrittenWhereTheyLie() {
        ActionDistribution distribution = over(2);
        double[] rows = {9, 9, 0, Math.log(3), -9, 9};
        float[] actions = {0, 1, 0};
        assertThat(distribution.logProbability(rows, 2, NONE, actions, 1)).isCloseTo(Math.log(0.75), within(1e-15));
        assertThat(distribution.entropy(rows, 2, NONE)).isCloseTo(entropy(0, Math.log(3)), within(1e-15));

        double[] gradient = new double[6];
        Arrays.fill(gradient, 1);
        distribution.addGradient(rows, 2, NONE, actions, 1, 1, 0, gradient, NONE);
        assertThat(gradient).containsExactly(new double[] {1, 1, 0.75, 1.25, 1, 1}, within(1e-15));

        float[] drawn = {7, 7, 7};
        distribution.sample(
                PolicyBatch.of(Batches.of(2, 9f, 0, -99, 99, 9, 0)), 1, Streams.of(1), LastingNoise.NONE, 0, drawn, 2);
        assertThat(drawn).containsExactly(7, 7, 1);
        distribution.mode(Batches.of(2, 0f, 9, 99, -99, 0, 9), 1, drawn, 1);
        assertThat(drawn).containsExactly(7, 0, 1);
    }

    @Test
    void theEnvironmentIsToldTheActionAsItIs() {
        float[] told = new float[4];
        over(3).toEnvironment(new float[] {2, 0, 1, 2}, told, 3);

        assertThat(told).containsExactly(2, 0, 1, 0);
    }
}

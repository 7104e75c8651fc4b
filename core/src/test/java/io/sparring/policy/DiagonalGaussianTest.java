package io.sparring.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Space;
import io.sparring.network.Batches;
import io.sparring.random.Streams;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

class DiagonalGaussianTest {
    private static final float INFINITE = Float.POSITIVE_INFINITY;

    private static ActionDistribution over(int dimensions) {
        return ActionDistribution.of(Space.Box.of(dimensions, -1, 1));
    }

    private static double logProbability(double[] means, double[] logSigma, float... action) {
        return over(means.length).logProbability(means, 0, logSigma, action, 0);
    }

    @Test
    void aBoxOfNTakesNMeansAndNFreeParameters() {
        ActionDistribution distribution = over(3);

        assertThat(distribution.outputs()).isEqualTo(3);
        assertThat(distribution.freeParameters()).isEqualTo(3);
        assertThat(distribution.actionSize()).isEqualTo(3);
    }

    @Test
    void actionsAreDrawnAsOftenAsTheyAreProbable() {
        // Ten bins of equal probability: the deciles of the standard normal distribution.
        double[] deciles = {
            -1.2815516, -0.8416212, -0.5244005, -0.2533471, 0, 0.2533471, 0.5244005, 0.8416212, 1.2815516
        };
        float[] means = {0.5f, -20};
        double[] logSigma = {Math.log(0.1), Math.log(5)};
        double[] sigma = {0.1, 5};
        int draws = 20_000;
        int[][] counts = new int[2][10];
        double product = 0;
        UniformRandomProvider random = Streams.of(12);
        float[] action = new float[2];
        for (int draw = 0; draw < draws; draw++) {
            over(2).sample(PolicyBatch.of(Batches.of(2, means), logSigma), 0, random, LastingNoise.NONE, 0, action, 0);
            double[] z = new double[2];
            for (int i = 0; i < 2; i++) {
                z[i] = (action[i] - means[i]) / sigma[i];
                int bin = Arrays.binarySearch(deciles, z[i]);
                counts[i][bin < 0 ? -bin - 1 : bin]++;
            }
            product += z[0] * z[1];
        }

        for (int[] of : counts) {
            double chiSquare = 0;
            for (int count : of) {
                chiSquare += (count - draws / 10.0) * (count - draws / 10.0) / (draws / 10.0);
            }
            // Mean and four standard deviations of the χ² distribution with 9 degrees of freedom.
            assertThat(chiSquare).isLessThan(9 + 4 * Math.sqrt(18));
        }
        // Dimensions are independent: the product of two standard normal variables has variance 1.
        assertThat(product / draws).isCloseTo(0, within(4 / Math.sqrt(draws)));
    }

    @Test
    void theModeIsTheMean() {
        float[] action = new float[4];
        over(2).mode(Batches.of(2, 9, 9, 0.25f, -3, 9, 9), 1, action, 1);

        assertThat(action).containsExactly(0, 0.25f, -3, 0);
    }

    @Test
    void probabilityIntegratesToOneAndItsLogarithmToMinusTheEntropy() {
        double[] means = {0.3};
        for (double logSigma : new double[] {-1.5, 0, 0.7}) {
            double[] free = {logSigma};
            double sigma = Math.exp(logSigma);
            double step = sigma / 64;
            double total = 0;
            double surprise = 0;
            for (int i = -64 * 9; i <= 64 * 9; i++) {
                // A float, so the grid itself is exact to some 1e-7 only.
                float action = (float) (means[0] + i * step);
                double logProbability = logProbability(means, free, action);
                total += Math.exp(logProbability) * step;
                surprise -= Math.exp(logProbability) * logProbability * step;
            }

            assertThat(total).isCloseTo(1, within(1e-6));
            assertThat(surprise).isCloseTo(over(1).entropy(means, 0, free), within(1e-5));
        }
    }

    @Test
    void logProbabilityAndEntropyAreSumsOverDimensions() {
        double[] means = {0.3, -1, 4};
        double[] logSigma = {0.5, -0.25, -2};
        double sum = 0;
        double entropy = 0;
        float[] action = {1, -0.5f, 3.75f};
        for (int i = 0; i < 3; i++) {
            double[] mean = {means[i]};
            double[] free = {logSigma[i]};
            sum += logProbability(mean, free, action[i]);
            entropy += over(1).entropy(mean, 0, free);
        }

        assertThat(logProbability(means, logSigma, action)).isCloseTo(sum, within(1e-12));
        assertThat(over(3).entropy(means, 0, logSigma)).isCloseTo(entropy, within(1e-15));
    }

    @Test
    void theStandardNormalDistributionHasItsKnownNumbers() {
        double[] zero = {0};
        assertThat(logProbability(zero, zero, 0)).isCloseTo(-0.9189385332046727, within(1e-15));
        assertThat(logProbability(zero, zero, 2)).isCloseTo(-2.9189385332046727, within(1e-15));
        // ½ log 2πe
        assertThat(over(1).entropy(zero, 0, zero)).isCloseTo(1.4189385332046727, within(1e-15));
        assertThat(over(1).entropy(zero, 0, new double[] {-2})).isCloseTo(-0.5810614667953273, within(1e-15));
    }

    @Test
    void theGradientIsTheSlopeOfLogProbabilityAndEntropy() {
        ActionDistribution distribution = over(2);
        double[] means = {0.3, -1.2};
        double[] logSigma = {0.4, -0.9};
        float[] action = {1.5f, -1};
        double[] ofMeans = new double[2];
        double[] ofLogSigma = new double[2];
        ActionDistribution.Terms terms =
                distribution.addGradient(means, 0, logSigma, action, 0, -0.7, 0.3, ofMeans, ofLogSigma);
        assertThat(terms.logProbability()).isEqualTo(logProbability(means, logSigma, action));
        assertThat(terms.entropy()).isEqualTo(distribution.entropy(means, 0, logSigma));

        double h = 1e-5;
        for (int i = 0; i < 2; i++) {
            double slope = (logProbability(moved(means, i, h), logSigma, action)
                            - logProbability(moved(means, i, -h), logSigma, action))
                    / (2 * h);
            assertThat(ofMeans[i]).isCloseTo(-0.7 * slope, within(1e-8));

            double freeSlope = (logProbability(means, moved(logSigma, i, h), action)
                            - logProbability(means, moved(logSigma, i, -h), action))
                    / (2 * h);
            double entropySlope = (distribution.entropy(means, 0, moved(logSigma, i, h))
                            - distribution.entropy(means, 0, moved(logSigma, i, -h)))
                    / (2 * h);
            assertThat(ofLogSigma[i]).isCloseTo(-0.7 * freeSlope + 0.3 * entropySlope, within(1e-8));
        }
    }

    private static double[] moved(double[] numbers, int i, double by) {
        double[] moved = numbers.clone();
        moved[i] += by;
        return moved;
    }

    @Test
    void rowsAreReadAndWrittenWhereTheyLie() {
        ActionDistribution distribution = over(2);
        double[] rows = {9, 9, 1, 2, 9, 9};
        double[] zero = {0, 0};
        float[] actions = {7, 7, 7, 7, 2, 4};
        assertThat(distribution.logProbability(rows, 2, zero, actions, 4))
                .isCloseTo(-0.5 - 2 - Math.log(2 * Math.PI), within(1e-14));

        double[] gradient = {1, 1, 1, 1, 1, 1};
        double[] free = {5, 5};
        distribution.addGradient(rows, 2, zero, actions, 4, 1, 0, gradient, free);
        assertThat(gradient).containsExactly(1, 1, 2, 3, 1, 1);
        assertThat(free).containsExactly(5, 8);

        float[] drawn = {7, 7, 7, 7};
        distribution.sample(
                PolicyBatch.of(Batches.of(2, 9f, 9, 1, 2, 9, 9), new double[] {-40, -40}),
                1,
                Streams.of(1),
                LastingNoise.NONE,
                0,
                drawn,
                1);
        assertThat(drawn).containsExactly(7, 1, 2, 7);
    }

    @Test
    void actionsAreClippedOnTheirWayToTheEnvironmentOnly() {
        Space.Box space = new Space.Box(new float[] {-2, 0, -INFINITE}, new float[] {2, 0.5f, INFINITE});
        ActionDistribution distribution = ActionDistribution.of(space);
        float[] drawn = {-9, 9, 9, 1, 0.25f, -9};
        float[] told = new float[7];
        distribution.toEnvironment(drawn, told, 2);

        assertThat(told).containsExactly(-2, 0.5f, 9, 1, 0.25f, -9, 0);
        assertThat(space.contains(told, 0)).isTrue();
        assertThat(space.contains(told, 3)).isTrue();
        assertThat(drawn).containsExactly(-9, 9, 9, 1, 0.25f, -9);
    }

    @Test
    void aSideWithoutABoundIsLeftAsItIs() {
        Space.Box space = new Space.Box(new float[] {0, -INFINITE, -INFINITE}, new float[] {INFINITE, 1, INFINITE});
        ActionDistribution distribution = ActionDistribution.of(space);
        float[] told = new float[9];
        distribution.toEnvironment(new float[] {1e30f, -1e30f, 1e30f, -1, 2, -1e30f, 0.5f, 0.5f, 0.5f}, told, 3);

        assertThat(told).containsExactly(1e30f, -1e30f, 1e30f, 0, 1, -1e30f, 0.5f, 0.5f, 0.5f);
    }

    @Test
    void whatIsDrawnAndWhatIsLikelyKnowNothingOfTheBounds() {
        Space.Box narrow = Space.Box.of(1, -0.01f, 0.01f);
        Space.Box wide = Space.Box.of(1, -INFINITE, INFINITE);
        float[] inNarrow = new float[1];
        float[] inWide = new float[1];
        ActionDistribution.of(narrow)
                .sample(
                        PolicyBatch.of(Batches.of(1, 5f), new double[1]),
                        0,
                        Streams.of(4),
                        LastingNoise.NONE,
                        0,
                        inNarrow,
                        0);
        ActionDistribution.of(wide)
                .sample(
                        PolicyBatch.of(Batches.of(1, 5f), new double[1]),
                        0,
                        Streams.of(4),
                        LastingNoise.NONE,
                        0,
                        inWide,
                        0);

        assertThat(inNarrow).isEqualTo(inWide);
        assertThat(narrow.contains(inNarrow, 0)).isFalse();
        double[] mean = {5};
        double[] free = {0};
        assertThat(ActionDistribution.of(narrow).logProbability(mean, 0, free, inNarrow, 0))
                .isEqualTo(ActionDistribution.of(wide).logProbability(mean, 0, free, inNarrow, 0));
    }

    @Test
    void notANumberReachesTheEnvironmentAsSuch() {
        float[] told = new float[1];
        over(1).toEnvironment(new float[] {Float.NaN}, told, 1);

        assertThat(told[0]).isNaN();
    }

    @Test
    void veryNarrowAndVeryWideDistributionsOverflowNowhere() {
        for (double logSigma : new double[] {-20, 20}) {
            double[] free = {logSigma};
            double[] gradient = new double[1];
            double[] freeGradient = new double[1];
            over(1).addGradient(new double[] {1e3}, 0, free, new float[] {-1e3f}, 0, 1, 1, gradient, freeGradient);

            assertThat(logProbability(new double[] {1e3}, free, -1e3f)).isFinite();
            assertThat(over(1).entropy(new double[] {1e3}, 0, free)).isFinite();
            assertThat(gradient[0]).isFinite();
            assertThat(freeGradient[0]).isFinite();
        }
    }
}

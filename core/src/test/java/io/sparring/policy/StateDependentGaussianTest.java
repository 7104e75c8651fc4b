package io.sparring.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Space;
import io.sparring.network.Batch;
import io.sparring.network.Batches;
import io.sparring.random.Generators;
import org.junit.jupiter.api.Test;

class StateDependentGaussianTest {
    private static final int FEATURES = 3;
    private static final int STEPS = 4;
    private static final Space.Box BOX = Space.Box.of(2, -1, 1);
    private static final ActionDistribution GSDE = ActionDistribution.stateDependent(BOX, FEATURES, STEPS);
    /** Of (feature, dimension). */
    private static final double[] LOG_SIGMA = {0, -1, 0.5, -0.5, -2, 1};

    private static Generators generators(int copies) {
        return Generators.of(new long[copies]);
    }

    private static float[] sample(Batch means, Batch features, int row, LastingNoise noise) {
        float[] action = new float[2];
        GSDE.sample(
                new PolicyBatch(means, features, GSDE.prepare(LOG_SIGMA)),
                row,
                generators(1).get(0),
                noise,
                row,
                action,
                0);
        return action;
    }

    @Test
    void aBoxOfNTakesNMeansAndALogSigmaForEachFeatureAndDimension() {
        assertThat(GSDE.outputs()).isEqualTo(2);
        assertThat(GSDE.features()).isEqualTo(3);
        assertThat(GSDE.freeParameters()).isEqualTo(6);
        assertThat(GSDE.actionSize()).isEqualTo(2);
    }

    @Test
    void noiseIsDrawnAnewOnceItHasServedItsSteps() {
        Generators generators = Generators.of(new long[] {1, 2});
        LastingNoise first = GSDE.noise(LastingNoise.NONE, generators, 2);
        LastingNoise noise = first;
        for (int step = 1; step <= STEPS; step++) {
            assertThat(noise.values()).isSameAs(first.values());
            assertThat(noise.steps()).isEqualTo(step);
            noise = GSDE.noise(noise, generators, 2);
        }

        assertThat(noise.steps()).isEqualTo(1);
        assertThat(noise.values()).hasSize(12).isNotEqualTo(first.values());
    }

    @Test
    void aCopysNoiseIsTheSameWhateverStepsBesideIt() {
        float[] together = GSDE.noise(LastingNoise.NONE, Generators.of(new long[] {1, 2}), 2)
                .values();
        float[] alone =
                GSDE.noise(LastingNoise.NONE, Generators.of(new long[] {2}), 1).values();

        assertThat(alone).hasSize(6);
        assertThat(together).endsWith(alone);
    }

    @Test
    void whileItLastsTheSameStateGetsTheSameActionAndAnotherOneAnother() {
        Batch means = Batches.of(2, 5f, -5, 5, -5, 5, -5);
        LastingNoise noise = new LastingNoise(new float[] {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0}, 1);
        Batch same = Batches.of(FEATURES, 1f, 0.5f, -1, 1, 0.5f, -1, 1, 0.5f, -1);
        Batch other = Batches.of(FEATURES, 1f, 0.5f, -1, 1, 0.5f, 2, 1, 0.5f, -1);

        assertThat(sample(means, same, 1, noise)).isEqualTo(sample(means, same, 0, noise));
        assertThat(sample(means, other, 1, noise)).isNotEqualTo(sample(means, other, 0, noise));
        assertThat(sample(means, same, 2, noise)).containsExactly(5, -5);
        // Σ_i φ_i σ_ij z_ij
        double first = 1 * Math.exp(0) * 1 + 0.5 * Math.exp(0.5) * 3 - 1 * Math.exp(-2) * 5;
        assertThat((double) sample(means, same, 0, noise)[0]).isCloseTo(5 + first, within(1e-6));
    }

    /** Mean 0 and variance 1 of what is drawn, measured in what log π takes for the deviation. */
    @Test
    void actionsAreSpreadAsTheirProbabilitySays() {
        int copies = 20_000;
        Batch means = new Batch(2, copies);
        Batch features = new Batch(FEATURES, copies);
        long[] seeds = new long[copies];
        double[] row = {0, 0, 0.3, -2, 1};
        for (int copy = 0; copy < copies; copy++) {
            seeds[copy] = copy;
            for (int i = 0; i < FEATURES; i++) {
                features.set(i, copy, (float) row[2 + i]);
            }
        }
        LastingNoise noise = GSDE.noise(LastingNoise.NONE, Generators.of(seeds), copies);
        double[] sigma = GSDE.prepare(LOG_SIGMA);
        double squares = 0;
        double products = 0;
        double surprise = 0;
        for (int copy = 0; copy < copies; copy++) {
            float[] action = sample(means, features, copy, noise);
            surprise -= GSDE.logProbability(row, 0, sigma, action, 0) / copies;
            squares += action[0] * action[0] / copies;
            products += action[0] * action[1] / copies;
        }

        double variance = 0.3 * 0.3 + 2 * 2 * Math.exp(1) + 1 * Math.exp(-4);
        double other = 0.3 * 0.3 * Math.exp(-2) + 2 * 2 * Math.exp(-1) + 1 * Math.exp(2);
        assertThat(squares).isCloseTo(variance, within(4 * variance * Math.sqrt(2.0 / copies)));
        assertThat(products).isCloseTo(0, within(4 * Math.sqrt(variance * other / copies)));
        // The entropy is the mean of −log π, which has a variance of ½ a dimension.
        assertThat(surprise).isCloseTo(GSDE.entropy(row, 0, sigma), within(4 / Math.sqrt(copies)));
    }

    @Test
    void theGradientIsTheSlopeOfLogProbabilityAndEntropyButForFeatures() {
        double[] row = {9, 0.3, -1.2, 0.5, -0.25, 2};
        float[] action = {9, 1.5f, -1};
        double[] gradient = new double[row.length];
        double[] free = new double[6];
        double[] sigma = GSDE.prepare(LOG_SIGMA);
        ActionDistribution.Terms terms = GSDE.addGradient(row, 1, sigma, action, 1, -0.7, 0.3, gradient, free);
        assertThat(terms.logProbability()).isEqualTo(GSDE.logProbability(row, 1, sigma, action, 1));
        assertThat(terms.entropy()).isEqualTo(GSDE.entropy(row, 1, sigma));

        double h = 1e-5;
        for (int i = 1; i <= 2; i++) {
            double slope =
                    weighted(moved(row, i, h), LOG_SIGMA, action) - weighted(moved(row, i, -h), LOG_SIGMA, action);
            assertThat(gradient[i]).isCloseTo(slope / (2 * h), within(1e-8));
        }
        for (int i = 0; i < 6; i++) {
            double slope =
                    weighted(row, moved(LOG_SIGMA, i, h), action) - weighted(row, moved(LOG_SIGMA, i, -h), action);
            assertThat(free[i]).isCloseTo(slope / (2 * h), within(1e-8));
        }
        assertThat(gradient[0]).isZero();
        assertThat(gradient).endsWith(0.0, 0, 0);
    }

    private static double weighted(double[] row, double[] logSigma, float[] action) {
        double[] sigma = GSDE.prepare(logSigma);
        return -0.7 * GSDE.logProbability(row, 1, sigma, action, 1) + 0.3 * GSDE.entropy(row, 1, sigma);
    }

    private static double[] moved(double[] numbers, int i, double by) {
        double[] moved = numbers.clone();
        moved[i] += by;
        return moved;
    }

    @Test
    void whereAllFeaturesAreZeroThereIsNoNoiseAndProbabilityIsFinite() {
        LastingNoise noise = GSDE.noise(LastingNoise.NONE, generators(1), 1);
        float[] action = sample(Batches.of(2, 0.5f, -3), new Batch(FEATURES, 1), 0, noise);
        double[] row = {0.5, -3, 0, 0, 0};

        assertThat(action).containsExactly(0.5f, -3);
        // −½ log ε − ½ log 2π, twice
        assertThat(GSDE.logProbability(row, 0, GSDE.prepare(LOG_SIGMA), action, 0))
                .isCloseTo(-Math.log(1e-6) - Math.log(2 * Math.PI), within(1e-12));
    }

    @Test
    void whatIsLikelyAndWhatTheEnvironmentIsToldAreTheGaussians() {
        float[] action = new float[2];
        GSDE.mode(Batches.of(2, 9f, 9, 0.25f, -3), 1, action, 0);
        assertThat(action).containsExactly(0.25f, -3);

        float[] told = new float[2];
        GSDE.toEnvironment(action, told, 1);
        assertThat(told).containsExactly(0.25f, -1);
    }

    @Test
    void noiseOfAnotherNetworkIsRefused() {
        LastingNoise other = new LastingNoise(new float[4], 1);

        assertThatThrownBy(() -> GSDE.noise(other, generators(1), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("noise of 4 numbers for 1 copies that have 6 each");
    }
}

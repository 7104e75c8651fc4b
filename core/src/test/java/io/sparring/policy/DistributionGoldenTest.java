package io.sparring.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.environment.Space;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every distribution against torch.distributions and autograd; {@code src/test/python/record_distributions.py} recorded it. */
class DistributionGoldenTest {
    private record Golden(String note, List<Recorded> cases) {}

    /** Rows of outputs with actions, and what PyTorch makes of each row. */
    record Recorded(
            String kind,
            int[] sizes,
            int rows,
            double[] outputs,
            double[] logStd,
            boolean[] allowed,
            float[] actions,
            double[] logProbability,
            double[] entropy,
            double[] logProbabilityGradient,
            double[] logProbabilityFreeGradient,
            double[] entropyGradient,
            double[] entropyFreeGradient) {

        Space space() {
            return switch (kind) {
                case "categorical" -> new Space.Discrete(sizes[0]);
                case "multi-categorical" -> new Space.MultiDiscrete(sizes);
                case "bernoulli" -> new Space.MultiBinary(sizes.length);
                default -> Space.Box.of(sizes.length, -1, 1);
            };
        }

        /** As the distributions are given them: −∞ for what is forbidden. */
        double[] masked() {
            double[] masked = outputs.clone();
            for (int i = 0; i < allowed.length; i++) {
                masked[i] = allowed[i] ? masked[i] : Double.NEGATIVE_INFINITY;
            }
            return masked;
        }

        @Override
        public String toString() {
            return kind + Arrays.toString(sizes) + (allowed.length > 0 ? " masked" : "");
        }
    }

    static Stream<Recorded> recorded() throws IOException {
        return new ObjectMapper()
                        .readValue(DistributionGoldenTest.class.getResource("distributions.json"), Golden.class)
                        .cases()
                        .stream();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void termsAndGradientsAreThoseOfAutograd(Recorded golden) {
        ActionDistribution distribution = ActionDistribution.of(golden.space());
        int outputs = distribution.outputs();
        int size = distribution.actionSize();
        double[] masked = golden.masked();
        double[][] gradients = new double[2][masked.length];
        for (int row = 0; row < golden.rows; row++) {
            double[][] free = new double[2][golden.logStd.length];
            ActionDistribution.Terms terms = distribution.addGradient(
                    masked, row * outputs, golden.logStd, golden.actions, row * size, 1, 0, gradients[0], free[0]);
            distribution.addGradient(
                    masked, row * outputs, golden.logStd, golden.actions, row * size, 0, 1, gradients[1], free[1]);

            requireEqual(
                    new double[] {
                        terms.logProbability(),
                        distribution.logProbability(masked, row * outputs, golden.logStd, golden.actions, row * size),
                        terms.entropy(),
                        distribution.entropy(masked, row * outputs, golden.logStd)
                    },
                    new double[] {
                        golden.logProbability[row], golden.logProbability[row], golden.entropy[row], golden.entropy[row]
                    });
            int from = row * golden.logStd.length;
            int to = from + golden.logStd.length;
            requireEqual(free[0], Arrays.copyOfRange(golden.logProbabilityFreeGradient, from, to));
            requireEqual(free[1], Arrays.copyOfRange(golden.entropyFreeGradient, from, to));
        }
        requireEqual(gradients[0], golden.logProbabilityGradient);
        requireEqual(gradients[1], golden.entropyGradient);
        for (int i = 0; i < golden.allowed.length; i++) {
            if (!golden.allowed[i]) {
                assertThat(gradients[0][i] == 0 && gradients[1][i] == 0).isTrue();
            }
        }
    }

    /** To 12 digits; of what is smaller than 0.01, to 14 places. */
    private static void requireEqual(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-12 * Math.max(0.01, Math.abs(expected[i]))));
        }
    }
}

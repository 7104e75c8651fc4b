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

/** Every distribution against torch.distributions, Stable-Baselines3 and autograd; {@code src/test/python/record_distributions.py} recorded it. */
class DistributionGoldenTest {
    private record Golden(String note, List<Recorded> cases) {}

    /** Rows of outputs with actions, and what PyTorch makes of each row. */
    record Recorded(
            String kind,
            int[] sizes,
            int rows,
            double[] outputs,
            double[] features,
            double[] logStd,
            boolean[] allowed,
            float[] actions,
            double[] logProbability,
            double[] entropy,
            double[] logProbabilityGradient,
            double[] logProbabilityFreeGradient,
            double[] entropyGradient,
            double[] entropyFreeGradient) {

        ActionDistribution distribution() {
            Space.Box box = Space.Box.of(sizes.length, -1, 1);
            return switch (kind) {
                case "categorical" -> ActionDistribution.of(new Space.Discrete(sizes[0]));
                case "multi-categorical" -> ActionDistribution.of(new Space.MultiDiscrete(sizes));
                case "bernoulli" -> ActionDistribution.of(new Space.MultiBinary(sizes.length));
                case "gsde" -> ActionDistribution.stateDependent(box, features.length / rows, 1);
                default -> ActionDistribution.of(box);
            };
        }

        /** Rows as the distributions are given them: outputs, of which what is forbidden is −∞, and features behind them. */
        double[] rowByRow() {
            int outputsOfRow = outputs.length / rows;
            int featuresOfRow = features.length / rows;
            double[] rowByRow = new double[outputs.length + features.length];
            for (int row = 0; row < rows; row++) {
                int at = row * (outputsOfRow + featuresOfRow);
                for (int i = 0; i < outputsOfRow; i++) {
                    int from = row * outputsOfRow + i;
                    boolean forbidden = allowed.length > 0 && !allowed[from];
                    rowByRow[at + i] = forbidden ? Double.NEGATIVE_INFINITY : outputs[from];
                }
                System.arraycopy(features, row * featuresOfRow, rowByRow, at + outputsOfRow, featuresOfRow);
            }
            return rowByRow;
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
        ActionDistribution distribution = golden.distribution();
        int outputs = distribution.outputs();
        int size = distribution.actionSize();
        double[] rows = golden.rowByRow();
        double[] given = distribution.prepare(golden.logStd);
        for (int row = 0; row < golden.rows; row++) {
            int at = row * (outputs + distribution.features());
            double[][] gradients = new double[2][rows.length];
            double[][] free = new double[2][golden.logStd.length];
            ActionDistribution.Terms terms =
                    distribution.addGradient(rows, at, given, golden.actions, row * size, 1, 0, gradients[0], free[0]);
            distribution.addGradient(rows, at, given, golden.actions, row * size, 0, 1, gradients[1], free[1]);

            requireEqual(
                    new double[] {
                        terms.logProbability(),
                        distribution.logProbability(rows, at, given, golden.actions, row * size),
                        terms.entropy(),
                        distribution.entropy(rows, at, given)
                    },
                    new double[] {
                        golden.logProbability[row], golden.logProbability[row], golden.entropy[row], golden.entropy[row]
                    });
            requireEqual(free[0], row(golden.logProbabilityFreeGradient, row, golden.logStd.length));
            requireEqual(free[1], row(golden.entropyFreeGradient, row, golden.logStd.length));
            requireEqual(
                    Arrays.copyOfRange(gradients[0], at, at + outputs),
                    row(golden.logProbabilityGradient, row, outputs));
            requireEqual(Arrays.copyOfRange(gradients[1], at, at + outputs), row(golden.entropyGradient, row, outputs));
            for (int i = 0; i < rows.length; i++) {
                if (i < at || i >= at + outputs || rows[i] == Double.NEGATIVE_INFINITY) {
                    assertThat(gradients[0][i] == 0 && gradients[1][i] == 0).isTrue();
                }
            }
        }
    }

    private static double[] row(double[] rows, int row, int length) {
        return Arrays.copyOfRange(rows, row * length, (row + 1) * length);
    }

    /** To 12 digits; of what is smaller than 0.01, to 14 places. */
    private static void requireEqual(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-12 * Math.max(0.01, Math.abs(expected[i]))));
        }
    }
}

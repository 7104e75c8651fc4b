package io.sparring.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.environment.Space;
import io.sparring.network.Batch;
import io.sparring.network.Batches;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.PolicyBatch;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loss and its closed-form gradient against PyTorch's autograd; {@code src/test/python/record_losses.py} recorded it. */
class LossGoldenTest {
    private record Golden(String note, List<Recorded> cases) {}

    /** One call of the loss: what went in, and PyTorch's means over the rows and gradients. */
    record Recorded(
            String distribution,
            int outputs,
            int rows,
            double[] weights,
            double[] policy,
            double[] logStd,
            double[] values,
            float[] actions,
            double[] advantages,
            double[] returns,
            double policyLoss,
            double valueLoss,
            double entropy,
            double[] policyGradient,
            double[] valueGradient,
            double[] logStdGradient) {

        ActionDistribution family() {
            return ActionDistribution.of(
                    distribution.equals("categorical") ? new Space.Discrete(outputs) : Space.Box.of(outputs, -1, 1));
        }

        ActorCriticLoss.Weights lossWeights() {
            return new ActorCriticLoss.Weights(weights[0], weights[1], weights[2]);
        }

        @Override
        public String toString() {
            return distribution + " " + rows + "×" + outputs + " " + Arrays.toString(weights);
        }
    }

    static Stream<Recorded> recorded() throws IOException {
        return new ObjectMapper()
                .readValue(LossGoldenTest.class.getResource("losses.json"), Golden.class).cases().stream();
    }

    /** The distributions' formulas alone, row by row. */
    @ParameterizedTest
    @MethodSource("recorded")
    void inDoublePrecisionTermsAndGradientsAreThoseOfAutograd(Recorded golden) {
        ActionDistribution family = golden.family();
        ActorCriticLoss.Weights weights = golden.lossWeights();
        double[] policyGradient = new double[golden.policy.length];
        double[] freeGradient = new double[golden.logStd.length];
        double policyLoss = 0;
        double entropy = 0;
        for (int row = 0; row < golden.rows; row++) {
            ActionDistribution.Terms terms = family.addGradient(
                    golden.policy,
                    row * golden.outputs,
                    golden.logStd,
                    golden.actions,
                    row * family.actionSize(),
                    -weights.policy() * golden.advantages[row] / golden.rows,
                    -weights.entropy() / golden.rows,
                    policyGradient,
                    freeGradient);
            policyLoss -= terms.logProbability() * golden.advantages[row] / golden.rows;
            entropy += terms.entropy() / golden.rows;
        }

        requireEqual(new double[] {policyLoss, entropy}, new double[] {golden.policyLoss, golden.entropy}, 1e-10);
        requireEqual(policyGradient, golden.policyGradient, 1e-10);
        requireEqual(freeGradient, golden.logStdGradient, 1e-10);
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void lossAndGradientAreThoseOfAutogradAsFarAsTheNetworksFloatsCan(Recorded golden) {
        Batch policyGradient = new Batch(golden.outputs, golden.rows);
        Batch valueGradient = new Batch(1, golden.rows);
        double[] freeGradient = new double[golden.logStd.length];
        Sums sums = ActorCriticLoss.gradient(
                golden.family(),
                PolicyBatch.of(Batches.of(golden.outputs, golden.policy), golden.logStd),
                Batches.of(1, golden.values),
                golden.actions,
                golden.advantages,
                golden.returns,
                0,
                golden.rows,
                golden.lossWeights(),
                policyGradient,
                valueGradient,
                freeGradient);

        requireEqual(
                new double[] {sums.policy() / golden.rows, sums.value() / golden.rows, sums.entropy() / golden.rows},
                new double[] {golden.policyLoss, golden.valueLoss, golden.entropy},
                1e-5);
        requireEqual(Batches.doubles(policyGradient), golden.policyGradient, 1e-5);
        requireEqual(Batches.doubles(valueGradient), golden.valueGradient, 1e-5);
        requireEqual(freeGradient, golden.logStdGradient, 1e-5);
    }

    /** To a relative tolerance; what is smaller than 1e-5, or in floats 0.1, may be the difference of two larger numbers. */
    private static void requireEqual(double[] actual, double[] expected, double tolerance) {
        double scale = tolerance < 1e-6 ? 1e-5 : 0.1;
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(tolerance * Math.max(scale, Math.abs(expected[i]))));
        }
    }
}

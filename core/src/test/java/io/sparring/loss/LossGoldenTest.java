package io.sparring.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.environment.Space;
import io.sparring.policy.ActionDistribution;
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

    @ParameterizedTest
    @MethodSource("recorded")
    void lossAndGradientAreThoseOfAutograd(Recorded golden) {
        double[] policyGradient = new double[golden.policy.length];
        double[] valueGradient = new double[golden.rows];
        double[] freeGradient = new double[golden.logStd.length];
        ActorCriticLoss.Sums sums = ActorCriticLoss.gradient(
                golden.family(),
                golden.policy,
                golden.logStd,
                golden.values,
                golden.actions,
                golden.advantages,
                golden.returns,
                0,
                golden.rows,
                golden.rows,
                golden.lossWeights(),
                policyGradient,
                valueGradient,
                freeGradient);

        requireEqual(
                new double[] {sums.policy() / golden.rows, sums.value() / golden.rows, sums.entropy() / golden.rows},
                new double[] {golden.policyLoss, golden.valueLoss, golden.entropy});
        requireEqual(policyGradient, golden.policyGradient);
        requireEqual(valueGradient, golden.valueGradient);
        requireEqual(freeGradient, golden.logStdGradient);
    }

    /** To a relative 1e-10; what is smaller than 1e-5 may be the difference of two larger numbers. */
    private static void requireEqual(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-10 * Math.max(1e-5, Math.abs(expected[i]))));
        }
    }
}

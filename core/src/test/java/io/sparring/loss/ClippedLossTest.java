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
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PPO's loss and its closed-form gradient against PyTorch's autograd; {@code src/test/python/record_losses.py} recorded it. */
class ClippedLossTest {
    private record Golden(String note, List<Recorded> cases) {}

    /** One call of the loss: what went in, and PyTorch's means over the rows and gradients. */
    record Recorded(
            String distribution,
            int outputs,
            int rows,
            double[] weights,
            double clip,
            double valueClip,
            double[] policy,
            double[] logStd,
            double[] values,
            float[] actions,
            double[] advantages,
            double[] returns,
            double[] logProbabilities,
            double[] actedValues,
            double policyLoss,
            double valueLoss,
            double entropy,
            double divergence,
            int clipped,
            double[] policyGradient,
            double[] valueGradient,
            double[] logStdGradient) {

        ActionDistribution family() {
            return ActionDistribution.of(
                    distribution.equals("categorical") ? new Space.Discrete(outputs) : Space.Box.of(outputs, -1, 1));
        }

        ClippedLoss loss() {
            return new ClippedLoss(
                    actions,
                    advantages,
                    returns,
                    logProbabilities,
                    actedValues,
                    new ActorCriticLoss.Weights(weights[0], weights[1], weights[2]),
                    clip,
                    valueClip);
        }

        @Override
        public String toString() {
            return distribution + ", ε = " + clip + ", ε_V = " + valueClip;
        }
    }

    static Stream<Recorded> recorded() throws IOException {
        return new ObjectMapper()
                .readValue(ClippedLossTest.class.getResource("clipped-losses.json"), Golden.class).cases().stream();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void lossAndGradientAreThoseOfAutogradAsFarAsTheNetworksFloatsCan(Recorded golden) {
        Batch policyGradient = new Batch(golden.outputs, golden.rows);
        Batch valueGradient = new Batch(1, golden.rows);
        double[] freeGradient = new double[golden.logStd.length];
        Sums sums = golden.loss()
                .gradient(
                        golden.family(),
                        PolicyBatch.of(Batches.of(golden.outputs, golden.policy), golden.logStd),
                        Batches.of(1, golden.values),
                        0,
                        policyGradient,
                        valueGradient,
                        freeGradient);

        assertThat(sums.samples()).isEqualTo(golden.rows);
        assertThat(golden.clipped).as("the policy has moved").isPositive();
        assertThat(sums.clipped()).isEqualTo(golden.clipped);
        requireMeans(
                new double[] {sums.policy(), sums.value(), sums.entropy(), sums.divergence()},
                new double[] {golden.policyLoss, golden.valueLoss, golden.entropy, golden.divergence},
                golden.rows);
        requireMeans(Batches.doubles(policyGradient), golden.policyGradient, golden.rows);
        requireMeans(Batches.doubles(valueGradient), golden.valueGradient, golden.rows);
        requireMeans(freeGradient, golden.logStdGradient, golden.rows);
    }

    /** PyTorch's are means over the rows. */
    private static void requireMeans(double[] sums, double[] means, int rows) {
        assertThat(sums).hasSameSizeAs(means);
        for (int i = 0; i < sums.length; i++) {
            assertThat(sums[i] / rows).isCloseTo(means[i], within(1e-5 * Math.max(0.1, Math.abs(means[i]))));
        }
    }
}

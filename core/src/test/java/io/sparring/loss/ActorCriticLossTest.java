package io.sparring.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Space;
import io.sparring.network.Batch;
import io.sparring.network.Batches;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.PolicyBatch;
import io.sparring.random.Streams;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActorCriticLossTest {
    private static final ActorCriticLoss.Weights WEIGHTS = new ActorCriticLoss.Weights(1, 0.5, 0.01);
    private static final ActionDistribution GAUSSIAN = ActionDistribution.of(Space.Box.of(2, -1, 1));
    private static final int ROWS = 10;

    private final UniformRandomProvider random = Streams.of(8);
    private final double[] policy = random.doubles(ROWS * 2, -1, 1).toArray();
    private final double[] free = {0.3, -0.4};
    private final double[] values = random.doubles(ROWS, -1, 1).toArray();
    private final float[] actions =
            Batches.floats(random.doubles(ROWS * 2, -2, 2).toArray());
    private final double[] advantages = random.doubles(ROWS, -1, 1).toArray();
    private final double[] returns = random.doubles(ROWS, -1, 1).toArray();
    private float[] policyGradient;
    private float[] valueGradient;
    private final double[] freeGradient = new double[2];

    private Sums gradient(int from, int rows, int samples, ActorCriticLoss.Weights weights) {
        Batch ofPolicy = new Batch(2, rows);
        Batch ofValues = new Batch(1, rows);
        // What the batches held before counts nothing.
        Batches.fill(ofPolicy, random.doubles(rows * 2).toArray());
        Batches.fill(ofValues, random.doubles(rows).toArray());
        Sums sums = ActorCriticLoss.gradient(
                GAUSSIAN,
                PolicyBatch.of(Batches.of(2, Arrays.copyOfRange(policy, from * 2, (from + rows) * 2)), free),
                Batches.of(1, Arrays.copyOfRange(values, from, from + rows)),
                actions,
                advantages,
                returns,
                from,
                samples,
                weights,
                ofPolicy,
                ofValues,
                freeGradient);
        policyGradient = Batches.rowByRow(ofPolicy);
        valueGradient = Batches.rowByRow(ofValues);
        return sums;
    }

    @Test
    void twoActionsWithEqualLogitsWorkedOutByHand() {
        ActionDistribution coin = ActionDistribution.of(new Space.Discrete(2));
        Batch ofPolicy = new Batch(2, 2);
        Batch ofValues = new Batch(1, 2);
        Sums sums = ActorCriticLoss.gradient(
                coin,
                PolicyBatch.of(Batches.of(2, 5f, 5, -1, -1)),
                Batches.of(1, 1f, 2),
                new float[] {0, 1},
                new double[] {3, -1},
                new double[] {4, 1},
                0,
                2,
                new ActorCriticLoss.Weights(1, 0.5, 0.1),
                ofPolicy,
                ofValues,
                new double[0]);

        // −log ½ · 3 − log ½ · (−1); ½ (4 − 1)² + ½ (1 − 2)²; 2 log 2
        assertThat(sums.policy()).isCloseTo(2 * Math.log(2), within(1e-15));
        assertThat(sums.value()).isEqualTo(5);
        assertThat(sums.entropy()).isCloseTo(2 * Math.log(2), within(1e-15));
        // −A ([i = a] − ½) / 2; the entropy is at its maximum and pulls nowhere
        assertThat(Batches.rowByRow(ofPolicy))
                .containsExactly(new float[] {-0.75f, 0.75f, -0.25f, 0.25f}, within(1e-7f));
        // ½ (V − R) / 2
        assertThat(Batches.rowByRow(ofValues)).containsExactly(-0.75f, 0.25f);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 10})
    void batchesOfAnySizeAddUpToTheWhole(int size) {
        Sums whole = gradient(0, ROWS, ROWS, WEIGHTS);
        float[] wholePolicy = policyGradient.clone();
        float[] wholeValue = valueGradient.clone();
        double[] wholeFree = freeGradient.clone();

        Arrays.fill(freeGradient, 0);
        Sums sums = Sums.NONE;
        for (int from = 0; from < ROWS; from += size) {
            int rows = Math.min(size, ROWS - from);
            sums = sums.plus(gradient(from, rows, ROWS, WEIGHTS));
            assertThat(policyGradient).isEqualTo(Arrays.copyOfRange(wholePolicy, from * 2, (from + rows) * 2));
            assertThat(valueGradient).isEqualTo(Arrays.copyOfRange(wholeValue, from, from + rows));
        }

        assertThat(freeGradient).containsExactly(wholeFree, within(1e-15));
        assertThat(sums.policy()).isCloseTo(whole.policy(), within(1e-14));
        assertThat(sums.value()).isCloseTo(whole.value(), within(1e-14));
        assertThat(sums.entropy()).isCloseTo(whole.entropy(), within(1e-14));
    }

    @Test
    void theGradientOfEquallyLargeShardsAveragedIsThatOfTheWholeBatch() {
        gradient(0, ROWS, ROWS, WEIGHTS);
        double[] whole = freeGradient.clone();

        Arrays.fill(freeGradient, 0);
        gradient(0, ROWS / 2, ROWS / 2, WEIGHTS);
        gradient(ROWS / 2, ROWS / 2, ROWS / 2, WEIGHTS);

        assertThat(freeGradient[0] / 2).isCloseTo(whole[0], within(1e-15));
        assertThat(freeGradient[1] / 2).isCloseTo(whole[1], within(1e-15));
    }

    @Test
    void whatTheBatchesHeldBeforeIsOverwrittenButFreeGradientsAdded() {
        gradient(0, ROWS, ROWS, WEIGHTS);
        float[] cleanPolicy = policyGradient.clone();
        float[] cleanValue = valueGradient.clone();
        double[] cleanFree = freeGradient.clone();

        gradient(0, ROWS, ROWS, WEIGHTS);

        assertThat(policyGradient).isEqualTo(cleanPolicy);
        assertThat(valueGradient).isEqualTo(cleanValue);
        assertThat(freeGradient)
                .containsExactly(new double[] {2 * cleanFree[0], 2 * cleanFree[1]}, within(1e-15 * ROWS));
    }

    @Test
    void theGradientIsLinearInTheWeightsAndTheSumsKnowNothingOfThem() {
        Sums sums = gradient(0, ROWS, ROWS, new ActorCriticLoss.Weights(1, 0, 0));
        float[] ofPolicyLoss = policyGradient.clone();
        assertThat(valueGradient).containsOnly(new float[] {0}, within(0f));
        assertThat(gradient(0, ROWS, ROWS, new ActorCriticLoss.Weights(0, 1, 0)))
                .isEqualTo(sums);
        float[] ofValueLoss = valueGradient.clone();
        assertThat(policyGradient).containsOnly(new float[] {0}, within(0f));

        assertThat(gradient(0, ROWS, ROWS, new ActorCriticLoss.Weights(2, 3, 0)))
                .isEqualTo(sums);
        for (int i = 0; i < policyGradient.length; i++) {
            assertThat(policyGradient[i]).isCloseTo(2 * ofPolicyLoss[i], within(1e-7f));
        }
        for (int i = 0; i < valueGradient.length; i++) {
            assertThat(valueGradient[i]).isCloseTo(3 * ofValueLoss[i], within(1e-7f));
        }
    }

    @Test
    void moreEntropyIsALowerLoss() {
        // Only β: downhill is towards a wider Gaussian, at one unit of entropy for one unit of log σ.
        gradient(0, ROWS, ROWS, new ActorCriticLoss.Weights(0, 0, 0.25));

        assertThat(freeGradient).containsExactly(new double[] {-0.25, -0.25}, within(1e-15));
        assertThat(policyGradient).containsOnly(new float[] {0}, within(0f));
    }

    @Test
    void anAdvantageThatIsNotANumberShows() {
        advantages[3] = Double.NaN;

        assertThat(gradient(0, ROWS, ROWS, WEIGHTS).policy()).isNaN();
        assertThat(policyGradient[6]).isNaN();
        assertThat(policyGradient[5]).isFinite();
        assertThat(freeGradient[0]).isNaN();
    }
}

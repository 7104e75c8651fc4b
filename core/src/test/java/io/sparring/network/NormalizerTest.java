package io.sparring.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.random.Streams;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizerTest {
    /** See record_normalizers.py. */
    private record Golden(double gamma, int copies, int size, List<Rollout> rollouts) {}

    private record Rollout(
            float[] observations,
            double[] rewards,
            boolean[] ended,
            Normalized normalized,
            Statistics begun,
            Statistics plain) {}

    private record Normalized(double[] observations, double[] rewards) {}

    private record Statistics(
            double[] means,
            double[] variances,
            @JsonProperty("return_variance") double returnVariance) {}

    private static Golden golden() throws IOException {
        return new ObjectMapper().readValue(NormalizerTest.class.getResource("normalizers.json"), Golden.class);
    }

    private static RunningMoments moments(float... numbers) {
        return RunningMoments.of(new Observations.Floats(numbers), 1);
    }

    private static Normalizer ofObservations(float... numbers) {
        return new Normalizer(moments(numbers), RunningMoments.none(0));
    }

    private static float[] normalized(Normalizer normalizer, float... numbers) {
        return normalized(
                normalizer.observationScale(),
                numbers,
                Math.max(1, normalizer.observations().size()));
    }

    /** Of rows of so many numbers, one after the other. */
    private static float[] normalized(ObservationScale scale, float[] rowByRow, int size) {
        float[] normalized = new float[rowByRow.length];
        for (int i = 0; i < normalized.length; i++) {
            normalized[i] = scale.normalized(i % size, rowByRow[i]);
        }
        return normalized;
    }

    // Against gymnasium and Stable-Baselines3.

    @Test
    void whatIsSeenAndWhatIsMadeOfItIsThatOfGymnasiumAndStableBaselines() throws IOException {
        Golden golden = golden();
        Normalizer normalizer = Normalizer.first(golden.size, true);
        double[] returns = new double[golden.copies];
        int clipped = 0;
        for (Rollout rollout : golden.rollouts) {
            float[] observations = normalized(normalizer.observationScale(), rollout.observations, golden.size);
            for (int i = 0; i < observations.length; i++) {
                assertThat((double) observations[i]).isCloseTo(rollout.normalized.observations[i], within(2e-4));
                clipped += Math.abs(observations[i]) == 10 ? 1 : 0;
            }
            double share = normalizer
                    .observationScale()
                    .clipped(
                            new Observations.Floats(rollout.observations),
                            IntStream.range(0, golden.size).toArray());
            assertThat(share).isBetween(0.0, 0.5);
            double[] seen = new double[rollout.rewards.length];
            for (int i = 0; i < seen.length; i++) {
                assertThat(normalizer.reward(rollout.rewards[i]))
                        .isCloseTo(rollout.normalized.rewards[i], within(1e-7));
                int copy = i % golden.copies;
                returns[copy] = golden.gamma * returns[copy] + rollout.rewards[i];
                seen[i] = returns[copy];
                returns[copy] = rollout.ended[i] ? 0 : returns[copy];
            }
            normalizer = normalizer.plus(new Normalizer(
                    RunningMoments.of(new Observations.Floats(rollout.observations), golden.size),
                    RunningMoments.of(seen)));
            requireEqual(normalizer, rollout.plain);
            requireBegun(normalizer, rollout.begun);
        }
        assertThat(clipped).as("some were").isBetween(10, 100);
    }

    private static void requireEqual(Normalizer ours, Statistics theirs) {
        for (int i = 0; i < theirs.means.length; i++) {
            double mean = theirs.means[i];
            assertThat(ours.observations().means()[i]).isCloseTo(mean, within(1e-13 * (1 + Math.abs(mean))));
            double variance = theirs.variances[i];
            assertThat(ours.observations().variance(i)).isCloseTo(variance, within(1e-9 * variance + 1e-25));
        }
        assertThat(ours.returns().variance(0)).isCloseTo(theirs.returnVariance, within(1e-9 * theirs.returnVariance));
    }

    /** Theirs begin with a ten-thousandth of an observation of mean 0 and variance 1; nothing else is different. */
    private static void requireBegun(Normalizer ours, Statistics theirs) {
        double begun = 1e-4;
        RunningMoments observed = ours.observations();
        double total = observed.count() + begun;
        for (int i = 0; i < theirs.means.length; i++) {
            double mean = observed.means()[i];
            double variance = (observed.squares()[i] + begun + mean * mean * observed.count() * begun / total) / total;
            assertThat(mean * observed.count() / total)
                    .isCloseTo(theirs.means[i], within(1e-12 * (1 + Math.abs(mean))));
            assertThat(variance).isCloseTo(theirs.variances[i], within(1e-9 * variance));
        }
    }

    // What it makes of numbers.

    @Test
    void beforeAnythingWasSeenNumbersAreOnlyClipped() {
        Normalizer first = Normalizer.first(1, true);

        assertThat(normalized(first, -3, 0.25f, 40, -1e30f)).containsExactly(-3, 0.25f, 10, -10);
        assertThat(first.reward(0.25)).isEqualTo(0.25);
        assertThat(first.reward(-1e30)).isEqualTo(-10);
        assertThat(first.rewardScale()).isEqualTo(1);
    }

    @Test
    void whatIsNotNormalisedIsNotEvenClipped() {
        assertThat(normalized(Normalizer.NONE, -3, 1e30f)).containsExactly(-3, 1e30f);
        assertThat(Normalizer.NONE.reward(-1e30)).isEqualTo(-1e30);
        assertThat(Normalizer.NONE.observationScale().clipped(new Observations.Floats(new float[] {1e30f}), new int[] {0
                }))
                .isZero();
    }

    @Test
    void aNumberThatIsAlwaysTheSameBecomesZeroHoweverLargeItIs() {
        assertThat(normalized(ofObservations(1e6f, 1e6f, 1e6f), 1e6f)).containsExactly(0);
    }

    @Test
    void theShareOfNumbersThatAreClippedIsCounted() {
        Normalizer normalizer = ofObservations(-1, 1);

        assertThat(normalizer
                        .observationScale()
                        .clipped(new Observations.Floats(new float[] {0, 9.9f, -10.1f, 1e9f, 5, 6, 7, 8}), new int[] {0
                        }))
                .isEqualTo(0.25);
    }

    /** Acting sees a few rows, learning many, and vectors are of different widths. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 61, 200})
    void aNumberBecomesTheSameInBatchesOfEverySize(int rows) {
        UniformRandomProvider random = Streams.of(3);
        float[] seen = new float[100 * 5];
        float[] numbers = new float[rows * 5];
        for (float[] drawn : List.of(seen, numbers)) {
            for (int i = 0; i < drawn.length; i++) {
                drawn[i] = (float) Math.pow(10, i % 5) * (random.nextFloat() + 1);
            }
        }
        ObservationScale scale = new Normalizer(
                        RunningMoments.of(new Observations.Floats(seen), 5), RunningMoments.none(0))
                .observationScale();
        Batch batch = Batches.of(5, numbers);

        scale.apply(batch, new int[] {0, 1, 2, 3, 4}, 0);

        assertThat(Batches.rowByRow(batch)).isEqualTo(normalized(scale, numbers, 5));
    }

    @Test
    void whatIsNotFiniteDoesNotLookAsIfItWere() {
        assertThat(normalized(ofObservations(-1, 1), Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE))
                .containsExactly(Float.NaN, Float.NaN, 10);
    }

    // What counts.

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNotFiniteCountsForNothing(float bad) {
        Normalizer before = ofObservations(1, 2, 3);

        assertThat(ofObservations(1, bad, 3).isFinite()).isFalse();
        assertThat(before.plus(ofObservations(1, bad, 3))).isEqualTo(before);
        assertThat(before.plus(ofObservations(bad))).isEqualTo(before);
        Normalizer rewards = new Normalizer(RunningMoments.none(0), RunningMoments.of(new double[] {1, bad}));
        assertThat(rewards.isFinite()).isFalse();
        assertThat(Normalizer.first(0, true).plus(rewards)).isEqualTo(Normalizer.first(0, true));
    }

    @Test
    void momentsOfOtherNumbersAreRefused() {
        assertThatThrownBy(() -> Normalizer.first(2, false).plus(Normalizer.first(3, false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("moments of 3 numbers beside those of 2");
        assertThat(Normalizer.first(2, false).fits(Normalizer.first(2, true))).isFalse();
        assertThat(Normalizer.first(2, false).fits(Normalizer.first(2, false))).isTrue();
    }

    // In a network.

    /** Whoever asks a network gives it what the environment gave. */
    @Test
    void aNetworkComputesWhatOneWithoutNormaliserComputesOfNormalisedRows() {
        Architecture architecture =
                new Architecture(Architecture.Kind.SEPARATE, List.of(8, 5), Activation.TANH, 3, 2, 2);
        float[] parameters = architecture.initialParameters(Streams.of(1));
        float[] raw = new float[40 * 3];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (float) (1e4 * (i % 3) + i * i);
        }
        Normalizer normalizer =
                new Normalizer(RunningMoments.of(new Observations.Floats(raw), 3), RunningMoments.none(0));
        float[] rows = normalized(normalizer, raw);

        double[] ofRaw = outputsAndGradient(new Model(architecture, parameters, normalizer), raw);
        double[] ofRows = outputsAndGradient(new Model(architecture, parameters), rows);

        assertThat(ofRaw).isEqualTo(ofRows);
        assertThat(ofRaw).isNotEqualTo(outputsAndGradient(new Model(architecture, parameters), raw));
    }

    private static double[] outputsAndGradient(Model model, float[] observations) {
        Network network = new Network(model.architecture());
        network.setModel(model);
        int rows = observations.length / 3;
        network.forward(observations, 0, rows);
        double[] result = new double[model.parameters().length + rows];
        for (int row = 0; row < rows; row++) {
            result[model.parameters().length + row] = network.policyOutputs().get(1, row);
            network.policyGradient().set(0, row, row);
            network.policyGradient().set(1, row, 1);
            network.valueGradient().set(0, row, -row);
        }
        double[] gradient = new double[model.parameters().length];
        network.backward(true, true, gradient);
        System.arraycopy(gradient, 0, result, 0, gradient.length);
        return result;
    }

    @Test
    void aModelsNormaliserIsOfItsObservations() {
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, List.of(), Activation.TANH, 3, 2, 0);
        float[] parameters = new float[architecture.parameterCount()];

        assertThatThrownBy(() -> new Model(architecture, parameters, Normalizer.first(4, false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a normaliser of 4 numbers for observations of 3");
    }
}

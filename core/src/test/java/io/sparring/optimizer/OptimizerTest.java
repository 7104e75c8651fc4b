package io.sparring.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.configuration.Configuration;
import io.sparring.random.Streams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/** Which formula each rule is, by the formulas, PyTorch and ND4J, and that a state is all of it. */
class OptimizerTest {
    private static final double DECAY = 0.95;
    private static final double BETA1 = 0.8;
    private static final double BETA2 = 0.99;
    private static final double[] RATES = {1e-2, 1e-2, 5e-3, 2e-3, 1e-2};
    /** From far above ε to far below it. */
    private static final float[][] GRADIENTS = {
        {1f, -0.5f, 1e-3f, 0f},
        {-2f, -0.25f, 1e-3f, 1e-4f},
        {0.5f, 4f, -1e-3f, 0f},
        {0f, 0f, 1e-3f, -1e-4f},
        {1f, 1f, 1e-3f, 1e-4f},
    };

    private record Golden(String note, float[] start, double[] rates, float[][] gradients, List<Recorded> cases) {}

    private record Recorded(String kind, double epsilon, double[][] after) {
        @Override
        public String toString() {
            return kind + ", ε = " + epsilon;
        }
    }

    private static UpdateRule rule(OptimizerKind kind, double epsilon) {
        return new Configuration.Optimizer(kind, 1e-3, Schedule.Named.CONSTANT, null, DECAY, BETA1, BETA2, epsilon)
                .rule();
    }

    private static Optimizer optimizer(OptimizerKind kind) {
        return new Optimizer(rule(kind, 1e-2), 4);
    }

    /** The state after some of the steps, one step after the other. */
    private static float[] steps(Optimizer optimizer, float[] parameters, int from, int to) {
        for (int i = from; i < to; i++) {
            parameters = optimizer.step(parameters, GRADIENTS[i], RATES[i]);
        }
        return parameters;
    }

    /** Elements are stepped block by block; the last block is not a whole one. */
    @ParameterizedTest
    @EnumSource(OptimizerKind.class)
    void aLongVectorIsSteppedAsEachOfItsElementsAlone(OptimizerKind kind) {
        int count = 1300;
        Optimizer together = new Optimizer(rule(kind, 1e-2), count);
        List<Optimizer> alone = IntStream.range(0, count)
                .mapToObj(i -> new Optimizer(rule(kind, 1e-2), 1))
                .toList();
        float[] parameters = normal(0, count);
        for (int step = 1; step <= 3; step++) {
            float[] gradient = normal(step, count);
            float[] next = together.step(parameters, gradient, 1e-3);
            for (int i = 0; i < count; i++) {
                float[] one = alone.get(i).step(new float[] {parameters[i]}, new float[] {gradient[i]}, 1e-3);
                assertThat(next[i]).isEqualTo(one[0]);
            }
            parameters = next;
        }
        float[] state = together.state();
        for (int i = 0; i < state.length; i++) {
            assertThat(state[i]).isEqualTo(alone.get(i % count).state()[i / count]);
        }
    }

    private static float[] normal(long seed, int count) {
        var gaussian = ZigguratSampler.NormalizedGaussian.of(Streams.of(seed));
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) gaussian.sample();
        }
        return numbers;
    }

    /** θ ← θ − η g. */
    @Test
    void sgdIsPlainDescent() {
        Optimizer optimizer = optimizer(OptimizerKind.SGD);
        float[] parameters = {1, 2, 3, 4};
        double[] expected = {1, 2, 3, 4};
        for (int step = 0; step < RATES.length; step++) {
            parameters = optimizer.step(parameters, GRADIENTS[step], RATES[step]);
            for (int i = 0; i < 4; i++) {
                expected[i] -= RATES[step] * GRADIENTS[step][i];
            }
            requireClose(parameters, expected);
        }
        assertThat(optimizer.state()).isEmpty();
    }

    /** v ← ρ v + (1 − ρ) g², θ ← θ − η g / (√v + ε), v from 0. */
    @Test
    void rmspropHasEpsilonOutsideTheRoot() {
        double epsilon = 1e-2;
        requireFormula(OptimizerKind.RMSPROP, 0, (g, v) -> g / (Math.sqrt(v) + epsilon));
    }

    /** v ← ρ v + (1 − ρ) g², θ ← θ − η g / √(v + ε), v from 1: first steps are shorter. */
    @Test
    void tensorFlowsRmspropHasEpsilonInsideTheRootAndStartsFromOne() {
        double epsilon = 1e-2;
        requireFormula(OptimizerKind.RMSPROP_TF, 1, (g, v) -> g / Math.sqrt(v + epsilon));
    }

    private static void requireFormula(OptimizerKind kind, double first, DoubleBinaryOperator step) {
        Optimizer optimizer = optimizer(kind);
        assertThat(optimizer.state()).hasSize(4).containsOnly((float) first);
        float[] parameters = {1, 2, 3, 4};
        double[] expected = {1, 2, 3, 4};
        double[] v = {first, first, first, first};
        for (int i = 0; i < RATES.length; i++) {
            parameters = optimizer.step(parameters, GRADIENTS[i], RATES[i]);
            for (int j = 0; j < 4; j++) {
                double g = GRADIENTS[i][j];
                v[j] = DECAY * v[j] + (1 - DECAY) * g * g;
                expected[j] -= RATES[i] * step.applyAsDouble(g, v[j]);
            }
            requireClose(parameters, expected);
            requireClose(optimizer.state(), v);
        }
    }

    /**
     * m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ − η m̂ / (√v̂ + ε) with m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ): algorithm 1 of
     * Kingma and Ba. (The form at the end of their section 2, which ND4J has, adds its ε to √v.)
     */
    @Test
    void adamAddsEpsilonAfterTheCorrectionOfTheBias() {
        double epsilon = 1e-2;
        Optimizer optimizer = optimizer(OptimizerKind.ADAM);
        float[] parameters = {1, 2, 3, 4};
        double[] expected = {1, 2, 3, 4};
        double[] m = new double[4];
        double[] v = new double[4];
        for (int step = 0; step < RATES.length; step++) {
            parameters = optimizer.step(parameters, GRADIENTS[step], RATES[step]);
            for (int i = 0; i < 4; i++) {
                double g = GRADIENTS[step][i];
                m[i] = BETA1 * m[i] + (1 - BETA1) * g;
                v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
                double corrected = m[i] / (1 - Math.pow(BETA1, step + 1));
                expected[i] -= RATES[step] * corrected / (Math.sqrt(v[i] / (1 - Math.pow(BETA2, step + 1))) + epsilon);
            }
            requireClose(parameters, expected);
            requireClose(Arrays.copyOf(optimizer.state(), 4), m);
            requireClose(Arrays.copyOfRange(optimizer.state(), 4, 8), v);
        }
    }

    private static Golden golden() {
        try {
            return new ObjectMapper().readValue(OptimizerTest.class.getResource("optimizers.json"), Golden.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Recorded> recorded() {
        return golden().cases;
    }

    private static OptimizerKind kind(String name) {
        return OptimizerKind.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    @Test
    void everyRuleIsRecordedWithASmallEpsilonAndALargeOne() {
        for (OptimizerKind kind : OptimizerKind.values()) {
            assertThat(recorded().stream()
                            .filter(recorded -> kind(recorded.kind) == kind)
                            .map(Recorded::epsilon))
                    .containsExactly(1e-12, 1e-2);
        }
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void theStepsArePyTorchs(Recorded recorded) {
        Golden golden = golden();
        Optimizer optimizer = new Optimizer(rule(kind(recorded.kind), recorded.epsilon), golden.start.length);
        float[] parameters = golden.start;
        for (int step = 0; step < golden.rates.length; step++) {
            parameters = optimizer.step(parameters, golden.gradients[step], golden.rates[step]);
            requireClose(parameters, recorded.after[step]);
        }
    }

    /** ND4J's Adam adds ε elsewhere, and its RMSProp starts from ε: where ε is small, they agree. */
    static Stream<Arguments> updaters() {
        double epsilon = 1e-12;
        return Stream.of(
                Arguments.of(OptimizerKind.SGD, new Sgd(1)),
                Arguments.of(OptimizerKind.RMSPROP, new RmsProp(1, DECAY, epsilon)),
                Arguments.of(OptimizerKind.ADAM, new Adam(1, BETA1, BETA2, epsilon)));
    }

    @ParameterizedTest
    @MethodSource("updaters")
    void whereEpsilonIsSmallTheStepsAreNd4js(OptimizerKind kind, IUpdater options) {
        Golden golden = golden();
        int count = golden.start.length;
        Optimizer optimizer = new Optimizer(rule(kind, 1e-12), count);
        long stateSize = options.stateSize(count);
        GradientUpdater<?> updater =
                options.instantiate(stateSize == 0 ? null : Nd4j.zeros(DataType.DOUBLE, 1, stateSize), true);
        float[] parameters = golden.start;
        double[] expected = new double[count];
        for (int i = 0; i < count; i++) {
            expected[i] = parameters[i];
        }
        for (int step = 0; step < golden.rates.length; step++) {
            parameters = optimizer.step(parameters, golden.gradients[step], golden.rates[step]);
            options.setLrAndSchedule(golden.rates[step], null);
            INDArray change =
                    Nd4j.createFromArray(new float[][] {golden.gradients[step]}).castTo(DataType.DOUBLE);
            updater.applyUpdater(change, step, 0);
            for (int i = 0; i < count; i++) {
                expected[i] -= change.getDouble(i);
            }
            requireClose(parameters, expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRestoredOptimizerGoesOnBitForBit(OptimizerKind kind) {
        for (int cut = 0; cut <= RATES.length; cut++) {
            Optimizer whole = optimizer(kind);
            float[] atCut = steps(whole, new float[] {1, 2, 3, 4}, 0, cut);
            float[] state = whole.state();
            int count = whole.steps();
            float[] atEnd = steps(whole, atCut, cut, RATES.length);

            Optimizer restored = optimizer(kind);
            restored.restore(state, count);
            assertThat(restored.state()).isEqualTo(state);
            assertThat(restored.steps()).isEqualTo(cut);
            assertThat(steps(restored, atCut, cut, RATES.length)).isEqualTo(atEnd);
            assertThat(restored.state()).isEqualTo(whole.state());
            assertThat(restored.steps()).isEqualTo(whole.steps()).isEqualTo(RATES.length);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStepLeavesItsArgumentsAndEarlierStatesAlone(OptimizerKind kind) {
        Optimizer optimizer = optimizer(kind);
        float[] parameters = {1, 2, 3, 4};
        float[] gradient = {1, -1, 1, -1};
        float[] next = optimizer.step(parameters, gradient, 0.1);
        float[] state = optimizer.state();
        float[] stateThen = state.clone();
        float[] nextThen = next.clone();
        optimizer.step(next, gradient, 0.1);

        assertThat(parameters).containsExactly(1, 2, 3, 4);
        assertThat(gradient).containsExactly(1, -1, 1, -1);
        assertThat(next).isEqualTo(nextThen).isNotEqualTo(parameters);
        assertThat(state).isEqualTo(stateThen);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5, 8})
    void aStateOfAnotherNetworkIsRefused(int length) {
        Optimizer optimizer = optimizer(OptimizerKind.RMSPROP);

        assertThatThrownBy(() -> optimizer.restore(new float[length], 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an optimiser state of " + length + " floats, not 4");
    }

    /** As far as floats can. */
    private static void requireClose(float[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-6 * Math.max(1e-3, Math.abs(expected[i]))));
        }
    }
}

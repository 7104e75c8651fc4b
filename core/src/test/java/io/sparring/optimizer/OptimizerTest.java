package io.sparring.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.configuration.Configuration;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ND4J's updaters as Sparring drives them: which formula each is, and that a state is all of it. */
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

    private record Golden(
            String note, double epsilon, float[] start, double[] rates, float[][] gradients, List<Recorded> cases) {}

    private record Recorded(String kind, double[][] after) {}

    private static Configuration.Optimizer options(OptimizerKind kind, double epsilon) {
        return new Configuration.Optimizer(kind, 1e-3, Schedule.CONSTANT, DECAY, BETA1, BETA2, epsilon);
    }

    private static Optimizer optimizer(OptimizerKind kind) {
        return new Optimizer(options(kind, 1e-2), 4);
    }

    /** The state after some of the steps, one step after the other. */
    private static float[] steps(Optimizer optimizer, float[] parameters, int from, int to) {
        for (int i = from; i < to; i++) {
            parameters = optimizer.step(parameters, GRADIENTS[i], RATES[i]);
        }
        return parameters;
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

    /**
     * v ← ρ v + (1 − ρ) g², θ ← θ − η g / (√v + ε): ε stands outside the root, as in PyTorch (in TensorFlow's old optimiser it
     * stands inside). v starts at ε, and not at 0 as in PyTorch: first steps are shorter.
     */
    @Test
    void rmspropHasEpsilonOutsideTheRootAndInTheFirstMeanSquare() {
        double epsilon = 1e-2;
        Optimizer optimizer = optimizer(OptimizerKind.RMSPROP);
        float[] parameters = {1, 2, 3, 4};
        double[] expected = {1, 2, 3, 4};
        double[] v = {epsilon, epsilon, epsilon, epsilon};
        for (int step = 0; step < RATES.length; step++) {
            parameters = optimizer.step(parameters, GRADIENTS[step], RATES[step]);
            for (int i = 0; i < 4; i++) {
                double g = GRADIENTS[step][i];
                v[i] = DECAY * v[i] + (1 - DECAY) * g * g;
                expected[i] -= RATES[step] * g / (Math.sqrt(v[i]) + epsilon);
            }
            requireClose(parameters, expected);
            requireClose(optimizer.state(), v);
        }
    }

    /**
     * m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε): the form at the end of
     * section 2 of Kingma and Ba, with their ε̂. PyTorch has the form of their algorithm 1, √(v/(1 − β₂ᵗ)) + ε.
     */
    @Test
    void adamHasTheEpsilonOfThePapersFasterForm() {
        double epsilon = 1e-2;
        Optimizer optimizer = optimizer(OptimizerKind.ADAM);
        float[] parameters = {1, 2, 3, 4};
        double[] expected = {1, 2, 3, 4};
        double[] m = new double[4];
        double[] v = new double[4];
        for (int step = 0; step < RATES.length; step++) {
            parameters = optimizer.step(parameters, GRADIENTS[step], RATES[step]);
            double alpha = RATES[step] * Math.sqrt(1 - Math.pow(BETA2, step + 1)) / (1 - Math.pow(BETA1, step + 1));
            for (int i = 0; i < 4; i++) {
                double g = GRADIENTS[step][i];
                m[i] = BETA1 * m[i] + (1 - BETA1) * g;
                v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
                expected[i] -= alpha * m[i] / (Math.sqrt(v[i]) + epsilon);
            }
            requireClose(parameters, expected);
        }
        assertThat(optimizer.state()).hasSize(8);
    }

    @ParameterizedTest
    @EnumSource
    void whereEpsilonIsSmallTheStepsArePyTorchs(OptimizerKind kind) throws IOException {
        Golden golden = new ObjectMapper().readValue(OptimizerTest.class.getResource("optimizers.json"), Golden.class);
        double[][] after = golden.cases.stream()
                .filter(recorded -> recorded.kind.equals(kind.name().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow()
                .after;
        Optimizer optimizer = new Optimizer(options(kind, golden.epsilon), golden.start.length);
        float[] parameters = golden.start;
        for (int step = 0; step < golden.rates.length; step++) {
            parameters = optimizer.step(parameters, golden.gradients[step], golden.rates[step]);
            requireClose(parameters, after[step]);
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

package io.sparring.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Space;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Memory;
import io.sparring.network.Model;
import io.sparring.network.Observations;
import io.sparring.network.Trunk;
import io.sparring.policy.ActionDistribution;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScorerTest {
    private static final int SIZE = 3;
    private static final int ROWS = 1000;

    private final Random random = new Random(1);

    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private Model model(ActionDistribution distribution) {
        Architecture architecture = new Architecture(
                Architecture.Kind.SEPARATE,
                List.of(8),
                Activation.TANH,
                SIZE,
                distribution.outputs(),
                distribution.freeParameters());
        return new Model(architecture, numbers(architecture.parameterCount()));
    }

    /** Each row's action, masks and all, to the bit; and what is likeliest is what was chosen. */
    @Test
    void aRowOfManyIsWhatThePolicyMakesOfItAlone() {
        for (Space space : List.of(
                new Space.Discrete(4),
                Space.MultiDiscrete.of(3, 2),
                new Space.MultiBinary(3),
                Space.Box.of(2, -0.5f, 0.5f))) {
            ActionDistribution distribution = ActionDistribution.of(space);
            Model model = model(distribution);
            Policy alone = new Policy(model, space);
            Scorer scorer = new Scorer(model, space, distribution);
            float[] observations = numbers(ROWS * SIZE);
            boolean[] allowed = new boolean[ROWS * space.maskSize()];
            for (int i = 0; i < allowed.length; i++) {
                // The first of each choice stays.
                int flag = i % space.maskSize();
                allowed[i] = flag == 0 || flag == 3 || random.nextBoolean();
            }

            scorer.score(new Observations.Floats(observations), allowed, ROWS);

            for (int row = 0; row < ROWS; row++) {
                float[] expected = alone.act(
                        Arrays.copyOfRange(observations, row * SIZE, (row + 1) * SIZE),
                        Arrays.copyOfRange(allowed, row * space.maskSize(), (row + 1) * space.maskSize()));
                assertThat(Arrays.copyOfRange(scorer.actions(), row * expected.length, (row + 1) * expected.length))
                        .as("row %s in %s", row, space)
                        .containsExactly(expected);
            }
        }
    }

    @Test
    void probabilitiesAddUpToOneForEachChoice() {
        Space space = Space.MultiDiscrete.of(3, 2);
        ActionDistribution distribution = ActionDistribution.of(space);
        Scorer scorer = new Scorer(model(distribution), space, distribution);
        boolean[] allowed = {true, false, true, true, true};

        scorer.score(new Observations.Floats(numbers(SIZE)), allowed, 1);

        float[] p = scorer.descriptions();
        assertThat(p[0] + p[1] + p[2]).isCloseTo(1, within(1e-6f));
        assertThat(p[3] + p[4]).isCloseTo(1, within(1e-6f));
        assertThat(p[1]).isZero();
        assertThat(p[(int) scorer.actions()[0]]).isGreaterThanOrEqualTo(Math.max(p[0], p[2]));
    }

    @Test
    void aBoxIsDescribedByMeansAndLogSigmas() {
        Space.Box space = Space.Box.of(2, -0.01f, 0.01f);
        for (ActionDistribution distribution :
                List.of(ActionDistribution.of(space), ActionDistribution.stateDependent(space, 8, 1))) {
            Model model = model(distribution);
            Scorer scorer = new Scorer(model, space, distribution);

            scorer.score(new Observations.Floats(numbers(SIZE)), new boolean[0], 1);

            float[] means = Arrays.copyOf(scorer.descriptions(), 2);
            assertThat(scorer.actions())
                    .containsExactly(
                            Math.max(-0.01f, Math.min(0.01f, means[0])), Math.max(-0.01f, Math.min(0.01f, means[1])));
            if (distribution.freeParameters() == 2) {
                float[] parameters = model.parameters();
                assertThat(Arrays.copyOfRange(scorer.descriptions(), 2, 4))
                        .containsExactly(parameters[parameters.length - 2], parameters[parameters.length - 1]);
            } else {
                assertThat(scorer.descriptions()[2]).isFinite();
            }
        }
    }

    @Test
    void whatRemembersOrMayDoNothingIsRefused() {
        Architecture remembering = new Architecture(
                Architecture.Kind.SHARED,
                Trunk.dense(1, List.of(), Activation.TANH),
                new Memory(Memory.Kind.GRU, 1),
                2,
                0);
        Space space = new Space.Discrete(2);
        ActionDistribution distribution = ActionDistribution.of(space);

        assertThatThrownBy(() -> new Scorer(
                        new Model(remembering, new float[remembering.parameterCount()]), space, distribution))
                .hasMessageContaining("memory");
        assertThatThrownBy(() -> new Scorer(model(distribution), space, distribution)
                        .score(new Observations.Floats(new float[SIZE]), new boolean[2], 1))
                .hasMessageContaining("forbids every action");
    }
}

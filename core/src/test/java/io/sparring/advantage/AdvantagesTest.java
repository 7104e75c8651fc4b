package io.sparring.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.random.Streams;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** Cases worked out by hand. */
class AdvantagesTest {
    private static final double EXACT = 1e-15;

    /** r = 1, 2, 4; V = 1, 2, 3; γ = ½; an episode may end after the second step, where its last observation is worth 10. */
    private static Rollout threeSteps(boolean terminated, boolean truncated) {
        return new Rollout(
                1,
                0.5,
                new double[] {1, 2, 4},
                new boolean[] {false, terminated, false},
                new boolean[] {false, truncated, false},
                new double[] {1, 2, 3},
                new double[] {-100, 10, -100},
                new double[] {8});
    }

    private static double[] gae(Rollout rollout, double lambda) {
        return AdvantageEstimator.GAE.estimate(rollout.inputs(), lambda, 0);
    }

    private static double[] kStep(Rollout rollout, int k) {
        return AdvantageEstimator.K_STEP.estimate(rollout.inputs(), 0, k);
    }

    private static double[] oneStep(Rollout rollout) {
        return AdvantageEstimator.ONE_STEP.estimate(rollout.inputs(), 0, 0);
    }

    @Test
    void withoutEndsEveryRewardCountsAndTheLastStepIsBootstrapped() {
        Rollout rollout = threeSteps(false, false);

        // δ = 1 + ½·2 − 1, 2 + ½·3 − 2, 4 + ½·8 − 3
        assertThat(oneStep(rollout)).containsExactly(1, 1.5, 5);
        // 5; 1.5 + ¼·5; 1 + ¼·2.75
        assertThat(gae(rollout, 0.5)).containsExactly(1.6875, 2.75, 5);
        // 1 + ½·2 + ¼·3 − 1; 2 + ½·4 + ¼·8 − 2; 5
        assertThat(kStep(rollout, 2)).containsExactly(1.75, 4, 5);
        // 1 + ½·2 + ¼·4 + ⅛·8 − 1; 4; 5
        assertThat(kStep(rollout, 3)).containsExactly(3, 4, 5);
        assertThat(gae(rollout, 1)).containsExactly(3, 4, 5);
    }

    @Test
    void truncationBootstrapsFromTheFinalObservation() {
        Rollout rollout = threeSteps(false, true);

        // δ = 1, 2 + ½·10 − 2, 5
        assertThat(oneStep(rollout)).containsExactly(1, 5, 5);
        // 1 + ¼·5, and nothing of the next episode in the second
        assertThat(gae(rollout, 0.5)).containsExactly(2.25, 5, 5);
        // 1 + ½·2 + ¼·10 − 1
        assertThat(kStep(rollout, 3)).containsExactly(3.5, 5, 5);
        assertThat(kStep(rollout, 100)).containsExactly(3.5, 5, 5);
    }

    @Test
    void terminationIsWorthNothing() {
        Rollout rollout = threeSteps(true, false);

        // δ = 1, 2 − 2, 5
        assertThat(oneStep(rollout)).containsExactly(1, 0, 5);
        assertThat(gae(rollout, 0.5)).containsExactly(1, 0, 5);
        // 1 + ½·2 − 1
        assertThat(kStep(rollout, 3)).containsExactly(1, 0, 5);
    }

    @Test
    void terminationWinsWhereTheLimitCutsTheSameStep() {
        Rollout both = threeSteps(true, true);
        Rollout terminated = threeSteps(true, false);

        assertThat(oneStep(both)).isEqualTo(oneStep(terminated));
        assertThat(gae(both, 0.5)).isEqualTo(gae(terminated, 0.5));
        assertThat(kStep(both, 3)).isEqualTo(kStep(terminated, 3));
    }

    @Test
    void theLastStepOfARolloutMayEndAnEpisodeToo() {
        Rollout truncated = new Rollout(
                1,
                0.5,
                new double[] {1, 4},
                new boolean[2],
                new boolean[] {false, true},
                new double[] {1, 3},
                new double[] {-100, 10},
                new double[] {1000});

        // 4 + ½·10 − 3; 1 + ½·3 − 1 + ¼·6
        assertThat(gae(truncated, 0.5)).containsExactly(3, 6);
        // 1 + ½·4 + ¼·10 − 1
        assertThat(kStep(truncated, 2)).containsExactly(4.5, 6);
    }

    @Test
    void environmentsLieSideBySide() {
        // Two steps of two environments: the first one terminates at once, the second one goes on.
        Rollout rollout = new Rollout(
                2,
                0.5,
                new double[] {1, 2, 3, 4},
                new boolean[] {true, false, false, false},
                new boolean[4],
                new double[] {0, 0, 0, 0},
                new double[4],
                new double[] {8, 16});

        // 1 | 2 + ½·4 + ¼·16;  3 + ½·8 | 4 + ½·16
        assertThat(kStep(rollout, 2)).containsExactly(1, 8, 7, 12);
        assertThat(gae(rollout, 1)).containsExactly(1, 8, 7, 12);
    }

    @Test
    void aConstantRewardGivesAGeometricSeries() {
        int steps = 30;
        double gamma = 0.9;
        double lambda = 0.7;
        double[] ones = new double[steps];
        Arrays.fill(ones, 1);
        Rollout rollout = new Rollout(
                1,
                gamma,
                ones,
                new boolean[steps],
                new boolean[steps],
                new double[steps],
                new double[steps],
                new double[1]);

        double[] gae = gae(rollout, lambda);
        double[] kStep = kStep(rollout, steps);
        for (int t = 0; t < steps; t++) {
            double both = gamma * lambda;
            assertThat(gae[t]).isCloseTo((1 - Math.pow(both, steps - t)) / (1 - both), within(1e-14));
            assertThat(kStep[t]).isCloseTo((1 - Math.pow(gamma, steps - t)) / (1 - gamma), within(1e-13));
        }
    }

    @Test
    void theTrueValueFunctionLeavesNoAdvantage() {
        // Reward 1 for ever is worth 1/(1 − γ) at every step, at a time limit and at the end of the rollout.
        int steps = 12;
        double gamma = 0.75;
        double[] ones = new double[steps];
        Arrays.fill(ones, 1);
        double[] worth = new double[steps];
        Arrays.fill(worth, 4);
        boolean[] truncated = new boolean[steps];
        truncated[5] = true;
        Rollout rollout = new Rollout(1, gamma, ones, new boolean[steps], truncated, worth, worth, new double[] {4});

        assertThat(oneStep(rollout)).containsOnly(new double[] {0}, within(EXACT));
        assertThat(gae(rollout, 0.9)).containsOnly(new double[] {0}, within(EXACT));
        assertThat(kStep(rollout, 4)).containsOnly(new double[] {0}, within(EXACT));
    }

    @Test
    void arraysThatDoNotFitTogetherAreRefused() {
        double[] four = new double[4];
        double[] three = new double[3];

        assertThatThrownBy(() -> Advantages.gae(four, four, four, four, three, 2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3");
        assertThatThrownBy(() -> Advantages.kStep(four, four, four, four, four, 3, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("T×3");
        assertThatThrownBy(() -> Advantages.gae(four, four, four, four, four, 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Advantages.oneStep(four, three, four, four, four))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRandomRolloutHasEveryKindOfEnd() {
        // Guards the other tests: a generator that never truncates would let them all pass.
        UniformRandomProvider random = Streams.of(3);
        Rollout rollout = Rollout.random(20, 20, 0.9, random);
        int terminated = 0;
        int truncated = 0;
        int both = 0;
        for (int i = 0; i < 400; i++) {
            both += rollout.terminated()[i] && rollout.truncated()[i] ? 1 : 0;
            terminated += rollout.terminated()[i] && !rollout.truncated()[i] ? 1 : 0;
            truncated += !rollout.terminated()[i] && rollout.truncated()[i] ? 1 : 0;
        }

        assertThat(both).isPositive();
        assertThat(terminated).isPositive();
        assertThat(truncated).isGreaterThan(terminated);
    }
}

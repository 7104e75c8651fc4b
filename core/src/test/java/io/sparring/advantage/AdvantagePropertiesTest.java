package io.sparring.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.random.Streams;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.rng.UniformRandomProvider;

/** What holds for every rollout, and the estimators against the paper's sums. */
@PropertyDefaults(tries = 400, edgeCases = EdgeCasesMode.MIXIN)
class AdvantagePropertiesTest {
    /** Rewards and values are at most 1 and rollouts at most 20 steps long, so sums of rounding errors stay far below. */
    private static final double ROUNDING = 1e-13;

    @Provide
    Arbitrary<Rollout> rollouts() {
        Arbitrary<Double> gammas = Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.just(0.0)),
                Tuple.of(1, Arbitraries.just(1.0)),
                Tuple.of(8, Arbitraries.doubles().between(0, 1)));
        return Combinators.combine(
                        Arbitraries.integers().between(1, 20).withDistribution(RandomDistribution.uniform()),
                        Arbitraries.integers().between(1, 4),
                        gammas,
                        Arbitraries.longs())
                .as((steps, environments, gamma, seed) -> Rollout.random(steps, environments, gamma, Streams.of(seed)))
                .withoutEdgeCases();
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

    @Property
    void gaeIsThePapersSum(@ForAll("rollouts") Rollout rollout, @ForAll @DoubleRange(max = 1) double lambda) {
        double[] advantages = gae(rollout, lambda);

        for (int t = 0; t < rollout.steps(); t++) {
            for (int b = 0; b < rollout.environments(); b++) {
                assertThat(advantages[rollout.at(t, b)]).isCloseTo(rollout.gae(t, b, lambda), within(ROUNDING));
            }
        }
    }

    @Property
    void kStepIsThePapersSum(@ForAll("rollouts") Rollout rollout, @ForAll @IntRange(min = 1, max = 25) int k) {
        double[] advantages = kStep(rollout, k);

        for (int t = 0; t < rollout.steps(); t++) {
            for (int b = 0; b < rollout.environments(); b++) {
                assertThat(advantages[rollout.at(t, b)]).isCloseTo(rollout.kStep(t, b, k), within(ROUNDING));
            }
        }
    }

    @Property
    void oneStepIsTheTemporalDifference(@ForAll("rollouts") Rollout rollout) {
        double[] advantages = oneStep(rollout);

        for (int t = 0; t < rollout.steps(); t++) {
            for (int b = 0; b < rollout.environments(); b++) {
                assertThat(advantages[rollout.at(t, b)]).isCloseTo(rollout.delta(t, b), within(ROUNDING));
            }
        }
    }

    @Property
    void gaeWithoutLambdaIsOneStep(@ForAll("rollouts") Rollout rollout) {
        assertThat(gae(rollout, 0)).containsExactly(oneStep(rollout), within(0.0));
    }

    @Property
    void gaeWithFullLambdaIsTheLongestKStep(@ForAll("rollouts") Rollout rollout) {
        assertThat(gae(rollout, 1)).containsExactly(kStep(rollout, rollout.steps()), within(ROUNDING));
    }

    @Property
    void kStepOfOneIsOneStep(@ForAll("rollouts") Rollout rollout) {
        assertThat(kStep(rollout, 1)).containsExactly(oneStep(rollout), within(0.0));
    }

    @Property
    void aLongerKThanTheRolloutChangesNothing(@ForAll("rollouts") Rollout rollout) {
        assertThat(kStep(rollout, Integer.MAX_VALUE)).isEqualTo(kStep(rollout, rollout.steps()));
    }

    @Property
    void nothingAfterTheEndOfAnEpisodeReachesBackIntoIt(
            @ForAll("rollouts") Rollout rollout, @ForAll @DoubleRange(max = 1) double lambda, @ForAll long seed) {
        UniformRandomProvider random = Streams.of(seed);
        for (int b = 0; b < rollout.environments(); b++) {
            int end = rollout.last(0, b);
            // All that comes later in this environment is another story: rewards, values, ends, the bootstrap where one
            // has ended.
            double[] rewards = rollout.rewards().clone();
            double[] values = rollout.values().clone();
            double[] finalValues = rollout.finalValues().clone();
            boolean[] terminated = rollout.terminated().clone();
            boolean[] truncated = rollout.truncated().clone();
            double[] bootstrap = rollout.bootstrap().clone();
            for (int t = end + 1; t < rollout.steps(); t++) {
                int i = rollout.at(t, b);
                rewards[i] = random.nextDouble(-9, 9);
                values[i] = random.nextDouble(-9, 9);
                finalValues[i] = random.nextDouble(-9, 9);
                terminated[i] = random.nextBoolean();
                truncated[i] = random.nextBoolean();
            }
            int last = rollout.at(end, b);
            if (terminated[last] || truncated[last]) {
                bootstrap[b] = random.nextDouble(-9, 9);
            }
            Rollout other = new Rollout(
                    rollout.environments(),
                    rollout.gamma(),
                    rewards,
                    terminated,
                    truncated,
                    values,
                    finalValues,
                    bootstrap);

            for (int t = 0; t <= end; t++) {
                int i = rollout.at(t, b);
                assertThat(gae(other, lambda)[i]).isEqualTo(gae(rollout, lambda)[i]);
                assertThat(kStep(other, 5)[i]).isEqualTo(kStep(rollout, 5)[i]);
                assertThat(oneStep(other)[i]).isEqualTo(oneStep(rollout)[i]);
            }
        }
    }

    @Property
    void whatATerminalObservationIsThoughtToBeWorthChangesNothing(
            @ForAll("rollouts") Rollout rollout,
            @ForAll @DoubleRange(max = 1) double lambda,
            @ForAll @DoubleRange(min = -1000, max = 1000) double shift) {
        double[] finalValues = rollout.finalValues().clone();
        for (int i = 0; i < finalValues.length; i++) {
            finalValues[i] += rollout.terminated()[i] ? shift : 0;
        }
        Rollout shifted = new Rollout(
                rollout.environments(),
                rollout.gamma(),
                rollout.rewards(),
                rollout.terminated(),
                rollout.truncated(),
                rollout.values(),
                finalValues,
                rollout.bootstrap());

        assertThat(gae(shifted, lambda)).containsExactly(gae(rollout, lambda), within(0.0));
        assertThat(kStep(shifted, 3)).containsExactly(kStep(rollout, 3), within(0.0));
        assertThat(oneStep(shifted)).containsExactly(oneStep(rollout), within(0.0));
    }

    @Property
    void whatATruncatedEpisodesLastObservationIsWorthCountsDiscountedOnce(
            @ForAll("rollouts") Rollout rollout, @ForAll @DoubleRange(max = 1) double lambda) {
        double[] finalValues = rollout.finalValues().clone();
        for (int i = 0; i < finalValues.length; i++) {
            finalValues[i] += rollout.truncated()[i] ? 1 : 0;
        }
        Rollout shifted = new Rollout(
                rollout.environments(),
                rollout.gamma(),
                rollout.rewards(),
                rollout.terminated(),
                rollout.truncated(),
                rollout.values(),
                finalValues,
                rollout.bootstrap());

        double[] before = gae(rollout, lambda);
        double[] after = gae(shifted, lambda);
        for (int i = 0; i < before.length; i++) {
            boolean bootstrapped = rollout.truncated()[i] && !rollout.terminated()[i];
            if (bootstrapped || rollout.terminated()[i]) {
                assertThat(after[i] - before[i]).isCloseTo(bootstrapped ? rollout.gamma() : 0, within(ROUNDING));
            }
        }
    }

    @Property
    void advantagesAreLinearInTheRewards(
            @ForAll("rollouts") Rollout rollout,
            @ForAll @DoubleRange(max = 1) double lambda,
            @ForAll @DoubleRange(min = -3, max = 3) double factor,
            @ForAll long seed) {
        double[] extra = Rollout.uniform(rollout.rewards().length, Streams.of(seed));
        double[] sum = new double[extra.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = rollout.rewards()[i] + factor * extra[i];
        }
        // A(r + c r′; V) = A(r; V) + c A(r′; 0)
        for (AdvantageEstimator estimator : AdvantageEstimator.values()) {
            double[] whole = estimator.estimate(withRewards(rollout, sum, 1).inputs(), lambda, 4);
            double[] first = estimator.estimate(rollout.inputs(), lambda, 4);
            double[] second = estimator.estimate(withRewards(rollout, extra, 0).inputs(), lambda, 4);
            for (int i = 0; i < whole.length; i++) {
                assertThat(whole[i]).isCloseTo(first[i] + factor * second[i], within(4 * ROUNDING));
            }
        }
    }

    private static Rollout withRewards(Rollout rollout, double[] rewards, double valueFactor) {
        return new Rollout(
                rollout.environments(),
                rollout.gamma(),
                rewards,
                rollout.terminated(),
                rollout.truncated(),
                scaled(rollout.values(), valueFactor),
                scaled(rollout.finalValues(), valueFactor),
                scaled(rollout.bootstrap(), valueFactor));
    }

    private static double[] scaled(double[] numbers, double factor) {
        return Arrays.stream(numbers).map(number -> factor * number).toArray();
    }

    @Property
    void environmentsKnowNothingOfEachOther(
            @ForAll("rollouts") Rollout rollout, @ForAll @DoubleRange(max = 1) double lambda) {
        for (int b = 0; b < rollout.environments(); b++) {
            Rollout alone = alone(rollout, b);
            for (AdvantageEstimator estimator : AdvantageEstimator.values()) {
                double[] together = estimator.estimate(rollout.inputs(), lambda, 4);
                double[] apart = estimator.estimate(alone.inputs(), lambda, 4);
                for (int t = 0; t < rollout.steps(); t++) {
                    assertThat(together[rollout.at(t, b)]).isEqualTo(apart[t]);
                }
            }
        }
    }

    private static Rollout alone(Rollout rollout, int environment) {
        int steps = rollout.steps();
        double[] rewards = new double[steps];
        boolean[] terminated = new boolean[steps];
        boolean[] truncated = new boolean[steps];
        double[] values = new double[steps];
        double[] finalValues = new double[steps];
        for (int t = 0; t < steps; t++) {
            int i = rollout.at(t, environment);
            rewards[t] = rollout.rewards()[i];
            terminated[t] = rollout.terminated()[i];
            truncated[t] = rollout.truncated()[i];
            values[t] = rollout.values()[i];
            finalValues[t] = rollout.finalValues()[i];
        }
        return new Rollout(1, rollout.gamma(), rewards, terminated, truncated, values, finalValues, new double[] {
            rollout.bootstrap()[environment]
        });
    }

    @Property
    void theInputsAreLeftAlone(@ForAll("rollouts") Rollout rollout) {
        AdvantageEstimator.Inputs inputs = rollout.inputs();
        for (AdvantageEstimator estimator : AdvantageEstimator.values()) {
            estimator.estimate(inputs, 0.9, 3);
        }

        AdvantageEstimator.Inputs fresh = rollout.inputs();
        assertThat(inputs.rewards()).isEqualTo(fresh.rewards());
        assertThat(inputs.discounts()).isEqualTo(fresh.discounts());
        assertThat(inputs.values()).isEqualTo(fresh.values());
        assertThat(inputs.nextValues()).isEqualTo(fresh.nextValues());
        assertThat(inputs.continues()).isEqualTo(fresh.continues());
    }
}

package io.sparring.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.random.Streams;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;

class VTraceTest {
    private static final double ROUNDING = 1e-12;

    /** A rollout, and the ratios π/μ of its actions. */
    private record OffPolicy(Rollout rollout, double[] ratios) {
        Advantages.VTrace vTrace(double rhoBar, double cBar, double lambda) {
            AdvantageEstimator.Inputs in = rollout.inputs();
            return Advantages.vTrace(
                    in.rewards(),
                    in.discounts(),
                    in.values(),
                    in.nextValues(),
                    in.continues(),
                    in.environments(),
                    Arrays.stream(ratios).map(StrictMath::log).toArray(),
                    rhoBar,
                    cBar,
                    lambda);
        }
    }

    @Provide
    Arbitrary<OffPolicy> rollouts() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 16),
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.longs())
                .as((steps, environments, gamma, seed) -> {
                    Rollout rollout = Rollout.random(steps, environments, gamma, Streams.of(seed));
                    double[] ratios = Rollout.uniform(steps * environments, Streams.of(seed + 1));
                    return new OffPolicy(
                            rollout, Arrays.stream(ratios).map(Math::exp).toArray());
                })
                .withoutEdgeCases();
    }

    @Property
    void itIsThePapersSum(
            @ForAll("rollouts") OffPolicy off,
            @ForAll @DoubleRange(min = 0.3, max = 3) double rhoBar,
            @ForAll @DoubleRange(min = 0.3, max = 2) double cBar,
            @ForAll @DoubleRange(max = 1) double lambda) {
        Advantages.VTrace trace = off.vTrace(rhoBar, cBar, lambda);

        for (int t = 0; t < off.rollout.steps(); t++) {
            for (int b = 0; b < off.rollout.environments(); b++) {
                int i = off.rollout.at(t, b);
                double scale = 1 + Math.abs(trace.targets()[i]) + Math.abs(trace.advantages()[i]);
                assertThat(trace.targets()[i])
                        .isCloseTo(off.rollout.vTrace(t, b, off.ratios, rhoBar, cBar, lambda), within(1e-10 * scale));
                assertThat(trace.advantages()[i])
                        .isCloseTo(
                                off.rollout.vTraceAdvantage(t, b, off.ratios, rhoBar, cBar, lambda),
                                within(1e-10 * scale));
            }
        }
    }

    @Property
    void withEqualPoliciesAndNoBoundsItIsTheLongestKStep(@ForAll("rollouts") OffPolicy off) {
        double[] equal = new double[off.ratios.length];
        Arrays.fill(equal, 1);
        Advantages.VTrace trace =
                new OffPolicy(off.rollout, equal).vTrace(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 1);

        double[] kStep = AdvantageEstimator.K_STEP.estimate(off.rollout.inputs(), 0, off.rollout.steps());
        for (int i = 0; i < kStep.length; i++) {
            assertThat(trace.advantages()[i]).isCloseTo(kStep[i], within(ROUNDING));
            assertThat(trace.targets()[i] - off.rollout.values()[i]).isCloseTo(kStep[i], within(ROUNDING));
        }
    }

    @Example
    void byHand() {
        // Two steps, γ = 0.5, V = (1, 2), bootstrap 4, r = (1, 3), π/μ = (2, 0.5), ρ̄ = c̄ = 1.
        // δ_1 = 0.5 (3 + 2 − 2) = 1.5, v_1 = 3.5; δ_0 = 1 (1 + 1 − 1) = 1, v_0 = 1 + 1 + 0.5 · 1 · 1.5 = 2.75.
        // A_1 = 0.5 (3 + 0.5 · 4 − 2) = 1.5, A_0 = 1 (1 + 0.5 · 3.5 − 1) = 1.75.
        Advantages.VTrace trace = Advantages.vTrace(
                new double[] {1, 3},
                new double[] {0.5, 0.5},
                new double[] {1, 2},
                new double[] {2, 4},
                new double[] {1, 1},
                1,
                new double[] {Math.log(2), Math.log(0.5)},
                1,
                1,
                1);

        assertThat(trace.targets()).containsExactly(new double[] {2.75, 3.5}, within(ROUNDING));
        assertThat(trace.advantages()).containsExactly(new double[] {1.75, 1.5}, within(ROUNDING));
    }

    @Example
    void anActionThatThePolicyWouldNotTakeTeachesNothing() {
        Advantages.VTrace trace = Advantages.vTrace(
                new double[] {1, 1},
                new double[] {0.9, 0.9},
                new double[] {0.3, 0.4},
                new double[] {0.4, 5},
                new double[] {1, 1},
                1,
                new double[] {Double.NEGATIVE_INFINITY, 0},
                1,
                1,
                1);

        assertThat(trace.targets()[0]).isEqualTo(0.3);
        assertThat(trace.advantages()[0]).isZero();
        assertThat(trace.advantages()[1]).isNotZero();
    }
}

package io.sparring.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Space;
import io.sparring.network.Batch;
import io.sparring.network.Batches;
import io.sparring.random.Streams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** What holds of every distribution over a finite action space, masked or not. */
class FiniteDistributionsTest {
    private static final double[] NONE = {};

    /**
     * One state's distribution.
     *
     * @param logits those of forbidden actions included
     */
    record Masked(Space space, float[] logits, boolean[] allowed) {
        ActionDistribution distribution() {
            return ActionDistribution.of(space);
        }

        Batch batch() {
            Batch batch = Batches.of(logits.length, logits);
            Masks.apply(batch, allowed, 0);
            return batch;
        }

        double[] masked() {
            return Batches.doubles(batch());
        }

        /** Every element of the space. */
        List<float[]> actions() {
            List<float[]> actions = new ArrayList<>(List.of(new float[space.size()]));
            for (int i = 0; i < space.size(); i++) {
                int choices = space instanceof Space.MultiDiscrete several
                        ? several.sizes()[i]
                        : space instanceof Space.Discrete one ? one.n() : 2;
                List<float[]> longer = new ArrayList<>();
                for (float[] action : actions) {
                    for (int choice = 0; choice < choices; choice++) {
                        float[] other = action.clone();
                        other[i] = choice;
                        longer.add(other);
                    }
                }
                actions = longer;
            }
            return actions;
        }

        boolean allows(float[] action) {
            int at = 0;
            for (int i = 0; i < action.length; i++) {
                if (space instanceof Space.MultiBinary) {
                    if (action[i] == 1 && !allowed[i]) {
                        return false;
                    }
                } else if (!allowed[at + (int) action[i]]) {
                    return false;
                } else if (space instanceof Space.MultiDiscrete several) {
                    at += several.sizes()[i];
                }
            }
            return true;
        }

        double logProbability(float[] action) {
            return distribution().logProbability(masked(), 0, NONE, action, 0);
        }
    }

    @Provide
    Arbitrary<Masked> masked() {
        Arbitrary<Space> spaces = Arbitraries.oneOf(
                Arbitraries.integers().between(1, 6).map(Space.Discrete::new),
                Arbitraries.integers().between(1, 4).map(Space.MultiBinary::new),
                Arbitraries.integers()
                        .between(1, 4)
                        .array(int[].class)
                        .ofMinSize(1)
                        .ofMaxSize(3)
                        .map(Space.MultiDiscrete::new));
        return Combinators.combine(
                        spaces, Arbitraries.longs(), Arbitraries.floats().between(0, 8))
                .as((space, seed, scale) -> {
                    UniformRandomProvider random = Streams.of(seed);
                    float[] logits = new float[space.maskSize()];
                    boolean[] allowed = new boolean[logits.length];
                    do {
                        for (int i = 0; i < logits.length; i++) {
                            logits[i] = random.nextFloat(-1, 1) * scale;
                            allowed[i] = random.nextBoolean();
                        }
                    } while (!space.leavesAny(allowed, 0));
                    return new Masked(space, logits, allowed);
                });
    }

    @Property
    void probabilitiesSumToOneAndTheirLogarithmsToMinusTheEntropy(@ForAll("masked") Masked masked) {
        double total = 0;
        double surprise = 0;
        for (float[] action : masked.actions()) {
            double logProbability = masked.logProbability(action);
            assertThat(logProbability).isLessThanOrEqualTo(0);
            if (masked.allows(action)) {
                total += Math.exp(logProbability);
                surprise -= Math.exp(logProbability) * logProbability;
            } else {
                assertThat(logProbability).isEqualTo(Double.NEGATIVE_INFINITY);
            }
        }

        assertThat(total).isCloseTo(1, within(1e-12));
        assertThat(masked.distribution().entropy(masked.masked(), 0, NONE)).isCloseTo(surprise, within(1e-12));
    }

    @Property
    void whatIsDrawnAndWhatIsLikeliestIsAllowedWhateverTheGeneratorGives(
            @ForAll("masked") Masked masked, @ForAll long seed) {
        Batch batch = masked.batch();
        float[] action = new float[masked.space.size()];
        for (UniformRandomProvider random : List.<UniformRandomProvider>of(Streams.of(seed), () -> -1L, () -> 0L)) {
            for (int draw = 0; draw < 20; draw++) {
                masked.distribution().sample(PolicyBatch.of(batch), 0, random, LastingNoise.NONE, 0, action, 0);
                assertThat(masked.space.contains(action, 0) && masked.allows(action))
                        .isTrue();
            }
        }
        masked.distribution().mode(batch, 0, action, 0);
        assertThat(masked.allows(action)).isTrue();
        double likeliest = masked.logProbability(action);
        assertThat(masked.actions())
                .allSatisfy(other -> assertThat(masked.logProbability(other)).isLessThanOrEqualTo(likeliest + 1e-12));
    }

    @Property
    void theGradientIsTheSlopeAndExactlyZeroWhereForbidden(@ForAll("masked") Masked masked) {
        ActionDistribution distribution = masked.distribution();
        double[] logits = masked.masked();
        double h = 1e-5;
        for (float[] action : masked.actions()) {
            if (!masked.allows(action)) {
                continue;
            }
            double[] gradient = new double[logits.length];
            ActionDistribution.Terms terms =
                    distribution.addGradient(logits, 0, NONE, action, 0, -0.7, 0.3, gradient, NONE);
            assertThat(terms.logProbability()).isEqualTo(masked.logProbability(action));
            assertThat(terms.entropy()).isEqualTo(distribution.entropy(logits, 0, NONE));
            for (int i = 0; i < logits.length; i++) {
                double[] up = logits.clone();
                double[] down = logits.clone();
                up[i] += h;
                down[i] -= h;
                double slope = -0.7
                                * (distribution.logProbability(up, 0, NONE, action, 0)
                                        - distribution.logProbability(down, 0, NONE, action, 0))
                        + 0.3 * (distribution.entropy(up, 0, NONE) - distribution.entropy(down, 0, NONE));
                assertThat(gradient[i]).isCloseTo(masked.allowed[i] ? slope / (2 * h) : 0, within(1e-8));
                assertThat(masked.allowed[i] || gradient[i] == 0).isTrue();
            }
        }
    }

    @Property
    void aMaskedDistributionIsThatOverWhatIsLeft(@ForAll("masked") Masked masked) {
        // By Bayes: π(a | allowed) = π(a) / Σ π(allowed).
        Masked free = new Masked(masked.space, masked.logits, new boolean[0]);
        double allowed = masked.actions().stream()
                .filter(masked::allows)
                .mapToDouble(action -> Math.exp(free.logProbability(action)))
                .sum();

        assertThat(masked.actions().stream().filter(masked::allows))
                .allSatisfy(action -> assertThat(masked.logProbability(action))
                        .isCloseTo(free.logProbability(action) - Math.log(allowed), within(1e-10)));
    }

    @Test
    void eachSpaceTakesItsLogitsAndNothingElse() {
        ActionDistribution several = ActionDistribution.of(Space.MultiDiscrete.of(3, 1, 2));
        assertThat(several.outputs()).isEqualTo(6);
        assertThat(several.actionSize()).isEqualTo(3);
        assertThat(several.freeParameters()).isZero();

        ActionDistribution bits = ActionDistribution.of(new Space.MultiBinary(4));
        assertThat(bits.outputs()).isEqualTo(4);
        assertThat(bits.actionSize()).isEqualTo(4);
        assertThat(bits.freeParameters()).isZero();
    }

    @Test
    void everyPartOfAnActionIsDrawnAsOftenAsItIsProbable() {
        for (Space space : List.of(Space.MultiDiscrete.of(2, 3), new Space.MultiBinary(3))) {
            float[] logits = Arrays.copyOf(new float[] {1, -1, 0.5f, 0, -2}, space.maskSize());
            Masked free = new Masked(space, logits, new boolean[0]);
            List<float[]> actions = free.actions();
            int draws = 20_000;
            int[] counts = new int[actions.size()];
            UniformRandomProvider random = Streams.of(11);
            float[] action = new float[space.size()];
            for (int draw = 0; draw < draws; draw++) {
                free.distribution().sample(PolicyBatch.of(free.batch()), 0, random, LastingNoise.NONE, 0, action, 0);
                for (int i = 0; i < counts.length; i++) {
                    counts[i] += Arrays.equals(actions.get(i), action) ? 1 : 0;
                }
            }
            double chiSquare = 0;
            for (int i = 0; i < counts.length; i++) {
                double expected = draws * Math.exp(free.logProbability(actions.get(i)));
                chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
            }
            // Mean and four standard deviations of the χ² distribution.
            double freedom = counts.length - 1;
            assertThat(chiSquare).isLessThan(freedom + 4 * Math.sqrt(2 * freedom));
        }
    }

    @Test
    void rowsAreReadAndWrittenWhereTheyLie() {
        for (Space space : List.of(Space.MultiDiscrete.of(2, 1), new Space.MultiBinary(3))) {
            ActionDistribution distribution = ActionDistribution.of(space);
            double[] rows = {9, 9, 9, 0.5, -1, 2, 9, 9, 9};
            double[] row = {0.5, -1, 2};
            float[] actions = {7, 1, 0, 1, 7};
            float[] action = Arrays.copyOfRange(actions, 1, 1 + space.size());
            assertThat(distribution.logProbability(rows, 3, NONE, actions, 1))
                    .isEqualTo(distribution.logProbability(row, 0, NONE, action, 0));
            assertThat(distribution.entropy(rows, 3, NONE)).isEqualTo(distribution.entropy(row, 0, NONE));

            double[] gradient = new double[9];
            double[] alone = new double[3];
            distribution.addGradient(rows, 3, NONE, actions, 1, 1, 1, gradient, NONE);
            distribution.addGradient(row, 0, NONE, action, 0, 1, 1, alone, NONE);
            assertThat(Arrays.copyOfRange(gradient, 3, 6)).isEqualTo(alone);
            assertThat(gradient[0] + gradient[1] + gradient[2] + gradient[6] + gradient[7] + gradient[8])
                    .isZero();

            float[] drawn = {7, 7, 7, 7, 7};
            Batch batch = Batches.of(3, 9f, 9, 9, -99, 99, 99, 9, 9, 9);
            distribution.sample(PolicyBatch.of(batch), 1, Streams.of(1), LastingNoise.NONE, 0, drawn, 1);
            float[] likeliest = {7, 7, 7, 7, 7};
            distribution.mode(batch, 1, likeliest, 1);
            assertThat(drawn).isEqualTo(likeliest);
            assertThat(drawn[0]).isEqualTo(7);
            assertThat(drawn[1 + space.size()]).isEqualTo(7);

            float[] told = new float[6];
            distribution.toEnvironment(new float[] {1, 0, 1, 1, 0, 1}, told, 1);
            assertThat(told).startsWith(Arrays.copyOf(new float[] {1, 0, 1}, space.size()));
        }
    }

    @Test
    void extremeLogitsOfBitsOverflowNowhere() {
        ActionDistribution bit = ActionDistribution.of(new Space.MultiBinary(1));
        for (double logit : new double[] {800, 1e30, Float.MAX_VALUE}) {
            for (int sign = -1; sign <= 1; sign += 2) {
                double[] logits = {sign * logit};
                float[] likely = {sign > 0 ? 1 : 0};
                float[] unlikely = {sign > 0 ? 0 : 1};
                double[] gradient = new double[1];
                assertThat(bit.logProbability(logits, 0, NONE, likely, 0)).isZero();
                assertThat(bit.logProbability(logits, 0, NONE, unlikely, 0)).isEqualTo(-logit);
                ActionDistribution.Terms terms = bit.addGradient(logits, 0, NONE, unlikely, 0, 1, 1, gradient, NONE);
                assertThat(terms.entropy()).isZero();
                assertThat(gradient[0]).isEqualTo(-sign);
            }
        }
        assertThat(bit.entropy(new double[] {0}, 0, NONE)).isCloseTo(Math.log(2), within(1e-15));
    }

    @Test
    void theFirstRowThatLeavesNothingIsFound() {
        Space space = new Space.Discrete(2);
        assertThat(Masks.firstWithoutAction(space, new boolean[0])).isEqualTo(-1);
        assertThat(Masks.firstWithoutAction(space, new boolean[] {true, false, false, true}))
                .isEqualTo(-1);
        assertThat(Masks.firstWithoutAction(space, new boolean[] {true, false, false, false, false, false}))
                .isEqualTo(1);
        assertThat(Masks.firstWithoutAction(Space.Box.of(2, 0, 1), new boolean[0]))
                .isEqualTo(-1);
    }

    @Test
    void noMaskForbidsNothingAndAMaskReachesItsRowsAlone() {
        Batch batch = Batches.of(2, 1f, 2, 3, 4);
        Masks.apply(batch, new boolean[0], 0);
        assertThat(Batches.rowByRow(batch)).containsExactly(1, 2, 3, 4);

        Masks.apply(batch, new boolean[] {false, false, true, false, true, true}, 1);
        assertThat(Batches.rowByRow(batch)).containsExactly(1, Float.NEGATIVE_INFINITY, 3, 4);
    }
}

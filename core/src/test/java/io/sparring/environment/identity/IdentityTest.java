package io.sparring.environment.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Environment;
import io.sparring.environment.Environments;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

class IdentityTest {
    @Test
    void namingWhatIsShownEarnsOneAndAnythingElseNothing() {
        int copies = 400;
        Identity identity = Identity.discrete(copies);
        Step step = new Step(copies, 4);
        identity.reset(seeds(copies), step.observations);
        float[] actions = new float[copies];
        float[] expected = new float[copies];
        for (int copy = 0; copy < copies; copy++) {
            int said = copy % 4;
            actions[copy] = said;
            expected[copy] = shown(step.observations, copy) == said ? 1f : 0f;
        }

        identity.step(actions, step);

        assertThat(step.rewards).containsExactly(expected).contains(0f, 1f);
    }

    @Test
    void aPerfectDiscreteEpisodeReturnsOneHundredAndIsTruncated() {
        Identity identity = Identity.discrete(1);
        Step step = new Step(1, 4);
        identity.reset(new long[] {1}, step.observations);
        for (int episode = 0; episode < 2; episode++) {
            float earned = 0;
            for (int taken = 1; taken <= 100; taken++) {
                identity.step(new float[] {shown(step.observations, 0)}, step);
                earned += step.rewards[0];
                assertThat(step.terminated[0]).isFalse();
                assertThat(step.truncated[0]).isEqualTo(taken == 100);
            }
            assertThat(earned).isEqualTo(100f);
        }
    }

    @Test
    void aPerfectBoxEpisodeReturnsZeroAndIsTruncated() {
        Identity identity = Identity.box(1);
        Step step = new Step(1, 2);
        identity.reset(new long[] {1}, step.observations);
        for (int episode = 0; episode < 2; episode++) {
            for (int taken = 1; taken <= 100; taken++) {
                identity.step(step.observations.clone(), step);
                assertThat(step.rewards[0]).isZero();
                assertThat(step.terminated[0]).isFalse();
                assertThat(step.truncated[0]).isEqualTo(taken == 100);
            }
        }
    }

    @Property
    void theBoxRewardIsMinusTheSquaredDistance(
            @ForAll @FloatRange(min = -1, max = 1) float first,
            @ForAll @FloatRange(min = -1, max = 1) float second,
            @ForAll long seed) {
        Identity identity = Identity.box(1);
        Step step = new Step(1, 2);
        identity.reset(new long[] {seed}, step.observations);
        double distance = Math.hypot(first - step.observations[0], second - step.observations[1]);

        identity.step(new float[] {first, second}, step);

        assertThat((double) step.rewards[0]).isCloseTo(-distance * distance, within(1e-5));
    }

    /** Otherwise the next target could be learned from the last, and the task would not be the simplest one. */
    @Test
    void aTargetSaysNothingAboutTheNext() {
        Identity identity = Identity.discrete(1);
        Step step = new Step(1, 4);
        identity.reset(new long[] {1}, step.observations);
        int[][] followed = new int[4][4];
        for (int taken = 0; taken < 3_200; taken++) {
            int before = shown(step.observations, 0);
            identity.step(new float[] {0f}, step);
            followed[before][shown(step.observations, 0)]++;
        }
        // 200 are expected of each, with a standard deviation of 14.
        for (int[] counts : followed) {
            assertThat(Arrays.stream(counts))
                    .allSatisfy(count -> assertThat(count).isBetween(150, 250));
        }
    }

    @Test
    void boxTargetsFillTheSquare() {
        int copies = 4_000;
        float[] targets = new float[copies * 2];
        Identity.box(copies).reset(seeds(copies), targets);
        int[] quadrants = new int[4];
        for (int copy = 0; copy < copies; copy++) {
            assertThat(targets[2 * copy]).isBetween(-1f, 1f);
            assertThat(targets[2 * copy + 1]).isBetween(-1f, 1f);
            quadrants[(targets[2 * copy] < 0 ? 0 : 1) + (targets[2 * copy + 1] < 0 ? 0 : 2)]++;
        }
        assertThat(Arrays.stream(quadrants))
                .allSatisfy(count -> assertThat(count).isBetween(900, 1_100));
    }

    @Test
    void theLastTargetOfAnEpisodeIsKeptApartFromTheFirstOfTheNext() {
        int copies = 100;
        Identity identity = Identity.box(copies);
        Step step = new Step(copies, 2);
        identity.reset(seeds(copies), step.observations);
        for (int taken = 0; taken < 100; taken++) {
            identity.step(new float[copies * 2], step);
        }
        for (int copy = 0; copy < copies; copy++) {
            assertThat(step.truncated[copy]).isTrue();
            float[] last = Arrays.copyOfRange(step.finalObservations, 2 * copy, 2 * copy + 2);
            float[] first = Arrays.copyOfRange(step.observations, 2 * copy, 2 * copy + 2);
            assertThat(last).isNotEqualTo(first);
            assertThat(new Space.Box(new float[] {-1f, -1f}, new float[] {1f, 1f}).contains(last, 0))
                    .isTrue();
            assertThat(last).isNotEqualTo(new float[2]);
        }
    }

    @Test
    void theVariantsRefuseEachOthersSnapshots() {
        Identity discrete = Identity.discrete(2);
        discrete.reset(seeds(2), new float[8]);

        assertThatThrownBy(() -> Identity.box(2).restore(discrete.snapshot()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a snapshot of 2 copies");
    }

    private static int shown(float[] observations, int copy) {
        int shown = -1;
        for (int i = 0; i < 4; i++) {
            float value = observations[4 * copy + i];
            assertThat(value).isIn(0f, 1f);
            if (value == 1f) {
                assertThat(shown).as("a target before %d", i).isEqualTo(-1);
                shown = i;
            }
        }
        assertThat(shown).isNotEqualTo(-1);
        return shown;
    }

    private static long[] seeds(int copies) {
        return LongStream.range(0, copies).toArray();
    }

    private static Environment made(String id, int copies, Object... options) {
        Map<String, Object> given = new HashMap<>();
        for (int i = 0; i < options.length; i += 2) {
            given.put((String) options[i], options[i + 1]);
        }
        return Environments.resolve(id, given).create(copies);
    }

    @Test
    void ofSeveralTargetsEachThatIsNamedEarnsItsShare() {
        Environment identity = made("Identity-MultiDiscrete-v0", 1);
        assertThat(identity.actionSpace()).isEqualTo(Space.MultiDiscrete.of(2, 3, 4));
        Step step = Step.of(identity);
        identity.reset(new long[] {3}, step);
        for (int taken = 0; taken < 300; taken++) {
            int wrong = taken % 4;
            float[] action = new float[3];
            int at = 0;
            for (int i = 0; i < 3; i++) {
                int size = i + 2;
                int shown = 0;
                int ones = 0;
                for (int choice = 0; choice < size; choice++) {
                    ones += (int) step.observations[at + choice];
                    shown = step.observations[at + choice] == 1 ? choice : shown;
                }
                assertThat(ones).isEqualTo(1);
                action[i] = i < wrong ? (shown + 1) % size : shown;
                at += size;
            }
            identity.step(action, step);
            assertThat(step.rewards[0]).isEqualTo((3 - wrong) / 3f);
        }
    }

    @Test
    void ofSeveralBitsEachThatIsRepeatedEarnsItsShare() {
        Environment identity = made("Identity-MultiBinary-v0", 1);
        assertThat(identity.actionSpace()).isEqualTo(new Space.MultiBinary(4));
        Step step = Step.of(identity);
        identity.reset(new long[] {3}, step);
        int ones = 0;
        for (int taken = 0; taken < 400; taken++) {
            float[] action = step.observations.clone();
            for (float bit : action) {
                ones += (int) bit;
            }
            for (int i = 0; i < taken % 5; i++) {
                action[i] = 1 - action[i];
            }
            identity.step(action, step);
            assertThat(step.rewards[0]).isEqualTo((4 - taken % 5) / 4f);
        }
        // 800 are expected, with a standard deviation of 20.
        assertThat(ones).isBetween(700, 900);
    }

    @Test
    void theMaskLeavesTheTargetAndSoManyWrongAnswers() {
        Environment identity = made("Identity-Masked-v0", 5, "choices", 6, "wrong-answers", 2);
        Step step = Step.of(identity);
        identity.reset(seeds(5), step);
        int[] others = new int[6];
        for (int taken = 0; taken < 300; taken++) {
            float[] actions = new float[5];
            for (int copy = 0; copy < 5; copy++) {
                int allowed = 0;
                for (int i = 0; i < 6; i++) {
                    boolean target = step.observations[6 * copy + i] == 1;
                    actions[copy] = target ? i : actions[copy];
                    assertThat(!target || step.allowed[6 * copy + i]).isTrue();
                    allowed += step.allowed[6 * copy + i] ? 1 : 0;
                    others[i] += step.allowed[6 * copy + i] ? 1 : 0;
                }
                assertThat(allowed).isEqualTo(3);
            }
            identity.step(actions, step);
            assertThat(step.rewards).containsOnly(1f);
        }
        // Half of 1500 are expected of each, with a standard deviation of 20.
        assertThat(Arrays.stream(others)).allSatisfy(count -> assertThat(count).isBetween(650, 850));
    }

    @Test
    void whatTheMaskForbidsIsRefused() {
        Environment identity = made("Identity-Masked-v0", 1, "choices", 3, "wrong-answers", 1);
        Step step = Step.of(identity);
        identity.reset(new long[] {1}, step);
        int forbidden = step.allowed[0] ? step.allowed[1] ? 2 : 1 : 0;

        assertThatThrownBy(() -> identity.step(new float[] {forbidden}, step))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("copy 0 is told " + forbidden + ", which its mask forbids");
    }

    @Test
    void thereAreFewerWrongAnswersThanChoices() {
        assertThatThrownBy(() -> made("Identity-Masked-v0", 1, "choices", 3, "wrong-answers", 3))
                .hasMessage("options.wrong-answers: expected less than options.choices, 3, got 3");
    }
}

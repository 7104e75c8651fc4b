package io.sparring.environment.classiccontrol;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.environment.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class CartPoleTest {
    private static final int SIZE = 4;
    private static final double X_LIMIT = 2.4;
    private static final double THETA_LIMIT = 12 * 2 * Math.PI / 360;

    /** Puts the first copies where recorded trajectories were, by the layout of snapshots: all states, all step counts, the generators. */
    private static void place(CartPole cartPole, double[][] states, int... steps) {
        byte[] snapshot = cartPole.snapshot();
        ByteBuffer bytes = ByteBuffer.wrap(snapshot);
        for (int copy = 0; copy < states.length; copy++) {
            bytes.position(copy * SIZE * Double.BYTES);
            for (double element : states[copy]) {
                bytes.putDouble(element);
            }
            bytes.putInt(cartPole.copies() * SIZE * Double.BYTES + copy * Integer.BYTES, steps[copy]);
        }
        cartPole.restore(snapshot);
    }

    /** Every recorded transition is a copy of its own, so that one step replays them all. */
    @Test
    void everyRecordedTransitionOfGymnasiumIsReplayed() throws IOException {
        List<Transition> transitions = recorded();
        assertThat(transitions).hasSizeGreaterThanOrEqualTo(2_500);
        CartPole cartPole = fresh(transitions.size());
        float[] actions = new float[transitions.size()];
        for (int i = 0; i < transitions.size(); i++) {
            actions[i] = transitions.get(i).action;
        }
        place(
                cartPole,
                transitions.stream().map(transition -> transition.state).toArray(double[][]::new),
                transitions.stream()
                        .mapToInt(transition -> transition.elapsedSteps)
                        .toArray());
        Step step = new Step(transitions.size(), SIZE);

        cartPole.step(actions, step);

        for (int i = 0; i < transitions.size(); i++) {
            Transition expected = transitions.get(i);
            assertThat(step.rewards[i]).as("reward of %s", expected).isEqualTo(expected.reward);
            assertThat(step.terminated[i]).as("terminated of %s", expected).isEqualTo(expected.terminated);
            assertThat(step.truncated[i]).as("truncated of %s", expected).isEqualTo(expected.truncated);
            float[] observations = step.ended(i) ? step.finalObservations : step.observations;
            for (int j = 0; j < SIZE; j++) {
                float value = expected.observation[j];
                // Python's sine and cosine may round otherwise than StrictMath's.
                assertThat(Math.abs(observations[i * SIZE + j] - value))
                        .as("observation %d of %s, %s", j, expected, observations[i * SIZE + j])
                        .isLessThanOrEqualTo(Math.ulp(value));
            }
        }
    }

    @Test
    void theRecordingCoversEveryKindOfEnd() throws IOException {
        List<Transition> transitions = recorded();

        assertThat(transitions)
                .filteredOn(t -> t.terminated && t.observation[0] > X_LIMIT)
                .hasSizeGreaterThan(3);
        assertThat(transitions)
                .filteredOn(t -> t.terminated && t.observation[0] < -X_LIMIT)
                .hasSizeGreaterThan(3);
        assertThat(transitions)
                .filteredOn(t -> t.terminated && t.observation[2] > THETA_LIMIT)
                .hasSizeGreaterThan(10);
        assertThat(transitions)
                .filteredOn(t -> t.terminated && t.observation[2] < -THETA_LIMIT)
                .hasSizeGreaterThan(10);
        assertThat(transitions).filteredOn(t -> t.truncated && !t.terminated).hasSizeGreaterThan(1);
        assertThat(transitions).filteredOn(t -> t.truncated && t.terminated).hasSizeGreaterThan(1);
        assertThat(transitions).filteredOn(t -> !t.truncated && !t.terminated).hasSizeGreaterThan(2_000);
    }

    @Test
    void aPoleThatFallsOnTheLastStepIsBothTerminatedAndTruncated() {
        CartPole cartPole = fresh(2);
        place(cartPole, new double[][] {{0, 0, 0.2, 3}, {0, 0, 0.2, 3}}, 499, 498);
        Step step = new Step(2, SIZE);

        cartPole.step(new float[] {0f, 0f}, step);

        assertThat(step.terminated).containsExactly(true, true);
        assertThat(step.truncated).containsExactly(true, false);
    }

    @Test
    void anEpisodeThatEndsIsFollowedByAFreshOne() {
        CartPole cartPole = fresh(3);
        place(cartPole, new double[][] {{2.39, 3, 0, 0}, {1, 0, 0.1, 0}, {1, 0, 0.1, 0}}, 20, 499, 20);
        Step step = new Step(3, SIZE);

        cartPole.step(new float[] {0f, 1f, 1f}, step);

        assertThat(step.terminated).containsExactly(true, false, false);
        assertThat(step.truncated).containsExactly(false, true, false);
        assertThat(step.finalObservations[0]).isEqualTo((float) (2.39 + 0.02 * 3));
        assertThat(step.finalObservations[SIZE]).isEqualTo(1f);
        assertThat(step.observations[2 * SIZE]).as("goes on").isEqualTo(1f);
        for (int i = 0; i < 2 * SIZE; i++) {
            assertThat(step.observations[i]).isBetween(-0.05f, 0.05f).isNotZero();
        }
        assertThat(Arrays.copyOfRange(step.observations, 0, SIZE))
                .isNotEqualTo(Arrays.copyOfRange(step.observations, SIZE, 2 * SIZE));
    }

    @Test
    void everyBalancedEpisodeIsTruncatedAfterFiveHundredSteps() {
        CartPole cartPole = new CartPole(1);
        Step step = new Step(1, SIZE);
        cartPole.reset(new long[] {5}, step.observations);
        for (int taken = 1; taken <= 1_500; taken++) {
            float[] seen = step.observations;
            double lean = Math.min(0.08, Math.max(-0.08, -0.05 * seen[0] - 0.1 * seen[1]));
            cartPole.step(new float[] {seen[2] + 0.3 * seen[3] > lean ? 1f : 0f}, step);
            assertThat(step.terminated[0]).as("terminated after %d", taken).isFalse();
            assertThat(step.truncated[0]).as("truncated after %d", taken).isEqualTo(taken % 500 == 0);
        }
    }

    @Test
    void aRestoredEpisodeIsTruncatedWhenItsOriginalIs() {
        CartPole original = fresh(1);
        place(original, new double[][] {{0, 0, 0, 0}}, 498);
        CartPole restored = new CartPole(1);
        restored.restore(original.snapshot());
        Step step = new Step(1, SIZE);

        restored.step(new float[] {0f}, step);
        assertThat(step.truncated[0]).isFalse();
        restored.step(new float[] {1f}, step);
        assertThat(step.truncated[0]).isTrue();
    }

    @Test
    void startStatesFollowFromTheSeedAndAreUniform() {
        int copies = 5_000;
        int bins = 10;
        float[] starts = new float[copies * SIZE];
        new CartPole(copies).reset(LongStream.range(0, copies).toArray(), starts);
        float[] again = new float[copies * SIZE];
        new CartPole(copies).reset(LongStream.range(0, copies).toArray(), again);
        float[] others = new float[copies * SIZE];
        new CartPole(copies).reset(LongStream.range(copies, 2L * copies).toArray(), others);

        assertThat(starts).isEqualTo(again).isNotEqualTo(others);
        for (int dimension = 0; dimension < SIZE; dimension++) {
            int[] counts = new int[bins];
            for (int copy = 0; copy < copies; copy++) {
                float value = starts[copy * SIZE + dimension];
                assertThat(value).isBetween(-0.05f, 0.05f);
                counts[Math.min(bins - 1, (int) ((value + 0.05) * bins / 0.1))]++;
            }
            double expected = (double) copies / bins;
            double chiSquared = Arrays.stream(counts)
                    .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                    .sum();
            assertThat(chiSquared)
                    .as("χ² of dimension %d with 9 degrees of freedom", dimension)
                    .isLessThan(27.9);
        }
    }

    /** Left and right are alike: the mirrored state, pushed the other way, moves to the mirrored next state. */
    @Property
    void mirroredStatesMoveAlike(
            @ForAll @DoubleRange(min = -2.3, max = 2.3) double x,
            @ForAll @DoubleRange(min = -4, max = 4) double xDot,
            @ForAll @DoubleRange(min = -0.2, max = 0.2) double theta,
            @ForAll @DoubleRange(min = -4, max = 4) double thetaDot,
            @ForAll boolean right) {
        CartPole cartPole = fresh(2);
        place(cartPole, new double[][] {{x, xDot, theta, thetaDot}, {-x, -xDot, -theta, -thetaDot}}, 0, 0);
        Step step = new Step(2, SIZE);

        cartPole.step(right ? new float[] {1f, 0f} : new float[] {0f, 1f}, step);

        assertThat(step.terminated[0]).isEqualTo(step.terminated[1]);
        float[] moved = step.ended(0) ? step.finalObservations : step.observations;
        for (int i = 0; i < SIZE; i++) {
            assertThat(moved[i] + moved[SIZE + i]).as("dimension %d", i).isZero();
        }
    }

    private static CartPole fresh(int copies) {
        CartPole cartPole = new CartPole(copies);
        cartPole.reset(LongStream.range(0, copies).toArray(), new float[copies * SIZE]);
        return cartPole;
    }

    private static List<Transition> recorded() throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                CartPoleTest.class.getResourceAsStream("/golden/cartpole.csv"), StandardCharsets.UTF_8))) {
            // Two lines say where the numbers come from and what they are.
            return lines.lines().skip(2).map(Transition::parse).toList();
        }
    }

    private record Transition(
            String line,
            double[] state,
            int elapsedSteps,
            float action,
            float[] observation,
            float reward,
            boolean terminated,
            boolean truncated) {

        static Transition parse(String line) {
            String[] cells = line.split(",");
            double[] state = new double[SIZE];
            float[] observation = new float[SIZE];
            for (int i = 0; i < SIZE; i++) {
                state[i] = Double.parseDouble(cells[i]);
                observation[i] = Float.parseFloat(cells[SIZE + 2 + i]);
            }
            return new Transition(
                    line,
                    state,
                    Integer.parseInt(cells[4]),
                    Float.parseFloat(cells[5]),
                    observation,
                    Float.parseFloat(cells[10]),
                    cells[11].equals("1"),
                    cells[12].equals("1"));
        }

        @Override
        public String toString() {
            return line;
        }
    }
}

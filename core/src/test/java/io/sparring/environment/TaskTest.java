package io.sparring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.environment.testing.EnvironmentChecker;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

class TaskTest {
    /** Points that are pushed about in the plane, with some wind, and are over far from the origin. */
    private static final class Drift extends Task {
        Drift() {
            super("Drift", 2, Space.Box.of(2, -9, 9), Space.Box.of(2, -1, 1), 5);
        }

        @Override
        protected void start(double[] state, UniformRandomProvider random) {
            assertThat(state).as("what the last episode left").containsOnly(0);
            state[0] = random.nextDouble(-1, 1);
        }

        @Override
        protected double move(double[] state, float[] action, UniformRandomProvider random) {
            for (int i = 0; i < 2; i++) {
                state[i] += action[i] + random.nextDouble(-0.5, 0.5);
            }
            return -Math.hypot(state[0], state[1]);
        }

        @Override
        protected boolean over(double[] state) {
            return Math.hypot(state[0], state[1]) > 2.5;
        }
    }

    /** Shows where it is as one of four. */
    private static final class Ring extends Task {
        private final int shown;

        Ring(int shown) {
            super("Ring", 1, Space.Box.of(shown, 0, 1), new Space.Discrete(2), 7);
            this.shown = shown;
        }

        @Override
        protected double move(double[] state, float[] action, UniformRandomProvider random) {
            state[0] = (state[0] + action[0]) % shown;
            return state[0];
        }

        @Override
        protected boolean over(double[] state) {
            return false;
        }

        @Override
        protected void observe(double[] state, float[] observation) {
            observation[(int) state[0]] = 1;
        }

        @Override
        protected Optional<Frame> draw(double[] state) {
            return Optional.of(new Canvas(shown, 1, 0)
                    .box(state[0], 0, state[0] + 1, 1, 0xffffff)
                    .frame());
        }
    }

    private static Environment create(Task task, int copies) {
        return task.create(task.spec(task.ids().get(0), new TreeMap<>()), copies);
    }

    @Test
    void aTaskThatDrawsIsDrawnToItsEnd() {
        Environment ring = create(new Ring(4), 2);
        Drawing drawing = ring.drawing().orElseThrow();
        Step step = Step.of(ring);
        ring.reset(new long[] {1, 2}, step.observations);
        for (int steps = 1; steps <= 7; steps++) {
            ring.step(new float[] {0, 1}, step);

            assertThat(drawing.frame(0).pixel(0)).isEqualTo(0xffffff);
            assertThat(drawing.frame(1).pixel(steps % 4)).isEqualTo(0xffffff);
            assertThat(drawing.frame(1).pixel((steps + 1) % 4)).isZero();
        }
        assertThat(step.truncated).containsExactly(true, true);
        assertThat(create(new Drift(), 1).drawing()).isEmpty();
    }

    @Test
    void rulesOfOneCopyMakeAnEnvironmentThatKeepsItsPromises() {
        EnvironmentChecker.check(copies -> create(new Drift(), copies));
    }

    @Test
    void itsSpecIsWhatTheRulesWereGiven() {
        EnvironmentSpec spec = new Drift().spec("Drift", new TreeMap<>());

        assertThat(new Drift().ids()).isEqualTo(List.of("Drift"));
        assertThat(spec.spaces()).isEqualTo("observes [2] float32, acts in Box(-1.0, 1.0, [2], float32)");
        assertThat(spec.stepLimit()).isEqualTo(5);
        assertThat(spec.recovery()).isEqualTo(EnvironmentSpec.Recovery.SNAPSHOT);
    }

    @Test
    void everyCopyHasAStateOfItsOwnAndWhatIsNotShownIsZero() {
        Environment environment = create(new Ring(4), 2);
        Step step = Step.of(environment);
        environment.reset(new long[] {1, 2}, step);
        environment.step(new float[] {1, 0}, step);
        environment.step(new float[] {1, 1}, step);

        assertThat(step.observations).containsExactly(0, 0, 1, 0, 0, 1, 0, 0);
        assertThat(step.rewards).containsExactly(2, 1);
    }

    @Test
    void anEpisodeIsTruncatedAfterItsStepsAndBeginsAnew() {
        Environment environment = create(new Ring(4), 1);
        Step step = Step.of(environment);
        environment.reset(new long[] {1}, step);
        for (int i = 1; i <= 7; i++) {
            environment.step(new float[] {1}, step);
            assertThat(step.truncated[0]).isEqualTo(i == 7);
        }

        assertThat(step.finalObservations).containsExactly(0, 0, 0, 1);
        assertThat(step.observations).containsExactly(1, 0, 0, 0);
        assertThat(step.terminated[0]).isFalse();
    }

    @Test
    void aStateThatIsNotTheObservationHasToSayWhatIsSeen() {
        Task blind = new Task("Blind", 3, Space.Box.of(2, 0, 1), new Space.Discrete(2), 1) {
            @Override
            protected double move(double[] state, float[] action, UniformRandomProvider random) {
                return 0;
            }

            @Override
            protected boolean over(double[] state) {
                return false;
            }
        };
        Environment environment = create(blind, 1);

        assertThatThrownBy(() -> environment.reset(new long[1], new float[2]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the state of Blind has 3 numbers and an observation 2: observe() has to say what is seen");
    }
}

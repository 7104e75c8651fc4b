package io.sparring.environment.classiccontrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Environments;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The tasks that {@code record_classic_control.py} records; {@link CartPoleTest} has the other one. */
class ClassicControlTaskTest {

    private enum Task {
        ACROBOT("Acrobot-v1", 4),
        MOUNTAIN_CAR("MountainCar-v0", 2),
        MOUNTAIN_CAR_CONTINUOUS("MountainCarContinuous-v0", 2),
        PENDULUM("Pendulum-v1", 2);

        final String id;
        /** How many doubles the state of a copy is. */
        final int size;

        Task(String id, int size) {
            this.id = id;
            this.size = size;
        }

        EnvironmentSpec spec() {
            return Environments.resolve(id, Map.of()).spec();
        }

        Environment reset(int copies) {
            Environment environment = Environments.create(id, copies);
            environment.reset(LongStream.range(0, copies).toArray(), new float[copies * observed()]);
            return environment;
        }

        int observed() {
            return spec().observationSpace().size();
        }

        /** By the layout of snapshots: all states, all step counts, the generators. */
        Environment placed(List<Transition> transitions) {
            Environment environment = reset(transitions.size());
            byte[] snapshot = environment.snapshot();
            ByteBuffer bytes = ByteBuffer.wrap(snapshot);
            transitions.forEach(transition -> Arrays.stream(transition.state).forEach(bytes::putDouble));
            transitions.forEach(transition -> bytes.putInt(transition.elapsedSteps));
            environment.restore(snapshot);
            return environment;
        }

        double[][] states(Environment environment) {
            ByteBuffer bytes = ByteBuffer.wrap(environment.snapshot());
            double[][] states = new double[environment.copies()][size];
            for (double[] state : states) {
                Arrays.setAll(state, i -> bytes.getDouble());
            }
            return states;
        }

        List<Transition> recorded() throws IOException {
            String file = "/golden/" + name().toLowerCase(Locale.ROOT).replace('_', '-') + ".csv";
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                    ClassicControlTaskTest.class.getResourceAsStream(file), StandardCharsets.UTF_8))) {
                // Two lines say where the numbers come from and what they are.
                return lines.lines()
                        .skip(2)
                        .map(line -> Transition.parse(line, size, observed()))
                        .toList();
            }
        }
    }

    /** Every recorded transition is a copy of its own, so that one step replays them all. */
    @ParameterizedTest
    @EnumSource
    void everyRecordedTransitionOfGymnasiumIsReplayedToTheBit(Task task) throws IOException {
        List<Transition> transitions = task.recorded();
        assertThat(transitions).hasSizeGreaterThan(350);

        Step step = step(task.placed(transitions), transitions);

        int size = task.observed();
        for (int i = 0; i < transitions.size(); i++) {
            Transition expected = transitions.get(i);
            float[] observations = step.ended(i) ? step.finalObservations : step.observations;
            assertThat(Arrays.copyOfRange(observations, i * size, (i + 1) * size))
                    .as("observation of %s", expected)
                    .isEqualTo(expected.observation);
            assertThat(step.rewards[i]).as("reward of %s", expected).isEqualTo(expected.reward);
            assertThat(step.terminated[i]).as("terminated of %s", expected).isEqualTo(expected.terminated);
            assertThat(step.truncated[i]).as("truncated of %s", expected).isEqualTo(expected.truncated);
        }
    }

    /** Shows in double precision what observations, which are rounded, may hide. */
    @ParameterizedTest
    @EnumSource
    void theStateAfterARecordedStepIsTheOneThatTheNextWasRecordedFrom(Task task) throws IOException {
        List<Transition> transitions = task.recorded();
        Environment environment = task.placed(transitions);

        step(environment, transitions);

        double[][] states = task.states(environment);
        int compared = 0;
        for (int i = 0; i + 1 < transitions.size(); i++) {
            Transition next = transitions.get(i + 1);
            if (next.episode == transitions.get(i).episode) {
                compared++;
                // Python's sine and cosine may round otherwise than StrictMath's.
                assertThat(states[i]).as("state that gives %s", next).containsExactly(next.state, within(1e-14));
            }
        }
        assertThat(compared).isGreaterThan(200);
    }

    @Test
    void theRecordingOfAcrobotCoversEndsWrappedAnglesAndBoundedSpeeds() throws IOException {
        List<Transition> transitions = Task.ACROBOT.recorded();

        coversBothEnds(transitions);
        assertThat(transitions)
                .as("the first link goes over the top")
                .filteredOn(t -> t.observation[0] < 0 && Math.sin(t.state[0]) * t.observation[1] < 0)
                .hasSizeGreaterThan(10);
        assertThat(transitions)
                .as("the second link folds over")
                .filteredOn(t -> t.observation[2] < 0 && Math.sin(t.state[1]) * t.observation[3] < 0)
                .hasSizeGreaterThan(10);
        for (int sign : new int[] {-1, 1}) {
            covers(transitions, 1, t -> t.observation[4] == (float) (sign * 4 * Math.PI));
            covers(transitions, 1, t -> t.observation[5] == (float) (sign * 9 * Math.PI));
        }
        for (int action = 0; action < 3; action++) {
            int given = action;
            covers(transitions, 50, t -> t.action == given);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MOUNTAIN_CAR", "MOUNTAIN_CAR_CONTINUOUS"})
    void theRecordingsOfMountainCarCoverEndsTheWallAndBoundedSpeeds(Task task) throws IOException {
        List<Transition> transitions = task.recorded();

        coversBothEnds(transitions);
        covers(transitions, 3, t -> t.state[1] < 0 && t.observation[0] == -1.2f && t.observation[1] == 0);
        covers(transitions, 1, t -> t.observation[0] == 0.6f);
        covers(transitions, 1, t -> t.observation[0] > 0.5f && t.observation[1] < 0 && !t.terminated);
        covers(transitions, 3, t -> t.observation[1] == 0.07f);
        covers(transitions, 1, t -> t.observation[1] == -0.07f);
    }

    @Test
    void theRecordingOfMountainCarContinuousCoversFirstStepsAndActionsOutOfRange() throws IOException {
        List<Transition> transitions = Task.MOUNTAIN_CAR_CONTINUOUS.recorded();

        covers(transitions, 40, t -> t.elapsedSteps == 0 && t.state[0] != (float) t.state[0]);
        covers(transitions, 5, t -> t.elapsedSteps == 0 && Math.abs(t.action) > 1);
        covers(transitions, 50, t -> t.elapsedSteps > 0 && t.action > 1);
        covers(transitions, 50, t -> t.elapsedSteps > 0 && t.action < -1);
        covers(transitions, 1, t -> t.terminated && t.action > 1);
    }

    @Test
    void theRecordingOfPendulumCoversTruncationWholeTurnsBoundedSpeedsAndActionsOutOfRange() throws IOException {
        List<Transition> transitions = Task.PENDULUM.recorded();

        assertThat(transitions).noneMatch(t -> t.terminated);
        covers(transitions, 10, t -> t.truncated);
        covers(transitions, 300, t -> !t.truncated);
        for (int sign : new int[] {-1, 1}) {
            covers(transitions, 20, t -> sign * t.state[0] > Math.PI);
            covers(transitions, 5, t -> sign * t.state[0] > 3 * Math.PI);
            covers(transitions, 10, t -> t.observation[2] == sign * 8);
            covers(transitions, 30, t -> sign * t.action > 2);
        }
    }

    private static void coversBothEnds(List<Transition> transitions) {
        covers(transitions, 5, t -> t.terminated && !t.truncated);
        covers(transitions, 3, t -> t.terminated && t.truncated);
        covers(transitions, 10, t -> t.truncated && !t.terminated);
        covers(transitions, 300, t -> !t.truncated && !t.terminated);
    }

    private static void covers(List<Transition> transitions, int atLeast, Predicate<Transition> what) {
        assertThat(transitions).filteredOn(what).hasSizeGreaterThanOrEqualTo(atLeast);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Acrobot-v1 | Box([-1.0, -1.0, -1.0, -1.0, -12.566371, -28.274334], [1.0, 1.0, 1.0, 1.0, 12.566371, 28.274334], [6], float32) | Discrete[n=3] | 500 | -100",
                "MountainCar-v0 | Box([-1.2, -0.07], [0.6, 0.07], [2], float32) | Discrete[n=3] | 200 | -110",
                "MountainCarContinuous-v0 | Box([-1.2, -0.07], [0.6, 0.07], [2], float32) | Box(-1.0, 1.0, [1], float32) | 999 | 90",
                "Pendulum-v1 | Box([-1.0, -1.0, -8.0], [1.0, 1.0, 8.0], [3], float32) | Box(-2.0, 2.0, [1], float32) | 200 |"
            })
    void spacesStepLimitAndThresholdAreGymnasiums(
            String id, String observations, String actions, int stepLimit, Double threshold) {
        EnvironmentSpec spec = Environments.resolve(id, Map.of()).spec();

        assertThat(spec.observationSpace()).hasToString(observations);
        assertThat(spec.actionSpace()).hasToString(actions);
        assertThat(spec.stepLimit()).isEqualTo(stepLimit);
        assertThat(spec.rewardThreshold()).isEqualTo(threshold);
        assertThat(Environments.resolve(id, Map.of("max-episode-steps", stepLimit + 1))
                        .spec()
                        .rewardThreshold())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "ACROBOT, 0, -0.1, 0.1",
        "ACROBOT, 1, -0.1, 0.1",
        "ACROBOT, 2, -0.1, 0.1",
        "ACROBOT, 3, -0.1, 0.1",
        "MOUNTAIN_CAR, 0, -0.6, -0.4",
        "MOUNTAIN_CAR_CONTINUOUS, 0, -0.6, -0.4",
        "PENDULUM, 0, -3.141592653589793, 3.141592653589793",
        "PENDULUM, 1, -1, 1"
    })
    void startStatesAreUniform(Task task, int dimension, double low, double high) {
        int copies = 5_000;
        int bins = 10;
        int[] counts = new int[bins];
        for (double[] state : task.states(task.reset(copies))) {
            assertThat(state[dimension]).isBetween((double) (float) low, (double) (float) high);
            counts[(int) Math.min(bins - 1, Math.max(0, (state[dimension] - low) / (high - low) * bins))]++;
        }

        double expected = (double) copies / bins;
        assertThat(Arrays.stream(counts)
                        .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                        .sum())
                .as("χ² with 9 degrees of freedom")
                .isLessThan(27.9);
    }

    @ParameterizedTest
    @EnumSource(names = {"MOUNTAIN_CAR", "MOUNTAIN_CAR_CONTINUOUS"})
    void aCarStartsAtRest(Task task) {
        for (double[] state : task.states(task.reset(100))) {
            assertThat(state[1]).isZero();
        }
    }

    /** As in Gymnasium, which makes its first state an array of float32. */
    @Test
    void theStateThatAcrobotStartsFromIsOfFloats() {
        for (double[] state : Task.ACROBOT.states(Task.ACROBOT.reset(100))) {
            for (double value : state) {
                assertThat(value).isEqualTo((float) value);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEpisodeThatEndsIsFollowedByOneThatTakesAsManyStepsAsTheFirst(Task task) throws IOException {
        List<Transition> ends = task.recorded().stream()
                .filter(transition -> transition.terminated || transition.truncated)
                .toList();
        Environment environment = task.placed(ends);
        Step step = step(environment, ends);
        float[] nothing = new float[ends.size()];
        Arrays.fill(nothing, task.spec().actionSpace() instanceof Space.Discrete ? 1 : 0);

        for (int taken = 1; taken < task.spec().stepLimit(); taken++) {
            environment.step(nothing, step);
            assertThat(step.terminated).doesNotContain(true);
            assertThat(step.truncated).doesNotContain(true);
        }
        environment.step(nothing, step);

        assertThat(step.truncated).doesNotContain(false);
    }

    private static Step step(Environment environment, List<Transition> transitions) {
        Step step =
                new Step(environment.copies(), environment.observationSpace().size());
        float[] actions = new float[transitions.size()];
        for (int i = 0; i < actions.length; i++) {
            actions[i] = transitions.get(i).action;
        }
        environment.step(actions, step);
        return step;
    }

    private record Transition(
            String line,
            int episode,
            double[] state,
            int elapsedSteps,
            float action,
            float[] observation,
            float reward,
            boolean terminated,
            boolean truncated) {

        static Transition parse(String line, int size, int observed) {
            String[] cells = line.split(",");
            double[] state = new double[size];
            Arrays.setAll(state, i -> Double.parseDouble(cells[1 + i]));
            float[] observation = new float[observed];
            for (int i = 0; i < observed; i++) {
                observation[i] = Float.parseFloat(cells[3 + size + i]);
            }
            int after = 3 + size + observed;
            return new Transition(
                    line,
                    Integer.parseInt(cells[0]),
                    state,
                    Integer.parseInt(cells[1 + size]),
                    Float.parseFloat(cells[2 + size]),
                    observation,
                    (float) Double.parseDouble(cells[after]),
                    cells[after + 1].equals("1"),
                    cells[after + 2].equals("1"));
        }

        @Override
        public String toString() {
            return line;
        }
    }
}

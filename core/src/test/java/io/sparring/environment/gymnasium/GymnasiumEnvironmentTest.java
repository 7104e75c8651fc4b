package io.sparring.environment.gymnasium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.environment.Disturbances;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.environment.SteppedInParts;
import io.sparring.environment.testing.EnvironmentChecker;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.network.Network;
import io.sparring.network.Observations;
import io.sparring.policy.ActionDistribution;
import io.sparring.python.PythonEnvironment;
import io.sparring.random.Streams;
import io.sparring.rollout.Actor;
import io.sparring.rollout.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GymnasiumEnvironmentTest {
    private static final int COPIES = 3;
    private static final long[] SEEDS = {1, 2, 3};

    @TempDir
    private static Path folder;

    private static String interpreter;

    @TempDir
    private Path fresh;

    @BeforeAll
    static void python() throws IOException {
        interpreter = Probe.interpreter(folder);
    }

    private static EnvironmentSource probe(Map<String, Object> options) {
        return Probe.source(Probe.hosting(interpreter, false, 3, 60), options);
    }

    private static EnvironmentSource gymnasium(String id) {
        return Gymnasium.resolve(
                "gymnasium:" + id, new TreeMap<>(), List.of(), Probe.hosting(interpreter, true, 0, 60));
    }

    /** What random actions from the first reset on give: all observations, rewards and ends, in one array. */
    private static float[] play(Environment environment, int steps) {
        environment.reset(
                SEEDS, new float[COPIES * environment.observationSpace().size()]);
        return goOn(environment, 0, steps);
    }

    private static float[] goOn(Environment environment, int from, int steps) {
        int size = environment.observationSpace().size();
        Step step = new Step(COPIES, size);
        List<Float> seen = new ArrayList<>();
        for (int t = from; t < from + steps; t++) {
            float[] actions = new float[COPIES];
            for (int copy = 0; copy < COPIES; copy++) {
                actions[copy] = (t * 7 + copy * 3) % ((Space.Discrete) environment.actionSpace()).n();
            }
            environment.step(actions, step);
            for (int i = 0; i < step.observations.length; i++) {
                seen.add(step.observations[i]);
            }
            for (int copy = 0; copy < COPIES; copy++) {
                seen.add(step.rewards[copy]);
                seen.add(step.terminated[copy] ? 1f : 0f);
                seen.add(step.truncated[copy] ? 1f : 0f);
            }
        }
        float[] all = new float[seen.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = seen.get(i);
        }
        return all;
    }

    private static float[] undisturbed(int steps) {
        try (Environment environment = probe(Map.of()).create(COPIES)) {
            return play(environment, steps);
        }
    }

    @Test
    void itsSpecIsGymnasiums() {
        EnvironmentSpec spec = gymnasium("MountainCarContinuous-v0").spec();

        assertThat(spec.spaces()).isEqualTo("observes [2] float32, acts in Box(-1.0, 1.0, [1], float32)");
        assertThat(spec.observationSpace().low()).containsExactly(-1.2f, -0.07f);
        assertThat(spec.stepLimit()).isEqualTo(999);
        assertThat(spec.rewardThreshold()).isEqualTo(90.0);
        assertThat(spec.recovery()).isEqualTo(EnvironmentSpec.Recovery.REPLAY);
    }

    @Test
    void itKeepsWhatEnvironmentsPromise() {
        EnvironmentSource cartPole = gymnasium("CartPole-v1");
        EnvironmentChecker.check(cartPole::create);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CartPole-v1", "Pendulum-v1"})
    void everyNumberIsTheOneThatGymnasiumGives(String id) throws IOException {
        int steps = 450;
        EnvironmentSource source = gymnasium(id);
        ObjectMapper json = new ObjectMapper();
        UniformRandomProvider random = Streams.of(5);
        List<List<Float>> expected = new ArrayList<>();
        List<List<Float>> given = new ArrayList<>();
        StringBuilder asked = new StringBuilder();
        try (Environment environment = source.create(COPIES)) {
            boolean box = source.spec().actionSpace() instanceof Space.Box;
            Step step = new Step(COPIES, source.spec().observationSpace().size());
            float[][] actions = new float[steps][COPIES];
            environment.reset(SEEDS, step.observations);
            List<List<Integer>> seeds = new ArrayList<>();
            List<List<List<Float>>> rows = new ArrayList<>();
            for (int copy = 0; copy < COPIES; copy++) {
                seeds.add(new ArrayList<>(List.of(seed(environment, copy))));
                rows.add(new ArrayList<>(List.of(row(step, copy, 0))));
            }
            for (float[] action : actions) {
                for (int copy = 0; copy < COPIES; copy++) {
                    action[copy] = box ? random.nextFloat(-2f, 2f) : random.nextInt(2);
                }
                environment.step(action, step);
                for (int copy = 0; copy < COPIES; copy++) {
                    rows.get(copy).add(row(step, copy, step.rewards[copy]));
                    if (step.ended(copy)) {
                        seeds.get(copy).add(seed(environment, copy));
                    }
                }
            }
            for (int copy = 0; copy < COPIES; copy++) {
                given.addAll(rows.get(copy));
                List<Object> done = new ArrayList<>();
                for (float[] action : actions) {
                    done.add(box ? List.of(action[copy]) : (Object) (int) action[copy]);
                }
                asked.append(json.writeValueAsString(List.of(seeds.get(copy), done)))
                        .append('\n');
            }
        }
        Path file = Files.writeString(fresh.resolve("asked"), asked);
        for (String line : PythonEnvironment.orSkip()
                .run("play_gymnasium.py", id, file)
                .lines()
                .toList()) {
            JsonNode row = json.readTree(line);
            List<Float> numbers = new ArrayList<>();
            row.get(0).forEach(number -> numbers.add((float) number.doubleValue()));
            numbers.add((float) row.get(1).doubleValue());
            numbers.add(row.get(2).booleanValue() ? 1f : 0f);
            numbers.add(row.get(3).booleanValue() ? 1f : 0f);
            expected.add(numbers);
        }
        assertThat(given).hasSize(COPIES * (steps + 1)).isEqualTo(expected);
    }

    @Test
    void theNearerOfTwoLimitsEndsEpisodes() {
        for (int limit : new int[] {5, 50}) {
            EnvironmentSource source = Gymnasium.resolve(
                    "gymnasium:MountainCar-v0",
                    new TreeMap<>(Map.of("max_episode_steps", 7)),
                    List.of(new EnvironmentSpec.Wrapper(
                            "TimeLimit", new TreeMap<>(Map.of("max_episode_steps", limit)))),
                    Probe.hosting(interpreter, true, 0, 60));
            try (Environment environment = source.create(COPIES)) {
                Step step = Step.of(environment);
                environment.reset(SEEDS, step);
                for (int t = 1; t <= 35; t++) {
                    environment.step(new float[COPIES], step);
                    for (int copy = 0; copy < COPIES; copy++) {
                        assertThat(step.truncated[copy]).as("step %d", t).isEqualTo(t % Math.min(limit, 7) == 0);
                        assertThat(step.terminated[copy]).isFalse();
                    }
                }
            }
        }
    }

    private static int seed(Environment environment, int copy) {
        return ((GymnasiumEnvironment) environment).episodeSeed(copy);
    }

    private static List<Float> row(Step step, int copy, float reward) {
        int size = step.observations.length / COPIES;
        List<Float> row = new ArrayList<>();
        for (int i = copy * size; i < (copy + 1) * size; i++) {
            row.add(step.observations[i]);
        }
        row.add(reward);
        row.add(step.terminated[copy] ? 1f : 0f);
        row.add(step.truncated[copy] ? 1f : 0f);
        return row;
    }

    @Test
    void partsAreObservedByTheirNamesIndicesAsOneHotAndTextNotAtAll() {
        assertThat(probe(Map.of("mode", "parts")).spec().spaces())
                .isEqualTo("observes {a: [2] float32, z: [3] float32}, acts in Discrete[n=3]");
        try (Environment environment = probe(Map.of("mode", "parts")).create(1)) {
            Step step = Step.of(environment);
            environment.reset(new long[] {1}, step);
            environment.step(new float[1], step);
            environment.step(new float[1], step);
            assertThat(Arrays.copyOfRange(step.observations, 1, 5)).containsExactly(2, 0, 0, 1);
        }
    }

    /** The camera's six bytes, two flags, two numbers, and two bytes from above. */
    @Test
    void theImagesOfADictionaryStayBytesBesideItsNumbers() {
        EnvironmentSource source = probe(Map.of("mode", "cameras"));
        assertThat(source.spec().spaces())
                .isEqualTo("observes {camera: [2, 3] uint8, flags: [2] float32, speed: [2] float32, top: [2] uint8},"
                        + " acts in Discrete[n=3]");
        try (Environment compact = source.create(COPIES);
                Environment asFloats = source.create(COPIES)) {
            Step step = Step.compact(compact);
            Step floats = Step.of(asFloats);
            compact.reset(SEEDS, step);
            asFloats.reset(SEEDS, floats);
            for (int t = 1; t <= 20; t++) {
                compact.step(new float[COPIES], step);
                asFloats.step(new float[COPIES], floats);
            }

            assertThat(step.bytes).hasSize(COPIES * 8);
            assertThat(Arrays.copyOfRange(step.bytes, 8, 16)).containsExactly(0, 1, 2, 3, 4, 5, -1, 0);
            assertThat(Arrays.copyOfRange(step.finalBytes, 8, 16))
                    .containsExactly(-76, -75, -74, -73, -72, -71, -1, 20);
            assertThat(step.observations).hasSize(COPIES * 4);
            assertThat(Arrays.copyOfRange(step.observations, 4, 8))
                    .containsExactly(0, 1, floats.observations[12 + 8], 0);
            assertThat(Arrays.copyOfRange(floats.finalObservations, 12, 24))
                    .containsExactly(180, 181, 182, 183, 184, 185, 0, 1, step.finalObservations[4 + 2], 20, 255, 20);
        }
    }

    @Test
    void aRolloutOfADictionaryIsTheSameWhetherItsImagesAreBytesOrFloats() {
        EnvironmentSource source = probe(Map.of("mode", "cameras"));
        Architecture architecture = new Architecture(Architecture.Kind.SHARED, List.of(8), Activation.TANH, 12, 3, 0);
        Model model = new Model(architecture, architecture.initialParameters(Streams.of(1)));
        Actor.Result[] results = new Actor.Result[2];
        for (int i = 0; i < 2; i++) {
            try (Environment environment = source.create(COPIES)) {
                Environment kept = i == 0 ? environment : new Floats(environment);
                Actor actor = new Actor(
                        kept,
                        new Network(architecture),
                        ActionDistribution.of(source.spec().actionSpace()));
                Shard first = Shard.first(1, 0, kept);
                Shard between = actor.act(model, first, 0.9, 25).next();
                results[i] = actor.act(model, between, 0.9, 25);
            }
        }
        Observations mixed = results[0].rollout().observations();
        Observations floats = results[1].rollout().observations();

        assertThat(mixed.toFloats()).isEqualTo(floats.toFloats());
        assertThat(mixed.roomBytes()).isEqualTo(25 * COPIES * (8 + 4 * Float.BYTES));
        assertThat(floats.roomBytes()).isEqualTo(25 * COPIES * 12 * Float.BYTES);
        assertThat(results[0].rollout().nextValues())
                .isEqualTo(results[1].rollout().nextValues());
    }

    /** One that keeps all numbers as floats. */
    private record Floats(Environment inner) implements Environment {
        @Override
        public Space.Box observationSpace() {
            return inner.observationSpace();
        }

        @Override
        public Space actionSpace() {
            return inner.actionSpace();
        }

        @Override
        public int copies() {
            return inner.copies();
        }

        @Override
        public void reset(long[] seeds, float[] observations) {
            inner.reset(seeds, observations);
        }

        @Override
        public void step(float[] actions, Step result) {
            inner.step(actions, result);
        }

        @Override
        public byte[] snapshot() {
            return inner.snapshot();
        }

        @Override
        public void restore(byte[] snapshot) {
            inner.restore(snapshot);
        }
    }

    @Test
    void severalChoicesArriveAsTheyWereMade() {
        assertThat(rewards("several", Space.MultiDiscrete.of(2, 3), 1, 2, 0, 2, 1, 0))
                .containsExactly(3, 2, 1);
        assertThat(rewards("bits", new Space.MultiBinary(3), 1, 1, 1, 0, 1, 1, 0, 0, 0))
                .containsExactly(3, 2, 0);
    }

    /** The probe's are the sums of its actions. */
    private static float[] rewards(String mode, Space space, float... actions) {
        EnvironmentSource source = probe(Map.of("mode", mode));
        assertThat(source.spec().actionSpace()).isEqualTo(space);
        try (Environment environment = source.create(COPIES)) {
            Step step = Step.of(environment);
            environment.reset(SEEDS, step);
            environment.step(actions, step);
            byte[] snapshot = environment.snapshot();
            environment.step(actions, step);
            float[] observed = step.observations.clone();
            try (Environment other = probe(Map.of("mode", mode)).create(COPIES)) {
                other.restore(snapshot);
                other.step(actions, step);
                assertThat(step.observations).isEqualTo(observed);
            }
            return step.rewards;
        }
    }

    @Test
    void masksComeFromResetStepAndReplayAlike() {
        EnvironmentSource source = probe(Map.of("mode", "masked", "at", 3));
        try (Environment environment = source.create(1)) {
            Step step = Step.of(environment);
            environment.reset(new long[] {1}, step);
            assertThat(step.allowed).containsExactly(false, true, true, true, false);
            environment.step(new float[] {1, 0}, step);
            assertThat(step.allowed).containsExactly(true, false, true, true, false);
            environment.step(new float[] {0, 1}, step);
            assertThatThrownBy(() -> environment.step(new float[] {1, 1}, step))
                    .hasMessageContaining("copy 0")
                    .hasMessageContaining("allows no action after 2 steps");
        }
    }

    /** MountainCar's episodes are cut after 200 steps, wherever the first ones were made. */
    @ParameterizedTest
    @ValueSource(strings = {"CartPole-v1", "MountainCar-v0"})
    void anotherProcessGoesOnFromASnapshotAsTheFirstOneDoes(String id) {
        EnvironmentSource source = gymnasium(id);
        try (Environment first = source.create(COPIES);
                Environment second = gymnasium(id).create(COPIES)) {
            play(first, 190);
            byte[] snapshot = first.snapshot();
            float[] expected = goOn(first, 190, 100);
            second.restore(snapshot);
            assertThat(goOn(second, 190, 100)).isEqualTo(expected);
            first.restore(snapshot);
            assertThat(goOn(first, 190, 100)).isEqualTo(expected);
        }
    }

    /** As with two task slots and three shards, which come to either. */
    @Test
    void whoeverGoesOnWithAShardFindsItsProcessWhereItStands() {
        EnvironmentSource source = probe(Map.of());
        long before = workers();
        try (Environment first = source.create(COPIES);
                Environment second = source.create(COPIES)) {
            List<byte[]> shards = new ArrayList<>();
            for (long shard = 0; shard < 3; shard++) {
                first.reset(new long[] {shard, shard + 10, shard + 20}, new float[COPIES * 2]);
                shards.add(first.snapshot());
                // Another shard's first episodes begin in a process of their own, or this one's would be lost.
                assertThat(workers()).isEqualTo(before + shard + 1);
            }
            for (int round = 0; round < 4; round++) {
                for (int shard = 0; shard < 3; shard++) {
                    Environment environment = (round + shard) % 2 == 0 ? first : second;
                    environment.restore(shards.get(shard));
                    goOn(environment, 0, 3);
                    shards.set(shard, environment.snapshot());
                }
            }
            assertThat(workers()).isEqualTo(before + 3);
        }
        assertThat(workers()).isEqualTo(before);
    }

    private static long workers() {
        return ProcessHandle.current().children().count();
    }

    @Test
    void aRolloutInHalvesIsTheSameAsAtOnce() {
        List<Actor.Result> results = new ArrayList<>();
        for (boolean halves : new boolean[] {false, true}) {
            Hosting hosting = new Hosting(interpreter, List.of(), true, 0, 120, 60, halves);
            EnvironmentSource source = Gymnasium.resolve("gymnasium:CartPole-v1", new TreeMap<>(), List.of(), hosting);
            try (Environment environment = source.create(5)) {
                assertThat(((SteppedInParts) environment).parts()).isEqualTo(halves ? 2 : 1);
                ActionDistribution distribution = ActionDistribution.of(environment.actionSpace());
                Architecture architecture = new Architecture(
                        Architecture.Kind.SHARED, List.of(8), Activation.TANH, 4, distribution.outputs(), 0);
                Model model = new Model(architecture, architecture.initialParameters(Streams.of(1)));
                Actor actor = new Actor(environment, new Network(architecture), distribution);
                Actor.Result first = actor.act(model, Shard.first(7, 0, environment), 0.9, 60);
                results.add(first);
                results.add(actor.act(model, first.next(), 0.9, 60));
            }
        }
        for (int i = 0; i < 2; i++) {
            assertThat(results.get(i))
                    .usingRecursiveComparison()
                    .ignoringFields("environmentNanos", "actingNanos")
                    .isEqualTo(results.get(i + 2));
            assertThat(results.get(i).episodes()).hasSizeGreaterThan(5);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill", "close-pipes", "garbage"})
    void whereItsProcessIsLostAFreshOneGoesOnWithTheSameBits(String mode) {
        Map<String, Object> options =
                Map.of("mode", mode, "once", fresh.resolve("once").toString());
        EnvironmentSource source =
                Probe.source(Probe.hosting(interpreter, true, 1, mode.equals("close-pipes") ? 5 : 60), options);
        try (Environment environment = source.create(COPIES)) {
            assertThat(play(environment, 50)).isEqualTo(undisturbed(50));
            assertThat(environment.disturbances()).isEqualTo(new Disturbances(1, 0));
            assertThat(environment.disturbances()).isEqualTo(Disturbances.NONE);
        }
        assertThat(fresh.resolve("once")).exists();
    }

    @Test
    void aHungStepIsEndedAndGoneOnFromAndItsLineIsNamedWhereThatHappensTooOften() {
        String once = fresh.resolve("once").toString();
        EnvironmentSource source =
                Probe.source(Probe.hosting(interpreter, true, 1, 3), Map.of("mode", "hang", "once", once));
        try (Environment environment = source.create(COPIES)) {
            assertThat(play(environment, 50)).isEqualTo(undisturbed(50));
        }
        EnvironmentSource always = Probe.source(Probe.hosting(interpreter, true, 0, 3), Map.of("mode", "hang"));
        try (Environment environment = always.create(COPIES)) {
            assertThatThrownBy(() -> play(environment, 50))
                    .isInstanceOf(PythonFailure.class)
                    .hasMessageContaining("has not answered to step within 3.0 s, it hung in step at ")
                    .hasMessageContaining("probe_environments.py:");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "raise | copy 0: ValueError: nothing more to see",
                "nan-observation | copy 0 (episode seed",
                "nan-reward | got a reward that is no number at step 5",
                "shape | copy 0: observed an array of the shape [3], and its space has [2]"
            })
    void whatAnEnvironmentDoesWrongIsSaidWithItsCopy(String mode, String said) {
        try (Environment environment = probe(Map.of("mode", mode)).create(COPIES)) {
            assertThatThrownBy(() -> play(environment, 50)).hasMessageContaining(said);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gymnasium:CartPoel-v1 | | there is no environment gymnasium:CartPoel-v1 (did you mean CartPole-v1?)",
                "gymnasium:no_such_module:X-v0 | | No module named 'no_such_module'",
                "gymnasium:Probe-v0 | observations | observations of Text(",
                "gymnasium:Probe-v0 | actions | actions of Sequence("
            })
    void whatCannotBeMadeIsSaidBeforeAnythingStarts(String id, String mode, String said) {
        Map<String, Object> options = mode == null ? Map.of() : Map.of("mode", mode);
        assertThatThrownBy(() -> Gymnasium.resolve(
                        id, new TreeMap<>(options), List.of(), Probe.hosting(interpreter, false, 0, 60)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(said);
    }

    @Test
    void aMissingInterpreterModuleOrWrapperIsNamed() {
        assertThatThrownBy(() -> Gymnasium.resolve(
                        "gymnasium:CartPole-v1",
                        new TreeMap<>(),
                        List.of(),
                        new Hosting("/no/python", List.of(), false, 0, 60, 60, true)))
                .hasMessageContaining(
                        "there is no Python interpreter /no/python here; name one by --set environment.python");
        assertThatThrownBy(() -> Gymnasium.resolve(
                        "gymnasium:CartPole-v1",
                        new TreeMap<>(),
                        List.of(),
                        new Hosting(interpreter, List.of("no_such_module"), false, 0, 60, 60, true)))
                .hasMessageContaining("-m pip install no_such_module");
        assertThatThrownBy(() -> Gymnasium.resolve(
                        "gymnasium:CartPole-v1",
                        new TreeMap<>(),
                        List.of(new EnvironmentSpec.Wrapper("TimeLimitt", new TreeMap<>())),
                        Probe.hosting(interpreter, false, 0, 60)))
                .hasMessageContaining("there is no wrapper TimeLimitt in gymnasium.wrappers (did you mean TimeLimit?)");
    }

    @Test
    void wrappersAreAppliedInTheirOrder() {
        EnvironmentSource source = Gymnasium.resolve(
                "gymnasium:CartPole-v1",
                new TreeMap<>(),
                List.of(
                        new EnvironmentSpec.Wrapper("TimeLimit", new TreeMap<>(Map.of("max_episode_steps", 6))),
                        new EnvironmentSpec.Wrapper("FrameStackObservation", new TreeMap<>(Map.of("stack_size", 3)))),
                Probe.hosting(interpreter, true, 0, 60));
        assertThat(source.spec().observationSpace().shape()).containsExactly(3, 4);
        try (Environment environment = source.create(COPIES)) {
            Step step = new Step(COPIES, 12);
            environment.reset(SEEDS, step.observations);
            for (int t = 0; t < 6; t++) {
                environment.step(new float[] {t % 2, t % 2, t % 2}, step);
            }
            assertThat(step.truncated).containsOnly(true);
        }
    }

    @Test
    void anEpisodeThatIsNotTheSameWhenPlayedAgainIsCutOrRefused() {
        Map<String, Object> options = Map.of("mode", "random");
        byte[] snapshot;
        try (Environment environment = probe(options).create(COPIES)) {
            play(environment, 7);
            snapshot = environment.snapshot();
        }
        try (Environment environment = probe(options).create(COPIES)) {
            environment.restore(snapshot);
            assertThat(environment.disturbances()).isEqualTo(new Disturbances(0, COPIES));
            Step step = new Step(COPIES, 2);
            environment.step(new float[COPIES], step);
            assertThat(step.truncated).containsOnly(true);
            assertThat(step.finalObservations[1]).isEqualTo(8f);
            assertThat(step.observations[1]).isEqualTo(0f);
            environment.step(new float[COPIES], step);
            assertThat(step.truncated).containsOnly(false);
        }
        EnvironmentSource strict = Probe.source(Probe.hosting(interpreter, true, 0, 60), options);
        try (Environment environment = strict.create(COPIES)) {
            assertThatThrownBy(() -> environment.restore(snapshot))
                    .hasMessageContaining("copy 0 (episode seed ")
                    .hasMessageContaining("does not observe the same when its 7 steps are played again");
        }
    }

    @Test
    void theInterpreterIsTheConfigurationsOrThatOfSpark() {
        Map<String, String> environment =
                new TreeMap<>(Map.of("PYSPARK_PYTHON", "a", "PYSPARK_DRIVER_PYTHON", "b", "PATH", "/none"));
        assertThat(new Hosting("c", List.of(), false, 0, 1, 1, true).interpreter(environment))
                .isEqualTo("c");
        Hosting unset = new Hosting("", List.of(), false, 0, 1, 1, true);
        assertThat(unset.interpreter(environment)).isEqualTo("a");
        environment.remove("PYSPARK_PYTHON");
        assertThat(unset.interpreter(environment)).isEqualTo("b");
        environment.remove("PYSPARK_DRIVER_PYTHON");
        assertThat(unset.interpreter(environment)).isEqualTo("python");
        environment.put("PATH", "/none:" + Path.of(interpreter).getParent());
        assertThat(unset.interpreter(environment)).isEqualTo("python");
        environment.put("PATH", System.getenv("PATH"));
        assertThat(Arrays.asList("python3", "python")).contains(unset.interpreter(environment));
    }
}

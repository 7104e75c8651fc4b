package io.sparring.environment.wrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.EnvironmentWrapper;
import io.sparring.environment.Environments;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.environment.testing.EnvironmentChecker;
import io.sparring.environment.testing.Walk;
import io.sparring.random.Streams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WrappersTest {
    private static final int COPIES = 5;
    private static final long[] SEEDS = {3, 1, 4, 15, 9};

    /** As a configuration names it, with its wrappers as a configuration gives them. */
    private static EnvironmentSource source(String id, String wrappers) {
        return ConfigurationFile.parse("test", "environment: {id: " + id + ", wrappers: " + wrappers + "}", List.of())
                .environment()
                .resolve();
    }

    private static Environment plain(String id, int copies) {
        return Environments.create(id, copies);
    }

    private static Step started(Environment environment) {
        Step step = Step.of(environment);
        environment.reset(Arrays.copyOf(SEEDS, environment.copies()), step);
        return step;
    }

    private static void act(float[] actions, Space space, UniformRandomProvider random) {
        for (int i = 0; i < actions.length; i++) {
            if (space instanceof Space.Discrete discrete) {
                actions[i] = random.nextInt(discrete.n());
            } else {
                actions[i] = random.nextFloat(-2f, 2f);
            }
        }
    }

    private static float[] row(float[] values, int copy, int size) {
        return Arrays.copyOfRange(values, copy * size, (copy + 1) * size);
    }

    static Stream<Arguments> wrapped() {
        return Stream.of(
                arguments("Acrobot-v1", "[mask-velocity]"),
                arguments("CartPole-v1", "[mask-velocity]"),
                arguments("MountainCar-v0", "[mask-velocity]"),
                arguments("MountainCarContinuous-v0", "[mask-velocity]"),
                arguments("Pendulum-v1", "[mask-velocity]"),
                arguments("CartPole-v1", "[{frame-stack: {frames: 4}}]"),
                arguments("Catch-v0", "[{frame-stack: {frames: 1}}]"),
                arguments("Identity-Masked-v0", "[{frame-stack: {frames: 3}}]"),
                arguments("CartPole-v1", "[{time-limit: {steps: 12}}]"),
                arguments("Identity-Masked-v0", "[{time-limit: {steps: 7}}]"),
                arguments("Catch-v0", "[{time-limit: {steps: 1}}]"),
                arguments("CartPole-v1", "[{repeat-action: {times: 3}}]"),
                arguments("Identity-Masked-v0", "[{repeat-action: {times: 3}}]"),
                arguments("Identity-MultiBinary-v0", "[{repeat-action: {times: 2}}]"),
                arguments("Pendulum-v1", "[{clip-reward: {low: -1, high: 0.5}}]"),
                arguments("Identity-Masked-v0", "[sign-reward]"),
                arguments(
                        "CartPole-v1",
                        "[mask-velocity, {time-limit: {steps: 50}}, {repeat-action: {times: 2}}, {frame-stack: {frames: 2}}, sign-reward]"),
                arguments(
                        "Identity-Masked-v0",
                        "[{frame-stack: {frames: 2}}, {repeat-action: {times: 4}}, {time-limit: {steps: 5}}]"));
    }

    @ParameterizedTest
    @MethodSource("wrapped")
    void aWrappedEnvironmentKeepsItsPromises(String id, String wrappers) {
        EnvironmentChecker.check(source(id, wrappers)::create);
    }

    @ParameterizedTest
    @MethodSource("wrapped")
    void theSpecAloneMakesTheSameEnvironmentAgain(String id, String wrappers) throws Exception {
        EnvironmentSource source = source(id, wrappers);
        Configuration.Environment configured = ConfigurationFile.parse(
                        "test", "environment: {id: " + id + "}", List.of())
                .environment();

        EnvironmentSource again = configured.of(travelled(source.spec()));

        assertThat(again.spec()).isEqualTo(source.spec());
        samePlay(source, again);
        samePlay(source, travelled(source));
    }

    @SuppressWarnings("unchecked")
    private static <T> T travelled(T value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return (T) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    }

    private static void samePlay(EnvironmentSource left, EnvironmentSource right) {
        try (Environment one = left.create(COPIES);
                Environment other = right.create(COPIES)) {
            Step here = started(one);
            Step there = started(other);
            UniformRandomProvider random = Streams.of(8);
            float[] actions = new float[COPIES * one.actionSpace().size()];
            for (int taken = 0; taken < 60; taken++) {
                assertThat(here.observations).isEqualTo(there.observations);
                if (one.masks()) {
                    firstAllowed(actions, here, one.actionSpace().maskSize());
                } else if (!(one.actionSpace() instanceof Space.MultiBinary)) {
                    act(actions, one.actionSpace(), random);
                }
                one.step(actions, here);
                other.step(actions, there);
                assertThat(here.rewards).isEqualTo(there.rewards);
                assertThat(here.truncated).isEqualTo(there.truncated);
            }
        }
    }

    private static void firstAllowed(float[] actions, Step step, int maskSize) {
        for (int copy = 0; copy < actions.length; copy++) {
            actions[copy] = 0;
            while (!step.allowed[copy * maskSize + (int) actions[copy]]) {
                actions[copy]++;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Acrobot-v1, 0 1 2 3",
        "CartPole-v1, 0 2",
        "MountainCar-v0, 0",
        "MountainCarContinuous-v0, 0",
        "Pendulum-v1, 0 1"
    })
    void onlyVelocitiesAreMasked(String id, String kept) {
        int[] indices = Stream.of(kept.split(" ")).mapToInt(Integer::parseInt).toArray();
        EnvironmentSource source = source(id, "[{time-limit: {steps: 40}}, mask-velocity]");
        try (Environment masked = source.create(COPIES);
                Environment whole = source(id, "[{time-limit: {steps: 40}}]").create(COPIES)) {
            Step shown = started(masked);
            Step all = started(whole);
            int size = whole.observationSpace().size();
            UniformRandomProvider random = Streams.of(5);
            float[] actions = new float[COPIES];
            for (int taken = 0; taken < 100; taken++) {
                for (int copy = 0; copy < COPIES; copy++) {
                    for (int i = 0; i < indices.length; i++) {
                        int at = copy * indices.length + i;
                        assertThat(shown.observations[at]).isEqualTo(all.observations[copy * size + indices[i]]);
                        assertThat(shown.finalObservations[at])
                                .isEqualTo(all.finalObservations[copy * size + indices[i]]);
                    }
                }
                act(actions, whole.actionSpace(), random);
                masked.step(actions, shown);
                whole.step(actions, all);
                assertThat(shown.rewards).isEqualTo(all.rewards);
                assertThat(shown.terminated).isEqualTo(all.terminated);
                assertThat(shown.truncated).isEqualTo(all.truncated);
            }
            for (int i = 0; i < indices.length; i++) {
                assertThat(masked.observationSpace().low()[i])
                        .isEqualTo(whole.observationSpace().low()[indices[i]]);
                assertThat(masked.observationSpace().high()[i])
                        .isEqualTo(whole.observationSpace().high()[indices[i]]);
            }
        }
    }

    /** Against a list of everything that was shown since the episode began. */
    @Property(tries = 20)
    void aStackHoldsTheLastObservationsOfTheEpisodeAndItsFirstForThoseBefore(
            @ForAll @IntRange(min = 1, max = 6) int frames, @ForAll long seed) {
        try (Environment stacked = source("CartPole-v1", "[{frame-stack: {frames: " + frames + "}}]")
                        .create(2);
                Environment single = plain("CartPole-v1", 2)) {
            Step shown = Step.of(stacked);
            Step one = Step.of(single);
            long[] seeds = {seed, ~seed};
            stacked.reset(seeds, shown);
            single.reset(seeds, one);
            List<List<float[]>> episodes = List.of(new ArrayList<>(), new ArrayList<>());
            for (int copy = 0; copy < 2; copy++) {
                episodes.get(copy).add(row(one.observations, copy, 4));
                assertThat(row(shown.observations, copy, 4 * frames)).isEqualTo(last(frames, episodes.get(copy)));
            }
            UniformRandomProvider random = Streams.of(seed);
            float[] actions = new float[2];
            for (int taken = 0; taken < 80; taken++) {
                act(actions, single.actionSpace(), random);
                stacked.step(actions, shown);
                single.step(actions, one);
                for (int copy = 0; copy < 2; copy++) {
                    List<float[]> episode = episodes.get(copy);
                    assertThat(shown.terminated[copy]).isEqualTo(one.terminated[copy]);
                    if (one.ended(copy)) {
                        episode.add(row(one.finalObservations, copy, 4));
                        assertThat(row(shown.finalObservations, copy, 4 * frames))
                                .isEqualTo(last(frames, episode));
                        episode.clear();
                    }
                    episode.add(row(one.observations, copy, 4));
                    assertThat(row(shown.observations, copy, 4 * frames)).isEqualTo(last(frames, episode));
                }
            }
        }
    }

    private static float[] last(int frames, List<float[]> episode) {
        float[] stack = new float[frames * 4];
        for (int i = 0; i < frames; i++) {
            float[] frame = episode.get(Math.max(0, episode.size() - frames + i));
            System.arraycopy(frame, 0, stack, i * 4, 4);
        }
        return stack;
    }

    @Test
    void aStackIsANewLeadingDimensionOfAnyShapeAndKeepsTheDtype() {
        Space.Box pixels = Space.Box.of(Space.Dtype.UINT8, 0, 255, 2, 3);
        EnvironmentSpec spec = new EnvironmentSpec(
                "Pixels",
                new TreeMap<>(),
                pixels,
                new Space.Discrete(2),
                null,
                null,
                EnvironmentSpec.Recovery.SNAPSHOT);

        assertThat(new FrameStack()
                        .spec(spec, new TreeMap<>(Map.of("frames", 4L)))
                        .observationSpace())
                .isEqualTo(Space.Box.of(Space.Dtype.UINT8, 0, 255, 4, 2, 3));
    }

    @Test
    void anEpisodeIsCutAfterTheLastStepAllowedAndTheNextOneBeginsInTheSameStep() {
        try (Environment limited =
                        source("Pendulum-v1", "[{time-limit: {steps: 7}}]").create(COPIES);
                Environment free = plain("Pendulum-v1", COPIES)) {
            Step cut = started(limited);
            Step whole = started(free);
            float[] actions = new float[COPIES];
            for (int taken = 1; taken <= 7; taken++) {
                assertThat(cut.observations).isEqualTo(whole.observations);
                limited.step(actions, cut);
                free.step(actions, whole);
                assertThat(cut.truncated).containsOnly(taken == 7);
            }

            assertThat(cut.finalObservations).isEqualTo(whole.observations);
            assertThat(cut.terminated).containsOnly(false);
            assertThat(cut.rewards).isEqualTo(whole.rewards);
            List<Float> starts = new ArrayList<>();
            for (int episode = 0; episode < 3; episode++) {
                for (int copy = 0; copy < COPIES; copy++) {
                    starts.add(cut.observations[copy * 3]);
                    // As fast as no pendulum is but at its start.
                    assertThat(Math.abs(cut.observations[copy * 3 + 2])).isLessThanOrEqualTo(1);
                }
                for (int taken = 1; taken <= 7; taken++) {
                    limited.step(actions, cut);
                    assertThat(cut.truncated).containsOnly(taken == 7);
                }
            }
            assertThat(starts).doesNotHaveDuplicates();
        }
    }

    /** Which it is even where the last step allowed is the one that fails. */
    @Test
    void anEndOfTheTaskStaysOneUnderALimit() {
        int falls = 0;
        float[] left = {0};
        try (Environment free = plain("CartPole-v1", 1)) {
            Step step = started(free);
            do {
                free.step(left, step);
                falls++;
            } while (!step.ended(0));
        }
        for (int limit = falls - 1; limit <= falls + 1; limit++) {
            try (Environment limited = source("CartPole-v1", "[{time-limit: {steps: " + limit + "}}]")
                    .create(1)) {
                Step step = started(limited);
                for (int taken = 1; taken <= Math.min(limit, falls); taken++) {
                    assertThat(step.ended(0)).isFalse();
                    limited.step(left, step);
                }
                assertThat(step.terminated[0]).isEqualTo(limit >= falls);
                assertThat(step.truncated[0]).isEqualTo(limit <= falls);
            }
        }
    }

    /** Pushed to the left all the time, a pole falls within 10 steps. */
    @Test
    void aLimitThatNoEpisodeReachesChangesNothing() {
        try (Environment limited =
                        source("CartPole-v1", "[{time-limit: {steps: 12}}]").create(COPIES);
                Environment free = plain("CartPole-v1", COPIES)) {
            Step cut = started(limited);
            Step whole = started(free);
            int ends = 0;
            for (int taken = 0; taken < 100; taken++) {
                assertThat(cut.observations).isEqualTo(whole.observations);
                limited.step(new float[COPIES], cut);
                free.step(new float[COPIES], whole);
                assertThat(cut.terminated).isEqualTo(whole.terminated);
                assertThat(cut.truncated).containsOnly(false);
                ends += whole.ended(0) ? 1 : 0;
            }
            assertThat(ends).isGreaterThan(5);
        }
    }

    /** Against the environment itself, told the same action again and again. */
    @Property(tries = 20)
    void aRepeatedActionGivesTheSumOfItsRewardsAndStopsAtTheEnd(
            @ForAll @IntRange(min = 1, max = 5) int times, @ForAll long seed) {
        for (String id : List.of("CartPole-v1", "Pendulum-v1")) {
            try (Environment repeated = source(id, "[{repeat-action: {times: " + times + "}}]")
                            .create(2);
                    Environment first = plain(id, 1);
                    Environment second = plain(id, 1)) {
                Step result = Step.of(repeated);
                repeated.reset(new long[] {seed, ~seed}, result);
                List<Environment> alone = List.of(first, second);
                List<Step> steps = List.of(Step.of(first), Step.of(second));
                first.reset(new long[] {seed}, steps.get(0));
                second.reset(new long[] {~seed}, steps.get(1));
                UniformRandomProvider random = Streams.of(seed);
                float[] actions = new float[2];
                int size = first.observationSpace().size();
                for (int taken = 0; taken < 60; taken++) {
                    act(actions, first.actionSpace(), random);
                    repeated.step(actions, result);
                    for (int copy = 0; copy < 2; copy++) {
                        Step step = steps.get(copy);
                        double sum = 0;
                        for (int time = 0; time < times; time++) {
                            alone.get(copy).step(new float[] {actions[copy]}, step);
                            sum += step.rewards[0];
                            if (step.ended(0)) {
                                assertThat(row(result.finalObservations, copy, size))
                                        .isEqualTo(step.finalObservations);
                                break;
                            }
                        }
                        assertThat(result.rewards[copy]).isEqualTo((float) sum);
                        assertThat(result.terminated[copy]).isEqualTo(step.terminated[0]);
                        assertThat(result.truncated[copy]).isEqualTo(step.truncated[0]);
                        assertThat(row(result.observations, copy, size)).isEqualTo(step.observations);
                    }
                }
            }
        }
    }

    /** The identity task throws where it is told what its mask forbids. */
    @Test
    void anActionIsNotRepeatedOnceItIsForbidden() {
        try (Environment repeated = source("Identity-Masked-v0", "[{repeat-action: {times: 4}}]")
                        .create(1);
                Environment single = plain("Identity-Masked-v0", 1)) {
            Step result = started(repeated);
            Step step = started(single);
            float[] action = new float[1];
            boolean less = false;
            boolean more = false;
            for (int taken = 0; taken < 200; taken++) {
                assertThat(result.allowed).isEqualTo(step.allowed);
                firstAllowed(action, result, 16);
                repeated.step(action, result);
                int times = 0;
                do {
                    single.step(action, step);
                    times++;
                } while (times < 4 && !step.ended(0) && step.allowed[(int) action[0]]);
                less |= times == 1;
                more |= times > 1;
                assertThat(result.observations).isEqualTo(step.observations);
            }
            assertThat(less && more).isTrue();
        }
    }

    /** Rewards of −1, 0 and 1, and of −16 to 0. */
    @ParameterizedTest
    @CsvSource({"Catch-v0, -0.5, 0.25", "Pendulum-v1, -4, -0.5"})
    void rewardsAreClippedOrLeftTheirSign(String id, float low, float high) {
        try (Environment plain = plain(id, COPIES);
                Environment clipped = source(id, "[{clip-reward: {low: " + low + ", high: " + high + "}}]")
                        .create(COPIES);
                Environment signed = source(id, "[sign-reward]").create(COPIES)) {
            Step given = started(plain);
            Step bounded = started(clipped);
            Step sign = started(signed);
            UniformRandomProvider random = Streams.of(2);
            float[] actions = new float[COPIES];
            for (int taken = 0; taken < 100; taken++) {
                act(actions, plain.actionSpace(), random);
                plain.step(actions, given);
                clipped.step(actions, bounded);
                signed.step(actions, sign);
                for (int copy = 0; copy < COPIES; copy++) {
                    float reward = given.rewards[copy];
                    assertThat(bounded.rewards[copy]).isEqualTo(reward < low ? low : reward > high ? high : reward);
                    assertThat(sign.rewards[copy]).isEqualTo(reward < 0 ? -1 : reward > 0 ? 1 : 0);
                }
                assertThat(bounded.observations).isEqualTo(given.observations);
                assertThat(bounded.terminated).isEqualTo(given.terminated);
            }
        }
    }

    @Test
    void theOrderOfWrappersMatters() {
        assertThat(source("Pendulum-v1", "[{time-limit: {steps: 10}}, {repeat-action: {times: 3}}]")
                        .spec()
                        .stepLimit())
                .isEqualTo(4);
        assertThat(source("Pendulum-v1", "[{repeat-action: {times: 3}}, {time-limit: {steps: 10}}]")
                        .spec()
                        .stepLimit())
                .isEqualTo(10);
        assertThat(stepsOfAnEpisode("[{time-limit: {steps: 10}}, {repeat-action: {times: 3}}]"))
                .isEqualTo(4);
        assertThat(stepsOfAnEpisode("[{repeat-action: {times: 3}}, {time-limit: {steps: 10}}]"))
                .isEqualTo(10);
    }

    private static int stepsOfAnEpisode(String wrappers) {
        try (Environment environment = source("Pendulum-v1", wrappers).create(1)) {
            Step step = started(environment);
            int taken = 0;
            do {
                environment.step(new float[1], step);
                taken++;
            } while (!step.ended(0));
            return taken;
        }
    }

    @Test
    void theSpecSaysWhatStandsAroundTheEnvironment() {
        EnvironmentSpec spec = source("CartPole-v1", "[mask-velocity, {frame-stack: {frames: 2}}]")
                .spec();

        assertThat(spec.wrappers())
                .containsExactly(
                        new EnvironmentSpec.Wrapper("mask-velocity", new TreeMap<>()),
                        new EnvironmentSpec.Wrapper("frame-stack", new TreeMap<>(Map.of("frames", 2L))));
        assertThat(spec.rewardThreshold()).isEqualTo(475);
        assertThat(spec.stepLimit()).isEqualTo(500);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{time-limit: {steps: 500}}] | 475",
                "[{time-limit: {steps: 499}}] | ",
                "[{clip-reward: {low: 0, high: 1}}] | ",
                "[sign-reward] | ",
                "[{repeat-action: {times: 2}}] | 475"
            })
    void whatCountsAsSolvedIsNotSaidOfOtherReturns(String wrappers, Double threshold) {
        assertThat(source("CartPole-v1", wrappers).spec().rewardThreshold()).isEqualTo(threshold);
    }

    @Test
    void anEnvironmentThatIsNotRegisteredIsWrappedAsWell() {
        EnvironmentSpec spec = new EnvironmentSpec(
                "Mine",
                new TreeMap<>(),
                new Walk(1).observationSpace(),
                new Walk(1).actionSpace(),
                Walk.LIMIT,
                null,
                EnvironmentSpec.Recovery.SNAPSHOT);
        EnvironmentSource wrapped = Environments.wrapped(
                new EnvironmentSource(spec, (given, copies) -> new Walk(copies)),
                List.of(new EnvironmentSpec.Wrapper("frame-stack", new TreeMap<>(Map.of("frames", 3)))));

        EnvironmentChecker.check(wrapped::create);
    }

    @Test
    void whateverWasMadeWithinIsClosedAlsoWhereMakingItFails() {
        AtomicInteger made = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        EnvironmentSpec spec =
                Environments.resolve("Identity-Discrete-v0", Map.of()).spec();
        EnvironmentSource failing = new EnvironmentSource(spec, (given, copies) -> {
            if (made.incrementAndGet() == 4) {
                throw new IllegalStateException("no more");
            }
            return new Delegate(plain("Identity-Discrete-v0", copies), closed);
        });
        EnvironmentSource limited = Environments.wrapped(
                failing, List.of(new EnvironmentSpec.Wrapper("time-limit", new TreeMap<>(Map.of("steps", 3)))));

        limited.create(3).close();
        assertThat(closed).hasValue(3);

        made.set(0);
        closed.set(0);
        assertThatThrownBy(() -> limited.create(5)).hasMessage("no more");
        assertThat(closed).hasValue(3);
    }

    /** Found by its name in a jar's list of services. */
    public static class Untouched implements EnvironmentWrapper {
        @Override
        public String name() {
            return "untouched";
        }

        @Override
        public String description() {
            return "Changes nothing.";
        }

        @Override
        public EnvironmentSpec spec(EnvironmentSpec inner, SortedMap<String, Object> arguments) {
            return inner;
        }

        @Override
        public Environment around(EnvironmentSource inner, SortedMap<String, Object> arguments, int copies) {
            return inner.create(copies);
        }
    }

    /** By a name that is taken. */
    public static final class Impostor extends Untouched {
        @Override
        public String name() {
            return "time-limit";
        }
    }

    @Test
    void aWrapperInAJarIsFoundAndMayNotTakeAnothersName(@TempDir Path jar) throws IOException {
        Path services = Files.createDirectories(jar.resolve("META-INF/services"));
        Files.write(
                services.resolve(EnvironmentWrapper.class.getName()),
                List.of(Untouched.class.getName(), Impostor.class.getName()));
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);

            try (Environment untouched = source("CartPole-v1", "[untouched]").create(3)) {
                assertThat(untouched.copies()).isEqualTo(3);
            }
            assertThatThrownBy(() -> source("CartPole-v1", "[{time-limit: {steps: 5}}]"))
                    .isInstanceOf(InvalidConfiguration.class)
                    .hasMessageStartingWith("environment.wrappers: there are two wrappers time-limit: ");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Counts how often it is closed. */
    private static final class Delegate extends Wrapped<Environment> {
        private final AtomicInteger closed;

        Delegate(Environment inner, AtomicInteger closed) {
            super(inner);
            this.closed = closed;
        }

        @Override
        public void step(float[] actions, Step result) {
            inner.step(actions, result);
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}

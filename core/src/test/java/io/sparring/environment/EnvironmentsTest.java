package io.sparring.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.environment.testing.EnvironmentChecker;
import io.sparring.environment.testing.Walk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentsTest {
    @Test
    void theNamesAreSorted() {
        assertThat(Environments.ids()).isSorted().contains("CartPole-v1", "Identity-Discrete-v0", "Identity-Box-v0");
    }

    @ParameterizedTest
    @MethodSource("io.sparring.environment.Environments#ids")
    void everyNameMakesAnEnvironmentOfSoManyCopies(String id) {
        try (Environment environment = Environments.create(id, 7)) {
            assertThat(environment.copies()).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @CsvSource({"CartPole-v0, CartPole-v1", "cartpole-v1, CartPole-v1", "Identity-box, Identity-Box-v0"})
    void anUnknownNameIsAnsweredWithTheNearest(String mistyped, String meant) {
        assertThatThrownBy(() -> Environments.create(mistyped, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no environment " + mistyped + " (did you mean " + meant + "?)");
    }

    @Test
    void aNameThatIsNearToNothingIsAnsweredWithoutAGuess() {
        assertThatThrownBy(() -> Environments.create("Go", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no environment Go");
    }

    static Stream<String> idsWithALimit() {
        return Environments.ids().stream()
                .filter(id -> Environments.options(id).stream()
                        .anyMatch(option -> option.name().equals("max-episode-steps")));
    }

    @ParameterizedTest
    @MethodSource("idsWithALimit")
    void anEpisodeIsTruncatedAfterAsManyStepsAsTheOptionSays(String id) {
        EnvironmentSource source = Environments.resolve(id, Map.of("max-episode-steps", 3));
        try (Environment environment = source.create(2)) {
            Step step = Step.of(environment);
            environment.reset(new long[] {1, 2}, step);
            for (int taken = 1; taken <= 6; taken++) {
                float[] actions = new float[2 * source.spec().actionSpace().size()];
                for (int copy = 0; copy < 2 && environment.masks(); copy++) {
                    while (!step.allowed[copy * source.spec().actionSpace().maskSize() + (int) actions[copy]]) {
                        actions[copy]++;
                    }
                }
                environment.step(actions, step);
                assertThat(step.truncated).containsOnly(taken % 3 == 0);
            }
        }
        assertThat(source.spec().stepLimit()).isEqualTo(3);
    }

    @Test
    void theSizeOfAnIdentityTaskIsItsSpaces() {
        EnvironmentSpec discrete = Environments.resolve("Identity-Discrete-v0", Map.of("choices", 7L))
                .spec();
        EnvironmentSpec box = Environments.resolve("Identity-Box-v0", Map.of("dimensions", 3L))
                .spec();

        assertThat(discrete.actionSpace()).isEqualTo(new Space.Discrete(7));
        assertThat(discrete.observationSpace()).isEqualTo(Space.Box.of(7, 0f, 1f));
        assertThat(box.actionSpace()).isEqualTo(box.observationSpace()).isEqualTo(Space.Box.of(3, -1f, 1f));
        EnvironmentChecker.check(Environments.of(discrete)::create);
        EnvironmentChecker.check(Environments.of(box)::create);
    }

    @Test
    void whatGymnasiumCallsSolvedIsMeantForEpisodesOfItsLength() {
        assertThat(Environments.resolve("CartPole-v1", Map.of()).spec().rewardThreshold())
                .isEqualTo(475);
        assertThat(Environments.resolve("CartPole-v1", Map.of("max-episode-steps", 200))
                        .spec()
                        .rewardThreshold())
                .isNull();
    }

    @ParameterizedTest
    @MethodSource("io.sparring.environment.Environments#ids")
    void aSourceThatHasTravelledMakesTheSameEnvironment(String id) throws IOException, ClassNotFoundException {
        EnvironmentSource source = Environments.resolve(id, Map.of());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(source);
        }
        EnvironmentSource arrived =
                (EnvironmentSource) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

        assertThat(arrived.spec()).isEqualTo(source.spec());
        try (Environment environment = arrived.create(2)) {
            assertThat(environment.copies()).isEqualTo(2);
        }
    }

    @Test
    void everyOptionHasItsValueInTheSpecInItsOwnType() {
        List<EnvironmentOption> known = List.of(
                EnvironmentOption.whole("whole", 1, 0, 9, "…"),
                EnvironmentOption.number("number", 0.5, 0, 3, "…"),
                EnvironmentOption.flag("flag", true, "…"),
                EnvironmentOption.text("choice", "left", "…", "left", "right"),
                EnvironmentOption.text("free", "", "…"));

        assertThat(EnvironmentOption.resolve(known, Map.of("number", 2L, "whole", 3, "choice", "right")))
                .isEqualTo(Map.of("whole", 3L, "number", 2.0, "flag", true, "choice", "right", "free", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "number | -0.1 | a number from 0 to 3, got -0.1",
                "number | NaN | a number from 0 to 3, got NaN",
                "flag | 1.0 | true or false, got 1.0"
            })
    void aNumberThatAnOptionDoesNotAllowIsAnsweredWithWhatItAllows(String name, double given, String answer) {
        List<EnvironmentOption> known =
                List.of(EnvironmentOption.number("number", 0.5, 0, 3, "…"), EnvironmentOption.flag("flag", true, "…"));

        assertThatThrownBy(() -> EnvironmentOption.resolve(known, Map.of(name, given)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("options." + name + ": expected " + answer);
    }

    @Test
    void aMistypedChoiceIsAnsweredWithTheNearest() {
        assertThatThrownBy(() -> EnvironmentOption.resolve(
                        List.of(EnvironmentOption.text("choice", "left", "…", "left", "right")),
                        Map.of("choice", "rihgt")))
                .hasMessage("options.choice: expected one of [left, right], got rihgt (did you mean right?)");
    }

    /** Else a run that goes on elsewhere would silently learn another task. */
    @Test
    void anEnvironmentThatIsNotWhatItsSpecSaysIsClosedAndRefused() {
        EnvironmentSpec spec =
                Environments.resolve("Identity-Box-v0", Map.of("dimensions", 3)).spec();
        AtomicInteger closed = new AtomicInteger();
        EnvironmentSource other = new EnvironmentSource(spec, (given, copies) -> new Walk(copies) {
            @Override
            public void close() {
                closed.incrementAndGet();
            }
        });

        assertThatThrownBy(() -> other.create(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Identity-Box-v0 observes Box([-1.0, 0.0], [1.0, 20.0], [2], float32) here, and "
                        + "Box(-1.0, 1.0, [3], float32) by the run's spec");
        assertThat(closed).hasValue(1);
    }

    /** Found by its name in a jar's list of services. */
    public static final class Walks implements EnvironmentFactory {
        @Override
        public List<String> ids() {
            return List.of("Walk-v0", "CartPole-v1");
        }

        @Override
        public EnvironmentSpec spec(String id, SortedMap<String, Object> options) {
            try (Walk walk = new Walk(1)) {
                return new EnvironmentSpec(
                        id,
                        options,
                        walk.observationSpace(),
                        walk.actionSpace(),
                        Walk.LIMIT,
                        null,
                        EnvironmentSpec.Recovery.SNAPSHOT);
            }
        }

        @Override
        public Environment create(EnvironmentSpec spec, int copies) {
            return new Walk(copies);
        }
    }

    @Test
    void aFactoryInAJarIsFoundAndMayNotTakeAnothersName(@TempDir Path jar) throws IOException {
        Path services = Files.createDirectories(jar.resolve("META-INF/services"));
        Files.writeString(services.resolve(EnvironmentFactory.class.getName()), Walks.class.getName());
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);

            try (Environment walk = Environments.create("Walk-v0", 3)) {
                assertThat(walk).isInstanceOf(Walk.class);
            }
            assertThatThrownBy(() -> Environments.resolve("CartPole-v1", Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("there are two environments CartPole-v1: of ");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void thereIsNoEnvironmentWithoutACopy(int copies) {
        assertThatThrownBy(() -> Environments.create("CartPole-v1", copies))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an environment has at least 1 copy, not " + copies);
    }
}

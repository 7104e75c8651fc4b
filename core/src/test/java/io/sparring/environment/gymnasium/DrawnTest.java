package io.sparring.environment.gymnasium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.environment.CannotDraw;
import io.sparring.environment.Drawing;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.Frame;
import io.sparring.environment.Step;
import io.sparring.film.Film;
import io.sparring.film.Pictures;
import io.sparring.film.Recording;
import io.sparring.rollout.Episode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures over the bridge, and what an interpreter has to offer. */
class DrawnTest {
    /** After so many steps the probe's episode is over. */
    private static final int LENGTH = 20;

    @TempDir
    private static Path folder;

    private static String interpreter;

    @BeforeAll
    static void python() throws IOException {
        interpreter = Probe.interpreter(folder);
    }

    private static Hosting hosting() {
        return Probe.hosting(interpreter, false, 3, 60);
    }

    private static EnvironmentSource probe(Map<String, Object> options) {
        return Probe.source(hosting(), options);
    }

    @Test
    void everyStepIsAFrameAndTheLastOneIsTheEnd() throws IOException {
        try (Environment environment = probe(Map.of()).create(1)) {
            Film film = new Film(environment.drawing().orElseThrow(), true);
            Step step = Step.of(environment);
            environment.reset(new long[] {1}, step);
            film.look(0, false);
            for (int steps = 1; steps <= LENGTH; steps++) {
                environment.step(new float[1], step);
                film.look(steps, steps == LENGTH);
            }
            assertThat(step.ended(0)).isTrue();

            Recording recording = film.recording(new Episode(0, LENGTH), "");

            assertThat(recording.frames()).hasSize(LENGTH + 1);
            for (int steps = 0; steps <= LENGTH; steps++) {
                assertThat(Pictures.png(recording.frames().get(steps)).getRGB(2, 1))
                        .isEqualTo(0xff000000 | 200 << 16 | 100 << 8 | steps);
            }
            List<Pictures.GifFrame> gif = Pictures.gif(recording.gif());
            assertThat(gif).hasSize(LENGTH + 1);
            assertThat(gif.get(0).delay())
                    .as("of its metadata's 10 frames a second")
                    .isEqualTo(10);
        }
    }

    @Test
    void aProcessThatIsLostIsReplacedByOneThatDraws() {
        Map<String, Object> dies =
                Map.of("mode", "kill", "at", 3, "once", folder.resolve("once").toString());
        try (Environment environment = probe(dies).create(2)) {
            Drawing drawing = environment.drawing().orElseThrow();
            Step step = Step.of(environment);
            environment.reset(new long[] {1, 2}, step);
            for (int steps = 1; steps <= 5; steps++) {
                environment.step(new float[2], step);
                Frame frame = drawing.frame(1);
                assertThat(frame.pixel(0)).isEqualTo(200 << 16 | 100 << 8 | steps);
            }
            environment.snapshot();
            assertThat(drawing.frame(0).pixel(5)).isEqualTo(200 << 16 | 100 << 8 | 5);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text-only | expected the render mode rgb_array, and it knows ansi",
                "no-display | no display (for",
                "shape | expected an array of the shape [height, width, 3], and render() gave [2, 3]"
            })
    void whatCannotBeDrawnSaysWhyInOneLine(String mode, String why) {
        try (Environment environment = probe(Map.of("mode", mode, "at", 99)).create(1)) {
            Drawing drawing = environment.drawing().orElseThrow();
            environment.reset(new long[] {1}, Step.of(environment));

            assertThatThrownBy(() -> drawing.frame(0))
                    .isInstanceOf(CannotDraw.class)
                    .hasMessageContaining("gymnasium:Probe-v0 cannot be drawn: " + why)
                    .message()
                    .doesNotContain("\n");
        }
    }

    @Test
    void aConstructorWithoutRenderModeIsFoundOutAtTheReset() {
        try (Environment environment = Gymnasium.resolve("gymnasium:Unseen-v10", new TreeMap<>(), List.of(), hosting())
                .create(1)) {
            environment.drawing();

            assertThatThrownBy(() -> environment.reset(new long[] {1}, Step.of(environment)))
                    .isInstanceOf(CannotDraw.class)
                    .hasMessageContaining("gymnasium:Unseen-v10 cannot be drawn")
                    .hasMessageContaining("render_mode");
        }
    }

    @Test
    void theNewestVersionOfEveryRegisteredEnvironmentIsListed() {
        Gymnasium.Registered registered = Gymnasium.registered(hosting());

        assertThat(registered.gymnasium()).startsWith("1.");
        assertThat(registered.environments())
                .contains(
                        new Gymnasium.Entry("CartPole-v1", 500, 475.0),
                        new Gymnasium.Entry("Probe-v0", 30, null),
                        new Gymnasium.Entry("Unseen-v10", null, null))
                .extracting(Gymnasium.Entry::id)
                .isSorted()
                .doesNotContain("CartPole-v0", "Unseen-v1", "Unseen-v2");
    }

    @Test
    void anInterpreterWithoutGymnasiumIsOneLineWithThePipCommand() throws IOException {
        Path bare = Files.writeString(folder.resolve("bare"), "#!/bin/sh\nexec '" + interpreter + "' -S -E \"$@\"\n");
        Files.setPosixFilePermissions(bare, PosixFilePermissions.fromString("rwx------"));

        assertThatThrownBy(() -> Gymnasium.registered(Probe.hosting(bare.toString(), false, 0, 60)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("No module named '\\w+'; .* -m pip install (numpy|gymnasium)");
        assertThatThrownBy(() -> Gymnasium.registered(Probe.hosting("/no/python", false, 0, 60)))
                .hasMessageContaining("there is no Python interpreter /no/python");
    }
}

package io.sparring.film;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Drawing;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Environments;
import io.sparring.environment.Frame;
import io.sparring.film.Pictures.GifFrame;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.policy.ActionDistribution;
import io.sparring.random.Streams;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Evaluation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilmTest {
    private static Model beginner(Environment environment) {
        ActionDistribution distribution = ActionDistribution.of(environment.actionSpace());
        Architecture architecture = new Architecture(
                Architecture.Kind.SEPARATE,
                List.of(8),
                Activation.TANH,
                environment.observationSpace().size(),
                distribution.outputs(),
                distribution.freeParameters());
        return new Model(architecture, architecture.initialParameters(Streams.of(1)));
    }

    private static Episode play(Environment environment, Evaluation.Spectator spectator) {
        ActionDistribution distribution = ActionDistribution.of(environment.actionSpace());
        return Evaluation.play(environment, distribution, beginner(environment), 7, -1, 0, false, spectator)[0];
    }

    private static Recording film(Environment environment, boolean keepAll) {
        Film film = new Film(environment.drawing().orElseThrow(), keepAll);
        return film.recording(play(environment, film), "what it shows");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Acrobot-v1",
                "CartPole-v1",
                "MountainCar-v0",
                "MountainCarContinuous-v0",
                "Pendulum-v1",
                "Catch-v0",
                "DeepSea-v0",
                "MinBreakout-v0",
                "MinSpaceInvaders-v0",
                "MinFreeway-v0",
                "MinAsterix-v0"
            })
    void everyStepIsAFrameAndTheEpisodeIsTheSameAsWithoutACamera(String id) throws IOException {
        Recording recording = film(Environments.create(id, 1), true);
        Episode unseen = play(Environments.create(id, 1), (steps, over) -> {});

        assertThat(recording.episode()).isEqualTo(unseen);
        assertThat(recording.frames()).hasSize(unseen.length() + 1);
        assertThat(recording.gif().length).isLessThan(2 << 20);
        List<GifFrame> gif = Pictures.gif(recording.gif());
        BufferedImage last =
                Pictures.png(recording.frames().get(recording.frames().lastKey()));
        if (unseen.length() < AnimatedGif.MOST_FRAMES) {
            assertThat(gif).hasSize(unseen.length() + 1);
        }
        assertThat(gif)
                .hasSizeBetween(2, AnimatedGif.MOST_FRAMES)
                .allMatch(frame -> frame.image().getWidth() == last.getWidth()
                        && frame.image().getHeight() == last.getHeight());
        assertThat(Pictures.difference(gif.get(gif.size() - 1).image(), last)).isLessThan(2);
        assertThat(AnimatedGif.comment(recording.gif())).isEqualTo("what it shows");
    }

    /** Of an episode that ends with the step, while the next one has begun. */
    @Test
    void theLastFrameIsTheEndAndNotTheNextStart() throws IOException {
        Recording recording = film(Environments.create("Catch-v0", 1), true);

        BufferedImage last = Pictures.png(recording.frames().get(9));
        int red = 0xffd04030;
        for (int field = 0; field < 5; field++) {
            assertThat(last.getRGB(20 * field + 5, 5))
                    .as("nothing is left at the top")
                    .isNotEqualTo(red);
        }
    }

    @Test
    void wrappersShowWhatIsWithinThem() {
        Recording plain = film(Environments.create("CartPole-v1", 1), true);
        Map<String, Object> cut = Map.of("steps", 5);
        Map<String, Object> repeated = Map.of("times", 1);
        Environment wrapped = Environments.resolve(
                        "CartPole-v1",
                        Map.of(),
                        List.of(
                                new EnvironmentSpec.Wrapper("time-limit", new TreeMap<>(cut)),
                                new EnvironmentSpec.Wrapper("repeat-action", new TreeMap<>(repeated))))
                .create(1);

        Recording short5 = film(wrapped, true);

        assertThat(short5.frames()).hasSize(6);
        short5.frames()
                .forEach((step, png) -> assertThat(png).isEqualTo(plain.frames().get(step)));
    }

    @Test
    void whereThereIsNothingToSeeThereIsNoDrawing() {
        assertThat(Environments.create("MemoryChain-v0", 1).drawing()).isEmpty();
    }

    /** A square that goes to the right. */
    private static Frame square(int at) {
        byte[] rgb = new byte[3 * 40 * 30];
        for (int i = 0; i < 8; i++) {
            rgb[3 * (40 * 10 + (at + i) % 40)] = (byte) 200;
        }
        return new Frame(40, 30, rgb);
    }

    private static Recording steps(int length, double framesPerSecond) {
        int[] now = new int[1];
        Film film = new Film(Drawing.of(framesPerSecond, copy -> square(now[0])), false);
        for (now[0] = 0; now[0] <= length; now[0]++) {
            film.look(now[0], now[0] == length);
        }
        return film.recording(new Episode(0, length), "");
    }

    @ParameterizedTest
    @ValueSource(ints = {399, 400, 5_000, 12_345})
    void aLongEpisodeHasFewerFramesAndItsOwnSpeed(int length) throws IOException {
        List<GifFrame> gif = Pictures.gif(steps(length, 25).gif());

        assertThat(gif).hasSizeBetween(150, 400);
        int toTheEnd = gif.subList(0, gif.size() - 1).stream()
                .mapToInt(GifFrame::delay)
                .sum();
        assertThat(toTheEnd / 100.0).isCloseTo(length / 25.0, within(0.02 * length / 25));
        assertThat(gif.get(gif.size() - 1).image().getRGB(length % 40, 10) >> 16 & 0xff)
                .as("the end")
                .isBetween(190, 210);
    }

    /** As of an environment that shows more of its world the longer an episode lasts. */
    @Test
    void framesOfSeveralSizesStandOnOnesOfTheLargest() throws IOException {
        int[][] sizes = {{40, 20}, {20, 30}, {10, 10}};
        int[] now = new int[1];
        Film film = new Film(
                Drawing.of(25, copy -> {
                    byte[] white = new byte[3 * sizes[now[0]][0] * sizes[now[0]][1]];
                    Arrays.fill(white, (byte) 255);
                    return new Frame(sizes[now[0]][0], sizes[now[0]][1], white);
                }),
                true);
        for (; now[0] < 3; now[0]++) {
            film.look(now[0], now[0] == 2);
        }
        Recording recording = film.recording(new Episode(0, 2), "");

        List<GifFrame> gif = Pictures.gif(recording.gif());
        for (int step = 0; step < 3; step++) {
            BufferedImage shown = gif.get(step).image();
            assertThat(List.of(shown.getWidth(), shown.getHeight())).containsExactly(40, 30);
            for (int x = 0; x < 40; x++) {
                for (int y = 0; y < 30; y++) {
                    boolean inside = x < sizes[step][0] && y < sizes[step][1];
                    assertThat(shown.getRGB(x, y) & 0xffffff)
                            .as("frame %d at %d, %d", step, x, y)
                            .isEqualTo(inside ? 0xffffff : 0);
                }
            }
            BufferedImage kept = Pictures.png(recording.frames().get(step));
            assertThat(List.of(kept.getWidth(), kept.getHeight())).containsExactly(sizes[step][0], sizes[step][1]);
        }
    }

    /** Browsers show frames of less than 0.02 s as of 0.1 s. */
    @Test
    void fastStepsAreLeftOutAndNotSlowedDown() throws IOException {
        List<GifFrame> gif = Pictures.gif(steps(300, 125).gif());

        assertThat(gif).allMatch(frame -> frame.delay() >= 2);
        assertThat(gif).hasSizeBetween(60, 160);
    }

    @Test
    void whatCannotBeMadeSmallByColoursIsMadeShorter() throws IOException {
        UniformRandomProvider random = Streams.of(3);
        Film film = new Film(
                Drawing.of(30, copy -> {
                    byte[] noise = new byte[3 * 640 * 480];
                    random.nextBytes(noise);
                    return new Frame(640, 480, noise);
                }),
                false);
        for (int step = 0; step <= 60; step++) {
            film.look(step, step == 60);
        }

        byte[] gif = film.recording(new Episode(0, 60), "").gif();

        assertThat(gif.length).isLessThanOrEqualTo(2 << 20);
        assertThat(Pictures.gif(gif).get(0).image().getWidth()).isEqualTo(213);
    }
}

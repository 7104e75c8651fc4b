package io.sparring.environment.pixel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Environments;
import io.sparring.environment.Step;
import io.sparring.environment.testing.EnvironmentChecker;
import io.sparring.random.Streams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Against what record_pixel_games.py saw MinAtar do. */
class PixelGameTest {
    private static final int SIDE = 10;

    enum Game {
        BREAKOUT("MinBreakout-v0", 4),
        FREEWAY("MinFreeway-v0", 7),
        ASTERIX("MinAsterix-v0", 4),
        SPACE_INVADERS("MinSpaceInvaders-v0", 6);

        final String id;
        final int channels;

        Game(String id, int channels) {
            this.id = id;
            this.channels = channels;
        }

        List<Recorded> recorded() throws IOException {
            String file = "/golden/pixel-" + name().toLowerCase(Locale.ROOT).replace('_', '-') + ".txt";
            List<Recorded> recorded = new ArrayList<>();
            float[] picture = null;
            for (String line : lines(file)) {
                String[] cells = line.split(" ");
                boolean first = !Character.isDigit(cells[0].charAt(0));
                picture = first ? new float[SIDE * SIDE * channels] : picture.clone();
                for (int at = 0; at + 3 <= cells[3].length(); at += 3) {
                    int changed = Integer.parseInt(cells[3].substring(at, at + 3), 16);
                    picture[changed] = 1 - picture[changed];
                }
                recorded.add(new Recorded(
                        first ? cells[0] : null,
                        first ? -1 : Integer.parseInt(cells[0]),
                        Double.parseDouble(cells[1]),
                        cells[2].equals("1"),
                        picture,
                        cells[4]));
            }
            return recorded;
        }

        /** What the generator has to say so that this comes of it, in the order in which the game asks. */
        int[] numbers(String drawn, float[] before) {
            if (drawn.equals("-")) {
                return new int[0];
            }
            String[] parts = drawn.split(",");
            return switch (this) {
                case BREAKOUT -> new int[] {drawn.equals("9") ? 1 : 0};
                case FREEWAY ->
                    Arrays.stream(parts)
                            .mapToInt(Integer::parseInt)
                            .flatMap(speed -> IntStream.of(Math.abs(speed) - 1, speed > 0 ? 1 : 0))
                            .toArray();
                case ASTERIX -> {
                    int row = Integer.parseInt(parts[0]);
                    int freeAbove = (int) IntStream.range(1, row)
                            .filter(above -> count(before, above, 1) + count(before, above, 3) == 0)
                            .count();
                    yield new int[] {parts[2].equals("treasure") ? 0 : 1, parts[1].equals("1") ? 1 : 0, freeAbove};
                }
                case SPACE_INVADERS -> throw new IllegalArgumentException("nothing is drawn, but " + drawn);
            };
        }

        int count(float[] picture, int row, int channel) {
            int count = 0;
            for (int column = 0; column < SIDE; column++) {
                count += (int) picture[(row * SIDE + column) * channels + channel];
            }
            return count;
        }

        int count(float[] picture, int channel) {
            return IntStream.range(0, SIDE)
                    .map(row -> count(picture, row, channel))
                    .sum();
        }
    }

    /**
     * @param begins how the episode goes that begins with this, "ramping" or "steady"; null within one
     */
    private record Recorded(String begins, int action, double reward, boolean over, float[] picture, String drawn) {}

    private static List<String> lines(String file) throws IOException {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(PixelGameTest.class.getResourceAsStream(file), StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }

    /** Says what it is told to, and nothing else. */
    private static final class Script implements UniformRandomProvider {
        private final Queue<Integer> numbers = new ArrayDeque<>();

        Script(int... numbers) {
            Arrays.stream(numbers).forEach(this.numbers::add);
        }

        @Override
        public int nextInt(int n) {
            assertThat(numbers).as("what was seen to be drawn").isNotEmpty();
            assertThat(numbers.element()).isLessThan(n);
            return numbers.remove();
        }

        @Override
        public long nextLong() {
            throw new UnsupportedOperationException("a game draws numbers below a bound");
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRecordedEpisodeOfMinAtarIsReplayedPixelByPixel(Game game) throws IOException {
        List<Recorded> recorded = game.recorded();
        assertThat(recorded.size()).isGreaterThan(2_000);
        // One for all episodes, which may keep nothing of the one before.
        Map<String, PixelGame> games = Map.of(
                "ramping", PixelGames.game(game.id, 1, 0, true), "steady", PixelGames.game(game.id, 1, 0, false));
        PixelGame replay = null;
        float[] before = null;
        for (int i = 0; i < recorded.size(); i++) {
            Recorded expected = recorded.get(i);
            Script random = new Script(game.numbers(expected.drawn, before));
            double reward = 0;
            if (expected.begins != null) {
                replay = games.get(expected.begins);
                replay.start(0, random);
            } else {
                reward = replay.move(0, expected.action, random);
            }
            float[] picture = new float[expected.picture.length];
            replay.observe(0, picture, 0);
            if (!Arrays.equals(picture, expected.picture)) {
                assertThat(picture).as("picture %d", i).isEqualTo(expected.picture);
            }
            assertThat(reward).as("reward %d", i).isEqualTo(expected.reward);
            assertThat(replay.over(0)).as("end %d", i).isEqualTo(expected.over);
            assertThat(random.numbers).as("what is left to draw, %d", i).isEmpty();
            before = expected.picture;
        }
    }

    /** Steps of every recorded episode, in order. */
    private static List<List<Recorded>> episodes(Game game) throws IOException {
        List<List<Recorded>> episodes = new ArrayList<>();
        for (Recorded recorded : game.recorded()) {
            if (recorded.begins != null) {
                episodes.add(new ArrayList<>());
            }
            episodes.get(episodes.size() - 1).add(recorded);
        }
        return episodes;
    }

    private static double reward(List<Recorded> episode) {
        return episode.stream().mapToDouble(Recorded::reward).sum();
    }

    @Test
    void theRecordingOfBreakoutCoversNewBricksAndEnds() throws IOException {
        List<List<Recorded>> episodes = episodes(Game.BREAKOUT);

        assertThat(episodes).filteredOn(episode -> reward(episode) > 30).isNotEmpty();
        assertThat(episodes)
                .filteredOn(episode -> episode.get(episode.size() - 1).over)
                .hasSizeGreaterThan(20);
    }

    @Test
    void theRecordingOfFreewayCoversAWholeEpisodeAndChickensThatAreHit() throws IOException {
        List<Recorded> episode = episodes(Game.FREEWAY).get(0);

        assertThat(episode).hasSize(1 + 2_501);
        assertThat(episode.get(2_501).over).isTrue();
        assertThat(reward(episode)).isGreaterThan(3);
        int hits = 0;
        for (int i = 1; i < episode.size(); i++) {
            boolean atBottom = Game.FREEWAY.count(episode.get(i).picture, 9, 0) == 1;
            boolean wasNear = Game.FREEWAY.count(episode.get(i - 1).picture, 9, 0)
                            + Game.FREEWAY.count(episode.get(i - 1).picture, 8, 0)
                    == 1;
            hits += atBottom && !wasNear && episode.get(i).reward == 0 ? 1 : 0;
        }
        assertThat(hits).isGreaterThan(10);
    }

    @Test
    void theRecordingOfAsterixCoversAllRampsTreasuresAndFullRows() throws IOException {
        List<List<Recorded>> episodes = episodes(Game.ASTERIX);

        // The last ramp that changes anything is the ninth.
        assertThat(episodes)
                .filteredOn(episode -> episode.get(0).begins.equals("ramping") && episode.size() > 9 * 102 + 20)
                .isNotEmpty();
        assertThat(episodes)
                .filteredOn(episode -> episode.get(0).begins.equals("steady") && episode.size() > 204)
                .isNotEmpty();
        assertThat(episodes.stream().mapToDouble(PixelGameTest::reward).sum()).isGreaterThan(10);
        assertThat(episodes)
                .anySatisfy(episode -> assertThat(episode)
                        .anySatisfy(step -> assertThat(
                                        Game.ASTERIX.count(step.picture, 1) + Game.ASTERIX.count(step.picture, 3))
                                .isEqualTo(8)));
    }

    @Test
    void theRecordingOfSpaceInvadersCoversTheShortestIntervalAndLandings() throws IOException {
        List<List<Recorded>> episodes = episodes(Game.SPACE_INVADERS);

        // The eighth wave is no faster than the seventh.
        assertThat(reward(episodes.get(0))).isGreaterThan(7 * 24 + 10);
        assertThat(episodes).anySatisfy(episode -> {
            Recorded last = episode.get(episode.size() - 1);
            assertThat(last.over).isTrue();
            assertThat(Game.SPACE_INVADERS.count(last.picture, 9, 1)).isPositive();
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatAnEnvironmentPromisesIsKept(Game game) {
        EnvironmentChecker.check(copies -> Environments.create(game.id, copies));
        EnvironmentChecker.check(
                copies -> Environments.resolve(game.id, Map.of("difficulty-ramping", false, "sticky-actions", 0.3))
                        .create(copies));
    }

    @ParameterizedTest
    @CsvSource({
        "MinBreakout-v0, 4",
        "MinFreeway-v0, 7",
        "MinAsterix-v0, 4",
        "MinSpaceInvaders-v0, 6",
    })
    void spacesOptionsAndLimitsAreTheOnesThatAreDocumented(String id, int channels) {
        EnvironmentSpec spec = Environments.resolve(id, Map.of()).spec();

        assertThat(spec.observationSpace()).hasToString("Box(0.0, 1.0, [10, 10, " + channels + "], uint8)");
        assertThat(spec.actionSpace()).hasToString("Discrete[n=6]");
        assertThat(spec.stepLimit()).isNull();
        assertThat(spec.rewardThreshold()).isNull();
        assertThat(Environments.options(id))
                .extracting(EnvironmentOption::name)
                .containsExactly("sticky-actions", "difficulty-ramping");
        assertThat(spec.options()).containsEntry("sticky-actions", 0.1).containsEntry("difficulty-ramping", true);
    }

    /** In which column the paddle of breakout is. */
    private static int paddle(float[] observations, int copy) {
        int bottom = (copy * SIDE + SIDE - 1) * SIDE * 4;
        return IntStream.range(0, SIDE)
                .filter(column -> observations[bottom + column * 4] == 1)
                .findFirst()
                .orElseThrow();
    }

    private static Environment breakout(int copies, double stickiness) {
        return Environments.resolve("MinBreakout-v0", Map.of("sticky-actions", stickiness))
                .create(copies);
    }

    @Test
    void whatSticksIsTheActionThatWasTakenNotTheOneThatWasTold() {
        int copies = 20_000;
        Environment game = breakout(copies, 0.5);
        Step step = Step.of(game);
        game.reset(LongStream.range(0, copies).toArray(), step.observations);
        int[] moves = new int[4];
        float[] actions = new float[copies];
        for (int action : new int[] {PixelGame.RIGHT, PixelGame.NOTHING, PixelGame.NOTHING}) {
            Arrays.fill(actions, action);
            game.step(actions, step);
        }

        for (int copy = 0; copy < copies; copy++) {
            moves[paddle(step.observations, copy) - 4]++;
        }

        double[] expected = {0.5, 0.25, 0.125, 0.125};
        for (int i = 0; i < moves.length; i++) {
            assertThat((double) moves[i] / copies).as("moved %d times", i).isCloseTo(expected[i], within(0.015));
        }
    }

    @Test
    void anActionSticksAcrossTheEndOfAnEpisode() {
        int copies = 2_000;
        Environment game = breakout(copies, 0.5);
        Step step = Step.of(game);
        game.reset(LongStream.range(0, copies).toArray(), step.observations);
        float[] actions = new float[copies];
        Arrays.fill(actions, PixelGame.LEFT);
        int starts = 0;
        int moved = 0;
        for (int i = 0; i < 100; i++) {
            game.step(actions, step);
            for (int copy = 0; copy < copies; copy++) {
                if (actions[copy] == PixelGame.NOTHING && !step.ended(copy)) {
                    starts++;
                    moved += paddle(step.observations, copy) == 3 ? 1 : 0;
                }
                actions[copy] = step.ended(copy) ? PixelGame.NOTHING : PixelGame.LEFT;
            }
        }

        assertThat(starts).isGreaterThan(2_000);
        // Now and then the last action was none, as none had been taken before.
        assertThat((double) moved / starts).isBetween(0.44, 0.52);
    }

    @Test
    void nothingIsEverDoneWhereEveryActionSticks() {
        Environment game = breakout(1, 1);
        Step step = Step.of(game);
        game.reset(new long[] {1}, step.observations);
        for (int i = 0; i < 100; i++) {
            game.step(new float[] {PixelGame.LEFT}, step);
            assertThat(paddle(step.observations, 0)).isEqualTo(4);
        }
    }

    /**
     * Returns and lengths of episodes by chance have MinAtar's mean and deviation, within 4.5 standard errors of their difference. The
     * seeds are fixed: it fails for a change of the rules or of the order in which numbers are drawn, not now and then.
     */
    @ParameterizedTest
    @CsvFileSource(resources = "/golden/pixel-statistics.csv", numLinesToSkip = 1)
    void returnsAndLengthsOfRandomEpisodesAreDistributedAsMinAtars(
            String name,
            String weights,
            int recorded,
            double meanReturn,
            double deviationReturn,
            double meanLength,
            double deviationLength) {
        double[] cumulative = Arrays.stream(weights.split(":"))
                .mapToDouble(Double::parseDouble)
                .toArray();
        Arrays.parallelPrefix(cumulative, Double::sum);
        int copies = 100;
        // All of the short episodes that were recorded, and as many of the long ones as take seconds.
        int each = (int) Math.min(recorded, 5_000_000 / meanLength) / copies;
        int episodes = each * copies;
        double[] returns = new double[episodes];
        double[] lengths = new double[episodes];
        Environment game = Environments.create(Game.valueOf(name.toUpperCase(Locale.ROOT)).id, copies);
        Step step = Step.of(game);
        game.reset(LongStream.range(1_000, 1_000 + copies).toArray(), step.observations);
        UniformRandomProvider random = Streams.of(5);
        float[] actions = new float[copies];
        int[] played = new int[copies];
        int left = episodes;
        while (left > 0) {
            for (int copy = 0; copy < copies; copy++) {
                double drawn = random.nextDouble() * cumulative[cumulative.length - 1];
                actions[copy] = 0;
                while (drawn >= cumulative[(int) actions[copy]]) {
                    actions[copy]++;
                }
            }
            game.step(actions, step);
            for (int copy = 0; copy < copies; copy++) {
                // As many of every copy: the first to end anywhere would be the short ones.
                if (played[copy] < each) {
                    int episode = copy * each + played[copy];
                    returns[episode] += step.rewards[copy];
                    lengths[episode]++;
                    if (step.ended(copy)) {
                        played[copy]++;
                        left--;
                    }
                }
            }
        }

        agrees("return", returns, recorded, meanReturn, deviationReturn);
        agrees("length", lengths, recorded, meanLength, deviationLength);
    }

    private static void agrees(String what, double[] values, int recorded, double mean, double deviation) {
        double ownMean = Arrays.stream(values).average().orElseThrow();
        double variance =
                Arrays.stream(values).map(value -> Math.pow(value - ownMean, 2)).sum() / (values.length - 1);
        double fourth =
                Arrays.stream(values).map(value -> Math.pow(value - ownMean, 4)).sum() / values.length;
        double share = 1.0 / values.length + 1.0 / recorded;
        double errorOfMean = Math.sqrt(share * variance);
        double errorOfVariance = Math.sqrt(share * (fourth - variance * variance));

        assertThat(ownMean).as("mean %s", what).isCloseTo(mean, within(4.5 * errorOfMean));
        assertThat(variance)
                .as("variance of the %s", what)
                .isCloseTo(deviation * deviation, within(4.5 * errorOfVariance + 1e-9));
    }
}

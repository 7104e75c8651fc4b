package io.sparring.environment.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Environments;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.environment.testing.EnvironmentChecker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbesTest {
    /** Enough that some of them start as any recorded episode does. */
    private static final int COPIES = 512;

    @Test
    void everyRecordedEpisodeOfCatchIsReplayed() throws IOException {
        assertThat(replayed("catch", 2, settings -> new Catch(COPIES, number(settings, 0), number(settings, 1))))
                .isEqualTo(18);
    }

    @Test
    void everyRecordedEpisodeOfDeepSeaIsReplayed() throws IOException {
        assertThat(replayed("deep-sea", 1, settings -> {
                    int[] mapping =
                            settings[0].chars().map(digit -> digit - '0').toArray();
                    return new DeepSea(COPIES, (int) Math.sqrt(mapping.length), mapping);
                }))
                .isEqualTo(20);
    }

    @Test
    void everyRecordedEpisodeOfMemoryChainIsReplayed() throws IOException {
        assertThat(replayed(
                        "memory-chain",
                        2,
                        settings -> new MemoryChain(COPIES, number(settings, 0), number(settings, 1))))
                .isEqualTo(30);
    }

    private static int number(String[] settings, int i) {
        return Integer.parseInt(settings[i]);
    }

    /** Plays each recorded episode in those copies that show the same, of which there has to be one, and answers how many there were. */
    private static int replayed(String name, int settings, Function<String[], Environment> maker) throws IOException {
        Collection<List<Line>> episodes = episodes(name, settings);
        for (List<Line> episode : episodes) {
            try (Environment environment = maker.apply(episode.get(0).settings)) {
                replay(episode, environment);
            }
        }
        return episodes.size();
    }

    private static void replay(List<Line> episode, Environment environment) {
        Step step = Step.of(environment);
        environment.reset(LongStream.range(0, COPIES).toArray(), step);
        List<Integer> alike = new ArrayList<>(IntStream.range(0, COPIES).boxed().toList());
        for (Line line : episode) {
            if (line.action != null) {
                float[] actions = new float[COPIES];
                Arrays.fill(actions, line.action);
                environment.step(actions, step);
            }
            float[] shown = line.terminated ? step.finalObservations : step.observations;
            int size = environment.observationSpace().size();
            float[] recorded = line.observation(size);
            alike.removeIf(copy -> !Arrays.equals(recorded, 0, size, shown, copy * size, (copy + 1) * size));
            assertThat(alike).as("copies that show what %s does", line).isNotEmpty();
            for (int copy : alike) {
                assertThat(step.terminated[copy]).as("terminated of %s", line).isEqualTo(line.terminated);
                assertThat(step.truncated[copy]).isFalse();
                assertThat(line.action == null ? line.reward : step.rewards[copy])
                        .as("reward of %s", line)
                        .isEqualTo(line.reward);
            }
        }
        assertThat(episode.get(episode.size() - 1).terminated).isTrue();
    }

    private static Collection<List<Line>> episodes(String name, int settings) throws IOException {
        Map<String, List<Line>> episodes = new LinkedHashMap<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                ProbesTest.class.getResourceAsStream("/golden/" + name + ".csv"), StandardCharsets.UTF_8))) {
            reader.lines().skip(2).forEach(text -> {
                String[] cells = text.split(",", -1);
                episodes.computeIfAbsent(cells[settings], episode -> new ArrayList<>())
                        .add(new Line(
                                text,
                                Arrays.copyOf(cells, settings),
                                cells[settings + 1].isEmpty() ? null : Float.valueOf(cells[settings + 1]),
                                cells[settings + 2].isEmpty() ? 0 : (float) Double.parseDouble(cells[settings + 2]),
                                cells[settings + 3].equals("1"),
                                cells[settings + 4]));
            });
        }
        return episodes.values();
    }

    /** @param action null at the reset */
    private record Line(String text, String[] settings, Float action, float reward, boolean terminated, String shown) {
        float[] observation(int size) {
            float[] observation = new float[size];
            for (String entry : shown.isEmpty() ? new String[0] : shown.split(" ")) {
                String[] parts = entry.split(":");
                observation[Integer.parseInt(parts[0])] = Float.parseFloat(parts[1]);
            }
            return observation;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    @Test
    void optionsDecideTheSpaces() {
        assertThat(spec("Catch-v0", Map.of("rows", 6, "columns", 3)).observationSpace())
                .isEqualTo(Space.Box.of(Space.Dtype.FLOAT32, 0, 1, 6, 3));
        assertThat(spec("DeepSea-v0", Map.of("size", 20)).observationSpace())
                .isEqualTo(Space.Box.of(Space.Dtype.FLOAT32, 0, 1, 20, 20));
        assertThat(spec("MemoryChain-v0", Map.of("bits", 3)).observationSpace())
                .isEqualTo(new Space.Box(new float[] {0, 0, -1, -1, -1}, new float[] {1, 2, 1, 1, 1}));
    }

    private static EnvironmentSpec spec(String id, Map<String, ?> options) {
        return Environments.resolve(id, options).spec();
    }

    @Test
    void probesOfOtherSizesKeepTheirPromises() {
        EnvironmentChecker.check(Environments.resolve("Catch-v0", Map.of("rows", 2, "columns", 7))::create);
        EnvironmentChecker.checkWithoutChance(Environments.resolve("DeepSea-v0", Map.of("size", 1))::create);
        EnvironmentChecker.check(Environments.resolve("MemoryChain-v0", Map.of("length", 1, "bits", 5))::create);
    }

    @Test
    void theTreasureIsFoundByTheMappingOfTheSeedAndByNoOther() {
        int[] right = DeepSea.mapping(10, 7);

        assertThat(returnOf(right, 7)).isCloseTo(0.99f, within(1e-6f));
        assertThat(returnOf(right, 8)).isLessThan(0);
        assertThat(Arrays.stream(right).sum()).isBetween(30, 70);
    }

    /** Of going right all the way, as one mapping has it. */
    private static float returnOf(int[] right, long seed) {
        try (Environment sea =
                Environments.resolve("DeepSea-v0", Map.of("mapping-seed", seed)).create(1)) {
            Step step = Step.of(sea);
            sea.reset(new long[1], step);
            float sum = 0;
            for (int row = 0; row < 10; row++) {
                sea.step(new float[] {right[row * 10 + row]}, step);
                sum += step.rewards[0];
            }
            assertThat(step.terminated).containsExactly(true);
            return sum;
        }
    }

    /** Else a policy without memory could answer, or one with it could not. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 30})
    void theContextIsShownAtTheStartAloneAndDecidesTheReward(int length) {
        try (Environment chain =
                Environments.resolve("MemoryChain-v0", Map.of("length", length)).create(64)) {
            Step step = Step.of(chain);
            chain.reset(LongStream.range(0, 64).toArray(), step);
            float[] answers = new float[64];
            for (int copy = 0; copy < 64; copy++) {
                answers[copy] = step.observations[copy * 3 + 2] == 1 ? 1 : 0;
            }
            assertThat(answers).contains(0, 1);
            for (int taken = 1; taken <= length; taken++) {
                chain.step(answers, step);
                assertThat(step.terminated).doesNotContain(true);
                assertThat(step.rewards).containsOnly(0);
                for (int copy = 0; copy < 64; copy++) {
                    assertThat(step.observations[copy * 3 + 2] == 0).isEqualTo(taken > 1);
                }
            }
            chain.step(answers, step);

            assertThat(step.terminated).doesNotContain(false);
            assertThat(step.rewards).containsOnly(1);
        }
    }
}

package io.sparring.environment.gymnasium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Step;
import io.sparring.python.PythonEnvironment;
import io.sparring.random.Streams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Atari, stepped by ale-py in a loop of its own: small pictures, and episodes that a limit cuts soon. */
class VectorEnvironmentTest {
    private static final int COPIES = 5;
    private static final long[] SEEDS = {1, 2, 3, 4, 5};
    private static final Map<String, Object> OPTIONS = Map.of(
            "img_height", 12L, "img_width", 10L, "stack_num", 2L, "max_num_frames_per_episode", 200L, "noop_max", 9L);

    @TempDir
    private Path folder;

    private static EnvironmentSource breakout(boolean halves) {
        return resolve("gymnasium-vec:ALE/Breakout-v5", OPTIONS, List.of(), halves);
    }

    private static EnvironmentSource resolve(
            String id, Map<String, Object> options, List<EnvironmentSpec.Wrapper> wrappers, boolean halves) {
        String interpreter = PythonEnvironment.orSkip().interpreter().toString();
        return Gymnasium.resolve(
                id, new TreeMap<>(options), wrappers, new Hosting(interpreter, List.of(), true, 0, 120, 60, halves));
    }

    @Test
    void anotherProcessGoesOnFromASnapshotWhereItsCopiesAreInEpisodesOfDifferentLengths() {
        EnvironmentSource breakout = breakout(true);

        assertThat(breakout.spec().spaces()).isEqualTo("observes [2, 12, 10] uint8, acts in Discrete[n=4]");
        try (Environment first = breakout.create(COPIES);
                Environment second = breakout(true).create(COPIES)) {
            first.reset(SEEDS, Step.of(first));
            goOn(first, 0, 55);
            byte[] snapshot = first.snapshot();
            List<List<Object>> expected = goOn(first, 55, 20);
            second.restore(snapshot);
            assertThat(goOn(second, 55, 20)).isEqualTo(expected);
            first.restore(snapshot);
            assertThat(goOn(first, 55, 20)).isEqualTo(expected);
        }
    }

    private static List<List<Object>> goOn(Environment environment, int from, int steps) {
        List<List<Object>> rows = new ArrayList<>();
        Step step = Step.of(environment);
        float[] actions = new float[COPIES];
        for (int t = from; t < from + steps; t++) {
            for (int copy = 0; copy < COPIES; copy++) {
                actions[copy] = (t * 7 + copy * 3) % 4;
            }
            environment.step(actions, step);
            for (int copy = 0; copy < COPIES; copy++) {
                rows.add(row(step.observations, copy, step.rewards[copy], step.terminated[copy], step.truncated[copy]));
            }
        }
        return rows;
    }

    @Test
    void everyEpisodeIsTheOneThatItsSeedAndActionsGiveAlone() throws IOException {
        for (boolean halves : new boolean[] {false, true}) {
            List<List<Object>> given = new ArrayList<>();
            StringBuilder asked = new StringBuilder();
            try (Environment environment = breakout(halves).create(COPIES)) {
                play(environment, 60, given, asked);
            }
            Path file = Files.writeString(folder.resolve("asked"), asked);
            ObjectMapper json = new ObjectMapper();
            List<List<Object>> expected = new ArrayList<>();
            for (String line : PythonEnvironment.orSkip()
                    .run("play_atari.py", "breakout", json.writeValueAsString(options()), file)
                    .lines()
                    .toList()) {
                expected.add(json.readerForListOf(Object.class).readValue(line));
            }
            assertThat(given).hasSizeGreaterThan(60 * COPIES).isEqualTo(expected);
        }
    }

    /** With those that Gymnasium hands to ale-py for this id. */
    private static Map<String, Object> options() {
        Map<String, Object> all = new TreeMap<>(OPTIONS);
        all.put("repeat_action_probability", 0.25);
        return all;
    }

    private static void play(Environment environment, int steps, List<List<Object>> given, StringBuilder asked)
            throws IOException {
        ObjectMapper json = new ObjectMapper();
        UniformRandomProvider random = Streams.of(5);
        Step step = Step.of(environment);
        environment.reset(SEEDS, step);
        List<List<List<Object>>> rows = new ArrayList<>();
        List<List<Integer>> actions = new ArrayList<>();
        int[] seeds = new int[COPIES];
        for (int copy = 0; copy < COPIES; copy++) {
            actions.add(new ArrayList<>());
            rows.add(new ArrayList<>(List.of(row(step.observations, copy, 0, false, false))));
            seeds[copy] = ((GymnasiumEnvironment) environment).episodeSeed(copy);
        }
        float[] action = new float[COPIES];
        for (int t = 0; t < steps; t++) {
            for (int copy = 0; copy < COPIES; copy++) {
                action[copy] = random.nextInt(4);
                actions.get(copy).add((int) action[copy]);
            }
            environment.step(action, step);
            for (int copy = 0; copy < COPIES; copy++) {
                boolean ended = step.ended(copy);
                rows.get(copy)
                        .add(row(
                                ended ? step.finalObservations : step.observations,
                                copy,
                                step.rewards[copy],
                                step.terminated[copy],
                                step.truncated[copy]));
                if (ended || t == steps - 1) {
                    given.addAll(rows.get(copy));
                    asked.append(json.writeValueAsString(List.of(seeds[copy], actions.get(copy))))
                            .append('\n');
                    actions.get(copy).clear();
                    seeds[copy] = ((GymnasiumEnvironment) environment).episodeSeed(copy);
                    rows.get(copy).clear();
                    rows.get(copy).add(row(step.observations, copy, 0, false, false));
                }
            }
        }
    }

    private static List<Object> row(
            float[] observations, int copy, float reward, boolean terminated, boolean truncated) {
        int size = observations.length / COPIES;
        long sum = 0;
        for (int i = 0; i < size; i++) {
            sum += (long) observations[copy * size + i] * (i + 1);
        }
        return List.of((int) (sum % (1L << 31)), (double) reward, terminated, truncated);
    }

    @Test
    void othersThanAlePysAndWrappersAreRefused() {
        assertThatThrownBy(() -> resolve("gymnasium-vec:CartPole-v1", Map.of(), List.of(), true))
                .hasMessage("gymnasium-vec:CartPole-v1: expected an environment of ale-py's, as ALE/Pong-v5");
        assertThatThrownBy(() -> resolve(
                        "gymnasium-vec:ALE/Pong-v5",
                        Map.of(),
                        List.of(new EnvironmentSpec.Wrapper("ClipReward", new TreeMap<>())),
                        true))
                .hasMessage("gymnasium-vec:ALE/Pong-v5: expected no wrappers, since ale-py's arguments do the same");
        assertThatThrownBy(() ->
                        resolve("gymnasium-vec:ALE/Pong-v5", Map.of("autoreset_mode", "SameStep"), List.of(), true))
                .hasMessageContaining("expected no autoreset_mode among its options");
        assertThatThrownBy(() -> resolve("gymnasium-vec:ALE/Pong-v5", Map.of("stack", 4L), List.of(), true))
                .hasMessageContaining("unexpected keyword argument 'stack'");
        assertThatThrownBy(() -> resolve("gymnasium-vec:ALE/Pomg-v5", Map.of(), List.of(), true))
                .hasMessageContaining("Pomg")
                .hasMessageContaining("did you mean");
    }
}

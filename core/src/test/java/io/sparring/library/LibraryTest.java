package io.sparring.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.algorithm.Training;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Policy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/library.md promises, by the very lines that stand there. */
class LibraryTest {
    // library.md: training
    static List<Integer> learn() throws InterruptedException {
        Configuration configuration = ConfigurationFile.parse("corridor", """
                environment: {id: Corridor, copies-per-shard: 8}
                a2c: {shards: 2, rollout-length: 16, entropy-weight: 0.01}
                optimizer: {kind: adam, learning-rate: 1.0e-2}
                budget: {env-steps: 20000}
                evaluation: {every-env-steps: 0}
                """, List.of());
        EnvironmentSource source = new EnvironmentSource(Corridor.SPEC, (spec, copies) -> new Corridor(copies));
        Training training = Training.of(configuration, source);
        TrainingState learned = training.run().state();
        List<Episode> played = training.evaluate(learned, 10, true);
        Policy policy = training.policy(learned);
        int action = (int) policy.act(new float[] {0.5f})[0];
        return List.of(played.get(0).length(), action);
    }
    // library.md: end

    // library.md: environment
    /** Ten fields in a row: 1 goes right, 0 left; the right end is worth 1, and each step costs 0.01. */
    static final class Corridor implements Environment {
        static final EnvironmentSpec SPEC = new EnvironmentSpec(
                "Corridor",
                new TreeMap<>(),
                Space.Box.of(1, 0, 1),
                new Space.Discrete(2),
                null,
                null,
                EnvironmentSpec.Recovery.SNAPSHOT);

        private final int[] fields;

        Corridor(int copies) {
            fields = new int[copies];
        }

        @Override
        public int copies() {
            return fields.length;
        }

        @Override
        public Space.Box observationSpace() {
            return SPEC.observationSpace();
        }

        @Override
        public Space actionSpace() {
            return SPEC.actionSpace();
        }

        @Override
        public void reset(long[] seeds, float[] observations) {
            Arrays.fill(observations, 0);
            Arrays.fill(fields, 0);
        }

        @Override
        public void step(float[] actions, Step step) {
            for (int copy = 0; copy < fields.length; copy++) {
                fields[copy] = Math.max(0, fields[copy] + (actions[copy] == 1 ? 1 : -1));
                step.terminated[copy] = fields[copy] == 9;
                step.truncated[copy] = false;
                step.rewards[copy] = step.terminated[copy] ? 1 : -0.01f;
                step.finalObservations[copy] = fields[copy] / 9f;
                fields[copy] = step.terminated[copy] ? 0 : fields[copy];
                step.observations[copy] = fields[copy] / 9f;
            }
        }

        @Override
        public byte[] snapshot() {
            ByteBuffer bytes = ByteBuffer.allocate(fields.length * Integer.BYTES);
            bytes.asIntBuffer().put(fields);
            return bytes.array();
        }

        @Override
        public void restore(byte[] snapshot) {
            ByteBuffer.wrap(snapshot).asIntBuffer().get(fields);
        }
    }
    // library.md: end

    @Test
    void anEnvironmentOfOnesOwnIsLearnedInTenLines() throws InterruptedException {
        assertThat(learn()).containsExactly(9, 1);
    }

    @Test
    void thePageShowsTheseLines() throws IOException {
        String page = Files.readString(Path.of("../docs/library.md"));
        String source = Files.readString(Path.of("src/test/java/io/sparring/library/LibraryTest.java"));
        Matcher parts = Pattern.compile("// library\\.md: (?!end)\\w+\n(.*?)    // library\\.md: end", Pattern.DOTALL)
                .matcher(source);
        int count = 0;
        while (parts.find()) {
            count++;
            assertThat(page).contains(parts.group(1));
        }
        assertThat(count).isEqualTo(2);
    }
}

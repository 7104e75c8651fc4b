package io.sparring.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.rollout.Policy;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PolicyJarTest {
    private static final int STEPS = 6;
    private static final long LIMIT = 500_000;

    @TempDir
    private Path folder;

    private Path jar(Policies kind) throws IOException {
        return Files.write(folder.resolve(kind + ".jar"), PolicyFormat.JAR.file(kind.policy()));
    }

    /** So many observations and masks of one copy. */
    private static List<Step> steps(Policies kind) {
        Step.Copies one = new Step.Copies(kind.policy(), 1, 7);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            steps.add(one.next());
        }
        return steps;
    }

    /** On no class path but its own: what it comes to is all there. */
    @ParameterizedTest
    @EnumSource
    void aJarActsByItselfToTheBit(Policies kind) throws Exception {
        ExportedPolicy policy = kind.policy();
        Policy here = new Policy(policy.model(), policy.environment().actionSpace());
        URL[] path = {jar(kind).toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = loader.loadClass("io.sparring.export.JarPolicy");
            Method act = type.getMethod("act", float[].class, boolean[].class);
            Object there = type.getMethod("load").invoke(null);
            for (Step step : steps(kind)) {
                float[] expected = here.act(step.observation(), step.mask());
                assertThat((float[]) act.invoke(there, step.observation(), step.mask()))
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CHOICES", "BITS", "SHARED_LSTM", "STATE_DEPENDENT"})
    void aJarAnswersRowsOfObservationsToTheBit(Policies kind) throws Exception {
        List<Step> steps = steps(kind);
        List<String> rows = new ArrayList<>(List.of("a,header"));
        for (Step step : steps) {
            rows.add(row(step));
        }
        // Another episode, as the first one.
        rows.add("");
        rows.add(row(steps.get(0)));
        Files.write(folder.resolve("observations.csv"), rows);

        List<String> answers = answer(jar(kind), 0);

        assertThat(answers).hasSize(1 + STEPS + 1);
        int described = kind.policy().distribution().description();
        int actions = kind.policy().distribution().actionSize();
        assertThat(answers.get(0).split(","))
                .hasSize(actions + described + 1)
                .startsWith(actions == 1 ? "action" : "action0")
                .endsWith("value");
        Policy here = new Policy(
                kind.policy().model(),
                kind.policy().environment().actionSpace(),
                kind.policy().distribution());
        for (int i = 0; i < STEPS; i++) {
            float[] numbers = numbers(answers.get(1 + i));
            Policy.Decision decision =
                    here.decide(steps.get(i).observation(), steps.get(i).mask());
            assertThat(Arrays.copyOf(numbers, actions)).isEqualTo(decision.action());
            assertThat(Arrays.copyOfRange(numbers, actions, actions + described))
                    .isEqualTo(decision.description());
            assertThat(numbers[actions + described]).isEqualTo(decision.value());
        }
        assertThat(answers.get(1 + STEPS)).isEqualTo(answers.get(1));
    }

    private static String row(Step step) {
        StringBuilder row = new StringBuilder();
        for (float number : step.observation()) {
            row.append(row.isEmpty() ? "" : ",").append(number);
        }
        for (boolean flag : step.mask()) {
            row.append(flag ? ",1" : ",0");
        }
        return row.toString();
    }

    private static float[] numbers(String row) {
        String[] cells = row.split(",");
        float[] numbers = new float[cells.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Float.parseFloat(cells[i]);
        }
        return numbers;
    }

    /** Of observations.csv, by a JVM without options. */
    private List<String> answer(Path jar, int exit) throws IOException, InterruptedException {
        Process process = process(jar).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(exit);
        return said.lines().toList();
    }

    private ProcessBuilder process(Path jar) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(java, "-jar", jar.toString())
                .redirectInput(folder.resolve("observations.csv").toFile());
    }

    @ParameterizedTest
    @CsvSource({
        "'1,2,3,4;1,2,3', 'row 2: expected 4 numbers, got 3 cells'",
        "'n/a,2,3,4', 'row 1: expected a number, got n/a'",
        "'x,y,z,w;1,2,NaN,4', 'row 2: expected a finite number, got NaN'",
        "'1,2,3,-Infinity', 'row 1: expected a finite number, got -Infinity'",
        "'1,2,3,1e39', 'row 1: expected a finite number, got 1e39'"
    })
    void aRowThatIsNoObservationIsNamed(String rows, String why) throws Exception {
        Files.writeString(folder.resolve("observations.csv"), rows.replace(';', '\n') + "\n");

        assertThat(answer(jar(Policies.SEPARATE), 2)).endsWith(why);
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstNumber() throws Exception {
        Files.writeString(folder.resolve("observations.csv"), "\uFEFF1,2,3,4\n1,2,3,4\n");

        List<String> answers = answer(jar(Policies.SEPARATE), 0);

        assertThat(answers).hasSize(3);
        assertThat(answers.get(1)).isEqualTo(answers.get(2));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatCannotBeWrittenIsAFailure() throws Exception {
        Files.writeString(folder.resolve("observations.csv"), "1,2,3,4\n");
        Process process = process(jar(Policies.SEPARATE))
                .redirectOutput(Path.of("/dev/full").toFile())
                .start();

        assertThat(process.errorReader().lines())
                .containsExactly("stdout: what was to be written could not be, and rows are missing");
        assertThat(process.waitFor()).isEqualTo(1);
    }

    @Test
    void itHasHalfAMegabyteOfClassesAtMostAndTheSameBytesEveryTime() throws Exception {
        Path jar = jar(Policies.SEPARATE);

        assertThat(Files.size(jar)).isLessThan(LIMIT);
        assertThat(PolicyFormat.JAR.file(Policies.SEPARATE.policy())).isEqualTo(Files.readAllBytes(jar));
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName))
                    .contains("io/sparring/export/policy", "io/sparring/network/ScalarKernels.class")
                    .doesNotContain(
                            "io/sparring/export/PolicyJar.class", "io/sparring/configuration/Configuration.class");
        }
    }
}

package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.network.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** One training, whatever of the CPU the JVM uses and however it compiles. */
@EnabledOnOs(OS.LINUX)
class SameBitsOnEveryJvmTest {
    private static final String MODULE = "--add-modules=jdk.incubator.vector";
    /** What each needs of the CPU, as /proc/cpuinfo calls it. */
    private static final Map<String, String> FLAGS =
            Map.of("-XX:UseAVX=1", "avx", "-XX:UseAVX=2", "avx2", "-XX:UseAVX=3", "avx512f", "-XX:-UseFMA", "fma");

    private static final List<List<String>> VARIANTS = List.of(
            List.of(MODULE, "-XX:UseAVX=0"),
            List.of(MODULE, "-XX:UseAVX=1"),
            List.of(MODULE, "-XX:UseAVX=2"),
            List.of(MODULE, "-XX:UseAVX=3"),
            List.of(MODULE, "-XX:-UseFMA"),
            List.of(MODULE, "-XX:TieredStopAtLevel=1"),
            List.of("-XX:UseAVX=0"),
            List.of("-XX:UseAVX=3"),
            List.of("-XX:TieredStopAtLevel=1"));

    private static final Map<List<String>, Map<String, String>> RESULTS = new LinkedHashMap<>();
    private static String here;

    /** The run here is the one that is not interrupted; its checkpoint is what the others go on from. Two JVMs at a time. */
    @BeforeAll
    static void train(@TempDir Path folder) throws IOException, InterruptedException {
        Recorder recorder = new Recorder();
        here = ChildJvm.firstTraining(recorder);
        Path checkpoint = folder.resolve("checkpoint");
        Files.write(checkpoint, recorder.files.get(10L));
        Set<String> has = cpuFlags();
        List<List<String>> variants = VARIANTS.stream()
                .filter(options -> options.stream().allMatch(option -> has.contains(FLAGS.getOrDefault(option, "fpu"))))
                .toList();
        for (int i = 0; i < variants.size(); i += 2) {
            List<List<String>> pair = variants.subList(i, Math.min(i + 2, variants.size()));
            List<Process> processes = new ArrayList<>();
            for (List<String> options : pair) {
                processes.add(ChildJvm.start(output(folder, options), options, checkpoint.toString()));
            }
            for (int j = 0; j < pair.size(); j++) {
                RESULTS.put(pair.get(j), ChildJvm.result(processes.get(j), output(folder, pair.get(j))));
            }
        }
    }

    private static Path output(Path folder, List<String> options) {
        return folder.resolve(String.join("", options).replace(':', '_'));
    }

    private static Set<String> cpuFlags() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> Set.of(line.substring(line.indexOf(':') + 1).trim().split("\\s+")))
                .orElse(Set.of());
    }

    @Test
    void everyTrainingGivesTheSameParametersAndOptimiserStateEverywhere() {
        Map<String, String> first = RESULTS.values().iterator().next();
        assertThat(first).containsEntry("training-0", here);
        assertThat(first.keySet()).filteredOn(key -> key.startsWith("training")).hasSize(5);
        RESULTS.forEach((options, result) -> first.forEach((key, hash) -> {
            if (key.startsWith("training")) {
                assertThat(result).as("%s", options).containsEntry(key, hash);
            }
        }));
    }

    @Test
    void aRunThatIsCheckpointedHereAndResumedOnAnotherJvmEndsAsIfItHadNeverStopped() {
        RESULTS.forEach(
                (options, result) -> assertThat(result).as("%s", options).containsEntry("resumed", here));
    }

    /** Else this test would compare one way of computing with itself. */
    @Test
    void theJvmsComputedInDifferentWays() {
        assertThat(RESULTS.get(List.of(MODULE, "-XX:UseAVX=0")).get("kernels")).startsWith("one float at a time");
        assertThat(RESULTS.get(List.of("-XX:TieredStopAtLevel=1")).get("kernels"))
                .isEqualTo(
                        "one float at a time, as Java compiles it: add --add-modules jdk.incubator.vector for more speed");
        Map<String, String> avx2 = RESULTS.get(List.of(MODULE, "-XX:UseAVX=2"));
        if (avx2 != null && Kernels.vectorized()) {
            assertThat(avx2).containsEntry("kernels", "8 floats at a time (jdk.incubator.vector)");
            assertThat(RESULTS.get(List.of(MODULE, "-XX:-UseFMA")))
                    .containsEntry("kernels", "one float at a time: this CPU has no fused multiply-add");
        }
    }

    /** Though ND4J is on the test's class path. */
    @Test
    void trainingLoadsNoNativeLibrary() throws IOException {
        RESULTS.forEach(
                (options, result) -> assertThat(result).as("%s", options).containsEntry("native", "[]"));

        // That it would be seen: this JVM has ND4J.
        assertThat(Nd4j.scalar(1).getInt(0)).isEqualTo(1);
        assertThat(ChildJvm.nativeLibraries()).anyMatch(name -> name.startsWith("libnd4jcpu"));
    }
}

package io.sparring.spark.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.algorithm.Training;
import io.sparring.algorithm.TrainingListener;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.spark.session.Session;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Neither driver nor executors map a library of ND4J, and the jar that every run ships has none. */
class NothingNativeIT {
    private static final Pattern NATIVE = Pattern.compile("nd4j|openblas|javacpp|mkl|gomp");
    private static final long JAR_BYTES = 30 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"a2c", "a3c"})
    void driverAndExecutorsTrainWithoutALibraryOfNd4j(String algorithm) throws Exception {
        Training training = Training.of(ConfigurationFile.parse(
                "test",
                SameBitsIT.CONFIGURATION,
                List.of("algorithm=" + algorithm, "a3c.workers=2", "a3c.rollout-length=8")));
        try (JavaSparkContext spark =
                Session.start(SameBitsIT.settings("local-cluster[1,2,1024]").setAppName("test"))) {
            long round = training.run(training.start(), new SparkBackend(spark), new TrainingListener() {})
                    .state()
                    .round();
            assertThat(round).isPositive();
            List<Mapped> processes = new ArrayList<>(spark.parallelize(List.of(0), 1)
                    .map(ignored -> Mapped.here())
                    .collect());
            processes.add(Mapped.here());

            assertThat(processes).extracting(Mapped::executor).containsExactly("0", "driver");
            assertThat(processes)
                    .allSatisfy(process -> assertThat(process.libraries())
                            .isNotEmpty()
                            .noneMatch(library -> NATIVE.matcher(library).find()));
        }
    }

    @Test
    void theApplicationsJarIsSmallAndHasNone() throws IOException {
        Path jar = Path.of("target", "sparring-app.jar");
        assertThat(Files.size(jar)).isLessThan(JAR_BYTES);
        try (JarFile entries = new JarFile(jar.toFile())) {
            assertThat(entries.stream().map(entry -> entry.getName()))
                    .contains("io/sparring/network/VectorKernels.class")
                    .noneMatch(
                            name -> name.endsWith(".so") && NATIVE.matcher(name).find());
        }
    }

    /**
     * Scala's collections are other classes for Spark 3.5 (2.12) and 4 (2.13): a method that takes or gives them is not found on one of them. Its iterator is what
     * an RDD gives, with either.
     */
    @Test
    void noClassInTheJarNamesAScalaCollection() throws IOException {
        Pattern collection = Pattern.compile("scala/collection/(?!Iterator[^\\w$/])");
        List<String> found = new ArrayList<>();
        try (JarFile jar = new JarFile(Path.of("target", "sparring-app.jar").toFile())) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                if (entry.getName().endsWith(".class")
                        && collection
                                .matcher(new String(
                                        jar.getInputStream(entry).readAllBytes(), StandardCharsets.ISO_8859_1))
                                .find()) {
                    found.add(entry.getName());
                }
            }
        }
        assertThat(found).isEmpty();
    }

    /** What a process has mapped; Linux only. */
    private record Mapped(String executor, List<String> libraries) implements Serializable {
        static Mapped here() throws IOException {
            try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
                return new Mapped(
                        SparkEnv.get().executorId(),
                        maps.filter(line -> line.contains(".so"))
                                .map(line -> line.substring(line.lastIndexOf('/') + 1))
                                .distinct()
                                .toList());
            }
        }
    }
}

package io.sparring.spark.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.configuration.ConfigurationFile;
import io.sparring.network.Architecture;
import io.sparring.network.LearningNetwork;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With an engine that notes when it is to load its native code, and has none. */
class NativeCodeIT {
    private static final String SMALL = "environment: {id: Identity-Discrete-v0}";

    private static final List<String> LOADED = new CopyOnWriteArrayList<>();

    @TempDir
    private Path work;

    /** As the DL4J's jar has one. */
    public static final class Noting implements LearningNetwork.Factory {
        @Override
        public void load() {
            LOADED.add(
                    SparkEnv.get() == null
                            ? "before Spark"
                            : "on executor " + SparkEnv.get().executorId());
        }

        @Override
        public LearningNetwork create(Architecture architecture) {
            throw new UnsupportedOperationException("nothing is trained here");
        }
    }

    @Test
    void nativeCodeIsLoadedBeforeSparkStartsAndByEveryExecutorBeforeItsFirstTask() throws Exception {
        Path services = Files.createDirectories(work.resolve("META-INF/services"));
        Files.writeString(services.resolve(LearningNetwork.Factory.class.getName()), Noting.class.getName());
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader withEngine =
                new URLClassLoader(new URL[] {work.toUri().toURL()}, before)) {
            thread.setContextClassLoader(withEngine);
            try (JavaSparkContext spark = Session.start(
                    new SparkConf().setMaster("local[2]").setAppName("test"),
                    ConfigurationFile.parse("test", SMALL, List.of("network.engine=dl4j")))) {
                assertThat(LOADED).containsExactly("before Spark", "on executor driver");
                assertThat(spark.parallelize(List.of(1, 2), 2).count()).isEqualTo(2);
            }
        } finally {
            thread.setContextClassLoader(before);
        }
        assertThat(LOADED).hasSize(2);
    }

    @Test
    void whereNothingIsNativeThereIsNoPlugin() {
        try (JavaSparkContext spark = Session.start(
                new SparkConf().setMaster("local[2]").setAppName("test"),
                ConfigurationFile.parse("test", SMALL, List.of()))) {
            assertThat(spark.getConf().get("spark.plugins", "")).isEmpty();
        }
    }
}

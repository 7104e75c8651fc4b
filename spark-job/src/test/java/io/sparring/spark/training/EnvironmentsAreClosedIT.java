package io.sparring.spark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.algorithm.A2c;
import io.sparring.algorithm.A3c;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Model;
import io.sparring.spark.cli.Sparring;
import io.sparring.spark.session.Session;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Environments that no registry knows go to executors, and whoever makes one there closes it. */
class EnvironmentsAreClosedIT {
    @TempDir
    private Path folder;

    private Configuration configuration;
    private EnvironmentSource source;

    @BeforeEach
    void prepare() {
        configuration = configuration();
        source = source(configuration, folder);
    }

    private static Configuration configuration() {
        return ConfigurationFile.parse("test", """
                environment: {id: Identity-Discrete-v0, copies-per-shard: 4}
                network: {hidden: [8]}
                a2c: {shards: 3, rollout-length: 8}
                a3c: {workers: 2, rollout-length: 8}
                budget: {env-steps: 3840}
                evaluation: {every-env-steps: 960, episodes: 4}
                """, List.of());
    }

    /** Each environment leaves a file when it is made and another one when it is closed. */
    private static EnvironmentSource source(Configuration configuration, Path path) {
        EnvironmentSource real = configuration.environment().resolve();
        File files = path.toFile();
        return new EnvironmentSource(real.spec(), (spec, copies) -> noted(real.create(copies), files));
    }

    private static Environment noted(Environment environment, File files) {
        String name = UUID.randomUUID().toString();
        note(files, "made-" + name);
        return (Environment) Proxy.newProxyInstance(
                Environment.class.getClassLoader(), new Class<?>[] {Environment.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        note(files, "closed-" + name);
                    }
                    try {
                        return method.invoke(environment, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static void note(File files, String name) {
        try {
            Files.createFile(files.toPath().resolve(name));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private int noted(String prefix) {
        return folder.toFile().list((directory, name) -> name.startsWith(prefix)).length;
    }

    /** On executors with their end, in the driver's JVM with the rounds'. */
    @ParameterizedTest
    @CsvSource({"'local[2]'", "'local-cluster[1,2,1024]'"})
    void thoseOfRounds(String master) throws Exception {
        TrainingState start = TrainingState.first(configuration, source);
        try (JavaSparkContext spark = Session.start(SameBitsIT.settings(master), configuration)) {
            try (SparkRounds rounds = new SparkRounds(spark, configuration, source, start)) {
                A2c.train(configuration, start, rounds, new TrainingListener() {});
            }
            if (spark.isLocal()) {
                assertThat(noted("closed-")).isEqualTo(noted("made-"));
            }
        }
        Sparring.eventually("all closed", Duration.ofSeconds(20), () -> noted("closed-") == noted("made-"));
        assertThat(noted("made-")).as("one a slot, the first, and evaluations").isGreaterThanOrEqualTo(6);
    }

    @Test
    void thoseOfAsynchronousWorkers() throws Exception {
        TrainingState start = TrainingState.first(configuration, source);
        try (JavaSparkContext spark = Session.start(SameBitsIT.settings("local[2]"), configuration)) {
            try (SparkWorkers workers = new SparkWorkers(spark, configuration, source, new InProcess())) {
                A3c.train(configuration, source, start, workers, new TrainingListener() {});
            }
            Sparring.eventually("all closed", Duration.ofSeconds(20), () -> noted("closed-") == noted("made-"));
        }
        assertThat(noted("made-"))
                .as("two workers', the first, and evaluations")
                .isGreaterThanOrEqualTo(4);
    }

    /** As a broadcast pool is after Spark has let go of it on an executor. */
    @Test
    void thoseOfAPoolThatNobodyHolds() throws Exception {
        TrainingState start = TrainingState.first(configuration, source);
        assertThat(new WorkerPool(configuration, source)
                        .run(
                                A2c.Round.of(configuration, start.model(), 0),
                                start.shards().get(0)))
                .isNotNull();

        Sparring.eventually("all closed", Duration.ofSeconds(20), () -> {
            System.gc();
            return noted("closed-") == 2;
        });
    }

    @Test
    void thatOfAWorkerThatFailed() throws Exception {
        TrainingState start = TrainingState.first(configuration, source);
        Architecture other = new Architecture(Architecture.Kind.SHARED, List.of(), Activation.TANH, 1, 1, 0);
        try (WorkerPool pool = new WorkerPool(configuration, source)) {
            assertThatThrownBy(() -> pool.run(
                            A2c.Round.of(configuration, new Model(other, new float[4]), 0),
                            start.shards().get(0)))
                    .isInstanceOf(RuntimeException.class);
            assertThat(noted("closed-")).isEqualTo(2);
        }
    }
}

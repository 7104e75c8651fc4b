package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.network.Architecture;
import io.sparring.network.Kernels;
import io.sparring.run.CheckpointFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Small trainings in a JVM of their own, and what that JVM says of them. */
public final class ChildJvm {
    /** Layers and batches that fill no tile, all activations, optimisers and distributions. */
    private static final List<String> TRAININGS = List.of("""
            environment: {id: CartPole-v1, copies-per-shard: 7}
            network: {kind: separate, hidden: [33, 17], activation: tanh}
            a2c: {shards: 2, rollout-length: 19, normalize-advantages: true}
            optimizer: {kind: adam, learning-rate: 3.0e-3}
            budget: {env-steps: 6000}
            evaluation: {every-env-steps: 3000, episodes: 5}
            """, """
            environment: {id: CartPole-v1, copies-per-shard: 16}
            network: {kind: shared, hidden: [64], activation: relu}
            a2c: {shards: 2, rollout-length: 8, entropy-weight: 0.01}
            optimizer: {kind: rmsprop, learning-rate: 3.0e-3}
            budget: {env-steps: 6000}
            evaluation: {every-env-steps: 0}
            """, """
            environment: {id: Identity-Box-v0, copies-per-shard: 5}
            network: {hidden: [9], activation: tanh}
            a2c: {shards: 3, rollout-length: 5, entropy-weight: 0.01}
            optimizer: {kind: rmsprop-tf, schedule: linear}
            budget: {env-steps: 1500}
            evaluation: {every-env-steps: 0}
            """, """
            algorithm: a3c
            environment: {id: CartPole-v1, copies-per-shard: 4}
            network: {hidden: [16]}
            a3c: {workers: 2, rollout-length: 8, correction: v-trace}
            optimizer: {kind: sgd, learning-rate: 1.0e-2}
            budget: {env-steps: 1500}
            evaluation: {every-env-steps: 0}
            """, """
            environment: {id: Identity-Box-v0, copies-per-shard: 5}
            network: {hidden: [9], activation: tanh, noise: gsde, noise-steps: 3}
            a2c: {shards: 3, rollout-length: 5, entropy-weight: 0.01}
            optimizer: {kind: adam}
            budget: {env-steps: 1500}
            evaluation: {every-env-steps: 500, greedy: false}
            """);

    private ChildJvm() {}

    /** @param arguments a checkpoint of the first training to go on from; or none */
    public static void main(String[] arguments) throws Exception {
        for (int i = 0; i < TRAININGS.size(); i++) {
            System.out.println("training-" + i + " " + sha256(train(i, new Recorder())));
        }
        if (arguments.length > 0) {
            Configuration configuration = configuration(0);
            Architecture architecture = ShardWorker.architecture(
                    configuration, configuration.environment().resolve().spec());
            TrainingState state = CheckpointFile.read(Files.readAllBytes(Path.of(arguments[0])))
                    .state(architecture);
            System.out.println("resumed " + sha256(trainFrom(configuration, state, new Recorder())));
        }
        System.out.println("kernels " + Kernels.description());
        System.out.println("native " + nativeLibraries());
    }

    /** The first training here, listened to. */
    static String firstTraining(Recorder recorder) throws InterruptedException {
        return sha256(train(0, recorder));
    }

    private static Configuration configuration(int index) {
        return ConfigurationFile.parse("child.yaml", TRAININGS.get(index), List.of("checkpoint.every-rounds=10"));
    }

    private static TrainingState train(int index, Recorder recorder) throws InterruptedException {
        Configuration configuration = configuration(index);
        return trainFrom(
                configuration,
                TrainingState.first(configuration, configuration.environment().resolve()),
                recorder);
    }

    private static TrainingState trainFrom(Configuration configuration, TrainingState start, Recorder recorder)
            throws InterruptedException {
        if (configuration.algorithm() == Configuration.Algorithm.A3C) {
            try (Workers workers = new SteppedWorkers(
                    configuration, configuration.environment().resolve(), start)) {
                return A3c.train(configuration, configuration.environment().resolve(), start, workers, recorder)
                        .state();
            }
        }
        try (Rounds rounds =
                new LocalRounds(configuration, configuration.environment().resolve(), start.shards())) {
            return A2c.train(configuration, start, rounds, recorder).state();
        }
    }

    private static String sha256(TrainingState state) {
        return CheckpointFile.sha256(state.model().parameters()) + " " + CheckpointFile.sha256(state.optimizerState());
    }

    /** What of DL4J and ND4J is mapped into this process; Linux only. */
    static List<String> nativeLibraries() throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.matches(".*(nd4j|openblas|javacpp|mkl|gomp).*"))
                    .map(line -> line.substring(line.lastIndexOf('/') + 1))
                    .distinct()
                    .toList();
        }
    }

    /** A JVM that was started and not yet asked. */
    static Process start(Path output, List<String> options, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        command.addAll(options);
        command.add(ChildJvm.class.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /** What it said, by each line's first word. */
    static Map<String, String> result(Process process, Path output) throws IOException, InterruptedException {
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IllegalStateException("a child JVM failed: " + Files.readString(output));
            }
        } finally {
            process.destroyForcibly();
        }
        Map<String, String> said = new LinkedHashMap<>();
        for (String line : Files.readAllLines(output)) {
            int space = line.indexOf(' ');
            if (line.matches("(training-\\d|resumed|kernels|native) .*")) {
                said.put(line.substring(0, space), line.substring(space + 1));
            }
        }
        return said;
    }
}

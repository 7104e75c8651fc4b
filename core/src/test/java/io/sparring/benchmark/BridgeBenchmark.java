package io.sparring.benchmark;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.environment.SteppedInParts;
import io.sparring.environment.gymnasium.Gymnasium;
import io.sparring.environment.gymnasium.Hosting;
import io.sparring.random.Streams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How many steps a second come over the bridge, random actions, beside Gymnasium's own vector environment in the same Python: in turns, so that
 * ratios hold on a noisy machine.
 *
 * <pre>
 *   mvn -q -P bridge -pl core test-compile exec:exec [-Dbridge.arguments="CartPole-v1 64 5"]     # id, copies, turns
 *   mvn -q -P bridge -pl core test-compile exec:exec -Dbridge.arguments="ALE/Pong-v5 16 5 ale"   # ale-py's vector environment, both
 *   PYTHONPATH=src/test/python mvn -q -P bridge -pl core test-compile exec:exec -Dbridge.arguments="probe_environments:Images-v0 16 5"
 * </pre>
 */
public final class BridgeBenchmark {
    private static final double SECONDS = 2;
    private static final int PREPARED = 64;

    private BridgeBenchmark() {}

    /** @param arguments an id of Gymnasium's (default: CartPole-v1), copies (64), turns (5), and the vector environment: sync or ale */
    public static void main(String[] arguments) throws Exception {
        String id = arguments.length > 0 ? arguments[0] : "CartPole-v1";
        int copies = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 64;
        int turns = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
        String other = arguments.length > 3 ? arguments[3] : "sync";
        String prefix = other.equals("ale") ? Gymnasium.VECTOR_PREFIX : Gymnasium.PREFIX;
        List<String> names =
                List.of("Gymnasium alone", "bridge, one block", "bridge, half-blocks", "two bridges at once");
        List<Callable<Double>> all = List.of(
                () -> alone(id, copies, other),
                () -> bridge(prefix + id, copies, false),
                () -> bridge(prefix + id, copies, true),
                () -> two(prefix + id, copies));
        double[][] figures = new double[all.size()][turns];
        for (int turn = 0; turn < turns; turn++) {
            for (int i = 0; i < figures.length; i++) {
                figures[i][turn] = all.get(i).call();
            }
        }
        System.out.println(
                "| " + id + ", " + copies + " copies | steps/s: median | lowest | highest | of Gymnasium alone |");
        System.out.println("|---|---|---|---|---|");
        Arrays.stream(figures).forEach(Arrays::sort);
        for (int i = 0; i < figures.length; i++) {
            double[] figure = figures[i];
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %,.0f | %,.0f | %,.0f | %.2f |%n",
                    names.get(i),
                    figure[turns / 2],
                    figure[0],
                    figure[turns - 1],
                    figure[turns / 2] / figures[0][turns / 2]);
        }
    }

    private static String python() {
        return System.getenv().getOrDefault("PYSPARK_PYTHON", "python3");
    }

    private static double alone(String id, int copies, String kind) throws IOException {
        Process process = new ProcessBuilder(
                        python(),
                        Path.of("src/test/python/time_vector_env.py").toString(),
                        id,
                        Integer.toString(copies),
                        Double.toString(SECONDS),
                        kind)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Double.parseDouble(printed.strip());
    }

    private static double two(String id, int copies) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Callable<Double> one = () -> bridge(id, copies, false);
            double sum = 0;
            for (Future<Double> each : threads.invokeAll(List.of(one, one))) {
                sum += each.get();
            }
            return sum;
        } finally {
            threads.shutdown();
        }
    }

    private static double bridge(String id, int copies, boolean halves) {
        Hosting hosting = new Hosting(python(), List.of(), false, 0, 120, 60, halves);
        EnvironmentSource source = Gymnasium.resolve(id, new TreeMap<>(), List.of(), hosting);
        try (Environment environment = source.create(copies)) {
            List<float[]> actions = actions(environment);
            Step step = Step.compact(environment);
            environment.reset(Streams.of(1).longs(copies).toArray(), step);
            run((SteppedInParts) environment, actions, step, SECONDS / 4);
            return run((SteppedInParts) environment, actions, step, SECONDS);
        }
    }

    private static List<float[]> actions(Environment environment) {
        var random = Streams.of(2);
        List<float[]> actions = new ArrayList<>();
        for (int i = 0; i < PREPARED; i++) {
            float[] row =
                    new float[environment.copies() * environment.actionSpace().size()];
            for (int j = 0; j < row.length; j++) {
                row[j] = environment.actionSpace() instanceof Space.Discrete discrete
                        ? random.nextInt(discrete.n())
                        : (float) random.nextDouble() * 2 - 1;
            }
            actions.add(row);
        }
        return actions;
    }

    /** As a rollout does it. */
    private static double run(SteppedInParts environment, List<float[]> actions, Step step, double seconds) {
        long start = System.nanoTime();
        long taken = 0;
        while (System.nanoTime() - start < 1e9 * seconds) {
            for (int t = 0; t < PREPARED; t++) {
                for (int part = 0; part < environment.parts(); part++) {
                    if (t > 0) {
                        environment.receive(part, step);
                    }
                    environment.send(part, actions.get(t));
                }
            }
            for (int part = 0; part < environment.parts(); part++) {
                environment.receive(part, step);
            }
            taken += (long) PREPARED * environment.copies();
        }
        return taken / ((System.nanoTime() - start) / 1e9);
    }
}

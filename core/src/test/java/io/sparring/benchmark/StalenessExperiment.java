package io.sparring.benchmark;

import io.sparring.algorithm.A3c;
import io.sparring.algorithm.SteppedWorkers;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingResult;
import io.sparring.algorithm.TrainingState;
import io.sparring.algorithm.Workers;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.environment.EnvironmentSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * What staleness costs, with and without the corrections: environment steps until CartPole's target, by how many updates old the
 * parameters are that workers act with. The workers take turns in one thread, so the table is the same every time:
 *
 * <pre>
 *   mvn -q -P staleness -pl core test-compile exec:exec                    # conf/experiments/staleness.yaml, seeds 0 to 9
 * </pre>
 */
public final class StalenessExperiment {
    private static final Path CONFIGURATION = Path.of("..", "conf", "experiments", "staleness.yaml");

    private StalenessExperiment() {}

    /** @param arguments how many seeds (default: 10), then the delays (default: 0 8 32 64) */
    public static void main(String[] arguments) throws Exception {
        int seeds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
        int[] delays = arguments.length > 1
                ? Arrays.stream(arguments).skip(1).mapToInt(Integer::parseInt).toArray()
                : new int[] {0, 8, 32, 64};
        String yaml = Files.readString(CONFIGURATION);
        System.out.println(
                "| injected delay | correction | solved | steps to the target: median | 90th percentile | staleness of updates |");
        System.out.println("|---|---|---|---|---|---|");
        for (int delay : delays) {
            for (String correction : List.of("none", "damping", "v-trace")) {
                row(yaml, seeds, delay, correction);
            }
        }
    }

    private static void row(String yaml, int seeds, int delay, String correction) throws InterruptedException {
        long[] steps = new long[seeds];
        double[] staleness = new double[1];
        for (int seed = 0; seed < seeds; seed++) {
            List<String> overrides = new ArrayList<>(
                    List.of("seed=" + seed, "a3c.injected-delay=" + delay, "a3c.correction=" + correction));
            Configuration configuration = ConfigurationFile.parse("staleness.yaml", yaml, overrides);
            TrainingListener listener = new TrainingListener() {
                @Override
                public void round(Round round) {
                    staleness[0] = round.asynchrony().staleness().mean();
                }
            };
            EnvironmentSource source = configuration.environment().resolve();
            TrainingState start = TrainingState.first(configuration, source);
            try (Workers workers = new SteppedWorkers(configuration, source, start)) {
                TrainingResult result = A3c.train(configuration, source, start, workers, listener);
                long solved = result.state().counters().solvedAtSteps();
                steps[seed] = solved < 0 ? Long.MAX_VALUE : solved;
            }
        }
        Arrays.sort(steps);
        System.out.printf(
                Locale.ROOT,
                "| %d | %s | %d of %d | %s | %s | %.1f |%n",
                delay,
                correction,
                LongStream.of(steps).filter(each -> each < Long.MAX_VALUE).count(),
                seeds,
                name(steps[seeds / 2]),
                name(steps[(int) Math.ceil(0.9 * seeds) - 1]),
                staleness[0]);
    }

    private static String name(long steps) {
        return steps == Long.MAX_VALUE ? "not within the budget" : String.format(Locale.ROOT, "%,d", steps);
    }
}

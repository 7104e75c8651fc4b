package io.sparring.spark;

import io.sparring.algorithm.A2c;
import io.sparring.algorithm.Rounds;
import io.sparring.algorithm.ShardStatistics;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingResult;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Shard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sparring bench}. */
@Command(
        name = "bench",
        description = "Trains for a while and says how fast, and where a round's time goes.",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    @Mixin
    private ConfigurationOptions options;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "20",
            description = "How long to measure (default: 20).")
    private double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "10",
            description = "Seconds of training before that, not measured (default: 10).")
    private double warmUp;

    @Option(names = "--json", description = "Makes the last line of stdout one JSON object.")
    private boolean json;

    /** One measured round, in milliseconds; the parts are the slowest shard's. */
    private record Sample(
            double wall,
            double environment,
            double acting,
            double learning,
            double computing,
            double spark,
            double driver) {}

    @Override
    public Integer call() {
        if (!(seconds > 0) || !(warmUp >= 0)) {
            throw new InvalidConfiguration(
                    "--seconds and --warm-up: expected seconds, got " + seconds + " and " + warmUp);
        }
        Configuration configuration = options.read();
        TrainingState start = TrainingState.first(configuration);
        try (JavaSparkContext spark = Session.start(Session.settings(), configuration);
                SparkRounds rounds = new SparkRounds(spark, configuration, start.shards())) {
            Meter meter = new Meter(rounds);
            while (!meter.done()) {
                // A run that ends (target or budget) begins again where it ended: the policy goes on getting better.
                TrainingResult result = A2c.train(configuration, start, meter, meter);
                start = restarted(result.state());
            }
            meter.print(spark.master());
        }
        return 0;
    }

    private static TrainingState restarted(TrainingState end) {
        return new TrainingState(
                0,
                0,
                0,
                end.parameters(),
                end.optimizerState(),
                end.optimizerSteps(),
                end.shards(),
                end.recentReturns(),
                Double.NEGATIVE_INFINITY,
                end.droppedGradients(),
                0,
                -1,
                -1);
    }

    /** Rounds with a clock around them. */
    private final class Meter implements Rounds, TrainingListener {
        private final Rounds rounds;
        private final List<Sample> samples = new ArrayList<>();
        private final long begin = System.nanoTime();
        private long measuring;
        private long end;
        private long steps;
        private double outside;

        Meter(Rounds rounds) {
            this.rounds = rounds;
        }

        boolean done() {
            return end != 0;
        }

        @Override
        public Outcome run(float[] parameters) {
            long before = System.nanoTime();
            Outcome outcome = rounds.run(parameters);
            outside = (System.nanoTime() - before) / 1e6;
            return outcome;
        }

        @Override
        public void round(Round round) {
            long now = System.nanoTime();
            if (measuring != 0) {
                List<ShardStatistics> statistics = round.statistics();
                double wall = round.roundSeconds() * 1000;
                double computing = slowest(statistics, s -> s.environmentNanos() + s.actingNanos() + s.learningNanos());
                samples.add(new Sample(
                        wall,
                        slowest(statistics, ShardStatistics::environmentNanos),
                        slowest(statistics, ShardStatistics::actingNanos),
                        slowest(statistics, ShardStatistics::learningNanos),
                        computing,
                        outside - computing,
                        wall - outside));
                steps += statistics.stream().mapToLong(ShardStatistics::samples).sum();
                if (now - measuring >= seconds * 1e9) {
                    end = now;
                }
            } else if (now - begin >= warmUp * 1e9) {
                measuring = now;
            }
        }

        private double slowest(List<ShardStatistics> statistics, ToDoubleFunction<ShardStatistics> nanos) {
            return statistics.stream().mapToDouble(nanos).max().orElse(0) / 1e6;
        }

        @Override
        public boolean stopRequested() {
            return done();
        }

        void print(String master) {
            double measured = (end - measuring) / 1e9;
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("master", master);
            result.put("env_steps_per_second", steps / measured);
            result.put("rounds", samples.size());
            result.put("round_ms_median", median(Sample::wall));
            result.put("environment_ms_median", median(Sample::environment));
            result.put("acting_ms_median", median(Sample::acting));
            result.put("learning_ms_median", median(Sample::learning));
            result.put("spark_ms_median", median(Sample::spark));
            result.put("driver_ms_median", median(Sample::driver));
            double wall = samples.stream().mapToDouble(Sample::wall).sum();
            double computing = samples.stream().mapToDouble(Sample::computing).sum();
            result.put("spark_share", (wall - computing) / wall);
            System.out.printf(
                    Locale.ROOT,
                    "%,.0f environment steps/s on %s (%.0f s, %,d rounds, evaluations included in the time)%n",
                    steps / measured,
                    master,
                    measured,
                    samples.size());
            System.out.printf(
                    Locale.ROOT, "a round takes %.1f ms (median), of it in the slowest shard%n", median(Sample::wall));
            line("environment", median(Sample::environment));
            line("acting", median(Sample::acting));
            line("learning", median(Sample::learning));
            System.out.println("and around it");
            line("Spark", median(Sample::spark));
            line("driver", median(Sample::driver));
            System.out.printf(
                    Locale.ROOT,
                    "not spent in the slowest shard: %.1f %% of the time%n",
                    100 * (wall - computing) / wall);
            if (json) {
                System.out.println(RunResult.json(result));
            }
        }

        private void line(String name, double milliseconds) {
            System.out.printf(
                    Locale.ROOT,
                    "  %-12s %7.2f ms  %5.1f %%%n",
                    name,
                    milliseconds,
                    100 * milliseconds / median(Sample::wall));
        }

        private double median(ToDoubleFunction<Sample> part) {
            double[] sorted = samples.stream().mapToDouble(part).sorted().toArray();
            return sorted[sorted.length / 2];
        }

        @Override
        public List<Shard> shards() {
            return rounds.shards();
        }

        @Override
        public List<Episode> evaluate(float[] parameters, long index, int episodes, boolean greedy) {
            return rounds.evaluate(parameters, index, episodes, greedy);
        }

        @Override
        public void close() {}
    }
}

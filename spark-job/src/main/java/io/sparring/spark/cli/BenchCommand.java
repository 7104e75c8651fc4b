package io.sparring.spark.cli;

import io.sparring.algorithm.Backend;
import io.sparring.algorithm.Counters;
import io.sparring.algorithm.Experience;
import io.sparring.algorithm.RoundSum;
import io.sparring.algorithm.Rounds;
import io.sparring.algorithm.ShardStatistics;
import io.sparring.algorithm.ShardTask;
import io.sparring.algorithm.Strategy;
import io.sparring.algorithm.Training;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingState;
import io.sparring.algorithm.Workers;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.Configuration.Algorithm;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Engine;
import io.sparring.network.Kernels;
import io.sparring.network.Model;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Shard;
import io.sparring.spark.folder.RunResult;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.Session;
import io.sparring.spark.training.SparkBackend;
import io.sparring.spark.training.SparkWorkers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.spark.SparkConf;
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
    public Integer call() throws InterruptedException {
        if (!(seconds > 0) || !(warmUp >= 0)) {
            throw new InvalidConfiguration(
                    "--seconds and --warm-up: expected seconds, got " + seconds + " and " + warmUp);
        }
        Configuration configuration = options.read();
        if (configuration.algorithm() == Algorithm.A3C && configuration.a3c().inTurn()) {
            throw new InvalidConfiguration(
                    "a3c.in-turn: expected false, since bench measures what workers exchange that run at once");
        }
        Training training = Training.of(configuration, options.resolve(configuration));
        SparkConf settings = Session.settings();
        Session.makeRoom(settings, configuration);
        try (JavaSparkContext spark = Session.start(settings, configuration)) {
            SparkBackend backend = new SparkBackend(spark);
            Meter meter =
                    Strategy.of(configuration).inRounds() ? new RoundsMeter(backend) : new AsynchronousMeter(backend);
            TrainingState state = training.start();
            while (!meter.done()) {
                // A run that ends (target or budget) begins again where it ended: the policy goes on getting better.
                state = restarted(training.run(state, meter, meter).state());
            }
            Map<String, Object> figures = meter.print(spark.master());
            Engine engine = configuration.network().engine();
            System.out.println("networks are computed " + Kernels.description()
                    + (engine == Engine.PLAIN ? "" : ", but gradients by " + RunResult.lower(engine))
                    + (spark.isLocal() ? "" : ": the driver's; doctor asks executors"));
            if (json) {
                System.out.println(RunResult.json(figures));
            }
        }
        return 0;
    }

    /** A clock around a backend. */
    private interface Meter extends Backend, TrainingListener {
        boolean done();

        /** Prints what was measured, and gives it as figures by name. */
        Map<String, Object> print(String master);
    }

    private static TrainingState restarted(TrainingState end) {
        return new TrainingState(Counters.NONE, end.model(), end.optimizerState(), end.optimizerSteps(), end.shards());
    }

    /** Rounds with a clock around them. */
    private final class RoundsMeter implements Meter {
        private final Backend backend;
        private final List<Sample> samples = new ArrayList<>();
        private final long begin = System.nanoTime();
        private long measuring;
        private long end;
        private long steps;
        private double outside;

        RoundsMeter(Backend backend) {
            this.backend = backend;
        }

        @Override
        public boolean done() {
            return end != 0;
        }

        @Override
        public Rounds rounds(Configuration configuration, EnvironmentSource source, TrainingState start) {
            Rounds rounds = backend.rounds(configuration, source, start);
            return new Rounds() {
                @Override
                public RoundSum run(ShardTask<Shard> task) {
                    outside = 0;
                    return timed(() -> rounds.run(task));
                }

                @Override
                public RoundSum learn(ShardTask<Experience> task) {
                    return timed(() -> rounds.learn(task));
                }

                private RoundSum timed(Supplier<RoundSum> job) {
                    long before = System.nanoTime();
                    RoundSum sum = job.get();
                    outside += (System.nanoTime() - before) / 1e6;
                    return sum;
                }

                @Override
                public List<Shard> shards() {
                    return rounds.shards();
                }

                @Override
                public List<Episode> evaluate(Model model, long index, int episodes, boolean greedy) {
                    return rounds.evaluate(model, index, episodes, greedy);
                }

                @Override
                public void close() {
                    rounds.close();
                }
            };
        }

        @Override
        public Workers workers(Configuration configuration, EnvironmentSource source, TrainingState start)
                throws InterruptedException {
            return backend.workers(configuration, source, start);
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

        @Override
        public Map<String, Object> print(String master) {
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
                    "%,.0f environment steps/s on %s (%.1f s, %,d rounds, evaluations included in the time)%n",
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
            return result;
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
    }

    /** What workers did while the clock ran. Sessions begin anew where a run ends; the pauses between them are measured, too. */
    private final class AsynchronousMeter implements Meter {
        private final Backend backend;
        private final long begin = System.nanoTime();
        private SparkWorkers workers;
        private int count;
        private long measuring;
        private long end;
        private long steps;
        private long updates;
        private long bytesBefore;
        private long bytes;
        private double environment;
        private double acting;
        private double learning;
        private Asynchrony last;

        AsynchronousMeter(Backend backend) {
            this.backend = backend;
        }

        @Override
        public Rounds rounds(Configuration configuration, EnvironmentSource source, TrainingState start) {
            return backend.rounds(configuration, source, start);
        }

        @Override
        public Workers workers(Configuration configuration, EnvironmentSource source, TrainingState start)
                throws InterruptedException {
            workers = (SparkWorkers) backend.workers(configuration, source, start);
            count = workers.count();
            bytesBefore = 0;
            return workers;
        }

        @Override
        public boolean done() {
            return end != 0;
        }

        @Override
        public void round(Round round) {
            long now = System.nanoTime();
            long crossed = workers.bytesReceived() + workers.bytesSent();
            if (measuring != 0 && end == 0) {
                bytes += crossed - bytesBefore;
                for (ShardStatistics update : round.statistics()) {
                    steps += update.samples();
                    updates++;
                    environment += update.environmentNanos() / 1e6;
                    acting += update.actingNanos() / 1e6;
                    learning += update.learningNanos() / 1e6;
                }
                last = round.asynchrony();
                if (now - measuring >= seconds * 1e9) {
                    end = now;
                }
            } else if (end == 0 && now - begin >= warmUp * 1e9) {
                measuring = now;
            }
            bytesBefore = crossed;
        }

        @Override
        public void remark(String line) {
            Console.say(line);
        }

        @Override
        public boolean stopRequested() {
            return done();
        }

        @Override
        public Map<String, Object> print(String master) {
            double measured = (end - measuring) / 1e9;
            double cycle = 1000 * measured * count / updates;
            double rest = cycle - (environment + acting + learning) / updates;
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("master", master);
            result.put("env_steps_per_second", steps / measured);
            result.put("updates_per_second", updates / measured);
            result.put("transport_bytes_per_second", bytes / measured);
            result.put("staleness_mean", last.staleness().mean());
            result.put("staleness_p99", last.staleness().p99());
            result.put("cycle_ms_mean", cycle);
            result.put("environment_ms_mean", environment / updates);
            result.put("acting_ms_mean", acting / updates);
            result.put("learning_ms_mean", learning / updates);
            result.put("waiting_ms_mean", rest);
            System.out.printf(
                    Locale.ROOT,
                    "%,.0f environment steps/s on %s (%.1f s, %d workers, evaluations included in the time)%n",
                    steps / measured,
                    master,
                    measured,
                    count);
            System.out.printf(
                    Locale.ROOT,
                    "%,.0f updates/s, %,.1f MB/s through the transport, staleness %.1f (p99 %d)%n",
                    updates / measured,
                    bytes / measured / 1e6,
                    last.staleness().mean(),
                    last.staleness().p99());
            System.out.printf(Locale.ROOT, "from push to push a worker takes %.2f ms (mean), of it%n", cycle);
            part("environment", environment / updates, cycle);
            part("acting", acting / updates, cycle);
            part("learning", learning / updates, cycle);
            part("push, pull, turn", rest, cycle);
            return result;
        }

        private void part(String name, double milliseconds, double cycle) {
            System.out.printf(
                    Locale.ROOT, "  %-16s %7.2f ms  %5.1f %%%n", name, milliseconds, 100 * milliseconds / cycle);
        }
    }
}

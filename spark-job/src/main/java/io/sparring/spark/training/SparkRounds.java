package io.sparring.spark.training;

import io.sparring.Explanation;
import io.sparring.algorithm.Evaluator;
import io.sparring.algorithm.Experience;
import io.sparring.algorithm.RoundSum;
import io.sparring.algorithm.Rounds;
import io.sparring.algorithm.ShardTask;
import io.sparring.algorithm.ShardUpdate;
import io.sparring.algorithm.Strategy;
import io.sparring.algorithm.TrainingFailed;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.CannotDraw;
import io.sparring.environment.EnvironmentSource;
import io.sparring.film.Recording;
import io.sparring.network.Model;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Shard;
import io.sparring.spark.session.JobFailures;
import io.sparring.spark.session.LostExecutors;
import io.sparring.spark.table.TrajectoryFiles;
import io.sparring.spark.training.ShardPlaces.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * Rounds on a cluster: shards(r + 1) = shards(r).map(round(θ_r)), one partition a shard.
 *
 * <p>Two ways, with the same bits:
 * <ul>
 *   <li>Shards <em>stay</em>: a round's result is cached where it was computed, and the next round is computed there. A lost
 *       executor's shards are computed again by Spark from the last cut, with the same θ's. Every K rounds the lineage is cut by
 *       bringing the shards to the driver and starting from there; only then may what the old lineage needs (θ's, cached
 *       blocks) be let go.
 *   <li>Small shards <em>travel</em>: they come along with every task and go back with its result, which saves the cache and the
 *       cuts. A lost task is simply sent again.
 * </ul>
 *
 * <p>Spark takes each task's first success and ignores later ones, so every (round, shard) counts once, retries and
 * speculative copies included.
 */
public final class SparkRounds implements Rounds {
    /** Up to so many bytes a shard travels. */
    private static final long TRAVEL_BYTES = 64 << 10;

    private static final int CUT_EVERY = 16;
    /** From so many floats on a model is broadcast; below, it travels in the task's closure. */
    private static final int BROADCAST_FLOATS = 16 << 10;

    private final JavaSparkContext spark;
    private final JobFailures failures;
    private final Configuration configuration;
    private final EnvironmentSource source;
    private final WorkerPool pool;
    private final int cutEvery;
    private final Broadcast<WorkerPool> workers;
    private final LongAccumulator computed;
    private final boolean travelling;
    private final List<Broadcast<?>> sinceCut = new ArrayList<>();

    private final ShardPlaces places;
    private final RoundDescription description;
    /** Of this session. */
    private long rounds;

    private List<Shard> atDriver;
    private JavaRDD<Shard> onExecutors;
    private JavaRDD<ShardUpdate> cached;

    /** @param start where the training stands, which may have begun before this session */
    public SparkRounds(
            JavaSparkContext spark, Configuration configuration, EnvironmentSource source, TrainingState start) {
        this(spark, configuration, source, start, new WorkerPool(configuration, source));
    }

    /** With these workers. */
    SparkRounds(
            JavaSparkContext spark,
            Configuration configuration,
            EnvironmentSource source,
            TrainingState start,
            WorkerPool pool) {
        this.spark = spark;
        failures = JobFailures.of(spark);
        this.configuration = configuration;
        this.source = source;
        this.pool = pool;
        description = new RoundDescription(
                start.round(), start.envSteps(), start.counters().recentReturns());
        long largest = start.shards().stream().mapToLong(Shard::bytes).max().orElseThrow();
        int asked = configuration.cluster().cutEveryRounds();
        boolean keepsExperience = Strategy.of(configuration).keepsExperience(configuration);
        cutEvery = asked > 0 ? asked : largest <= TRAVEL_BYTES && !keepsExperience ? 1 : CUT_EVERY;
        travelling = cutEvery == 1 && !keepsExperience;
        workers = spark.broadcast(pool);
        computed = spark.sc().longAccumulator("sparring: rounds of shards computed");
        places = new ShardPlaces(spark, source.spec());
        atDriver = start.shards();
        onExecutors = places.distribute(atDriver);
    }

    @Override
    public RoundSum run(ShardTask<Shard> task) {
        RoundSum sum;
        try {
            if (rounds % cutEvery == 0) {
                cut();
            }
            spark.setJobDescription(description.next());
            sum = travelling ? travel(task) : stay(task);
        } catch (Exception e) {
            throw inThisRun(failed(failures, description.name(), e));
        }
        rounds++;
        description.ended(sum.statistics());
        return sum;
    }

    @Override
    public RoundSum learn(ShardTask<Experience> task) {
        if (cached == null) {
            throw new IllegalStateException("the last round has left nothing to learn from");
        }
        Broadcast<WorkerPool> pool = workers;
        Sent<Experience> sent = send(task);
        RoundSum sum;
        try {
            sum = sum(
                    Uncleaned.map(
                            cached,
                            update -> compute(
                                    pool,
                                    sent,
                                    update.experience(),
                                    update.statistics().shard())),
                    task.length());
        } catch (Exception e) {
            throw inThisRun(failed(failures, description.last(), e));
        }
        // No round stands on it.
        sent.letGo();
        return sum;
    }

    private RoundSum travel(ShardTask<Shard> task) {
        Broadcast<WorkerPool> pool = workers;
        LongAccumulator counter = computed;
        Sent<Shard> sent = send(task);
        sinceCut.add(sent.large());
        List<ShardUpdate> updates = new ArrayList<>();
        Uncleaned.collect(Uncleaned.map(
                        places.distribute(atDriver),
                        shard -> new Tuple2<>(Place.here(), computeCounted(pool, sent, shard, counter))))
                .forEach(update -> {
                    places.computed(update._2.next(), update._1);
                    updates.add(update._2);
                });
        atDriver = updates.stream().map(ShardUpdate::next).toList();
        letGo();
        return RoundSum.of(updates);
    }

    private RoundSum stay(ShardTask<Shard> task) {
        Broadcast<WorkerPool> pool = workers;
        LongAccumulator counter = computed;
        Sent<Shard> sent = send(task);
        sinceCut.add(sent.large());
        JavaRDD<ShardUpdate> updates = Uncleaned.map(onExecutors, shard -> computeCounted(pool, sent, shard, counter))
                .persist(StorageLevel.MEMORY_AND_DISK());
        RoundSum sum = sum(updates, task.length());
        if (cached != null) {
            // Its successor is cached now. Should that be lost, Spark computes both again from the last cut.
            cached.unpersist(false);
        }
        cached = updates;
        onExecutors = Uncleaned.map(updates, ShardUpdate::next);
        atDriver = null;
        return sum;
    }

    /** The sum of all gradients: at the driver, or for wide ones group by group on the executors first. */
    private RoundSum sum(JavaRDD<ShardUpdate> updates, int length) {
        int shards = configuration.shards();
        int groupSize = RoundSum.groupSize(shards, length);
        if (groupSize == shards) {
            return RoundSum.of(Uncleaned.collect(Uncleaned.map(updates, ShardUpdate::toBeAdded)));
        }
        int groups = (shards + groupSize - 1) / groupSize;
        RoundSum all = new RoundSum(length);
        updates
                .mapToPair(update -> new Tuple2<>(update.statistics().shard() / groupSize, update.toBeAdded()))
                .groupByKey(groups)
                .mapValues(members -> group(members, length))
                .collect()
                .stream()
                .sorted(Comparator.comparing(Tuple2::_1))
                .forEach(group -> all.merge(group._2));
        return all;
    }

    /** What a group of neighbouring shards gives together. */
    private static RoundSum group(Iterable<ShardUpdate> members, int length) {
        List<ShardUpdate> inOrder = new ArrayList<>();
        members.forEach(inOrder::add);
        inOrder.sort(Comparator.comparing(update -> update.statistics().shard()));
        RoundSum group = new RoundSum(length);
        inOrder.forEach(group::add);
        return group;
    }

    private static ShardUpdate computeCounted(
            Broadcast<WorkerPool> pool, Sent<Shard> task, Shard shard, LongAccumulator counter) {
        ShardUpdate update = compute(pool, task, shard, shard.index());
        counter.add(1);
        return update;
    }

    private static <T> ShardUpdate compute(Broadcast<WorkerPool> pool, Sent<T> task, T on, int shard) {
        try {
            return pool.value().run(task.task(), on);
        } catch (RuntimeException e) {
            throw new TrainingFailed(ThisExecutor.after("shard " + shard) + Explanation.ofCause(e), e);
        }
    }

    /** A task on its way to the executors: with a small model in the closure, with a large one as a broadcast. */
    private record Sent<T>(ShardTask<T> small, Broadcast<ShardTask<T>> large) implements java.io.Serializable {
        ShardTask<T> task() {
            return large == null ? small : large.value();
        }

        void letGo() {
            if (large != null) {
                large.destroy();
            }
        }
    }

    private <T> Sent<T> send(ShardTask<T> task) {
        return task.model().parameters().length < BROADCAST_FLOATS
                ? new Sent<>(task, null)
                : new Sent<>(null, spark.broadcast(task));
    }

    private void cut() {
        if (atDriver == null) {
            spark.setJobDescription("shards after a round");
            List<Shard> shards = new ArrayList<>();
            Uncleaned.collect(Uncleaned.map(onExecutors, shard -> new Tuple2<>(Place.here(), shard)))
                    .forEach(shard -> {
                        places.computed(shard._2, shard._1);
                        shards.add(shard._2);
                    });
            atDriver = List.copyOf(shards);
            onExecutors = places.distribute(atDriver);
            cached.unpersist(false);
            cached = null;
            letGo();
        }
    }

    /** Nothing can be computed from these any more: the shards are at the driver. */
    private void letGo() {
        sinceCut.stream().filter(Objects::nonNull).forEach(Broadcast::destroy);
        sinceCut.clear();
    }

    @Override
    public List<Shard> shards() {
        cut();
        return atDriver;
    }

    @Override
    public List<Episode> evaluate(Model model, long index, int episodes, boolean greedy) {
        try {
            return evaluate(
                    spark,
                    configuration,
                    source,
                    model,
                    index,
                    episodes,
                    greedy,
                    "evaluation after " + description.last());
        } catch (InvalidConfiguration e) {
            throw inThisRun(e);
        }
    }

    /** A mistake that only comes to light once something was learned is a failure of the run, which then says what is kept of it. */
    private RuntimeException inThisRun(RuntimeException failure) {
        return rounds > 0 && failure instanceof InvalidConfiguration
                ? new TrainingFailed(failure.getMessage(), failure)
                : failure;
    }

    /**
     * An evaluation as a Spark job.
     *
     * @param name what it is called, for Spark and for messages
     */
    public static List<Episode> evaluate(
            JavaSparkContext spark,
            Configuration configuration,
            EnvironmentSource source,
            Model model,
            long index,
            int episodes,
            boolean greedy,
            String name) {
        return evaluate(spark, configuration, source, model, index, episodes, greedy, name, null);
    }

    /**
     * The same with its steps written down, by each task in a file of its own.
     *
     * @param log null: nothing is written down
     */
    public static List<Episode> evaluate(
            JavaSparkContext spark,
            Configuration configuration,
            EnvironmentSource source,
            Model model,
            long index,
            int episodes,
            boolean greedy,
            String name,
            TrajectoryFiles log) {
        JobFailures failures = JobFailures.of(spark);
        spark.setJobDescription(name);
        int tasks = Math.min(episodes, Math.max(1, spark.defaultParallelism()));
        List<int[]> ranges = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            int first = (int) ((long) episodes * task / tasks);
            ranges.add(new int[] {first, (int) ((long) episodes * (task + 1) / tasks) - first});
        }
        Evaluator evaluator = new Evaluator(configuration, source);
        try {
            return spark
                    .parallelize(ranges, tasks)
                    .map(range -> play(evaluator, model, index, range, greedy, log))
                    .collect()
                    .stream()
                    .flatMap(List::stream)
                    .toList();
        } catch (Exception e) {
            throw failed(failures, "the " + name, e);
        } finally {
            spark.sc().removeSparkListener(failures);
        }
    }

    private static List<Episode> play(
            Evaluator evaluator, Model model, long index, int[] range, boolean greedy, TrajectoryFiles log)
            throws IOException {
        try {
            if (log == null) {
                return evaluator.play(model, index, range[0], range[1], greedy);
            }
            try (TrajectoryFiles.File file = log.create()) {
                List<Episode> played = evaluator.play(model, index, range[0], range[1], greedy, file);
                file.appear(String.format(Locale.ROOT, "episodes-%09d.parquet", range[0]));
                return played;
            }
        } catch (RuntimeException e) {
            throw new TrainingFailed(ThisExecutor.after("episode " + range[0]) + Explanation.ofCause(e), e);
        }
    }

    /**
     * Films an episode of an evaluation, in a task of its own.
     *
     * @param keepAll whether all frames are asked for, besides the GIF
     * @throws CannotDraw if the environment cannot be drawn where the task was
     */
    public static Recording film(
            JavaSparkContext spark,
            Configuration configuration,
            EnvironmentSource source,
            Model model,
            long index,
            int episode,
            boolean greedy,
            boolean keepAll) {
        JobFailures failures = JobFailures.of(spark);
        spark.setJobDescription("film");
        Evaluator evaluator = new Evaluator(configuration, source);
        Filmed filmed;
        try {
            filmed = spark.parallelize(List.of(episode), 1)
                    .map(which -> {
                        try {
                            return new Filmed(evaluator.film(model, index, which, greedy, keepAll), null);
                        } catch (CannotDraw e) {
                            // Not a failure that Spark would try again four times.
                            return new Filmed(null, e.getMessage());
                        } catch (RuntimeException e) {
                            throw new TrainingFailed(Explanation.ofCause(e), e);
                        }
                    })
                    .first();
        } catch (Exception e) {
            throw failed(failures, "the film", e);
        } finally {
            spark.sc().removeSparkListener(failures);
        }
        if (filmed.recording() == null) {
            throw new CannotDraw(filmed.refusal());
        }
        return filmed.recording();
    }

    /** One of the two is null. */
    private record Filmed(Recording recording, String refusal) implements java.io.Serializable {}

    /** Shards that Spark computed again because an executor that held them was lost. */
    public long recomputed() {
        return computed.value() - rounds * configuration.shards();
    }

    static RuntimeException failed(JobFailures failures, String what, Exception e) {
        if (e instanceof InterruptedException) {
            // Undeclared by Spark: no round has failed, this driver is to end.
            throw SparkRounds.<RuntimeException>undeclared(e);
        }
        // SparkException is checked, and thrown without being declared; a RuntimeException that is not ours is a bug,
        // and stays itself.
        if (e instanceof RuntimeException unexpected && ourFailure(e) == null) {
            return unexpected;
        }
        String message = what + " failed: " + reason(failures, e);
        return failures.isMistake(e) ? new InvalidConfiguration(message) : new TrainingFailed(message, e);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> E undeclared(Exception e) throws E {
        throw (E) e;
    }

    private static TrainingFailed ourFailure(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof TrainingFailed failed) {
                return failed;
            }
        }
        return null;
    }

    /** Why Spark failed, in one line. */
    static String reason(JobFailures failures, Throwable e) {
        TrainingFailed failed = ourFailure(failures.first(e));
        if (failed != null) {
            return failed.getMessage();
        }
        String reason = failures.reason(e);
        return reason + LostExecutors.nativeMemoryAdvice(reason);
    }

    @Override
    public void close() {
        spark.sc().removeSparkListener(failures);
        workers.destroy();
        // In local[…] the tasks' own; executors close theirs when they let go of what was destroyed, or end.
        pool.close();
    }
}

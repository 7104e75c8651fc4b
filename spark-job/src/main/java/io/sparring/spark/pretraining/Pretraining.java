package io.sparring.spark.pretraining;

import io.sparring.algorithm.TrainingFailed;
import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.imitation.Lesson;
import io.sparring.imitation.LoggedEpisode;
import io.sparring.imitation.Score;
import io.sparring.imitation.Teacher;
import io.sparring.network.Model;
import io.sparring.network.Normalizer;
import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * A model is taught what is logged, epoch by epoch:
 *
 * <pre>
 *   1. the normaliser from the episodes that are learned from, if there is one
 *   2. repeat: (a) what each row teaches, by the model so far
 *              (b) all rows in an order of this epoch's own, in minibatches
 *              (c) workers learn from them, and are averaged
 *              (d) the model is scored on what it has learned from and on the episodes held out
 *   3. until nothing has become better for a while
 * </pre>
 */
public final class Pretraining {
    private final JavaSparkContext spark;
    private final Configuration configuration;
    private final EnvironmentSpec environment;
    private final JavaRDD<LoggedEpisode> taught;
    private final JavaRDD<LoggedEpisode> heldOut;
    private final Teaching teaching;

    /**
     * After an epoch.
     *
     * @param number from 1 on
     * @param model so far
     * @param taught its score on what it has learned from
     * @param heldOut its score on what it has not; {@link Score#NONE} where nothing is held out
     * @param loss the policy's, which decides which epoch was best: what the critic learns changes with the critic, where episodes are cut
     * @param best whether none before was better
     */
    public record Epoch(int number, Model model, Score taught, Score heldOut, double loss, boolean best) {}

    /** Who wants to know. */
    public interface Listener {
        /** An epoch is over. */
        void epoch(Epoch epoch);
    }

    /** What tasks have to know. */
    private record Teaching(Configuration configuration, EnvironmentSpec environment) implements Serializable {
        Teacher teacher(Model model, Teacher.Spread advantages) {
            return new Teacher(configuration, environment, model, advantages);
        }
    }

    /** Some rows of an episode. */
    private record Block(long episode, long first, long[] keys, Lesson lesson) implements Serializable {}

    /** @param episodes all of them, which are read several times */
    public Pretraining(
            JavaSparkContext spark,
            Configuration configuration,
            EnvironmentSpec environment,
            JavaRDD<LoggedEpisode> episodes) {
        this.spark = spark;
        this.configuration = configuration;
        this.environment = environment;
        teaching = new Teaching(configuration, environment);
        long seed = configuration.seed();
        double share = configuration.pretrain().heldOut();
        taught = episodes.filter(episode -> !isHeldOut(episode.id(), seed, share));
        heldOut = episodes.filter(episode -> isHeldOut(episode.id(), seed, share));
    }

    /** The same for all parts of an episode, and whatever other episodes there are. */
    static boolean isHeldOut(long episode, long seed, double share) {
        long hash = Streams.seed(seed, episode, 0, Purpose.HELD_OUT);
        return (hash >>> 11) * 0x1.0p-53 < share;
    }

    /**
     * Teaches.
     *
     * @param first where it begins
     * @param fitting what learns
     * @param stop whether to end after this epoch
     * @return the best epoch
     * @throws TrainingFailed if there is nothing to learn from
     */
    public Epoch run(Model first, GraphFitting.Factory fitting, Listener listener, BooleanSupplier stop) {
        Configuration.Pretrain options = configuration.pretrain();
        Model model = first.with(first.normalizer().plus(seen(first)));
        Teacher.Spread advantages = Teacher.Spread.NONE;
        Score score = score(taught, model, advantages);
        if (score.rows() == 0) {
            throw new TrainingFailed("no row is left to learn from: all episodes are held out; expected a smaller"
                    + " pretrain.held-out, or more episodes");
        }
        advantages = spread(score);
        boolean judged = heldOut(model, advantages).rows() > 0;
        try (GraphFitting graph = fitting.create(spark, configuration, environment, model, scale(score))) {
            Epoch best = null;
            for (int number = 1, worse = 0; number <= options.epochs() && worse < options.patience(); number++) {
                spark.setJobDescription("epoch " + number);
                int rounds = rounds(score.rows());
                model = graph.epoch(lessons(model, advantages, number, rounds), rounds);
                Score residuals = score(taught, model, advantages);
                Model deviated = model.with(
                        Teacher.withDeviations(model, configuration.network().distribution(environment), residuals));
                score = residuals.residuals().length == 0 ? residuals : score(taught, deviated, advantages);
                model = deviated;
                Score unseen = judged ? heldOut(model, advantages) : Score.NONE;
                double loss = (judged ? unseen : score).meanPolicyLoss();
                if (!Double.isFinite(loss)) {
                    throw new TrainingFailed("after epoch " + number + " the loss is " + loss
                            + "; expected a smaller pretrain.learning-rate");
                }
                // Without episodes to judge by, the last epoch is as good as any.
                boolean better = !judged || best == null || loss < best.loss();
                Epoch epoch = new Epoch(number, model, score, unseen, loss, better);
                best = better ? epoch : best;
                worse = better ? 0 : worse + 1;
                advantages = spread(score);
                listener.epoch(epoch);
                if (stop.getAsBoolean()) {
                    break;
                }
            }
            return best;
        }
    }

    private static Teacher.Spread spread(Score score) {
        return new Teacher.Spread(score.meanAdvantage(), score.advantageDeviation());
    }

    private static GraphFitting.Scale scale(Score score) {
        double deviation = score.targetDeviation();
        double[] actions = new double[score.residuals().length];
        for (int i = 0; i < actions.length; i++) {
            // Before it has learned anything its means are next to 0.
            actions[i] = Math.max(1e-3, Math.sqrt(score.residuals()[i] / score.weight()));
        }
        return new GraphFitting.Scale(score.meanTarget(), deviation > 0 ? deviation : 1, actions);
    }

    private Normalizer seen(Model first) {
        Normalizer none = Normalizer.first(
                first.normalizer().observations().size(), first.normalizer().normalizesRewards());
        if (none.fits(Normalizer.NONE)) {
            return none;
        }
        Teaching teaching = this.teaching;
        Broadcast<Model> model = spark.broadcast(first);
        // In the order of the partitions, whoever is ready first.
        Normalizer all = none;
        for (Normalizer part : taught.mapPartitions(episodes -> {
                    Teacher teacher = teaching.teacher(model.value(), Teacher.Spread.NONE);
                    Normalizer sum = Normalizer.first(
                            model.value().normalizer().observations().size(),
                            model.value().normalizer().normalizesRewards());
                    while (episodes.hasNext()) {
                        sum = sum.plus(teacher.seen(episodes.next()));
                    }
                    return List.of(sum).iterator();
                })
                .collect()) {
            all = all.plus(part);
        }
        return all;
    }

    private Score heldOut(Model model, Teacher.Spread advantages) {
        return configuration.pretrain().heldOut() == 0 ? Score.NONE : score(heldOut, model, advantages);
    }

    private Score score(JavaRDD<LoggedEpisode> episodes, Model model, Teacher.Spread advantages) {
        Teaching teaching = this.teaching;
        Broadcast<Model> shared = spark.broadcast(model);
        List<Score> parts = episodes.mapPartitions(these -> {
                    Teacher teacher = teaching.teacher(shared.value(), advantages);
                    Score sum = Score.NONE;
                    while (these.hasNext()) {
                        sum = sum.plus(teacher.score(these.next()));
                    }
                    return List.of(sum).iterator();
                })
                .collect();
        shared.destroy();
        return parts.stream().reduce(Score.NONE, Score::plus);
    }

    /** How often an epoch averages: so that no worker has more minibatches in between than it should, but for what chance does to their number. */
    private int rounds(long rows) {
        Configuration.Pretrain options = configuration.pretrain();
        long atOnce = (long) options.workers() * options.averagingFrequency() * options.batchPerWorker();
        return Math.toIntExact(Math.max(1, (rows + atOnce / 2) / atOnce));
    }

    /** All rows in an order of the epoch's own: in a partition for each worker and each average of them, in minibatches. */
    private JavaRDD<Lesson> lessons(Model model, Teacher.Spread advantages, int epoch, int rounds) {
        Teaching teaching = this.teaching;
        Configuration.Pretrain options = configuration.pretrain();
        int partitions = rounds * options.workers();
        int batch = options.batchPerWorker();
        long order = Streams.seed(configuration.seed(), epoch, 0, Purpose.MINIBATCHES);
        Broadcast<Model> shared = spark.broadcast(model);
        JavaPairRDD<Integer, Block> blocks = taught.mapPartitionsToPair(episodes -> {
            Teacher teacher = teaching.teacher(shared.value(), advantages);
            List<Tuple2<Integer, Block>> all = new ArrayList<>();
            while (episodes.hasNext()) {
                LoggedEpisode episode = episodes.next();
                all.addAll(blocks(episode, teacher.lesson(episode), order, partitions));
            }
            return all.iterator();
        });
        return blocks.partitionBy(new HashPartitioner(partitions))
                .values()
                .mapPartitions(these -> minibatches(these, batch));
    }

    private static List<Tuple2<Integer, Block>> blocks(
            LoggedEpisode episode, Lesson lesson, long order, int partitions) {
        Map<Integer, List<Lesson.Pick>> picks = new HashMap<>();
        long[] keys = new long[episode.steps()];
        for (int row = 0; row < keys.length; row++) {
            keys[row] = Streams.seed(order, episode.id(), episode.first() + row, Purpose.MINIBATCHES);
            int partition = (int) Long.remainderUnsigned(keys[row], partitions);
            picks.computeIfAbsent(partition, none -> new ArrayList<>()).add(new Lesson.Pick(0, row));
        }
        List<Tuple2<Integer, Block>> blocks = new ArrayList<>();
        picks.forEach((partition, rows) -> blocks.add(new Tuple2<>(
                partition,
                new Block(
                        episode.id(),
                        episode.first(),
                        rows.stream().mapToLong(pick -> keys[pick.row()]).toArray(),
                        Lesson.of(List.of(lesson), rows)))));
        return blocks;
    }

    private static Iterator<Lesson> minibatches(Iterator<Block> blocks, int batch) {
        List<Block> all = new ArrayList<>();
        blocks.forEachRemaining(all::add);
        // They come in any order.
        all.sort(Comparator.comparingLong(Block::episode).thenComparingLong(Block::first));
        List<Lesson> lessons = all.stream().map(Block::lesson).toList();
        record Keyed(long key, Lesson.Pick pick) {}
        List<Keyed> rows = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            for (int row = 0; row < lessons.get(i).rows(); row++) {
                rows.add(new Keyed(all.get(i).keys()[row], new Lesson.Pick(i, row)));
            }
        }
        rows.sort(Comparator.comparingLong(Keyed::key));
        return IntStream.range(0, (rows.size() + batch - 1) / batch)
                .mapToObj(i -> Lesson.of(
                        lessons,
                        rows.subList(i * batch, Math.min(rows.size(), (i + 1) * batch)).stream()
                                .map(Keyed::pick)
                                .toList()))
                .iterator();
    }
}

package io.sparring.spark.folder;

import io.sparring.Explanation;
import io.sparring.algorithm.Measures;
import io.sparring.algorithm.ShardStatistics;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.parameterserver.Staleness;
import io.sparring.run.MetricsLog;
import io.sparring.run.TensorBoardEvents;
import io.sparring.spark.session.Console;
import io.sparring.spark.session.ThisHost;
import io.sparring.spark.session.TypedCommand;
import io.sparring.tracking.TrackedRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Writes what happens into the run's folder: metrics, TensorBoard events, checkpoints.
 *
 * <p>A file system that is away for a while costs nothing but time: metrics are kept and written later, in another segment. Only a
 * checkpoint waits for it, and ends the run if it waits in vain; its state is then left on this machine.
 */
public final class Recorder implements TrainingListener, AutoCloseable {
    private static final String EVENTS = "events.out.tfevents.";
    /** How long what has been recorded may be lost with this process, in object stores; a checkpoint writes it out too. */
    private static final Duration SYNC_EVERY = Duration.ofSeconds(30);

    private final RunFolder folder;
    private final Configuration configuration;
    private final LongSupplier recomputed;
    private final TrackedRun tracked;
    private GrowingFile metricsFile;
    private GrowingFile eventsFile;
    private MetricsLog metrics;
    private TensorBoardEvents events;
    private int segment;
    private long lastSync = System.nanoTime();
    /** What may be lost with the files that are open. */
    private final List<Map<String, Object>> unsynced = new ArrayList<>();
    /** Whether the files that were open could not be written. */
    private boolean broken;

    private long checkpointRound;
    private String rescued;
    /** The best of this session; null where there was none. */
    private TrainingState best;
    /** Whether it could not be written yet. */
    private boolean bestUnwritten;

    /** Null where there is none. */
    private Companion companion;

    /** What a checkpoint stands for besides the metrics: it is written before it, or there is no such checkpoint. */
    public interface Companion {
        /** Writes all that there has been so far. */
        void write() throws IOException;

        /** Writes what could not be written into the run's folder on this machine. */
        void rescue(RunFolder elsewhere) throws IOException;
    }

    /**
     * @param start where training begins; what an earlier session recorded after that point is cut
     * @param recomputed how many shards had to be computed again so far
     * @param tracked is told the same curves as TensorBoard, but for those of earlier sessions
     */
    public Recorder(
            RunFolder folder,
            Configuration configuration,
            TrainingState start,
            LongSupplier recomputed,
            TrackedRun tracked)
            throws IOException {
        this.folder = folder;
        this.configuration = configuration;
        this.recomputed = recomputed;
        this.tracked = tracked;
        checkpointRound = start.round();
        if (folder.inSegments()) {
            Metrics.rewrite(folder, start.round());
        } else {
            folder.patiently(
                    "the metrics",
                    () -> metricsFile = folder.grow(Metrics.FILE, out -> Metrics.copy(folder, start.round(), out)));
        }
        folder.deleteBeginning(Metrics.FILE + ".");
        // They are made anew from the metrics.
        folder.deleteBeginning(EVENTS);
        open();
        double now = now();
        Metrics.read(
                folder,
                line -> writeEvents(line, line.get("wall_time") instanceof Number time ? time.doubleValue() : now));
        events.flush();
    }

    /** Has the training's steps written down before each checkpoint. */
    public void with(Companion trajectories) {
        companion = trajectories;
    }

    /** New files, with what may have been lost with those before. */
    private void open() throws IOException {
        segment++;
        double now = now();
        if (folder.inSegments() || broken) {
            metricsFile = folder.segment(String.format(Locale.ROOT, "%s.%06d", Metrics.FILE, segment));
        }
        String writer =
                segment > 1 || folder.inSegments() ? String.format(Locale.ROOT, "sparring-%06d", segment) : "sparring";
        eventsFile = folder.segment(TensorBoardEvents.fileName(now, writer));
        metrics = new MetricsLog(metricsFile);
        events = new TensorBoardEvents(eventsFile, now);
        if (segment == 1) {
            events.hyperparameters(ConfigurationFile.valuesUsed(configuration), now);
        }
        for (Map<String, Object> line : unsynced) {
            write(line);
        }
    }

    /** Makes sure that what has been recorded outlives this process; tried again, it begins other files. */
    private void sync() throws IOException {
        lastSync = System.nanoTime();
        try {
            if (broken) {
                open();
            }
            if (folder.inSegments()) {
                metrics.close();
                events.close();
                unsynced.clear();
                open();
            } else {
                metricsFile.sync();
                eventsFile.sync();
                unsynced.clear();
            }
            broken = false;
        } catch (IOException e) {
            abandon();
            throw e;
        }
    }

    private void abandon() {
        broken = true;
        metricsFile.abandon();
        eventsFile.abandon();
    }

    @Override
    public void round(Round round) {
        Map<String, Object> line = line("round", round.round(), round.envSteps(), round.seconds());
        line.put("episodes", round.episodes());
        line.put("mean_return", round.meanReturn());
        line.put("policy_loss", round.policyLoss());
        line.put("value_loss", round.valueLoss());
        line.put("entropy", round.entropy());
        line.put("explained_variance", round.explainedVariance());
        line.put("gradient_norm", round.gradientNorm());
        line.put("learning_rate", round.learningRate());
        addMeasures(round.measures(), line);
        if (round.asynchrony() == null) {
            line.put("episodes_truncated", round.measures().truncated());
        }
        line.put("dropped_gradients", round.droppedGradients());
        line.put("recomputed_shards", recomputed.getAsLong());
        line.put("env_steps_per_second", samples(round.statistics()) / round.roundSeconds());
        line.put("round_seconds", round.roundSeconds());
        line.put("environment_seconds", slowest(round.statistics(), ShardStatistics::environmentNanos));
        line.put("acting_seconds", slowest(round.statistics(), ShardStatistics::actingNanos));
        line.put("learning_seconds", slowest(round.statistics(), ShardStatistics::learningNanos));
        addNormalization(round.statistics(), line);
        addDisturbances(round.statistics(), line);
        if (round.asynchrony() != null) {
            addAsynchrony(round.asynchrony(), line);
        }
        record(line);
    }

    private static void addMeasures(Measures measures, Map<String, Object> line) {
        putKnown(line, "approx_kl", measures.approximateKl());
        putKnown(line, "clip_fraction", measures.clipFraction());
        putKnown(line, "gradients_clipped", measures.gradientsClipped());
        putKnown(line, "advantage_std", measures.advantageDeviation());
        putKnown(line, "value_target_mean", measures.targetMean());
        putKnown(line, "value_target_std", measures.targetDeviation());
        putKnown(line, "log_std", measures.logStd());
        putKnown(line, "episode_length", measures.episodeLength());
    }

    /** Of what there is none it says nothing. */
    private static void putKnown(Map<String, Object> line, String key, double value) {
        if (!Double.isNaN(value)) {
            line.put(key, value);
        }
    }

    /** By the models that acted, where they normalise. */
    private void addNormalization(List<ShardStatistics> statistics, Map<String, Object> line) {
        if (configuration.normalize().observations()) {
            line.put(
                    "observations_clipped",
                    mean(statistics, shard -> shard.normalization().clipped()));
        }
        if (configuration.normalize().rewards()) {
            line.put(
                    "reward_scale",
                    mean(statistics, shard -> shard.normalization().rewardScale()));
        }
    }

    private static double mean(List<ShardStatistics> statistics, ToDoubleFunction<ShardStatistics> number) {
        return statistics.stream().mapToDouble(number).average().orElse(Double.NaN);
    }

    /** Of this round, where there can be any. */
    private void addDisturbances(List<ShardStatistics> statistics, Map<String, Object> line) {
        if (configuration.environment().isPythons()) {
            line.put(
                    "environment_restarts",
                    statistics.stream()
                            .mapToInt(shard -> shard.disturbances().restarts())
                            .sum());
            line.put(
                    "environment_replays_differed",
                    statistics.stream()
                            .mapToInt(shard -> shard.disturbances().replaysDiffered())
                            .sum());
        }
    }

    private static void addAsynchrony(Asynchrony asynchrony, Map<String, Object> line) {
        line.put("workers", asynchrony.workers());
        line.put("refused_updates", asynchrony.refused());
        addStaleness("staleness", asynchrony.staleness(), line);
        for (int worker = 0; worker < asynchrony.perWorker().size(); worker++) {
            addStaleness(
                    "worker_" + worker + "_staleness", asynchrony.perWorker().get(worker), line);
        }
    }

    private static void addStaleness(String prefix, Staleness staleness, Map<String, Object> line) {
        line.put(prefix.replace("staleness", "updates"), staleness.updates());
        line.put(prefix + "_mean", staleness.mean());
        line.put(prefix + "_p50", staleness.p50());
        line.put(prefix + "_p99", staleness.p99());
        line.put(prefix + "_max", staleness.max());
    }

    private static long samples(List<ShardStatistics> statistics) {
        return statistics.stream().mapToLong(ShardStatistics::samples).sum();
    }

    private static double slowest(List<ShardStatistics> statistics, ToLongFunction<ShardStatistics> nanos) {
        return statistics.stream().mapToLong(nanos).max().orElse(0) / 1e9;
    }

    @Override
    public void evaluated(Evaluated evaluated) {
        Map<String, Object> line = line("evaluation", evaluated.round(), evaluated.envSteps(), evaluated.seconds());
        line.put("evaluation_return", evaluated.meanReturn());
        line.put("evaluation_std", evaluated.spread());
        if (!evaluated.otherwise().isEmpty()) {
            String way = evaluated.greedy() ? "sampled" : "greedy";
            line.put("evaluation_" + way + "_return", evaluated.otherReturn());
            line.put("evaluation_" + way + "_std", evaluated.otherSpread());
        }
        line.put(
                "evaluation_length",
                evaluated.episodes().stream()
                        .mapToInt(episode -> episode.length())
                        .average()
                        .orElse(Double.NaN));
        line.put("evaluation_episodes", evaluated.episodes().size());
        line.put("best", evaluated.best());
        record(line);
    }

    /**
     * An epoch of a pretraining, which has no environment steps.
     *
     * @param numbers by their keys; NaN where there is none
     */
    public void pretrained(int epoch, double seconds, Map<String, Double> numbers) {
        Map<String, Object> line = line(Metrics.PRETRAINING, epoch, 0, seconds);
        numbers.forEach((key, value) -> putKnown(line, key, value));
        record(line);
    }

    private static Map<String, Object> line(String type, long round, long envSteps, double seconds) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("type", type);
        line.put("round", round);
        line.put("env_steps", envSteps);
        line.put("seconds", seconds);
        line.put("wall_time", now());
        return line;
    }

    private void record(Map<String, Object> line) {
        unsynced.add(line);
        tracked.numbers(step(line), wallTime(line), curves(line));
        boolean wasBroken = broken;
        try {
            if (!broken) {
                write(line);
            }
            if (System.nanoTime() - lastSync > SYNC_EVERY.toNanos()) {
                sync();
            }
        } catch (IOException e) {
            if (!broken) {
                abandon();
            }
            if (!wasBroken) {
                Console.say("the metrics of round " + line.get("round")
                        + " could not be written, and are kept until they can: "
                        + Explanation.of(e));
            }
        }
    }

    private void write(Map<String, Object> line) throws IOException {
        metrics.record(line);
        writeEvents(line, wallTime(line));
        events.flush();
    }

    private void writeEvents(Map<String, Object> line, double wallTime) throws IOException {
        for (Map.Entry<String, Double> point : curves(line).entrySet()) {
            events.scalar(point.getKey(), step(line), wallTime, point.getValue());
        }
    }

    private static long step(Map<String, Object> line) {
        // A pretraining has made no steps.
        String steps = Metrics.PRETRAINING.equals(line.get("type")) ? "round" : "env_steps";
        return ((Number) line.get(steps)).longValue();
    }

    private static double wallTime(Map<String, Object> line) {
        return ((Number) line.get("wall_time")).doubleValue();
    }

    /** A line's numbers that have curves, by their names. */
    private static Map<String, Double> curves(Map<String, Object> line) {
        Map<String, Double> curves = new LinkedHashMap<>();
        line.forEach((key, value) -> {
            String tag = Metric.of(key).map(metric -> metric.tag).orElse("");
            if (value instanceof Number number && !tag.isEmpty()) {
                curves.put(tag, number.doubleValue());
            }
        });
        return curves;
    }

    @Override
    public void checkpoint(TrainingState state) {
        if (companion != null) {
            try {
                companion.write();
            } catch (IOException e) {
                rescue(state);
                throw new UncheckedIOException("the trajectories of round " + state.round(), e);
            }
        }
        try {
            // A run that goes on from it finds the metrics up to it.
            folder.patiently("the metrics of round " + state.round(), this::sync);
        } catch (IOException e) {
            rescue(state);
            throw new UncheckedIOException("the metrics of round " + state.round(), e);
        }
        if (bestUnwritten) {
            write("best", best, state);
            bestUnwritten = false;
        }
        write("last", state, state);
        checkpointRound = state.round();
    }

    @Override
    public void best(TrainingState state) {
        best = state;
        try {
            folder.writeCheckpoint("best", configuration, state);
            bestUnwritten = false;
        } catch (IOException e) {
            // Nobody could go on from it: the next checkpoint writes it too, or leaves both on this machine.
            bestUnwritten = true;
            Console.say("the checkpoint best of round " + state.round()
                    + " could not be written, and is kept until it can: " + Explanation.of(e));
        }
    }

    /** @param all where the run stands */
    private void write(String name, TrainingState state, TrainingState all) {
        try {
            folder.writeCheckpoint(name, configuration, state);
        } catch (IOException e) {
            rescue(all);
            throw new UncheckedIOException("the checkpoint " + name + " of round " + state.round(), e);
        }
    }

    /** The last resort: a run's folder on this machine, to go on from. */
    private void rescue(TrainingState state) {
        try {
            Path place = Path.of("/var/tmp");
            if (!Files.isWritable(place)) {
                place = Path.of(System.getProperty("java.io.tmpdir"));
            }
            Path directory = Files.createTempDirectory(place, "sparring-round-" + state.round() + "-");
            try (RunFolder local =
                    RunFolder.at(directory.toUri().toString(), new org.apache.hadoop.conf.Configuration())) {
                local.writeCheckpoint("last", configuration, state);
                local.write(Metrics.FILE, out -> {
                    MetricsLog lines = new MetricsLog(out);
                    for (Map<String, Object> line : unsynced) {
                        lines.record(line);
                    }
                });
                if (best != null) {
                    local.writeCheckpoint("best", configuration, best);
                }
                if (companion != null) {
                    companion.rescue(local);
                }
            }
            rescued = "The state of round " + state.round() + " is in " + directory + " on " + ThisHost.name() + ": "
                    + TypedCommand.of("train", "--resume", directory.toString());
        } catch (IOException e) {
            rescued = "The state of round " + state.round()
                    + " is lost: it could not be written to this machine either (" + Explanation.of(e) + ")";
        }
    }

    /** Where the state is that could not be written into the run's folder, in a sentence; empty where all could. */
    public String rescued() {
        return rescued == null ? "" : rescued;
    }

    /** The round that {@code last} holds. */
    public long checkpointRound() {
        return checkpointRound;
    }

    private static double now() {
        return System.currentTimeMillis() / 1000.0;
    }

    @Override
    public void close() throws IOException {
        if (rescued != null) {
            abandon();
            return;
        }
        folder.patiently("the metrics", () -> {
            if (broken) {
                sync();
            }
            try {
                metrics.close();
                events.close();
            } catch (IOException e) {
                abandon();
                throw e;
            }
        });
        if (segment > 1 || folder.inSegments()) {
            folder.patiently("the metrics", () -> {
                Metrics.rewrite(folder, Long.MAX_VALUE);
                folder.deleteBeginning(Metrics.FILE + ".");
            });
        }
    }
}

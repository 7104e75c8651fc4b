package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Trainings one after the other in the calling thread, with the environments, networks and scratch memory of those before where they are the same: for
 * many short ones, which would spend their time on making these. Used by one thread at a time.
 */
public final class KeptWorkers implements Backend, AutoCloseable {
    /** Each has some megabytes, and a process where its environment is Python's. */
    private static final int MOST = 4;

    private final int atOnce;
    private final Map<Key, List<ShardWorker>> workers = new LinkedHashMap<>(16, 0.75f, true);
    private ExecutorService threads;

    /** What two runs have to have in common. */
    private record Key(Configuration.Environment environment, Configuration.Network network) {}

    /** One shard after the other. */
    public KeptWorkers() {
        this(1);
    }

    /** @param atOnce so many shards of a training in rounds at once, each in a thread of its own; 1: in the caller's */
    public KeptWorkers(int atOnce) {
        this.atOnce = atOnce;
    }

    /** Where a run in rounds begins: {@link TrainingState#first}. */
    public TrainingState first(Configuration configuration, EnvironmentSource source) {
        return TrainingState.first(configuration, source.spec(), worker(configuration, source)::first);
    }

    @Override
    public Rounds rounds(Configuration configuration, EnvironmentSource source, TrainingState start) {
        List<ShardWorker> some =
                workers(configuration, source, Math.min(atOnce, start.shards().size()));
        if (some.size() > 1 && threads == null) {
            threads = Executors.newFixedThreadPool(atOnce, task -> {
                Thread thread = new Thread(task, "sparring shards of one trial");
                thread.setDaemon(true);
                return thread;
            });
        }
        return new LocalRounds(configuration, source, start.shards(), some, threads, false);
    }

    @Override
    public Workers workers(Configuration configuration, EnvironmentSource source, TrainingState start)
            throws InterruptedException {
        return configuration.a3c().inTurn()
                ? new SteppedWorkers(configuration, source, start, worker(configuration, source), false)
                : LOCAL.workers(configuration, source, start);
    }

    private ShardWorker worker(Configuration configuration, EnvironmentSource source) {
        return workers(configuration, source, 1).get(0);
    }

    private List<ShardWorker> workers(Configuration configuration, EnvironmentSource source, int count) {
        Key key = new Key(configuration.environment(), configuration.network());
        List<ShardWorker> kept = workers.get(key);
        if (kept == null) {
            if (workers.size() == MOST) {
                Key eldest = workers.keySet().iterator().next();
                workers.remove(eldest).forEach(ShardWorker::close);
            }
            kept = new ArrayList<>();
            workers.put(key, kept);
        }
        while (kept.size() < count) {
            kept.add(new ShardWorker(configuration, source));
        }
        return kept.stream()
                .limit(count)
                .map(worker -> worker.in(configuration))
                .toList();
    }

    /** Keeps nothing any longer, as after a failure that may have left anything behind. */
    @Override
    public void close() {
        workers.values().forEach(kept -> kept.forEach(ShardWorker::close));
        workers.clear();
        if (threads != null) {
            threads.shutdownNow();
            threads = null;
        }
    }
}

package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Trainings one after the other in the calling thread, with the environments, networks and scratch memory of those before where they are the same: for
 * many short ones, which would spend their time on making these. Used by one thread at a time.
 */
public final class KeptWorkers implements Backend, AutoCloseable {
    /** Each has some megabytes, and a process where its environment is Python's. */
    private static final int MOST = 4;

    private final Map<Key, ShardWorker> workers = new LinkedHashMap<>(16, 0.75f, true);

    /** What two runs have to have in common. */
    private record Key(Configuration.Environment environment, Configuration.Network network) {}

    /** Where a run in rounds begins: {@link TrainingState#first}. */
    public TrainingState first(Configuration configuration, EnvironmentSource source) {
        return TrainingState.first(configuration, source.spec(), worker(configuration, source)::first);
    }

    @Override
    public Rounds rounds(Configuration configuration, EnvironmentSource source, TrainingState start) {
        return new LocalRounds(configuration, source, start.shards(), worker(configuration, source), false);
    }

    @Override
    public Workers workers(Configuration configuration, EnvironmentSource source, TrainingState start)
            throws InterruptedException {
        return configuration.a3c().inTurn()
                ? new SteppedWorkers(configuration, source, start, worker(configuration, source), false)
                : LOCAL.workers(configuration, source, start);
    }

    private ShardWorker worker(Configuration configuration, EnvironmentSource source) {
        Key key = new Key(configuration.environment(), configuration.network());
        ShardWorker kept = workers.get(key);
        if (kept == null) {
            if (workers.size() == MOST) {
                Key eldest = workers.keySet().iterator().next();
                workers.remove(eldest).close();
            }
            kept = new ShardWorker(configuration, source);
            workers.put(key, kept);
        }
        return kept.in(configuration);
    }

    /** Keeps nothing any longer, as after a failure that may have left anything behind. */
    @Override
    public void close() {
        workers.values().forEach(ShardWorker::close);
        workers.clear();
    }
}

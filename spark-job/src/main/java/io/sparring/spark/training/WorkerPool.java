package io.sparring.spark.training;

import io.sparring.algorithm.ShardTask;
import io.sparring.algorithm.ShardUpdate;
import io.sparring.algorithm.ShardWorker;
import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.spark.session.ExecutorSettings;
import java.io.Serializable;
import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The shard workers of one executor and one run: as many as tasks run at once. Broadcast, so that an executor unpacks it
 * once and its tasks share it without anything being static. Thread-safe.
 *
 * <p>Spark tells nobody that a broadcast is let go of, so that its workers are closed by whichever comes first: {@link #close}, which
 * reaches {@code local[…]} alone, the collector that finds the pool out of reach, and the end of the JVM.
 */
class WorkerPool implements Serializable, AutoCloseable {
    private static final long serialVersionUID = 1L;
    private static final Cleaner CLEANER = Cleaner.create();

    private final Configuration configuration;
    private final EnvironmentSource source;
    private final boolean logs;
    private transient Idle idle;
    private transient Cleaner.Cleanable cleanable;

    WorkerPool(Configuration configuration, EnvironmentSource source) {
        this(configuration, source, false);
    }

    /** @param logs whether what is acted is to be written down */
    WorkerPool(Configuration configuration, EnvironmentSource source, boolean logs) {
        this.logs = logs;
        this.configuration = configuration;
        this.source = source;
    }

    <T> ShardUpdate run(ShardTask<T> task, T on) {
        Idle idle = idle();
        ShardWorker used = idle.take();
        ShardWorker worker = used == null ? new ShardWorker(configuration, source, logs) : used;
        ShardUpdate update;
        try {
            update = task.run(worker, on);
        } catch (RuntimeException | Error e) {
            // A worker that threw may be in any state: only one that returned is used again.
            try (worker) {
                throw e;
            }
        }
        idle.giveBack(worker);
        return update;
    }

    private synchronized Idle idle() {
        if (idle == null) {
            ExecutorSettings.apply();
            idle = new Idle();
            cleanable = CLEANER.register(this, idle::close);
            Runtime.getRuntime().addShutdownHook(idle.atEnd);
        }
        return idle;
    }

    @Override
    public synchronized void close() {
        if (cleanable != null) {
            cleanable.clean();
        }
    }

    /** Workers without a task. Holds no pool, so that pools can be collected. */
    private static final class Idle {
        private final Queue<ShardWorker> workers = new ArrayDeque<>();
        private final Thread atEnd = new Thread(this::closeWorkers, "sparring-close-environments");
        private boolean closed;

        synchronized ShardWorker take() {
            return workers.poll();
        }

        /** A task that outlives the pool, as a speculative copy may, leaves nothing behind either. */
        synchronized void giveBack(ShardWorker worker) {
            if (closed) {
                worker.close();
            } else {
                workers.add(worker);
            }
        }

        void close() {
            closeWorkers();
            try {
                Runtime.getRuntime().removeShutdownHook(atEnd);
            } catch (IllegalStateException ending) {
                // Then the hook runs, and finds nothing.
            }
        }

        private synchronized void closeWorkers() {
            closed = true;
            workers.forEach(ShardWorker::close);
            workers.clear();
        }
    }
}

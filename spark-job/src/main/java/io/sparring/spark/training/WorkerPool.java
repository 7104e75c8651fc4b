package io.sparring.spark.training;

import io.sparring.algorithm.ShardUpdate;
import io.sparring.algorithm.ShardWorker;
import io.sparring.configuration.Configuration;
import io.sparring.rollout.Shard;
import io.sparring.spark.session.ExecutorSettings;
import java.io.Serializable;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The shard workers of one executor and one run: as many as tasks run at once. Broadcast, so that an executor unpacks it
 * once and its tasks share it without anything being static. Thread-safe.
 */
class WorkerPool implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Configuration configuration;
    private transient Queue<ShardWorker> idle;

    WorkerPool(Configuration configuration) {
        this.configuration = configuration;
    }

    ShardUpdate round(float[] parameters, Shard shard) {
        ShardWorker worker = idle().poll();
        if (worker == null) {
            worker = new ShardWorker(configuration);
        }
        // A worker that threw may be in any state: only one that returned is used again.
        ShardUpdate update = worker.round(parameters, shard);
        idle().add(worker);
        return update;
    }

    private synchronized Queue<ShardWorker> idle() {
        if (idle == null) {
            ExecutorSettings.apply();
            idle = new ConcurrentLinkedQueue<>();
        }
        return idle;
    }
}

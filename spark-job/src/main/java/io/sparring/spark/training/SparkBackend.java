package io.sparring.spark.training;

import io.sparring.algorithm.Backend;
import io.sparring.algorithm.Rounds;
import io.sparring.algorithm.SteppedWorkers;
import io.sparring.algorithm.TrainingState;
import io.sparring.algorithm.Workers;
import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import org.apache.spark.api.java.JavaSparkContext;

/** A Spark application's executors, for one training at a time. */
public final class SparkBackend implements Backend {
    private final JavaSparkContext spark;
    private final boolean logs;
    private SparkRounds rounds;

    public SparkBackend(JavaSparkContext spark) {
        this(spark, false);
    }

    /** @param logs whether listeners are told what is {@linkplain io.sparring.algorithm.TrainingListener#acted acted}, which then comes to the driver */
    public SparkBackend(JavaSparkContext spark, boolean logs) {
        this.spark = spark;
        this.logs = logs;
    }

    @Override
    public Rounds rounds(Configuration configuration, EnvironmentSource source, TrainingState start) {
        rounds = new SparkRounds(spark, configuration, source, start, new WorkerPool(configuration, source, logs));
        return rounds;
    }

    @Override
    public Workers workers(Configuration configuration, EnvironmentSource source, TrainingState start)
            throws InterruptedException {
        if (configuration.a3c().inTurn()) {
            return new SteppedWorkers(configuration, source, start, logs);
        }
        return new SparkWorkers(
                spark, configuration, source, new AeronTransport(spark, configuration, source.spec()), logs);
    }

    /** Shards that Spark computed again because an executor that held them was lost. */
    public long recomputed() {
        return rounds == null ? 0 : rounds.recomputed();
    }
}

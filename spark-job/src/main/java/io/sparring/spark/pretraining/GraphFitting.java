package io.sparring.spark.pretraining;

import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.imitation.Lesson;
import io.sparring.network.Model;
import java.io.Serializable;
import java.util.Optional;
import java.util.ServiceLoader;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** Fits a network to lessons on a cluster. What does is in DL4J's jar: this room knows nothing of it but this. */
public interface GraphFitting extends AutoCloseable {

    /** Makes it; found by {@link ServiceLoader}. */
    interface Factory {
        /**
         * @param first where it begins
         * @param scale of what critic and actor learn
         */
        GraphFitting create(
                JavaSparkContext spark,
                Configuration configuration,
                EnvironmentSpec environment,
                Model first,
                Scale scale);
    }

    /**
     * In which units errors count.
     *
     * @param targetMean of what the critic learns
     * @param targetDeviation its standard deviation, above 0
     * @param actionDeviations of each number of a box's actions, above 0; empty for other spaces
     */
    record Scale(double targetMean, double targetDeviation, double[] actionDeviations) implements Serializable {}

    /**
     * Learns from every lesson once.
     *
     * @param lessons minibatches, in {@code workers} × {@code rounds} partitions: those of a round are learned from beside each other, from the same
     *     parameters, and what comes of it is averaged
     * @return what has been learned so far
     */
    Model epoch(JavaRDD<Lesson> lessons, int rounds);

    @Override
    void close();

    /** The one of DL4J's jar, if that is on the class path. */
    static Optional<Factory> factory() {
        return ServiceLoader.load(Factory.class).findFirst();
    }
}

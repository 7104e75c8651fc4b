package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;

/** Where a training is computed: in this JVM, or on a Spark cluster. */
public interface Backend {

    /** This JVM: rounds in the calling thread, asynchronous workers as threads. */
    Backend LOCAL = new Backend() {
        @Override
        public Rounds rounds(Configuration configuration, EnvironmentSource source, TrainingState start) {
            return new LocalRounds(configuration, source, start.shards());
        }

        @Override
        public Workers workers(Configuration configuration, EnvironmentSource source, TrainingState start) {
            return configuration.a3c().inTurn()
                    ? new SteppedWorkers(configuration, source, start)
                    : new ThreadWorkers(configuration, source);
        }
    };

    /** Rounds that go on from {@code start}; the caller closes them. */
    Rounds rounds(Configuration configuration, EnvironmentSource source, TrainingState start);

    /** Workers that have not been started, and go on from {@code start}; the caller closes them. */
    Workers workers(Configuration configuration, EnvironmentSource source, TrainingState start)
            throws InterruptedException;
}

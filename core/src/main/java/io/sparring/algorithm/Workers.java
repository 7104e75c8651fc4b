package io.sparring.algorithm;

import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.Update;
import java.util.List;

/** Where the workers of {@link A3c} run: {@link ThreadWorkers}, {@link SteppedWorkers}, or tasks of a Spark cluster. */
public interface Workers extends AutoCloseable {

    /** N. */
    int count();

    /** Starts them. */
    void start(ParameterServer server);

    /**
     * The next pushes, in the order of merging.
     *
     * @param count how many
     * @return so many; none if they have not come within a fraction of a second
     * @throws TrainingFailed if workers have failed for good, and too few are left
     */
    List<Update> next(int count) throws InterruptedException;

    /** Why workers may not have started, to be appended to a sentence, as in {@code : no executor has come}; empty if that is not known. */
    default String whyMissing() {
        return "";
    }

    /**
     * Where each stands, once it has left what it has with the server: who knows both goes on to the bit. Empty where workers do not wait for each
     * other, and nobody can tell.
     */
    default List<WorkerPosition> pause() {
        return List.of();
    }

    /** Waits until the workers have ended, after {@link ParameterServer#finish}; with a deadline. */
    void awaitEnd() throws InterruptedException;

    /** Ends what has not ended. */
    @Override
    void close();
}

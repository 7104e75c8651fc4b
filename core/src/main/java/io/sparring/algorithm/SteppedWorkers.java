package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.parameterserver.InMemoryChannel;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.ParameterServerClient;
import io.sparring.parameterserver.Update;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The workers one after the other in the caller's thread, a step each: the one way to run A3C that gives the same bits twice, and that can stop between
 * two rounds and go on as if nothing had happened.
 */
public final class SteppedWorkers implements Workers {
    private final Configuration configuration;
    private final EnvironmentSource source;
    private final List<WorkerPosition> positions;
    private final ShardWorker scratch;
    private final boolean closesScratch;
    private final List<A3cWorker> workers = new ArrayList<>();
    private ParameterServer server;

    /** @param start where they stand */
    public SteppedWorkers(Configuration configuration, EnvironmentSource source, TrainingState start) {
        this(configuration, source, start, false);
    }

    /** @param logs whether they tell what they have acted */
    public SteppedWorkers(Configuration configuration, EnvironmentSource source, TrainingState start, boolean logs) {
        this(configuration, source, start, new ShardWorker(configuration, source, logs), true);
    }

    /** The same with a scratch pad that may be another's to close. */
    SteppedWorkers(
            Configuration configuration,
            EnvironmentSource source,
            TrainingState start,
            ShardWorker scratch,
            boolean closesScratch) {
        this.configuration = configuration;
        this.source = source;
        // Another number of workers is another run: they begin with θ as it is.
        positions = start.positions().size() == count() ? start.positions() : List.of();
        this.scratch = scratch;
        this.closesScratch = closesScratch;
    }

    @Override
    public int count() {
        return ThreadWorkers.count(configuration);
    }

    @Override
    public void start(ParameterServer server) {
        this.server = server;
        for (int i = 0; i < count(); i++) {
            ParameterServerClient client = new ParameterServerClient(
                    new InMemoryChannel(server), i, 0, ParameterServerClient.Patience.of(Duration.ofSeconds(1)));
            A3cWorker worker = new A3cWorker(configuration, source, i, client, scratch);
            workers.add(worker);
            attempt(() -> {
                worker.start();
                return null;
            });
            if (!positions.isEmpty()) {
                WorkerPosition position = positions.get(i);
                server.gave(i, new ParameterServer.Given(position.pulled(), position.behind()));
                worker.goOn(position);
            }
        }
    }

    /** A step of each, so that a round ends where it began: with the first worker's turn. */
    @Override
    public List<Update> next(int count) throws InterruptedException {
        for (A3cWorker worker : workers) {
            attempt(worker::step);
        }
        return server.takeRest();
    }

    @Override
    public List<WorkerPosition> pause() {
        List<WorkerPosition> paused = new ArrayList<>();
        for (int i = 0; i < workers.size(); i++) {
            A3cWorker worker = workers.get(i);
            ParameterServer.Given given = server.given(i);
            paused.add(attempt(() -> worker.pause(given)));
        }
        return paused;
    }

    /** They do nothing but what {@link #next} has them do. */
    @Override
    public void awaitEnd() {}

    private interface Attempt<T> {
        T make() throws IOException, InterruptedException;
    }

    private static <T> T attempt(Attempt<T> attempt) {
        try {
            return attempt.make();
        } catch (IOException | InterruptedException impossible) {
            throw new IllegalStateException("a server in memory always answers", impossible);
        }
    }

    @Override
    public void close() {
        if (closesScratch) {
            scratch.close();
        }
    }
}

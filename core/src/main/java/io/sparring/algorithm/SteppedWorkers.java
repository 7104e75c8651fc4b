package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.parameterserver.InMemoryChannel;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.ParameterServerClient;
import io.sparring.parameterserver.Update;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The workers one after the other in the caller's thread, a step each: the one way to run A3C that gives the same bits twice. */
public final class SteppedWorkers implements Workers {
    private final Configuration configuration;
    private final List<A3cWorker> workers = new ArrayList<>();
    private ParameterServer server;
    private int turn;

    public SteppedWorkers(Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public int count() {
        return ThreadWorkers.count(configuration);
    }

    @Override
    public void start(ParameterServer server) {
        this.server = server;
        for (int i = 0; i < count(); i++) {
            A3cWorker worker = new A3cWorker(
                    configuration,
                    i,
                    new ParameterServerClient(
                            new InMemoryChannel(server),
                            i,
                            0,
                            ParameterServerClient.Patience.of(Duration.ofSeconds(1))));
            workers.add(worker);
            attempt(() -> {
                worker.start();
                return true;
            });
        }
    }

    @Override
    public List<Update> next(int count) throws InterruptedException {
        List<Update> taken = server.take(count, 0);
        while (taken.isEmpty()) {
            attempt(workers.get(turn)::step);
            turn = (turn + 1) % workers.size();
            taken = server.take(count, 0);
        }
        return taken;
    }

    @Override
    public void awaitEnd() {
        for (A3cWorker worker : workers) {
            while (attempt(worker::step)) {
                // It ends with the first answer that says so.
            }
        }
    }

    private interface Step {
        boolean take() throws IOException, InterruptedException;
    }

    private static boolean attempt(Step step) {
        try {
            return step.take();
        } catch (IOException | InterruptedException impossible) {
            throw new IllegalStateException("a server in memory always answers", impossible);
        }
    }

    @Override
    public void close() {}
}

package io.sparring.algorithm;

import io.sparring.Seconds;
import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.parameterserver.InMemoryChannel;
import io.sparring.parameterserver.ParameterServer;
import io.sparring.parameterserver.ParameterServerClient;
import io.sparring.parameterserver.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The workers as threads of this JVM, with the server in memory. */
public final class ThreadWorkers implements Workers {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Configuration configuration;
    private final EnvironmentSource source;
    private final ExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();
    private ParameterServer server;

    public ThreadWorkers(Configuration configuration, EnvironmentSource source) {
        this.configuration = configuration;
        this.source = source;
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "sparring-a3c-worker");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** N; {@code auto} is the number of processors. */
    static int count(Configuration configuration) {
        int workers = configuration.a3c().workers();
        return workers == Configuration.A3c.AUTO_WORKERS ? Runtime.getRuntime().availableProcessors() : workers;
    }

    @Override
    public int count() {
        return count(configuration);
    }

    @Override
    public void start(ParameterServer server) {
        this.server = server;
        for (int i = 0; i < count(); i++) {
            int index = i;
            running.add(threads.submit(() -> {
                try (ParameterServerClient client = new ParameterServerClient(
                                new InMemoryChannel(server),
                                index,
                                0,
                                ParameterServerClient.Patience.of(
                                        configuration.a3c().patience()));
                        A3cWorker worker = new A3cWorker(configuration, source, index, client, false)) {
                    worker.run();
                }
                return null;
            }));
        }
    }

    @Override
    public List<Update> next(int count) throws InterruptedException {
        for (Future<?> worker : running) {
            if (worker.isDone()) {
                rethrow(worker);
            }
        }
        return server.take(count, POLL_NANOS);
    }

    private static void rethrow(Future<?> worker) throws InterruptedException {
        try {
            worker.get();
        } catch (ExecutionException e) {
            throw new TrainingFailed("a worker failed: " + e.getCause(), e.getCause());
        }
    }

    @Override
    public void awaitEnd() throws InterruptedException {
        long end = System.nanoTime() + configuration.a3c().patience().toNanos();
        for (Future<?> worker : running) {
            try {
                worker.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                throw new TrainingFailed("a worker failed: " + e.getCause(), e.getCause());
            } catch (TimeoutException e) {
                throw new TrainingFailed("a worker has not ended within "
                        + Seconds.text(configuration.a3c().patienceSeconds()));
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}

package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Model;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** The rounds in this thread, one shard after the other: what every other implementation is compared with; or in several threads of this JVM. */
public final class LocalRounds implements Rounds {
    private final Evaluator evaluator;
    private final List<ShardWorker> workers;
    private final ExecutorService threads;
    private final boolean closesWorkers;
    private List<Shard> shards;
    private List<Experience> experience = List.of();

    /** Goes on from these shards. */
    public LocalRounds(Configuration configuration, EnvironmentSource source, List<Shard> shards) {
        this(configuration, source, shards, List.of(new ShardWorker(configuration, source)), null, true);
    }

    /**
     * The same by these workers, each in a thread of its own if there are several: which one computes a shard changes no bit of it.
     *
     * @param threads where, another's to close; not asked if there is one worker, who works in the caller's
     * @param closesWorkers whether they are closed with this
     */
    LocalRounds(
            Configuration configuration,
            EnvironmentSource source,
            List<Shard> shards,
            List<ShardWorker> workers,
            ExecutorService threads,
            boolean closesWorkers) {
        this.shards = List.copyOf(shards);
        this.workers = List.copyOf(workers);
        this.threads = threads;
        this.closesWorkers = closesWorkers;
        evaluator = new Evaluator(configuration, source);
    }

    @Override
    public RoundSum run(ShardTask<Shard> task) {
        experience = List.of();
        List<ShardUpdate> updates = each(task, shards);
        shards = updates.stream().map(ShardUpdate::next).toList();
        experience = updates.stream()
                .map(ShardUpdate::experience)
                .filter(Objects::nonNull)
                .toList();
        return RoundSum.of(updates);
    }

    @Override
    public RoundSum learn(ShardTask<Experience> task) {
        if (experience.isEmpty()) {
            throw new IllegalStateException("the last round has left nothing to learn from");
        }
        return RoundSum.of(each(task, experience));
    }

    private <T> List<ShardUpdate> each(ShardTask<T> task, List<T> parts) {
        int count = Math.min(workers.size(), parts.size());
        if (count == 1) {
            return parts.stream().map(part -> task.run(workers.get(0), part)).toList();
        }
        ShardUpdate[] updates = new ShardUpdate[parts.size()];
        List<Callable<Void>> shares = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int first = i;
            shares.add(() -> {
                // Always the same ones: an environment that stands where a shard does need not be brought there.
                for (int part = first; part < updates.length; part += count) {
                    updates[part] = task.run(workers.get(first), parts.get(part));
                }
                return null;
            });
        }
        try {
            for (Future<Void> share : threads.invokeAll(shares)) {
                share.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while shards were computed", e);
        }
        return List.of(updates);
    }

    @Override
    public List<Shard> shards() {
        return shards;
    }

    @Override
    public List<Episode> evaluate(Model model, long index, int episodes, boolean greedy) {
        return new ArrayList<>(evaluator.play(model, index, 0, episodes, greedy));
    }

    @Override
    public void close() {
        if (closesWorkers) {
            workers.forEach(ShardWorker::close);
        }
    }
}

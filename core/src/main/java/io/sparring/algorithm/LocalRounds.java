package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Model;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The rounds in this thread, one shard after the other: what every other implementation is compared with. */
public final class LocalRounds implements Rounds {
    private final Evaluator evaluator;
    private final ShardWorker worker;
    private final boolean closesWorker;
    private List<Shard> shards;
    private List<Experience> experience = List.of();

    /** Goes on from these shards. */
    public LocalRounds(Configuration configuration, EnvironmentSource source, List<Shard> shards) {
        this(configuration, source, shards, new ShardWorker(configuration, source), true);
    }

    /** The same by this worker, which may be another's to close. */
    LocalRounds(
            Configuration configuration,
            EnvironmentSource source,
            List<Shard> shards,
            ShardWorker worker,
            boolean closesWorker) {
        this.shards = List.copyOf(shards);
        this.worker = worker;
        this.closesWorker = closesWorker;
        evaluator = new Evaluator(configuration, source);
    }

    @Override
    public RoundSum run(ShardTask<Shard> task) {
        experience = List.of();
        List<ShardUpdate> updates =
                shards.stream().map(shard -> task.run(worker, shard)).toList();
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
        return RoundSum.of(
                experience.stream().map(each -> task.run(worker, each)).toList());
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
        if (closesWorker) {
            worker.close();
        }
    }
}

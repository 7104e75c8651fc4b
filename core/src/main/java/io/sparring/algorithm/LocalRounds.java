package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.EnvironmentSource;
import io.sparring.network.Model;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Shard;
import java.util.ArrayList;
import java.util.List;

/** The rounds in this thread, one shard after the other: what every other implementation is compared with. */
public final class LocalRounds implements Rounds {
    private final Evaluator evaluator;
    private final ShardWorker worker;
    private List<Shard> shards;

    /** Goes on from these shards. */
    public LocalRounds(Configuration configuration, EnvironmentSource source, List<Shard> shards) {
        this.shards = List.copyOf(shards);
        evaluator = new Evaluator(configuration, source);
        worker = new ShardWorker(configuration, source);
    }

    @Override
    public RoundSum run(Model model) {
        List<ShardUpdate> updates =
                shards.stream().map(shard -> A2c.round(worker, model, shard)).toList();
        shards = updates.stream().map(ShardUpdate::next).toList();
        return RoundSum.of(updates);
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
        worker.close();
    }
}

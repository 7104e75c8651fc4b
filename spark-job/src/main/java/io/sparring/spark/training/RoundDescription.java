package io.sparring.spark.training;

import io.sparring.algorithm.Counters;
import io.sparring.algorithm.ShardStatistics;
import io.sparring.rollout.Episode;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** What Spark's UI calls a round's job: {@code round 812 · 1.6M steps · return 431}, of what was done before it. */
final class RoundDescription {
    private final Deque<Double> returns = new ArrayDeque<>();
    private long rounds;
    private long steps;

    /** @param recentReturns the oldest first */
    RoundDescription(long rounds, long steps, Collection<Double> recentReturns) {
        this.rounds = rounds;
        this.steps = steps;
        returns.addAll(recentReturns);
    }

    /** The name of the round that comes next, counted over the whole run and not over this session. */
    String name() {
        return "round " + (rounds + 1);
    }

    /** The name of the round before it. */
    String last() {
        return "round " + rounds;
    }

    /** Of the round that comes next. */
    String next() {
        String text = name();
        if (steps > 0) {
            text += " · " + compact(steps) + " steps";
        }
        if (!returns.isEmpty()) {
            text += String.format(
                    Locale.ROOT,
                    " · return %.0f",
                    returns.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
        }
        return text;
    }

    void ended(List<ShardStatistics> statistics) {
        rounds++;
        for (ShardStatistics shard : statistics) {
            steps += shard.samples();
            for (Episode episode : shard.episodes()) {
                returns.add(episode.totalReward());
            }
        }
        while (returns.size() > Counters.RECENT) {
            returns.remove();
        }
    }

    private static String compact(long number) {
        return number < 10_000
                ? Long.toString(number)
                : number < 1_000_000 ? number / 1000 + "k" : String.format(Locale.ROOT, "%.1fM", number / 1e6);
    }
}

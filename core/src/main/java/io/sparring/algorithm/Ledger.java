package io.sparring.algorithm;

import io.sparring.algorithm.TrainingListener.Evaluated;
import io.sparring.algorithm.TrainingListener.Reason;
import io.sparring.configuration.Configuration;
import io.sparring.network.Model;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Shard;
import java.util.ArrayList;
import java.util.List;

/** What a run has done so far, and what follows from that: whether to evaluate, to write a checkpoint, to end. */
final class Ledger {
    private final Configuration configuration;
    private final TrainingListener listener;
    private final long startNanos = System.nanoTime();
    private final double secondsBefore;

    private long round;
    private long envSteps;
    private long episodes;
    private final List<Double> recentReturns;
    private double bestReturn;
    private int droppedGradients;
    private long solvedAtSteps;
    private double solvedAtSeconds;
    /** From then on a checkpoint is due: at first at once, so that what is killed early can go on. */
    private double nextCheckpointSeconds;

    Ledger(Configuration configuration, TrainingState start, TrainingListener listener) {
        this.configuration = configuration;
        this.listener = listener;
        Counters before = start.counters();
        round = before.round();
        envSteps = before.envSteps();
        episodes = before.episodes();
        recentReturns = new ArrayList<>(before.recentReturns());
        bestReturn = before.bestReturn();
        droppedGradients = before.droppedGradients();
        secondsBefore = before.seconds();
        // Today's target decides, which an earlier session may not have had.
        if (!targetReached()) {
            solvedAtSteps = -1;
            solvedAtSeconds = -1;
        } else if (before.solvedAtSteps() < 0) {
            solvedAtSteps = envSteps;
            solvedAtSeconds = secondsBefore;
        } else {
            solvedAtSteps = before.solvedAtSteps();
            solvedAtSeconds = before.solvedAtSeconds();
        }
    }

    long round() {
        return round;
    }

    long envSteps() {
        return envSteps;
    }

    long episodes() {
        return episodes;
    }

    int droppedGradients() {
        return droppedGradients;
    }

    /** Counts one gradient that was not finite. */
    void drop() {
        droppedGradients++;
    }

    /**
     * Counts those of a round that were not finite.
     *
     * @throws TrainingFailed if there are more than the run's algorithm allows
     */
    void countDropped(List<ShardStatistics> statistics) {
        int allowed = configuration.learning().maxDroppedGradients();
        String section = configuration.algorithm().section();
        for (ShardStatistics shard : statistics) {
            if (!shard.finite()) {
                drop();
                if (droppedGradients > allowed) {
                    throw new TrainingFailed(shard.notFinite(
                                    "the gradient of shard " + shard.shard() + " (seed " + configuration.seed() + ")")
                            + " in round " + (round + 1) + "; " + droppedGradients + " were dropped, and " + section
                            + ".max-dropped-gradients is " + allowed + ". " + shard.remedy(section));
                }
            }
        }
    }

    /** Counts a round: what its shards did, and that it is over. */
    void count(List<ShardStatistics> statistics) {
        round++;
        for (ShardStatistics shard : statistics) {
            envSteps += shard.samples();
            for (Episode episode : shard.episodes()) {
                episodes++;
                recentReturns.add(episode.totalReward());
            }
        }
        int surplus = recentReturns.size() - Counters.RECENT;
        if (surplus > 0) {
            recentReturns.subList(0, surplus).clear();
        }
    }

    /** At the first round end at or after each multiple, and at the end of the budget. */
    boolean evaluationDue(long stepsBefore) {
        long every = configuration.evaluation().everyEnvSteps();
        return every > 0
                && (envSteps / every > stepsBefore / every
                        || envSteps >= configuration.budget().envSteps());
    }

    /**
     * Enters an evaluation.
     *
     * @param atEnvSteps when its parameters were taken
     * @param otherwise as many episodes, played greedily where these were sampled, and the reverse; or none
     * @return whether none was better before
     */
    boolean evaluated(long atRound, long atEnvSteps, List<Episode> played, List<Episode> otherwise) {
        double mean =
                played.stream().mapToDouble(Episode::totalReward).average().orElseThrow();
        boolean best = mean > bestReturn;
        bestReturn = Math.max(bestReturn, mean);
        if (targetReached() && solvedAtSteps < 0) {
            solvedAtSteps = atEnvSteps;
            solvedAtSeconds = seconds();
        }
        listener.evaluated(new Evaluated(
                atRound,
                atEnvSteps,
                played,
                mean,
                best,
                seconds(),
                configuration.evaluation().greedy(),
                otherwise));
        return best;
    }

    /** By this evaluation or an earlier one: a run that was ended by it stays ended when it is resumed. */
    private boolean targetReached() {
        Double target = configuration.budget().targetReturn();
        return target != null && bestReturn >= target;
    }

    /** @return null while there is none */
    Reason reasonToStop() {
        Configuration.Budget budget = configuration.budget();
        if (targetReached()) {
            return Reason.TARGET_RETURN;
        }
        if (envSteps >= budget.envSteps()) {
            return Reason.ENV_STEPS;
        }
        if (budget.wallClockSeconds() > 0 && seconds() >= budget.wallClockSeconds()) {
            return Reason.WALL_CLOCK;
        }
        return listener.stopRequested() ? Reason.REQUESTED : null;
    }

    /** Asked once a round: who is told that one is due writes it. */
    boolean checkpointDue() {
        Configuration.Checkpoint options = configuration.checkpoint();
        double now = seconds();
        boolean due = options.everyRounds() > 0 && round % options.everyRounds() == 0
                || options.everySeconds() > 0 && now >= nextCheckpointSeconds;
        if (due) {
            nextCheckpointSeconds = now + options.everySeconds();
        }
        return due;
    }

    double seconds() {
        return secondsBefore + (System.nanoTime() - startNanos) / 1e9;
    }

    double meanReturn() {
        return recentReturns.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /** What acting needs, and the counters: nobody can go on from it. */
    TrainingState toAct(Model model) {
        return state(model, new float[0], List.of(), List.of(), List.of());
    }

    TrainingState state(
            Model model,
            float[] optimizerState,
            List<Integer> optimizerSteps,
            List<Shard> shards,
            List<WorkerPosition> positions) {
        Counters counters = new Counters(
                round,
                envSteps,
                episodes,
                recentReturns,
                bestReturn,
                droppedGradients,
                seconds(),
                solvedAtSteps,
                solvedAtSeconds);
        return new TrainingState(counters, model, optimizerState, optimizerSteps, shards, positions);
    }
}

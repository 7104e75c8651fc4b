package io.sparring.algorithm;

import io.sparring.algorithm.TrainingListener.Evaluated;
import io.sparring.algorithm.TrainingListener.Reason;
import io.sparring.algorithm.TrainingListener.Round;
import io.sparring.configuration.Configuration;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.optimizer.GlobalNorm;
import io.sparring.optimizer.Optimizer;
import io.sparring.rollout.Episode;
import java.util.ArrayList;
import java.util.List;

/**
 * Advantage actor-critic in synchronous rounds (Mnih et al. 2016, with all agents waiting for each other):
 *
 * <pre>
 *   1. initialise θ, φ; make N shards of environments
 *   2. repeat: (a) every shard acts with the same θ, φ for k steps
 *              (b) and computes A, ∇_θ and ∇_φ
 *              (c) all wait; the gradients are averaged
 *              (d) one optimiser step on θ, φ
 *              (e) θ, φ go back to the shards
 *   3. until the budget is used up or the target is reached
 * </pre>
 *
 * <p>The parameters after n rounds depend on the configuration alone, not on where {@link Rounds} computes.
 */
public final class A2c {
    private final Configuration configuration;
    private final Rounds rounds;
    private final TrainingListener listener;
    private final Optimizer optimizer;
    private final long startNanos = System.nanoTime();
    private final double secondsBefore;

    private float[] parameters;
    private long round;
    private long envSteps;
    private long episodes;
    private final List<Double> recentReturns;
    private double bestReturn;
    private int droppedGradients;
    private long solvedAtSteps;
    private double solvedAtSeconds;

    /** How training ended. */
    public record Result(TrainingState state, Reason reason) {}

    private A2c(Configuration configuration, TrainingState start, Rounds rounds, TrainingListener listener) {
        this.configuration = configuration;
        this.rounds = rounds;
        this.listener = listener;
        optimizer = new Optimizer(configuration.optimizer(), start.parameters().length);
        optimizer.restore(start.optimizerState(), start.optimizerSteps());
        parameters = start.parameters();
        round = start.round();
        envSteps = start.envSteps();
        episodes = start.episodes();
        recentReturns = new ArrayList<>(start.recentReturns());
        bestReturn = start.bestReturn();
        droppedGradients = start.droppedGradients();
        secondsBefore = start.seconds();
        solvedAtSteps = start.solvedAtSteps();
        solvedAtSeconds = start.solvedAtSeconds();
    }

    /**
     * Trains from {@code start} until the budget is used up or the target is reached.
     *
     * @param rounds stands where {@code start}'s shards stand
     * @throws TrainingFailed if more gradients were not finite than the configuration allows
     */
    public static Result train(
            Configuration configuration, TrainingState start, Rounds rounds, TrainingListener listener) {
        return new A2c(configuration, start, rounds, listener).train();
    }

    private Result train() {
        Reason reason = reasonToStop();
        while (reason == null) {
            long roundStart = System.nanoTime();
            long stepsBefore = envSteps;

            Rounds.Outcome outcome = rounds.run(parameters); // (a), (b)
            Averages averages = new Averages(outcome.statistics());
            countDropped(outcome.statistics());

            double learningRate = learningRate();
            double gradientNorm = Double.NaN;
            if (averages.samples > 0) {
                float[] gradient = averages.meanGradient(outcome.gradientSum(), configuration); // (c)
                gradientNorm = GlobalNorm.clip(gradient, configuration.a2c().maxGradientNorm());
                parameters = optimizer.step(parameters, gradient, learningRate); // (d), (e)
            }

            round++;
            countEpisodes(outcome.statistics());
            listener.round(new Round(
                    round,
                    envSteps,
                    episodes,
                    meanReturn(),
                    averages.policyLoss(),
                    averages.valueLoss(),
                    averages.entropy(),
                    averages.explainedVariance(),
                    gradientNorm,
                    learningRate,
                    droppedGradients,
                    seconds(),
                    (System.nanoTime() - roundStart) / 1e9,
                    outcome.statistics()));

            if (evaluationDue(stepsBefore)) {
                evaluate();
            }
            reason = reasonToStop();
            if (reason == null && checkpointDue()) {
                listener.checkpoint(state());
            }
        }
        TrainingState end = state();
        listener.checkpoint(end);
        return new Result(end, reason);
    }

    private double learningRate() {
        double progress = (double) envSteps / configuration.budget().envSteps();
        return configuration.optimizer().learningRate()
                * configuration.optimizer().schedule().factor(progress);
    }

    private void countDropped(List<ShardStatistics> statistics) {
        for (ShardStatistics shard : statistics) {
            if (!shard.finite()) {
                droppedGradients++;
                if (droppedGradients > configuration.a2c().maxDroppedGradients()) {
                    throw new TrainingFailed("the gradient of shard " + shard.shard() + " (seed "
                            + configuration.seed() + ") was not finite in round " + (round + 1) + "; "
                            + droppedGradients + " were dropped, and a2c.max-dropped-gradients is "
                            + configuration.a2c().maxDroppedGradients()
                            + ". Lower optimizer.learning-rate or a2c.max-gradient-norm.");
                }
            }
        }
    }

    private void countEpisodes(List<ShardStatistics> statistics) {
        for (ShardStatistics shard : statistics) {
            envSteps += shard.samples();
            for (Episode episode : shard.episodes()) {
                episodes++;
                recentReturns.add(episode.totalReward());
            }
        }
        int surplus = recentReturns.size() - TrainingState.RECENT;
        if (surplus > 0) {
            recentReturns.subList(0, surplus).clear();
        }
    }

    /** At the first round end at or after each multiple, and at the end of the budget. */
    private boolean evaluationDue(long stepsBefore) {
        long every = configuration.evaluation().everyEnvSteps();
        return every > 0
                && (envSteps / every > stepsBefore / every
                        || envSteps >= configuration.budget().envSteps());
    }

    private void evaluate() {
        Configuration.Evaluation options = configuration.evaluation();
        List<Episode> played = rounds.evaluate(parameters, envSteps, options.episodes(), options.greedy());
        double mean =
                played.stream().mapToDouble(Episode::totalReward).average().orElseThrow();
        boolean best = mean > bestReturn;
        bestReturn = Math.max(bestReturn, mean);
        if (targetReached() && solvedAtSteps < 0) {
            solvedAtSteps = envSteps;
            solvedAtSeconds = seconds();
        }
        listener.evaluated(new Evaluated(round, envSteps, played, mean, best, seconds()));
        if (best) {
            listener.best(state());
        }
    }

    /** By this evaluation or an earlier one: a run that was ended by it stays ended when it is resumed. */
    private boolean targetReached() {
        Double target = configuration.budget().targetReturn();
        return target != null && bestReturn >= target;
    }

    private Reason reasonToStop() {
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

    private boolean checkpointDue() {
        int every = configuration.checkpoint().everyRounds();
        return every > 0 && round % every == 0;
    }

    private double seconds() {
        return secondsBefore + (System.nanoTime() - startNanos) / 1e9;
    }

    private double meanReturn() {
        return recentReturns.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    private TrainingState state() {
        return new TrainingState(
                round,
                envSteps,
                episodes,
                parameters,
                optimizer.state(),
                optimizer.steps(),
                rounds.shards(),
                recentReturns,
                bestReturn,
                droppedGradients,
                seconds(),
                solvedAtSteps,
                solvedAtSeconds);
    }

    /** The shards' sums as means over the whole batch; shards whose gradient was dropped do not count. */
    private static final class Averages {
        private int samples;
        private ActorCriticLoss.Sums losses = ActorCriticLoss.Sums.NONE;
        private double advantageSum;
        private double advantageSquareSum;
        private double returnSum;
        private double returnSquareSum;

        Averages(List<ShardStatistics> statistics) {
            for (ShardStatistics shard : statistics) {
                if (shard.finite()) {
                    samples += shard.samples();
                    losses = losses.plus(shard.losses());
                    advantageSum += shard.advantageSum();
                    advantageSquareSum += shard.advantageSquareSum();
                    returnSum += shard.returnSum();
                    returnSquareSum += shard.returnSquareSum();
                }
            }
        }

        /** ∇̄, or with normalised advantages (∇̄_A − μ ∇̄_1)/σ + ∇̄_rest; see {@link ShardWorker}. */
        float[] meanGradient(float[] sum, Configuration configuration) {
            if (!configuration.a2c().normalizeAdvantages()) {
                float[] mean = new float[sum.length];
                for (int i = 0; i < mean.length; i++) {
                    mean[i] = sum[i] / samples;
                }
                return mean;
            }
            double mu = advantageSum / samples;
            double sigma = Math.sqrt(variance(advantageSum, advantageSquareSum)) + 1e-8;
            int count = sum.length / 3;
            float[] mean = new float[count];
            for (int i = 0; i < count; i++) {
                mean[i] = (float) (((sum[i] - mu * sum[count + i]) / sigma + sum[2 * count + i]) / samples);
            }
            return mean;
        }

        double policyLoss() {
            return losses.policy() / samples;
        }

        double valueLoss() {
            return losses.value() / samples;
        }

        double entropy() {
            return losses.entropy() / samples;
        }

        double explainedVariance() {
            return 1 - variance(advantageSum, advantageSquareSum) / variance(returnSum, returnSquareSum);
        }

        private double variance(double total, double squareTotal) {
            double mean = total / samples;
            return Math.max(0, squareTotal / samples - mean * mean);
        }
    }
}

package io.sparring.algorithm;

import io.sparring.parameterserver.Staleness;
import io.sparring.rollout.Episode;
import io.sparring.rollout.EpisodeNumbers;
import io.sparring.rollout.Trajectory;
import java.util.List;

/** Who wants to know how training goes, and may end it. Called by the training thread, in the order of events. */
public interface TrainingListener {

    /**
     * A round's end.
     *
     * @param round rounds done, this one included
     * @param envSteps environment steps done, this round's included
     * @param episodes episodes ended so far
     * @param meanReturn of the last {@value Counters#RECENT} episodes; NaN before the first one ended
     * @param policyLoss mean L_π
     * @param valueLoss mean L_V
     * @param entropy mean H
     * @param explainedVariance 1 − Var(R − V)/Var(R)
     * @param gradientNorm before clipping; NaN where no gradient was finite
     * @param learningRate of the step
     * @param droppedGradients so far
     * @param seconds of training so far
     * @param roundSeconds of this round, from the parameters to the step
     * @param statistics of the shards, or of the updates that make an asynchronous round
     * @param asynchrony of workers that do not wait for each other; null where all wait
     * @param measures of how learning went
     */
    record Round(
            long round,
            long envSteps,
            long episodes,
            double meanReturn,
            double policyLoss,
            double valueLoss,
            double entropy,
            double explainedVariance,
            double gradientNorm,
            double learningRate,
            int droppedGradients,
            double seconds,
            double roundSeconds,
            List<ShardStatistics> statistics,
            Asynchrony asynchrony,
            Measures measures) {}

    /**
     * How far workers were apart, over the whole session.
     *
     * @param workers how many have started
     * @param refused updates that did not count, for their staleness or because they were not finite
     * @param staleness of all updates
     * @param perWorker of each worker's
     */
    record Asynchrony(int workers, long refused, Staleness staleness, List<Staleness> perWorker) {}

    /**
     * An evaluation's end.
     *
     * @param round rounds done
     * @param envSteps environment steps done
     * @param episodes what was played
     * @param meanReturn their mean return
     * @param best whether none was better before
     * @param seconds of training so far
     * @param greedy whether the likeliest actions were taken; else they were sampled
     * @param otherwise as many episodes played the other way, sampled or greedily; none where nobody asked
     */
    record Evaluated(
            long round,
            long envSteps,
            List<Episode> episodes,
            double meanReturn,
            boolean best,
            double seconds,
            boolean greedy,
            List<Episode> otherwise) {

        /** The mean return of the episodes played the other way; NaN where there are none. */
        public double otherReturn() {
            return mean(otherwise);
        }

        /** The standard deviation of the episodes' returns. */
        public double spread() {
            return deviation(episodes);
        }

        /** The standard deviation of the returns of those played the other way; NaN where there are none. */
        public double otherSpread() {
            return deviation(otherwise);
        }

        private static double mean(List<Episode> episodes) {
            return episodes.stream().mapToDouble(Episode::totalReward).average().orElse(Double.NaN);
        }

        private static double deviation(List<Episode> episodes) {
            double mean = mean(episodes);
            return Math.sqrt(episodes.stream()
                    .mapToDouble(episode -> (episode.totalReward() - mean) * (episode.totalReward() - mean))
                    .average()
                    .orElse(Double.NaN));
        }
    }

    /** Why training ended. */
    enum Reason {
        /** The budget of environment steps is used up. */
        ENV_STEPS,
        /** An evaluation reached the target. */
        TARGET_RETURN,
        /** The budget of seconds is used up. */
        WALL_CLOCK,
        /** Somebody asked for it. */
        REQUESTED
    }

    /** A round ended. */
    default void round(Round round) {}

    /**
     * What a round's shards acted, before its end is told; only of rounds whose workers have been asked for it.
     *
     * @param round rounds done, this one included
     * @param all of each shard in order, or of each push in the order of merging
     */
    default void acted(long round, List<Acted> all) {}

    /** One rollout, and what its episodes are called. */
    record Acted(Trajectory trajectory, EpisodeNumbers numbers) {}

    /** An evaluation ended. */
    default void evaluated(Evaluated evaluated) {}

    /** The state to go on from, at the intervals that the configuration asks for and at the end. */
    default void checkpoint(TrainingState state) {}

    /**
     * The best evaluation so far: the model and the counters, without optimiser and shards, since acting needs no more.
     */
    default void best(TrainingState state) {}

    /** Something that the user should know and that does not end the run, in one line. */
    default void remark(String line) {}

    /** Whether to end after this round. */
    default boolean stopRequested() {
        return false;
    }
}

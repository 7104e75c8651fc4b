package io.sparring.spark.folder;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A number in {@code metrics.jsonl}, whose lines are rounds, evaluations or epochs of a pretraining, and the tag of its curve in TensorBoard: Stable-Baselines3's name where it has one. */
enum Metric {
    ROUND("", "rounds done"),
    ENV_STEPS("", "environment steps done, all copies of all shards"),
    SECONDS("", "seconds of training, those of earlier sessions included"),
    WALL_TIME("", "when the line was written, seconds since 1970"),
    EPISODES("", "episodes ended so far"),
    MEAN_RETURN(
            "rollout/ep_rew_mean",
            "the mean return of the last 100 episodes of training, rewards as the environment with its wrappers gives them, before any normalisation"),
    EPISODE_LENGTH("rollout/ep_len_mean", "the mean length of the episodes that ended in this round, of all shards"),
    EPISODES_TRUNCATED(
            "rollout/episodes_truncated",
            "how many episodes of this round a time limit cut, of all shards; not counted for `a3c`"),
    POLICY_LOSS("train/policy_loss", "L_π, the mean over the samples of all shards"),
    VALUE_LOSS("train/value_loss", "L_V, likewise, before its weight"),
    ENTROPY("train/entropy", "H of the policy in nats, likewise"),
    EXPLAINED_VARIANCE(
            "train/explained_variance",
            "1 − Var(R − V)/Var(R) over the samples of all shards: 1 is a perfect critic, 0 one that knows the mean at best"),
    GRADIENT_NORM("train/gradient_norm", "‖∇‖ before clipping, the mean over the round's steps"),
    GRADIENTS_CLIPPED("train/gradients_clipped", "the share of the round's steps whose gradient was clipped"),
    LEARNING_RATE("train/learning_rate", "of the round's steps"),
    APPROX_KL(
            "train/approx_kl",
            "`ppo`: the estimate (ρ − 1) − log ρ of the divergence from the policy that acted, the mean over all minibatches"),
    CLIP_FRACTION(
            "train/clip_fraction", "`ppo`: the share of probability ratios ρ outside 1 ± ε, over all minibatches"),
    ADVANTAGE_STD(
            "train/advantage_std", "the standard deviation of A over the samples of all shards, before normalisation"),
    VALUE_TARGET_MEAN("train/value_target_mean", "the mean of R, what the critic learns, likewise"),
    VALUE_TARGET_STD("train/value_target_std", "the standard deviation of R, likewise"),
    LOG_STD("train/log_std", "the mean of log σ over the action's dimensions, where the action space is a box"),
    OBSERVATIONS_CLIPPED(
            "train/observations_clipped",
            "`normalize.observations`: the share of the observed numbers that were clipped to ±10, the mean over the shards"),
    REWARD_SCALE("train/reward_scale", "`normalize.rewards`: what rewards were divided by, the mean over the shards"),
    DROPPED_GRADIENTS("time/dropped_gradients", "shards' (or workers') gradients that were not finite, so far"),
    RECOMPUTED_SHARDS("time/recomputed_shards", "rounds of shards that Spark computed again, in this session"),
    ENV_STEPS_PER_SECOND("time/fps", "environment steps of this round by its seconds"),
    ROUND_SECONDS("time/round_seconds", "seconds of this round, from the parameters to the step"),
    ENVIRONMENT_SECONDS("", "seconds that the slowest shard spent in its environments"),
    ACTING_SECONDS("", "seconds that the slowest shard spent in acting"),
    LEARNING_SECONDS("", "seconds that the slowest shard spent in learning"),
    ENVIRONMENT_RESTARTS("time/environment_restarts", "Python environments: processes started anew in this round"),
    ENVIRONMENT_REPLAYS_DIFFERED(
            "time/environment_replays_differed", "Python environments: episodes that were not the same when replayed"),
    WORKERS("asynchrony/workers", "`a3c`: workers that have started, in this session"),
    REFUSED_UPDATES("asynchrony/refused_updates", "`a3c`: pushes that did not count, in this session"),
    UPDATES("", "`a3c`: pushes, in this session; `worker_N_updates` of each worker"),
    STALENESS_MEAN(
            "asynchrony/staleness_mean",
            "`a3c`: others' updates between a pull and its push, in this session; `worker_N_staleness_…` of each worker"),
    STALENESS_P50("asynchrony/staleness_p50", "`a3c`: its median"),
    STALENESS_P99("asynchrony/staleness_p99", "`a3c`: its 99th percentile"),
    STALENESS_MAX("asynchrony/staleness_max", "`a3c`: its largest"),
    EVALUATION_RETURN("eval/mean_reward", "the mean return of the evaluation that decides `best` and the target"),
    EVALUATION_STD("eval/std_reward", "its standard deviation over the episodes"),
    EVALUATION_GREEDY_RETURN(
            "eval/greedy_mean_reward", "the same by the likeliest actions, where actions were sampled"),
    EVALUATION_GREEDY_STD("eval/greedy_std_reward", "its standard deviation"),
    EVALUATION_SAMPLED_RETURN(
            "eval/sampled_mean_reward",
            "the same by sampled actions, where the likeliest were taken: far below it, the policy is hardly better than chance"),
    EVALUATION_SAMPLED_STD("eval/sampled_std_reward", "its standard deviation"),
    EVALUATION_LENGTH("eval/mean_ep_length", "the mean length of the evaluation's episodes"),
    EVALUATION_EPISODES("", "how many there were"),
    TAUGHT_POLICY_LOSS(
            "pretrain/policy_loss",
            "`pretrain`: the mean of −log π(a|s) over the rows that it learns from, after the epoch"),
    TAUGHT_ACCURACY(
            "pretrain/accuracy",
            "`pretrain`: the share of these rows' choices that the likeliest action makes alike; not where actions are numbers"),
    TAUGHT_VALUE_LOSS("pretrain/value_loss", "`pretrain`: the mean of (R − V)² over these rows"),
    TAUGHT_EXPLAINED_VARIANCE("pretrain/explained_variance", "`pretrain`: 1 − Var(R − V)/Var(R) over these rows"),
    HELD_OUT_POLICY_LOSS("pretrain/held_out_policy_loss", "`pretrain`: `taught_policy_loss` of the episodes held out"),
    HELD_OUT_ACCURACY("pretrain/held_out_accuracy", "`pretrain`: `taught_accuracy` of the episodes held out"),
    HELD_OUT_VALUE_LOSS("pretrain/held_out_value_loss", "`pretrain`: `taught_value_loss` of the episodes held out"),
    HELD_OUT_EXPLAINED_VARIANCE(
            "pretrain/held_out_explained_variance", "`pretrain`: `taught_explained_variance` of the episodes held out");

    /** Of its curve in TensorBoard; empty: it has none. */
    final String tag;

    final String meaning;

    Metric(String tag, String meaning) {
        this.tag = tag;
        this.meaning = meaning;
    }

    /** Its name in the file. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one that a file's key names; a worker's own are none. */
    static Optional<Metric> of(String key) {
        return Arrays.stream(values())
                .filter(metric -> metric.key().equals(key))
                .findFirst();
    }
}

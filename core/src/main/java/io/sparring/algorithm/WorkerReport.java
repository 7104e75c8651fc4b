package io.sparring.algorithm;

import io.sparring.environment.Disturbances;
import io.sparring.format.Format;
import io.sparring.format.Input;
import io.sparring.format.Output;
import io.sparring.format.Unreadable;
import io.sparring.format.Versions;
import io.sparring.loss.Sums;
import io.sparring.rollout.Episode;
import io.sparring.rollout.Normalization;
import io.sparring.rollout.Trajectory;
import io.sparring.rollout.TrajectoryCodec;
import java.util.ArrayList;
import java.util.List;

/**
 * What a worker says about a push, as bytes that the parameter server hands on.
 *
 * @param statistics of the rollout
 * @param gradientNorm of the last gradient, before clipping
 * @param trajectory what was acted; null where nobody writes it down
 */
record WorkerReport(ShardStatistics statistics, double gradientNorm, Trajectory trajectory) {
    private static final Format FORMAT = new Format("WKRP", "a worker's report", new Versions(5, 5));
    private static final int EPISODE_BYTES = Double.BYTES + Integer.BYTES;

    byte[] encode() {
        long bytes = 128 + (long) statistics.episodes().size() * EPISODE_BYTES;
        if (trajectory != null) {
            bytes += TrajectoryCodec.bytes(trajectory);
        }
        return FORMAT.write(this::write, Math.toIntExact(bytes));
    }

    private void write(Output out) {
        out.integer(statistics.shard());
        out.flag(statistics.finite());
        out.real(statistics.losses().policy());
        out.real(statistics.losses().value());
        out.real(statistics.losses().entropy());
        write(statistics.advantages(), out);
        write(statistics.returns(), out);
        write(statistics.residuals(), out);
        out.real(statistics.normalization().clipped());
        out.real(statistics.normalization().rewardScale());
        out.flag(statistics.normalization().finite());
        out.integer64(statistics.environmentNanos());
        out.integer64(statistics.actingNanos());
        out.integer64(statistics.learningNanos());
        out.integer(statistics.disturbances().restarts());
        out.integer(statistics.disturbances().replaysDiffered());
        out.real(gradientNorm);
        out.integer(statistics.episodes().size());
        for (Episode episode : statistics.episodes()) {
            out.real(episode.totalReward());
            out.integer(episode.length());
        }
        out.flag(trajectory != null);
        if (trajectory != null) {
            TrajectoryCodec.write(trajectory, out);
        }
    }

    private static void write(Moments moments, Output out) {
        out.integer(moments.count());
        out.real(moments.sum());
        out.real(moments.squareSum());
    }

    /** @throws Unreadable if it is none that {@link #encode} gave */
    static WorkerReport decode(byte[] bytes) throws Unreadable {
        return FORMAT.read(bytes, (in, version) -> read(in));
    }

    private static WorkerReport read(Input in) throws Unreadable {
        int shard = in.integer();
        boolean finite = in.flag();
        double policy = in.real();
        double value = in.real();
        double entropy = in.real();
        Moments advantages = moments(in);
        Moments returns = moments(in);
        Moments residuals = moments(in);
        Normalization normalization = new Normalization(in.real(), in.real(), in.flag());
        long environmentNanos = in.integer64();
        long actingNanos = in.integer64();
        long learningNanos = in.integer64();
        Disturbances disturbances = new Disturbances(in.integer(), in.integer());
        double gradientNorm = in.real();
        int count = in.length(EPISODE_BYTES);
        List<Episode> episodes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            episodes.add(new Episode(in.real(), in.integer()));
        }
        return new WorkerReport(
                new ShardStatistics(
                        shard,
                        finite,
                        new Sums(returns.count(), policy, value, entropy, 0, 0),
                        advantages,
                        returns,
                        residuals,
                        episodes,
                        normalization,
                        environmentNanos,
                        actingNanos,
                        learningNanos,
                        disturbances,
                        LocalSteps.NONE,
                        0,
                        List.of()),
                gradientNorm,
                in.flag() ? TrajectoryCodec.read(in) : null);
    }

    private static Moments moments(Input in) throws Unreadable {
        return new Moments(in.integer(), in.real(), in.real());
    }
}

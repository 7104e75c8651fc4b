package io.sparring.algorithm;

import io.sparring.loss.ActorCriticLoss;
import io.sparring.rollout.Episode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a worker says about a push, as bytes that the parameter server hands on.
 *
 * @param statistics of the rollout
 * @param gradientNorm of the last gradient, before clipping
 */
record WorkerReport(ShardStatistics statistics, double gradientNorm) {
    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(statistics.shard());
            out.writeInt(statistics.samples());
            out.writeBoolean(statistics.finite());
            out.writeDouble(statistics.losses().policy());
            out.writeDouble(statistics.losses().value());
            out.writeDouble(statistics.losses().entropy());
            out.writeDouble(statistics.advantageSum());
            out.writeDouble(statistics.advantageSquareSum());
            out.writeDouble(statistics.returnSum());
            out.writeDouble(statistics.returnSquareSum());
            out.writeLong(statistics.environmentNanos());
            out.writeLong(statistics.actingNanos());
            out.writeLong(statistics.learningNanos());
            out.writeDouble(gradientNorm);
            out.writeInt(statistics.episodes().size());
            for (Episode episode : statistics.episodes()) {
                out.writeDouble(episode.totalReward());
                out.writeInt(episode.length());
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** @throws UncheckedIOException if it is none that {@link #encode} gave */
    static WorkerReport decode(byte[] bytes) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
            int shard = in.readInt();
            int samples = in.readInt();
            boolean finite = in.readBoolean();
            ActorCriticLoss.Sums losses = new ActorCriticLoss.Sums(in.readDouble(), in.readDouble(), in.readDouble());
            double advantageSum = in.readDouble();
            double advantageSquareSum = in.readDouble();
            double returnSum = in.readDouble();
            double returnSquareSum = in.readDouble();
            long environmentNanos = in.readLong();
            long actingNanos = in.readLong();
            long learningNanos = in.readLong();
            double gradientNorm = in.readDouble();
            int count = in.readInt();
            List<Episode> episodes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                episodes.add(new Episode(in.readDouble(), in.readInt()));
            }
            ShardStatistics statistics = new ShardStatistics(
                    shard,
                    samples,
                    finite,
                    losses,
                    advantageSum,
                    advantageSquareSum,
                    returnSum,
                    returnSquareSum,
                    episodes,
                    environmentNanos,
                    actingNanos,
                    learningNanos);
            return new WorkerReport(statistics, gradientNorm);
        } catch (IOException e) {
            throw new UncheckedIOException("a worker's report", e);
        }
    }
}

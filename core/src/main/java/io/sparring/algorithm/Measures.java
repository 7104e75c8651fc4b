package io.sparring.algorithm;

import io.sparring.network.Model;
import java.util.Arrays;
import java.util.List;

/**
 * How a round's learning went, for those who look after a run. NaN is what there was none of.
 *
 * @param approximateKl the mean estimate of the divergence from the policy that acted, over all minibatches; where a policy learns after it has moved
 * @param clipFraction the share of probability ratios that were outside the clip range; likewise
 * @param gradientsClipped the share of the steps whose gradient was clipped
 * @param advantageDeviation the standard deviation of A, before any normalisation
 * @param targetMean the mean of R, what the critic learns
 * @param targetDeviation the standard deviation of R
 * @param episodeLength the mean length of the episodes that ended in this round
 * @param truncated how many of them were cut by a time limit; 0 for workers that do not wait for each other
 * @param ended how many episodes ended
 * @param logStd the mean of log σ, of distributions that learn one
 */
public record Measures(
        double approximateKl,
        double clipFraction,
        double gradientsClipped,
        double advantageDeviation,
        double targetMean,
        double targetDeviation,
        double episodeLength,
        int truncated,
        int ended,
        double logStd) {

    /**
     * Of a round.
     *
     * @param model that acted
     * @param compares whether the policy that learns has moved away from the one that acted
     */
    static Measures of(RoundSum sum, Model model, boolean compares, double gradientsClipped) {
        List<ShardStatistics> shards = sum.statistics();
        double samples = sum.losses().samples();
        return new Measures(
                compares ? sum.divergence() : Double.NaN,
                compares ? sum.losses().clipped() / samples : Double.NaN,
                gradientsClipped,
                Math.sqrt(sum.advantages().variance()),
                sum.returns().mean(),
                Math.sqrt(sum.returns().variance()),
                shards.stream()
                        .flatMap(shard -> shard.episodes().stream())
                        .mapToInt(episode -> episode.length())
                        .average()
                        .orElse(Double.NaN),
                shards.stream().mapToInt(ShardStatistics::truncated).sum(),
                shards.stream().mapToInt(shard -> shard.episodes().size()).sum(),
                Arrays.stream(model.freeParameters()).average().orElse(Double.NaN));
    }
}

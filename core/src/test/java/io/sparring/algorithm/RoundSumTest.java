package io.sparring.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparring.loss.Sums;
import io.sparring.random.Streams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundSumTest {
    /** What of a wide gradient is not 0: summing up the rest would only take time. */
    private static final int TOLD = 8;

    private static ShardUpdate update(int shard, float[] gradient, boolean finite) {
        return new ShardUpdate(gradient, ShardStatistics.of(shard, Sums.NONE, finite, 1, 0));
    }

    /** Gradients of very different sizes, so that the order of additions and roundings shows in the last bits. */
    private static List<ShardUpdate> updates(long seed, int shards, int length) {
        UniformRandomProvider random = Streams.of(seed);
        List<ShardUpdate> updates = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            float[] gradient = new float[length];
            for (int i = 0; i < Math.min(length, TOLD); i++) {
                gradient[i] = (float) ((random.nextDouble() - 0.5) * Math.pow(2, random.nextInt(30)));
            }
            updates.add(update(shard, gradient, true));
        }
        return updates;
    }

    private static double[] plainSum(List<ShardUpdate> updates) {
        double[] sum = new double[TOLD];
        for (ShardUpdate update : updates) {
            for (int i = 0; i < TOLD; i++) {
                sum[i] += update.gradient()[i];
            }
        }
        return sum;
    }

    private static float[] rounded(double[] sum) {
        float[] rounded = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            rounded[i] = (float) sum[i];
        }
        return rounded;
    }

    private static float[] told(float[] sum) {
        return Arrays.copyOf(sum, TOLD);
    }

    @Property(tries = 200)
    void smallGradientsAreSummedInOrderAndRoundedOnce(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int shards) {
        List<ShardUpdate> updates = updates(seed, shards, TOLD);

        assertThat(RoundSum.of(updates).gradient()).isEqualTo(rounded(plainSum(updates)));
    }

    @Property(tries = 15)
    void wideGradientsAreSummedInGroupsOfTheRootOfNFirst(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int shards) {
        List<ShardUpdate> updates = updates(seed, shards, RoundSum.WIDE);
        int groupSize = (int) Math.ceil(Math.sqrt(shards));
        double[] tree = new double[TOLD];
        for (int from = 0; from < shards; from += groupSize) {
            float[] group = rounded(plainSum(updates.subList(from, Math.min(from + groupSize, shards))));
            for (int i = 0; i < TOLD; i++) {
                tree[i] += group[i];
            }
        }

        float[] sum = told(RoundSum.of(updates).gradient());

        assertThat(sum).isEqualTo(rounded(tree));
        double[] plain = plainSum(updates);
        for (int i = 0; i < TOLD; i++) {
            assertThat((double) sum[i]).isCloseTo(plain[i], within(shards * Math.pow(2, 29) * 1e-7));
        }
    }

    /** If it had the bits of the plain sum, the test of the tree above would say nothing. */
    @Test
    void theTreeHasOtherBitsThanThePlainSum() {
        List<ShardUpdate> updates = updates(1, 12, RoundSum.WIDE);

        assertThat(told(RoundSum.of(updates).gradient())).isNotEqualTo(rounded(plainSum(updates)));
    }

    /** The groups are those of all shards: one that drops out moves no other into another group. */
    @ParameterizedTest
    @CsvSource({"8, 0", "8, 3", "8, 7", "262144, 0", "262144, 4", "262144, 11"})
    void aGradientThatIsNotFiniteCountsAsZeros(int length, int dropped) {
        List<ShardUpdate> updates = updates(5, 12, length);
        float[] broken = new float[length];
        broken[2] = Float.NaN;
        List<ShardUpdate> withBroken = new ArrayList<>(updates);
        withBroken.set(dropped % 12, update(dropped, broken, false));
        List<ShardUpdate> withZeros = new ArrayList<>(updates);
        withZeros.set(dropped % 12, update(dropped, new float[length], true));

        assertThat(RoundSum.of(withBroken).gradient())
                .isEqualTo(RoundSum.of(withZeros).gradient());
    }

    @Test
    void whereNoGradientIsFiniteTheSumIsZero() {
        assertThat(RoundSum.of(List.of(update(0, new float[] {Float.NaN, 1}, false)))
                        .gradient())
                .containsExactly(0, 0);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 262143, 1",
        "100, 262143, 100",
        "1, 262144, 1",
        "2, 262144, 2",
        "4, 262144, 2",
        "5, 262144, 3",
        "16, 262144, 4",
        "17, 262144, 5",
        "100, 1000000, 10",
    })
    void theGroupsDependOnTheNumberOfShardsAlone(int shards, int length, int groupSize) {
        assertThat(RoundSum.groupSize(shards, length)).isEqualTo(groupSize);
    }
}

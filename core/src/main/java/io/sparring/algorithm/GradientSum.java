package io.sparring.algorithm;

import java.util.ArrayList;
import java.util.List;

/**
 * Sums of the shards' gradients whose bits depend on nothing but the gradients and their number. Small gradients are added up
 * in shard order. Wide ones, which would all have to travel to one place, are added up as a tree of two levels: groups of
 * ⌈√N⌉ neighbouring shards first, then the groups in order. Whoever computes it, here or on many executors, computes this.
 */
public final class GradientSum {
    /** From so many floats on (1 MiB) a gradient is wide. */
    public static final int WIDE = 1 << 18;

    private GradientSum() {}

    /**
     * How many neighbouring shards are added up first: shard i belongs to group i / groupSize.
     *
     * @param shards N
     * @param length of a gradient
     */
    public static int groupSize(int shards, int length) {
        return length >= WIDE ? (int) Math.ceil(Math.sqrt(shards)) : shards;
    }

    /** The sum of all shards, given in shard order. */
    public static float[] of(List<ShardUpdate> shards, int length) {
        int groupSize = groupSize(shards.size(), length);
        List<float[]> groups = new ArrayList<>();
        for (int from = 0; from < shards.size(); from += groupSize) {
            groups.add(ofGroup(shards.subList(from, Math.min(from + groupSize, shards.size())), length));
        }
        return groups.size() == 1 ? groups.get(0) : ofGroups(groups, length);
    }

    /** The sum of one group's shards, given in order; a gradient that is not finite counts for nothing. */
    public static float[] ofGroup(List<ShardUpdate> group, int length) {
        return ofGroups(
                group.stream()
                        .filter(update -> update.statistics().finite())
                        .map(ShardUpdate::gradient)
                        .toList(),
                length);
    }

    /** The sum of vectors in the given order, in double precision, rounded once. */
    public static float[] ofGroups(List<float[]> vectors, int length) {
        double[] sum = new double[length];
        for (float[] vector : vectors) {
            for (int i = 0; i < length; i++) {
                sum[i] += vector[i];
            }
        }
        float[] rounded = new float[length];
        for (int i = 0; i < length; i++) {
            rounded[i] = (float) sum[i];
        }
        return rounded;
    }
}

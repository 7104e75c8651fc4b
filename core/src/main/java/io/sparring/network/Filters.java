package io.sparring.network;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a convolution is to be, whatever it sees: so many square filters, moved by the stride in both directions, nowhere over the
 * edge.
 *
 * @param filters how many, at least 1
 * @param kernel the filters' height and width, at least 1
 * @param stride from one place to the next, at least 1
 */
public record Filters(int filters, int kernel, int stride) implements Serializable {

    /** Those that have a name, in the order of the names: {@code minatar} (Young and Tian 2019), {@code nature} (Mnih et al. 2015). */
    public static final Map<String, List<Filters>> PRESETS = new TreeMap<>(Map.of(
            "minatar",
            List.of(new Filters(16, 3, 1)),
            "nature",
            List.of(new Filters(32, 8, 4), new Filters(64, 4, 2), new Filters(64, 3, 1))));

    /** @throws IllegalArgumentException if a number is below 1 */
    public Filters {
        if (filters < 1 || kernel < 1 || stride < 1) {
            throw new IllegalArgumentException(
                    "filters, kernel and stride are at least 1, not " + filters + ", " + kernel + " and " + stride);
        }
    }

    /** How many places there are on so many numbers; 0 if not even one. */
    int places(int size) {
        return size < kernel ? 0 : (size - kernel) / stride + 1;
    }

    /** As in {@code 32 of 8×8 by 4}. */
    @Override
    public String toString() {
        return filters + " of " + kernel + "×" + kernel + " by " + stride;
    }
}

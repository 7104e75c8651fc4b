package io.sparring.tuning;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.tuning.Range.Choice;
import io.sparring.tuning.Space.Dimension;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The combinations of grids, counted and found by number, never listed: there may be any number of them. */
final class Grid {
    /** What counting goes through: combinations of the keys that others depend on. */
    private static final long MAX_CONDITIONS = 100_000;

    private final List<Dimension> dimensions;
    private final Set<String> parents;
    private final long size;

    /** @throws InvalidConfiguration if too many values are depended on */
    Grid(List<Dimension> grids) {
        dimensions = parentsFirst(grids);
        parents = grids.stream()
                .flatMap(dimension -> dimension.when().keySet().stream())
                .collect(Collectors.toSet());
        long conditions = 1;
        for (Dimension dimension : grids) {
            conditions = parents.contains(dimension.key())
                    ? times(conditions, values(dimension).size())
                    : conditions;
        }
        if (conditions > MAX_CONDITIONS) {
            throw new InvalidConfiguration("space: expected at most " + MAX_CONDITIONS
                    + " combinations of grids that others depend on, got " + conditions);
        }
        size = count(0, new LinkedHashMap<>());
    }

    long size() {
        return size;
    }

    /** @param number from 0 to below {@link #size}; the last key is the fastest, after those that it depends on */
    Map<String, Object> combination(long number) {
        Map<String, Object> chosen = new LinkedHashMap<>();
        long left = number;
        for (int i = 0; i < dimensions.size(); i++) {
            Dimension dimension = dimensions.get(i);
            if (!present(dimension, chosen)) {
                continue;
            }
            for (Object value : values(dimension)) {
                chosen.put(dimension.key(), value);
                long behind = count(i + 1, chosen);
                if (!parents.contains(dimension.key())) {
                    chosen.put(dimension.key(), values(dimension).get((int) (left / behind)));
                    left %= behind;
                    break;
                }
                if (left < behind) {
                    break;
                }
                left -= behind;
            }
        }
        return chosen;
    }

    /** How many combinations the keys from {@code first} on have, given those before. */
    private long count(int first, Map<String, Object> chosen) {
        long count = 1;
        for (int i = first; i < dimensions.size(); i++) {
            Dimension dimension = dimensions.get(i);
            if (present(dimension, chosen)) {
                if (parents.contains(dimension.key())) {
                    long sum = 0;
                    Map<String, Object> with = new LinkedHashMap<>(chosen);
                    for (Object value : values(dimension)) {
                        with.put(dimension.key(), value);
                        long behind = count(i + 1, with);
                        sum = sum > Long.MAX_VALUE - behind ? Long.MAX_VALUE : sum + behind;
                    }
                    return times(count, sum);
                }
                count = times(count, values(dimension).size());
            }
        }
        return count;
    }

    private static List<Object> values(Dimension dimension) {
        return ((Choice) dimension.range()).values();
    }

    /** Those that a key depends on come before it, and are there if their own conditions hold. */
    private static boolean present(Dimension dimension, Map<String, Object> chosen) {
        return dimension.when().entrySet().stream()
                .allMatch(condition -> chosen.containsKey(condition.getKey())
                        && Space.allowed(condition.getValue(), chosen.get(condition.getKey())));
    }

    private static List<Dimension> parentsFirst(List<Dimension> grids) {
        Set<Dimension> ordered = new LinkedHashSet<>();
        grids.forEach(dimension -> addAfterParents(dimension, grids, ordered));
        return new ArrayList<>(ordered);
    }

    private static void addAfterParents(Dimension dimension, List<Dimension> grids, Set<Dimension> ordered) {
        grids.stream()
                .filter(other -> dimension.when().containsKey(other.key()) && !ordered.contains(other))
                .forEach(parent -> addAfterParents(parent, grids, ordered));
        ordered.add(dimension);
    }

    private static long times(long one, long other) {
        return Math.multiplyHigh(one, other) != 0 || one * other < 0 ? Long.MAX_VALUE : one * other;
    }
}

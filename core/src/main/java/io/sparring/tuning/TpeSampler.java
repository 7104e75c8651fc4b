package io.sparring.tuning;

import io.sparring.random.Purpose;
import io.sparring.random.Streams;
import io.sparring.tuning.History.Seen;
import io.sparring.tuning.History.State;
import io.sparring.tuning.Space.Dimension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The tree-structured Parzen estimator (Bergstra et al. 2011), multivariate, with Optuna 5's settings: of 24 points drawn from the
 * density of the good candidates, the one that is least dense among the bad ones. Good are the best tenth, 25 at most; those
 * that run, and those that failed, are bad, so that others are tried than these.
 *
 * <p>Keys under the same condition are drawn together, from the candidates that have them.
 */
final class TpeSampler implements Sampler {
    private static final int RANDOM_FIRST = 10;
    private static final int TRIED = 24;
    private static final int MOST_GOOD = 25;

    /** Best first. */
    private static final Comparator<Seen> BY_SCORE = Comparator.comparingDouble(seen -> -seen.score());

    /** Those that came further first; NaN is behind all numbers. */
    private static final Comparator<Seen> BY_ROUND =
            Comparator.comparingLong((Seen seen) -> -seen.round()).thenComparing(BY_SCORE);

    private final Space space;
    private final long seed;
    private final RandomSampler random;
    private final List<Group> groups;

    /** What the columns were made from: they go on growing while it does. */
    private History known;

    private int candidatesKnown;

    /** Keys that are there together, with their values in all candidates. */
    private record Group(List<Dimension> keys, List<Column> columns) {
        static Group of(List<Dimension> keys) {
            return new Group(keys, keys.stream().map(Column::new).toList());
        }

        boolean has(int candidate) {
            return columns.get(0).has(candidate);
        }
    }

    /**
     * The candidates that a point is drawn by, in the order in which they were begun.
     *
     * @param done how many have a score and do not run
     */
    private record Split(int done, int[] good, int[] bad) {}

    /** Of a group's keys. */
    record Densities(ParzenEstimator good, ParzenEstimator bad) {}

    TpeSampler(Space space, long seed) {
        this.space = space;
        this.seed = seed;
        random = new RandomSampler(space, seed);
        groups = groups();
    }

    /** Those that a condition is about come before those under it. */
    private List<Group> groups() {
        Map<Map<String, List<Object>>, List<Dimension>> byCondition = new LinkedHashMap<>();
        space.sampled()
                .forEach(dimension -> byCondition
                        .computeIfAbsent(dimension.when(), when -> new ArrayList<>())
                        .add(dimension));
        Set<String> waiting =
                space.sampled().stream().map(Dimension::key).collect(Collectors.toCollection(HashSet::new));
        List<Group> ordered = new ArrayList<>();
        while (!byCondition.isEmpty()) {
            Map<String, List<Object>> next = byCondition.keySet().stream()
                    .filter(when -> when.keySet().stream().noneMatch(waiting::contains))
                    .findFirst()
                    .orElseThrow();
            Group group = Group.of(byCondition.remove(next));
            group.keys().forEach(dimension -> waiting.remove(dimension.key()));
            ordered.add(group);
        }
        return ordered;
    }

    @Override
    public Point point(int candidate, History seen) {
        grow(seen);
        Split split = split(seen);
        UniformRandomProvider generator = Streams.of(seed, candidate, 0, Purpose.SAMPLER);
        Map<String, Object> values = space.grid(candidate);
        for (Group group : groups) {
            if (space.holds(group.keys().get(0), values)) {
                Map<String, Object> drawn = sameDraw(group, candidate, seen)
                        .orElseGet(() -> split.done() < RANDOM_FIRST
                                ? random.draw(candidate)
                                : best(group, densities(group, split), generator));
                group.keys().forEach(dimension -> values.put(dimension.key(), drawn.get(dimension.key())));
            }
        }
        return space.point(values);
    }

    /** What was drawn already, for another combination of the grids. */
    private Optional<Map<String, Object>> sameDraw(Group group, int candidate, History seen) {
        return IntStream.range(space.first(candidate), Math.min(candidate, seen.size()))
                .filter(group::has)
                .mapToObj(other -> seen.get(other).point().values())
                .findFirst();
    }

    /** Of the points drawn from the good ones' density, the one that stands out most from the bad ones'. */
    private static Map<String, Object> best(Group group, Densities densities, UniformRandomProvider generator) {
        double[] best = {};
        double most = Double.NEGATIVE_INFINITY;
        for (double[] drawn : distinct(densities.good(), generator)) {
            double ratio = densities.good().logDensity(drawn) - densities.bad().logDensity(drawn);
            if (best.length == 0 || ratio > most) {
                best = drawn;
                most = ratio;
            }
        }
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < best.length; i++) {
            Column column = group.columns().get(i);
            values.put(column.dimension().key(), column.value(best[i]));
        }
        return values;
    }

    private static List<double[]> distinct(ParzenEstimator good, UniformRandomProvider generator) {
        List<double[]> distinct = new ArrayList<>();
        for (int i = 0; i < TRIED; i++) {
            double[] drawn = good.draw(generator);
            if (distinct.stream().noneMatch(other -> Arrays.equals(other, drawn))) {
                distinct.add(drawn);
            }
        }
        return distinct;
    }

    /** The densities of a key and those drawn with it. */
    Densities densities(String key, History seen) {
        grow(seen);
        return groups.stream()
                .filter(group -> group.keys().stream()
                        .anyMatch(dimension -> dimension.key().equals(key)))
                .map(group -> densities(group, split(seen)))
                .findFirst()
                .orElseThrow();
    }

    private static Densities densities(Group group, Split split) {
        return new Densities(
                new ParzenEstimator(group.columns(), those(split.good(), group)),
                new ParzenEstimator(group.columns(), those(split.bad(), group)));
    }

    private static int[] those(int[] candidates, Group group) {
        return Arrays.stream(candidates).filter(group::has).toArray();
    }

    private void grow(History seen) {
        if (seen != known) {
            groups.forEach(group -> group.columns().forEach(Column::clear));
            known = seen;
            candidatesKnown = 0;
        }
        for (; candidatesKnown < seen.size(); candidatesKnown++) {
            Point point = seen.get(candidatesKnown).point();
            groups.forEach(group -> group.columns().forEach(column -> column.add(point)));
        }
    }

    private static Split split(History seen) {
        List<Integer> finished = new ArrayList<>();
        List<Integer> stopped = new ArrayList<>();
        for (int candidate = 0; candidate < seen.size(); candidate++) {
            Seen one = seen.get(candidate);
            if (one.state() == State.STOPPED) {
                stopped.add(candidate);
            } else if (one.state() == State.FINISHED && !Double.isNaN(one.score())) {
                finished.add(candidate);
            }
        }
        int done = finished.size() + stopped.size();
        int wanted = (int) Math.min(Math.ceil(0.1 * done), MOST_GOOD);
        Set<Integer> good = new HashSet<>(best(wanted, finished, seen, BY_SCORE));
        good.addAll(best(wanted - good.size(), stopped, seen, BY_ROUND));
        return new Split(
                done,
                good.stream().mapToInt(Integer::intValue).sorted().toArray(),
                IntStream.range(0, seen.size())
                        .filter(candidate -> !good.contains(candidate))
                        .toArray());
    }

    /** Of equally good ones the earlier. */
    private static Collection<Integer> best(int count, List<Integer> of, History seen, Comparator<Seen> order) {
        Comparator<Integer> better =
                Comparator.<Integer, Seen>comparing(seen::get, order).thenComparing(Comparator.naturalOrder());
        PriorityQueue<Integer> best = new PriorityQueue<>(better.reversed());
        for (Integer candidate : of) {
            if (best.size() < count) {
                best.add(candidate);
            } else if (count > 0 && better.compare(candidate, best.peek()) < 0) {
                best.poll();
                best.add(candidate);
            }
        }
        return best;
    }
}

package io.sparring.tuning;

import io.sparring.Names;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.tuning.Range.Choice;
import io.sparring.tuning.Range.Continuous;
import io.sparring.tuning.Range.Stepped;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * What a sweep tries: for keys of the configuration, the values that they can have.
 *
 * <p>Grids are crossed with what is drawn: with G combinations of the grids, candidate c has combination c mod G and draw ⌊c/G⌋.
 * A grid over {@code seed} is kept apart: its seeds are trials of one candidate.
 */
public final class Space {
    private static final String SEED = "seed";
    private static final String FREE = "environment.options.";
    private static final String WHEN = "when";
    private static final String GRID = "grid";
    private static final List<String> KINDS =
            List.of("choice", "uniform", "log-uniform", "int-uniform", "q-uniform", GRID);

    /** Doubles tell whole numbers apart up to here. */
    private static final long MAX_STEPS = 1L << 53;

    private final Map<String, Dimension> dimensions;
    private final List<Dimension> sampled;
    private final List<Long> seeds;
    private final Grid grid;

    /**
     * @param when the values of other keys with which this one is there, in the space's order of keys
     */
    record Dimension(String key, Range range, boolean grid, Map<String, List<Object>> when) {}

    private Space(Map<String, Dimension> dimensions, List<Long> seeds) {
        this.dimensions = dimensions;
        this.seeds = seeds;
        sampled = dimensions.values().stream()
                .filter(dimension -> !dimension.grid())
                .toList();
        grid = new Grid(dimensions.values().stream().filter(Dimension::grid).toList());
    }

    /**
     * @param section the file's section {@code space}: key of the configuration → {@code {choice: [...]}} and so on, as plain
     *     maps, lists, numbers, truth values and text
     * @throws InvalidConfiguration with one line: the key's path and what was expected
     */
    public static Space of(Map<String, Object> section) {
        Map<String, Dimension> dimensions = new LinkedHashMap<>();
        List<Long> seeds = List.of();
        Set<String> known = Set.copyOf(ConfigurationFile.keys());
        for (Map.Entry<String, Object> entry : section.entrySet()) {
            String key = entry.getKey();
            String path = "space." + key;
            if (!known.contains(key) && !(key.startsWith(FREE) && key.length() > FREE.length())) {
                throw new InvalidConfiguration("space: the configuration has no key " + key + Names.hint(key, known));
            }
            if (!(entry.getValue() instanceof Map<?, ?> given)) {
                throw new InvalidConfiguration(
                        path + ": expected a section with one of " + KINDS + ", got " + entry.getValue());
            }
            if (key.equals(SEED)) {
                seeds = seeds(path, given);
            } else {
                dimensions.put(key, dimension(key, path, given));
            }
        }
        requireConditions(dimensions);
        return new Space(dimensions, seeds);
    }

    /** The seeds that every candidate is trained with; empty: the base configuration's. */
    public List<Long> seeds() {
        return seeds;
    }

    /** Whether nothing is drawn: then there are {@link #gridSize} candidates. */
    public boolean gridsAlone() {
        return sampled.isEmpty();
    }

    /** How many combinations the grids other than {@code seed} have: 1 without any, {@link Long#MAX_VALUE} if it is that many or more. */
    public long gridSize() {
        return grid.size();
    }

    /** The keys, without {@code seed}. */
    public List<String> keys() {
        return List.copyOf(dimensions.keySet());
    }

    /** All keys with their values, without {@code seed}, in the file's order. */
    Collection<Dimension> dimensions() {
        return dimensions.values();
    }

    /** What is drawn, in the file's order. */
    List<Dimension> sampled() {
        return sampled;
    }

    /** Which draw a candidate has. */
    long draw(int candidate) {
        return candidate / grid.size();
    }

    /** The first of the candidates that have a candidate's draw. */
    int first(int candidate) {
        return (int) (candidate - candidate % grid.size());
    }

    /** A candidate's values of the grids, in a map of the caller's own. */
    Map<String, Object> grid(int candidate) {
        return grid.combination(candidate % grid.size());
    }

    /** Those of the values whose conditions hold, in the file's order. */
    Point point(Map<String, Object> values) {
        Map<String, Object> present = new LinkedHashMap<>();
        dimensions.keySet().stream()
                .filter(key -> present(key, values))
                .forEach(key -> present.put(key, values.get(key)));
        return new Point(present);
    }

    private boolean present(String key, Map<String, Object> values) {
        return values.containsKey(key) && holds(dimensions.get(key), values);
    }

    /**
     * A point near another one (Jaderberg et al. 2017): each setting that is drawn is drawn anew with probability 1/4, and else, if it is a number from a
     * range, multiplied by 1.2 or 0.8 within it. One that was absent is drawn, should its condition hold now.
     */
    Point explored(Point point, UniformRandomProvider random) {
        Map<String, Object> values = new LinkedHashMap<>(point.values());
        for (Dimension dimension : sampled) {
            boolean anew = random.nextDouble() < 0.25;
            double quantile = random.nextDouble();
            double factor = random.nextBoolean() ? 1.2 : 0.8;
            Object value = values.get(dimension.key());
            values.put(
                    dimension.key(),
                    anew || value == null
                            ? dimension.range().at(quantile)
                            : dimension.range().times(value, factor));
        }
        return point(values);
    }

    /** Whether a key's condition holds, and those of the keys it depends on. */
    boolean holds(Dimension dimension, Map<String, Object> values) {
        return dimension.when().entrySet().stream()
                .allMatch(condition -> present(condition.getKey(), values)
                        && allowed(condition.getValue(), values.get(condition.getKey())));
    }

    static boolean allowed(List<Object> values, Object value) {
        return values.stream().anyMatch(one -> Values.same(one, value));
    }

    private static List<Long> seeds(String path, Map<?, ?> given) {
        if (!given.keySet().equals(Set.of(GRID))) {
            throw new InvalidConfiguration(path + ": expected {grid: [...]}, got " + given);
        }
        return values(path + "." + GRID, given.get(GRID)).stream()
                .map(value -> {
                    if (value instanceof Long seed) {
                        return seed;
                    }
                    throw new InvalidConfiguration(path + "." + GRID + ": expected whole numbers, got " + value);
                })
                .toList();
    }

    private static Dimension dimension(String key, String path, Map<?, ?> given) {
        List<String> allowed = Stream.concat(KINDS.stream(), Stream.of(WHEN)).toList();
        given.keySet().stream()
                .map(String::valueOf)
                .filter(name -> !allowed.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new InvalidConfiguration(
                            path + ": expected one of " + KINDS + ", got " + name + Names.hint(name, allowed));
                });
        List<String> kinds = KINDS.stream().filter(given::containsKey).toList();
        if (kinds.size() != 1) {
            throw new InvalidConfiguration(path + ": expected one of " + KINDS + ", got "
                    + (kinds.isEmpty() ? "none" : String.join(" and ", kinds)));
        }
        String kind = kinds.get(0);
        String where = path + "." + kind;
        Object value = given.get(kind);
        Range range = switch (kind) {
            case "choice", GRID -> new Choice(values(where, value));
            case "uniform" -> continuous(where, value, false);
            case "log-uniform" -> continuous(where, value, true);
            case "int-uniform" -> whole(where, value);
            default -> stepped(where, value);
        };
        return new Dimension(key, range, kind.equals(GRID), when(path + "." + WHEN, given.get(WHEN)));
    }

    private static List<Object> values(String path, Object given) {
        if (!(given instanceof List<?> list) || list.isEmpty()) {
            throw new InvalidConfiguration(
                    path + ": expected a list of values, got " + (given == null ? "nothing" : given));
        }
        Set<Object> distinct = new HashSet<>();
        List<Object> values = new ArrayList<>();
        for (Object element : list) {
            Object value = Values.of(path, element);
            if (!distinct.add(Values.canonical(value))) {
                throw new InvalidConfiguration(path + ": expected each value once, got " + value + " again");
            }
            values.add(value);
        }
        return List.copyOf(values);
    }

    private static Range continuous(String path, Object given, boolean log) {
        List<Number> bounds = bounds(path, given, "[smallest, largest]", 2);
        double low = bounds.get(0).doubleValue();
        double high = bounds.get(1).doubleValue();
        if (log && low <= 0) {
            throw new InvalidConfiguration(path + ": expected numbers above 0, got " + given);
        }
        if (!Double.isFinite(high - low)) {
            throw new InvalidConfiguration(path + ": expected a narrower range, got " + given);
        }
        return new Continuous(low, high, log);
    }

    private static Range whole(String path, Object given) {
        List<Number> bounds = bounds(path, given, "[smallest, largest]", 2);
        if (bounds.stream().anyMatch(bound -> !(Values.canonical(bound) instanceof Long))) {
            throw new InvalidConfiguration(path + ": expected whole numbers, got " + given);
        }
        return stepped(path, bounds.get(0), bounds.get(1), 1L);
    }

    private static Range stepped(String path, Object given) {
        List<Number> bounds = bounds(path, given, "[smallest, largest, step]", 3);
        if (bounds.get(2).doubleValue() <= 0) {
            throw new InvalidConfiguration(path + ": expected a step above 0, got " + given);
        }
        return stepped(path, bounds.get(0), bounds.get(1), bounds.get(2));
    }

    private static Range stepped(String path, Number from, Number to, Number by) {
        BigDecimal low = new BigDecimal(from.toString());
        BigDecimal step = new BigDecimal(by.toString());
        BigDecimal steps = new BigDecimal(to.toString()).subtract(low).divide(step, 0, RoundingMode.FLOOR);
        if (steps.compareTo(BigDecimal.valueOf(MAX_STEPS)) >= 0) {
            throw new InvalidConfiguration(path + ": expected at most 2^53 values, got [" + from + ", " + to + "]");
        }
        boolean whole = Values.canonical(from) instanceof Long && Values.canonical(by) instanceof Long;
        return new Stepped(low, step, steps.longValueExact() + 1, whole);
    }

    private static List<Number> bounds(String path, Object given, String expected, int count) {
        if (!(given instanceof List<?> list) || list.size() != count) {
            throw new InvalidConfiguration(
                    path + ": expected " + expected + ", got " + (given == null ? "nothing" : given));
        }
        List<Number> bounds = list.stream()
                .map(element -> Values.of(path, element))
                .map(value -> {
                    if (value instanceof Number number) {
                        return number;
                    }
                    throw new InvalidConfiguration(path + ": expected numbers, got " + value);
                })
                .toList();
        if (bounds.get(0).doubleValue() >= bounds.get(1).doubleValue()) {
            throw new InvalidConfiguration(
                    path + ": expected " + expected + ", the smallest below the largest, got " + given);
        }
        return bounds;
    }

    private static Map<String, List<Object>> when(String path, Object given) {
        if (given == null) {
            return Map.of();
        }
        if (!(given instanceof Map<?, ?> conditions) || conditions.isEmpty()) {
            throw new InvalidConfiguration(path + ": expected {key: value}, got " + given);
        }
        Map<String, List<Object>> when = new TreeMap<>();
        conditions.forEach((key, value) -> {
            String where = path + "." + key;
            when.put(
                    String.valueOf(key),
                    value instanceof List<?> ? values(where, value) : List.of(Values.of(where, value)));
        });
        return when;
    }

    private static void requireConditions(Map<String, Dimension> dimensions) {
        for (Dimension dimension : dimensions.values()) {
            dimension.when().forEach((key, values) -> {
                String path = "space." + dimension.key() + "." + WHEN;
                Dimension other = dimensions.get(key);
                if (other == null) {
                    throw new InvalidConfiguration(path + ": expected a key of the space"
                            + (key.equals(SEED) ? " other than seed" : "") + ", got " + key
                            + Names.hint(key, dimensions.keySet()));
                }
                if (dimension.grid() && !other.grid()) {
                    throw new InvalidConfiguration(
                            path + ": expected a key with a grid, as a grid depends on no draw, got " + key);
                }
                if (other.range() instanceof Continuous) {
                    throw new InvalidConfiguration(path + ": expected a key with single values, got " + key);
                }
                values.stream()
                        .filter(value -> !other.range().has(value))
                        .findFirst()
                        .ifPresent(value -> {
                            throw new InvalidConfiguration(
                                    path + "." + key + ": expected a value that " + key + " can have, got " + value);
                        });
            });
        }
        dimensions
                .keySet()
                .forEach(key -> cycle(key, dimensions, new ArrayList<>()).ifPresent(cycle -> {
                    throw new InvalidConfiguration("space." + key + "." + WHEN
                            + ": expected no condition on itself, got " + String.join(" → ", cycle));
                }));
    }

    /** The way from a key over its conditions back to it. */
    private static Optional<List<String>> cycle(String key, Map<String, Dimension> dimensions, List<String> way) {
        if (way.contains(key)) {
            return way.get(0).equals(key)
                    ? Optional.of(Stream.concat(way.stream(), Stream.of(key)).toList())
                    : Optional.empty();
        }
        List<String> longer = Stream.concat(way.stream(), Stream.of(key)).toList();
        return dimensions.get(key).when().keySet().stream()
                .flatMap(parent -> cycle(parent, dimensions, longer).stream())
                .findFirst();
    }
}

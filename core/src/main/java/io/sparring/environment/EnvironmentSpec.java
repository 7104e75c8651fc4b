package io.sparring.environment;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What there is to know about an environment without making one: resolved once, when a run starts, then it travels with the run and
 * lies in its folder. After Gymnasium's {@code EnvSpec}.
 *
 * @param id the environment's name
 * @param options every option with its value: a Long, Double, Boolean or String, or a list or map of these
 * @param observationSpace what one copy observes
 * @param actionSpace what one copy may be told to do
 * @param stepLimit after so many steps, at least 1, an episode is truncated; null: never
 * @param rewardThreshold the mean return from which on the task is taken for solved; null where nobody has said so
 * @param recovery how a copy comes back to where it stood
 * @param wrappers what stands between it and who acts, the innermost first
 * @param masks whether some actions are forbidden at times
 * @param parts what an observation's numbers are, one part behind the other, where it is a dictionary; empty: it has no parts
 */
public record EnvironmentSpec(
        String id,
        SortedMap<String, Object> options,
        Space.Box observationSpace,
        Space actionSpace,
        Integer stepLimit,
        Double rewardThreshold,
        Recovery recovery,
        List<Wrapper> wrappers,
        boolean masks,
        List<Part> parts)
        implements Serializable {

    /**
     * One part of an observation.
     *
     * @param name of it, as in {@code camera}; of one within another {@code hand/camera}
     * @param dtype what its numbers are
     * @param shape how many numbers there are in each dimension, the last one varying fastest
     */
    public record Part(String name, Space.Dtype dtype, List<Integer> shape) implements Serializable {
        public Part {
            shape = List.copyOf(shape);
        }

        /** How many numbers it has. */
        public int size() {
            return shape.stream().reduce(1, Math::multiplyExact);
        }
    }

    /**
     * Something that changes what an environment shows or takes.
     *
     * @param name of it
     * @param arguments by name
     */
    public record Wrapper(String name, SortedMap<String, Object> arguments) implements Serializable {
        public Wrapper {
            arguments = values(arguments, "the argument ", " of " + name);
        }
    }

    /** One whose observations have no parts. */
    public EnvironmentSpec(
            String id,
            SortedMap<String, Object> options,
            Space.Box observationSpace,
            Space actionSpace,
            Integer stepLimit,
            Double rewardThreshold,
            Recovery recovery,
            List<Wrapper> wrappers,
            boolean masks) {
        this(
                id,
                options,
                observationSpace,
                actionSpace,
                stepLimit,
                rewardThreshold,
                recovery,
                wrappers,
                masks,
                List.of());
    }

    /** One without wrappers and masks. */
    public EnvironmentSpec(
            String id,
            SortedMap<String, Object> options,
            Space.Box observationSpace,
            Space actionSpace,
            Integer stepLimit,
            Double rewardThreshold,
            Recovery recovery) {
        this(id, options, observationSpace, actionSpace, stepLimit, rewardThreshold, recovery, List.of(), false);
    }

    /** How an environment that was lost with its executor is brought back to where it stood. */
    public enum Recovery {
        /** {@link Environment#snapshot} is its whole state. */
        SNAPSHOT,
        /** The episode is played again from its seed, with the actions since. */
        REPLAY,
        /** Not at all: a new episode begins. */
        NONE
    }

    /** @throws IllegalArgumentException if something is missing, or a value is not of one of the types */
    public EnvironmentSpec {
        if (id == null || options == null || observationSpace == null || actionSpace == null || recovery == null) {
            throw new IllegalArgumentException(
                    "an environment has a name, options, both spaces and a way of being brought back");
        }
        if (stepLimit != null && stepLimit < 1) {
            throw new IllegalArgumentException("an episode of " + id + " has at least 1 step, not " + stepLimit);
        }
        options = values(options, "the option ", " of " + id);
        // Files of builds that knew none have none.
        wrappers = wrappers == null ? List.of() : List.copyOf(wrappers);
        parts = parts == null ? List.of() : List.copyOf(parts);
    }

    /** A copy whose whole numbers are all Longs, wherever they come from. */
    private static SortedMap<String, Object> values(Map<?, ?> given, String before, String after) {
        SortedMap<String, Object> values = new TreeMap<>();
        given.forEach((name, value) -> values.put(name.toString(), value(value, before + name, after)));
        return Collections.unmodifiableSortedMap(values);
    }

    private static Object value(Object given, String what, String after) {
        if (given instanceof Integer whole) {
            return whole.longValue();
        }
        if (given instanceof Long || given instanceof Double || given instanceof Boolean || given instanceof String) {
            return given;
        }
        if (given instanceof List<?> list) {
            return list.stream().map(element -> value(element, what, after)).toList();
        }
        if (given instanceof Map<?, ?> map) {
            return values(map, what + ".", after);
        }
        throw new IllegalArgumentException(
                what + after + " is a Long, Double, Boolean, String, list or map, not " + given);
    }

    /** The same that observes something else. */
    public EnvironmentSpec withObservations(Space.Box observations) {
        return new EnvironmentSpec(
                id, options, observations, actionSpace, stepLimit, rewardThreshold, recovery, wrappers, masks);
    }

    /** The same with other limits, each of which may be null. */
    public EnvironmentSpec withLimits(Integer steps, Double threshold) {
        return new EnvironmentSpec(
                id, options, observationSpace, actionSpace, steps, threshold, recovery, wrappers, masks, parts);
    }

    /** The same with other options and wrappers. */
    public EnvironmentSpec with(SortedMap<String, Object> others, List<Wrapper> otherWrappers) {
        return new EnvironmentSpec(
                id,
                others,
                observationSpace,
                actionSpace,
                stepLimit,
                rewardThreshold,
                recovery,
                otherWrappers,
                masks,
                parts);
    }

    /** The same within these wrappers. */
    EnvironmentSpec within(List<Wrapper> all) {
        return new EnvironmentSpec(
                id, options, observationSpace, actionSpace, stepLimit, rewardThreshold, recovery, all, masks, parts);
    }

    /** Which of an observation's numbers are kept as bytes. */
    public RowLayout layout() {
        if (parts.isEmpty()) {
            return RowLayout.of(observationSpace);
        }
        int[] runs = new int[2 * parts.size()];
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            runs[2 * i + (part.dtype() == Space.Dtype.UINT8 ? 1 : 0)] = part.size();
        }
        return RowLayout.ofRuns(runs);
    }

    /** For people, as in {@code observes [4] float32, acts in Discrete[n=2]}; parts are named, as in {@code observes {camera: [8, 8] uint8}}. */
    public String spaces() {
        String observed = parts.isEmpty()
                ? Arrays.toString(observationSpace.shape()) + " " + observationSpace.dtype()
                : parts.stream()
                        .map(part -> part.name() + ": " + part.shape() + " " + part.dtype())
                        .collect(Collectors.joining(", ", "{", "}"));
        return "observes " + observed + ", acts in " + actionSpace + (masks ? ", masked" : "");
    }
}

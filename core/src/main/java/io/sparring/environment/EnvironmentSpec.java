package io.sparring.environment;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What there is to know about an environment without making one: resolved once, when a run starts, then it travels with the run and
 * lies in its folder. After Gymnasium's {@code EnvSpec}.
 *
 * @param id the environment's name
 * @param options every option with its value: a Long, Double, Boolean or String
 * @param observationSpace what one copy observes
 * @param actionSpace what one copy may be told to do
 * @param stepLimit after so many steps, at least 1, an episode is truncated; null: never
 * @param rewardThreshold the mean return from which on the task is taken for solved; null where nobody has said so
 * @param recovery how a copy comes back to where it stood
 * @param wrappers what stands between it and who acts, the innermost first
 */
public record EnvironmentSpec(
        String id,
        SortedMap<String, Object> options,
        Space.Box observationSpace,
        Space actionSpace,
        Integer stepLimit,
        Double rewardThreshold,
        Recovery recovery,
        List<Wrapper> wrappers)
        implements Serializable {

    /**
     * Something that changes what an environment shows or takes.
     *
     * @param name of it
     * @param arguments by name
     */
    public record Wrapper(String name, SortedMap<String, Object> arguments) implements Serializable {
        public Wrapper {
            arguments = Collections.unmodifiableSortedMap(new TreeMap<>(arguments));
        }
    }

    /** One without wrappers. */
    public EnvironmentSpec(
            String id,
            SortedMap<String, Object> options,
            Space.Box observationSpace,
            Space actionSpace,
            Integer stepLimit,
            Double rewardThreshold,
            Recovery recovery) {
        this(id, options, observationSpace, actionSpace, stepLimit, rewardThreshold, recovery, List.of());
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
        for (Map.Entry<String, Object> option : options.entrySet()) {
            Object value = option.getValue();
            if (!(value instanceof Long
                    || value instanceof Double
                    || value instanceof Boolean
                    || value instanceof String)) {
                throw new IllegalArgumentException("the option " + option.getKey() + " of " + id
                        + " is a Long, Double, Boolean or String, not " + value);
            }
        }
        if (stepLimit != null && stepLimit < 1) {
            throw new IllegalArgumentException("an episode of " + id + " has at least 1 step, not " + stepLimit);
        }
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        // Files of builds that knew none have none.
        wrappers = wrappers == null ? List.of() : List.copyOf(wrappers);
    }

    /** For people, as in {@code observes [4] float32, acts in Discrete[n=2]}. */
    public String spaces() {
        return "observes " + Arrays.toString(observationSpace.shape()) + " " + observationSpace.dtype() + ", acts in "
                + actionSpace;
    }
}

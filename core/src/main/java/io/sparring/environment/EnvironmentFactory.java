package io.sparring.environment;

import java.util.List;
import java.util.SortedMap;

/**
 * Makes environments known by name. Found by {@link java.util.ServiceLoader}: a jar on the class path that has such a class also has
 * its full name as a line of {@code META-INF/services/io.sparring.environment.EnvironmentFactory}. Has a public constructor without
 * parameters.
 */
public interface EnvironmentFactory {

    /** The names; no other factory may have one of these. */
    List<String> ids();

    /** What can be set about the environment of that name, by {@code environment.options}. Each has a default. */
    default List<EnvironmentOption> options(String id) {
        return List.of();
    }

    /**
     * What there is to know about an environment, which is not made for that.
     *
     * @param id one of {@link #ids}
     * @param options every one of {@link #options} with an allowed value of its type
     */
    EnvironmentSpec spec(String id, SortedMap<String, Object> options);

    /**
     * An environment with the spaces and options of {@code spec}.
     *
     * @param spec what {@link #spec} gave
     * @param copies B, at least 1
     */
    Environment create(EnvironmentSpec spec, int copies);
}

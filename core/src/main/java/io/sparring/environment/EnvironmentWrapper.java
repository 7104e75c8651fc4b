package io.sparring.environment;

import java.util.List;
import java.util.SortedMap;

/**
 * Changes what an environment shows, takes or gives, from outside. Found by {@link java.util.ServiceLoader}: its full name is a line of
 * {@code META-INF/services/io.sparring.environment.EnvironmentWrapper}. Has a public constructor without parameters.
 *
 * <p>What it makes is an {@link Environment} and keeps all of its promises: copies that step together, ended ones reset in the same step, a
 * snapshot that holds its own state and that of the environment within.
 */
public interface EnvironmentWrapper {

    /** In kebab-case; no other one may have it. */
    String name();

    /** What it does, in one line. */
    String description();

    /** What it has to be told, by {@code environment.wrappers}. */
    default List<EnvironmentOption> arguments() {
        return List.of();
    }

    /**
     * What there is to know about the environment with this around it, but for {@link EnvironmentSpec#wrappers}, which is kept up to date
     * elsewhere.
     *
     * @param inner the same without it
     * @param arguments every one of {@link #arguments} with an allowed value of its type
     * @throws IllegalArgumentException if it does not go around that environment
     */
    EnvironmentSpec spec(EnvironmentSpec inner, SortedMap<String, Object> arguments);

    /**
     * An environment with this around it.
     *
     * @param inner makes what is within; whatever it made, the result closes
     * @param arguments those of {@link #spec}
     * @param copies B, at least 1
     */
    Environment around(EnvironmentSource inner, SortedMap<String, Object> arguments, int copies);
}

package io.sparring.environment;

import java.io.Serializable;

/**
 * What a run needs of its environment: what is known about it, and who makes it. Travels to executors.
 *
 * <p>{@link Environments#resolve} gives that of a registered one. One that is not registered needs no more than this:
 *
 * <pre>{@code
 *   new EnvironmentSource(spec, (spec, copies) -> new MyEnvironment(copies));
 * }</pre>
 */
public record EnvironmentSource(EnvironmentSpec spec, Maker maker) implements Serializable {

    /** Makes an environment; goes to executors, so that whatever it holds is Serializable. */
    @FunctionalInterface
    public interface Maker extends Serializable {
        /**
         * @param spec what the environment has to be
         * @param copies B, at least 1
         */
        Environment make(EnvironmentSpec spec, int copies);
    }

    /**
     * A new environment, which the caller has to close.
     *
     * @param copies B, at least 1
     * @throws IllegalArgumentException if there would be no copy
     * @throws IllegalStateException if the environment is not what the spec says: the run would learn something else than it was started for
     */
    public Environment create(int copies) {
        if (copies < 1) {
            throw new IllegalArgumentException("an environment has at least 1 copy, not " + copies);
        }
        Environment environment = maker.make(spec, copies);
        try {
            requireSame("observes", spec.observationSpace(), environment.observationSpace());
            requireSame("acts in", spec.actionSpace(), environment.actionSpace());
            requireSame("masks actions:", spec.masks(), environment.masks());
            return environment;
        } catch (RuntimeException e) {
            environment.close();
            throw e;
        }
    }

    private void requireSame(String what, Object promised, Object found) {
        if (!promised.equals(found)) {
            throw new IllegalStateException(
                    spec.id() + " " + what + " " + found + " here, and " + promised + " by the run's spec");
        }
    }
}

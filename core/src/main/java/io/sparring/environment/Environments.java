package io.sparring.environment;

import io.sparring.Names;
import io.sparring.environment.classiccontrol.CartPole;
import io.sparring.environment.identity.Identity;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** The environments by name. A new one is one line here. */
public final class Environments {
    private static final Map<String, IntFunction<Environment>> BY_ID = new TreeMap<>(Map.of(
            "CartPole-v1", CartPole::new,
            "Identity-Discrete-v0", Identity::discrete,
            "Identity-Box-v0", Identity::box));

    private Environments() {}

    /** All names, sorted. */
    public static List<String> ids() {
        return List.copyOf(BY_ID.keySet());
    }

    /**
     * @param copies how many copies step together, at least 1
     * @throws IllegalArgumentException if there is no environment of that name, or no copy
     */
    public static Environment create(String id, int copies) {
        IntFunction<Environment> factory = BY_ID.get(id);
        if (factory == null) {
            throw new IllegalArgumentException("there is no environment " + id + Names.hint(id, BY_ID.keySet()));
        }
        if (copies < 1) {
            throw new IllegalArgumentException("an environment has at least 1 copy, not " + copies);
        }
        return factory.apply(copies);
    }
}

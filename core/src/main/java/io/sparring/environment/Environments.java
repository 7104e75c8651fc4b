package io.sparring.environment;

import io.sparring.Names;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The environments by name: those of every {@link EnvironmentFactory} on the class path. */
public final class Environments {
    private Environments() {}

    /** All names, sorted. */
    public static List<String> ids() {
        return factories()
                .flatMap(factory -> factory.ids().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * The options of an environment.
     *
     * @throws IllegalArgumentException if there is no environment of that name
     */
    public static List<EnvironmentOption> options(String id) {
        return factory(id).options(id);
    }

    /**
     * An environment with these options, and defaults for the others.
     *
     * @throws IllegalArgumentException if there is no environment of that name; or no such option, or a value that it does not allow,
     *     and then the message begins with {@code options.}NAME
     */
    public static EnvironmentSource resolve(String id, Map<String, ?> options) {
        return resolve(id, options, List.of());
    }

    /**
     * An environment with these options, within these wrappers.
     *
     * @param wrappers the innermost first
     * @throws IllegalArgumentException as {@link #resolve(String, Map)} does; or if a wrapper is unknown, its arguments are not allowed or
     *     it does not go around that environment, and then the message begins with {@code wrappers:}
     */
    public static EnvironmentSource resolve(String id, Map<String, ?> options, List<EnvironmentSpec.Wrapper> wrappers) {
        EnvironmentFactory factory = factory(id);
        return wrapped(made(factory.spec(id, EnvironmentOption.resolve(factory.options(id), options))), wrappers);
    }

    /**
     * The environment that was resolved elsewhere or earlier.
     *
     * @throws IllegalArgumentException if there is no environment of that name here, or not all of its wrappers are
     */
    public static EnvironmentSource of(EnvironmentSpec spec) {
        EnvironmentFactory factory = factory(spec.id());
        if (spec.wrappers().isEmpty()) {
            return made(spec);
        }
        EnvironmentSource innermost = made(factory.spec(spec.id(), spec.options()));
        return new EnvironmentSource(spec, wrapped(innermost, spec.wrappers()).maker());
    }

    /**
     * Any environment, registered or not, within these wrappers.
     *
     * @param wrappers the innermost first
     * @throws IllegalArgumentException if a wrapper is unknown, its arguments are not allowed or it does not go around that environment; the
     *     message begins with {@code wrappers:}
     */
    public static EnvironmentSource wrapped(EnvironmentSource source, List<EnvironmentSpec.Wrapper> wrappers) {
        EnvironmentSource outermost = source;
        for (EnvironmentSpec.Wrapper wrapper : wrappers) {
            outermost = WrapperLayer.around(outermost, wrapper);
        }
        return outermost;
    }

    /** The wrappers that there are, by name. */
    public static List<EnvironmentWrapper> wrappers() {
        return WrapperLayer.known();
    }

    private static EnvironmentSource made(EnvironmentSpec spec) {
        // Each executor looks for the factory itself: only the name travels.
        return new EnvironmentSource(
                spec, (resolved, copies) -> factory(resolved.id()).create(resolved, copies));
    }

    /**
     * An environment with all options at their defaults, which the caller has to close.
     *
     * @param copies how many copies step together, at least 1
     * @throws IllegalArgumentException if there is no environment of that name, or no copy
     */
    public static Environment create(String id, int copies) {
        return resolve(id, Map.of()).create(copies);
    }

    private static EnvironmentFactory factory(String id) {
        List<EnvironmentFactory> found =
                factories().filter(factory -> factory.ids().contains(id)).toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is no environment " + id + Names.hint(id, ids()));
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException("there are two environments " + id + ": of "
                    + found.get(0).getClass().getName() + " and of "
                    + found.get(1).getClass().getName());
        }
        return found.get(0);
    }

    /** By the thread's class loader, which on Spark knows the jars of {@code --jars}. */
    private static Stream<EnvironmentFactory> factories() {
        return ServiceLoader.load(EnvironmentFactory.class).stream().map(ServiceLoader.Provider::get);
    }
}

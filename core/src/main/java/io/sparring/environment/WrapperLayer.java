package io.sparring.environment;

import io.sparring.Names;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedMap;

/** Makes an environment within one wrapper, which each executor looks for itself: only its name travels. */
record WrapperLayer(EnvironmentSource inner, EnvironmentSpec.Wrapper wrapper) implements EnvironmentSource.Maker {

    /** @throws IllegalArgumentException as {@link Environments#wrapped} does */
    static EnvironmentSource around(EnvironmentSource inner, EnvironmentSpec.Wrapper asked) {
        EnvironmentWrapper found = find(asked.name());
        SortedMap<String, Object> arguments = EnvironmentOption.resolve(
                "wrappers: " + asked.name() + ".", "argument", found.arguments(), asked.arguments());
        EnvironmentSpec.Wrapper wrapper = new EnvironmentSpec.Wrapper(asked.name(), arguments);
        List<EnvironmentSpec.Wrapper> all = new ArrayList<>(inner.spec().wrappers());
        all.add(wrapper);
        try {
            EnvironmentSpec spec = found.spec(inner.spec(), arguments).within(all);
            return new EnvironmentSource(spec, new WrapperLayer(inner, wrapper));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("wrappers: " + asked.name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Environment make(EnvironmentSpec spec, int copies) {
        return find(wrapper.name()).around(inner, wrapper.arguments(), copies);
    }

    static List<EnvironmentWrapper> known() {
        // By the thread's class loader, as environments are.
        return ServiceLoader.load(EnvironmentWrapper.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing(EnvironmentWrapper::name))
                .toList();
    }

    private static EnvironmentWrapper find(String name) {
        List<EnvironmentWrapper> known = known();
        List<EnvironmentWrapper> found =
                known.stream().filter(wrapper -> wrapper.name().equals(name)).toList();
        if (found.isEmpty()) {
            List<String> names = known.stream().map(EnvironmentWrapper::name).toList();
            throw new IllegalArgumentException("wrappers: there is no wrapper " + name
                    + Names.nearest(name, names)
                            .map(near -> " (did you mean " + near + "?)")
                            .orElse("; known here: " + String.join(", ", names)));
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException("wrappers: there are two wrappers " + name + ": "
                    + found.get(0).getClass().getName() + " and "
                    + found.get(1).getClass().getName());
        }
        return found.get(0);
    }
}

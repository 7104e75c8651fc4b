package io.sparring.environment.identity;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentFactory;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import java.util.List;
import java.util.SortedMap;

/** Makes the identity tasks. */
public final class IdentityTasks implements EnvironmentFactory {
    private static final String DISCRETE = "Identity-Discrete-v0";
    private static final String BOX = "Identity-Box-v0";

    @Override
    public List<String> ids() {
        return List.of(DISCRETE, BOX);
    }

    @Override
    public List<EnvironmentOption> options(String id) {
        EnvironmentOption size = id.equals(DISCRETE)
                ? EnvironmentOption.whole("choices", 4, 2, 1 << 16, "How many things there are to name.")
                : EnvironmentOption.whole("dimensions", 2, 1, 1 << 16, "How many numbers there are to repeat.");
        return List.of(
                size,
                EnvironmentOption.whole(
                        "max-episode-steps",
                        Identity.MAX_STEPS,
                        1,
                        Integer.MAX_VALUE,
                        "After so many steps an episode is truncated."));
    }

    @Override
    public EnvironmentSpec spec(String id, SortedMap<String, Object> options) {
        boolean discrete = id.equals(DISCRETE);
        int size = whole(options, discrete ? "choices" : "dimensions");
        Space.Box shown = Space.Box.of(size, discrete ? 0f : -1f, 1f);
        return new EnvironmentSpec(
                id,
                options,
                shown,
                discrete ? new Space.Discrete(size) : shown,
                whole(options, "max-episode-steps"),
                null,
                EnvironmentSpec.Recovery.SNAPSHOT);
    }

    private static int whole(SortedMap<String, Object> options, String name) {
        return ((Long) options.get(name)).intValue();
    }

    @Override
    public Environment create(EnvironmentSpec spec, int copies) {
        return new Identity(copies, spec.actionSpace(), spec.observationSpace(), spec.stepLimit());
    }
}

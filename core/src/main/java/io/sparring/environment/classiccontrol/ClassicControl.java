package io.sparring.environment.classiccontrol;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentFactory;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentSpec;
import java.util.List;
import java.util.SortedMap;

/** Makes the classic control tasks. */
public final class ClassicControl implements EnvironmentFactory {
    private static final int MAX_STEPS = 500;
    /** Gymnasium's, which is meant for episodes of {@value #MAX_STEPS} steps. */
    private static final double SOLVED = 475;

    @Override
    public List<String> ids() {
        return List.of("CartPole-v1");
    }

    @Override
    public List<EnvironmentOption> options(String id) {
        return List.of(EnvironmentOption.whole(
                "max-episode-steps",
                MAX_STEPS,
                1,
                Integer.MAX_VALUE,
                "After so many steps an episode is truncated; also the best return."));
    }

    @Override
    public EnvironmentSpec spec(String id, SortedMap<String, Object> options) {
        int maxSteps = ((Long) options.get("max-episode-steps")).intValue();
        return new EnvironmentSpec(
                id,
                options,
                CartPole.OBSERVATIONS,
                CartPole.ACTIONS,
                maxSteps,
                maxSteps == MAX_STEPS ? SOLVED : null,
                EnvironmentSpec.Recovery.SNAPSHOT);
    }

    @Override
    public Environment create(EnvironmentSpec spec, int copies) {
        return new CartPole(copies, spec.stepLimit());
    }
}

package io.sparring.environment.wrapper;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.EnvironmentWrapper;
import io.sparring.environment.Step;
import java.util.List;
import java.util.SortedMap;

/** Brings every reward between two bounds. After Gymnasium's {@code ClipReward}. */
public final class ClipReward implements EnvironmentWrapper {
    private static final double MOST = 1e9;

    @Override
    public String name() {
        return "clip-reward";
    }

    @Override
    public String description() {
        return "Brings every reward between two bounds.";
    }

    @Override
    public List<EnvironmentOption> arguments() {
        return List.of(
                EnvironmentOption.number("low", -MOST, MOST, "No reward is less."),
                EnvironmentOption.number("high", -MOST, MOST, "No reward is more."));
    }

    private static float bound(SortedMap<String, Object> arguments, String name) {
        return ((Double) arguments.get(name)).floatValue();
    }

    @Override
    public EnvironmentSpec spec(EnvironmentSpec inner, SortedMap<String, Object> arguments) {
        if (bound(arguments, "low") > bound(arguments, "high")) {
            throw new IllegalArgumentException(
                    "expected low of at most high, got " + arguments.get("low") + " and " + arguments.get("high"));
        }
        // What counts as solved was said of the rewards as they were.
        return inner.withLimits(inner.stepLimit(), null);
    }

    @Override
    public Environment around(EnvironmentSource inner, SortedMap<String, Object> arguments, int copies) {
        return new Clipped(inner.create(copies), bound(arguments, "low"), bound(arguments, "high"));
    }

    private static final class Clipped extends Wrapped<Environment> {
        private final float low;
        private final float high;

        Clipped(Environment inner, float low, float high) {
            super(inner);
            this.low = low;
            this.high = high;
        }

        @Override
        public void step(float[] actions, Step result) {
            inner.step(actions, result);
            for (int copy = 0; copy < copies(); copy++) {
                result.rewards[copy] = Math.min(Math.max(result.rewards[copy], low), high);
            }
        }
    }
}

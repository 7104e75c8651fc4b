package io.sparring.environment.wrapper;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.EnvironmentWrapper;
import io.sparring.environment.Step;
import java.util.SortedMap;

/** Leaves of every reward its sign: −1, 0 or 1. As Mnih et al. (2015) do for Atari. */
public final class SignReward implements EnvironmentWrapper {
    @Override
    public String name() {
        return "sign-reward";
    }

    @Override
    public String description() {
        return "Leaves of every reward its sign: -1, 0 or 1.";
    }

    @Override
    public EnvironmentSpec spec(EnvironmentSpec inner, SortedMap<String, Object> arguments) {
        // What counts as solved was said of the rewards as they were.
        return inner.withLimits(inner.stepLimit(), null);
    }

    @Override
    public Environment around(EnvironmentSource inner, SortedMap<String, Object> arguments, int copies) {
        return new Signed(inner.create(copies));
    }

    private static final class Signed extends Wrapped<Environment> {
        Signed(Environment inner) {
            super(inner);
        }

        @Override
        public void step(float[] actions, Step result) {
            inner.step(actions, result);
            for (int copy = 0; copy < copies(); copy++) {
                result.rewards[copy] = Math.signum(result.rewards[copy]);
            }
        }
    }
}

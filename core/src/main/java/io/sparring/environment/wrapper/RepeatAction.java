package io.sparring.environment.wrapper;

import io.sparring.environment.Drawing;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.EnvironmentWrapper;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Takes every action so many times in a row and gives the sum of the rewards. It stops early at the episode's end, and where a mask forbids
 * the action.
 */
public final class RepeatAction implements EnvironmentWrapper {
    @Override
    public String name() {
        return "repeat-action";
    }

    @Override
    public String description() {
        return "Takes every action so many times in a row, for the sum of the rewards; less often where the episode ends or a mask forbids it.";
    }

    @Override
    public List<EnvironmentOption> arguments() {
        return List.of(EnvironmentOption.whole("times", 1, 10_000, "How many times an action is taken."));
    }

    private static int times(SortedMap<String, Object> arguments) {
        return ((Long) arguments.get("times")).intValue();
    }

    @Override
    public EnvironmentSpec spec(EnvironmentSpec inner, SortedMap<String, Object> arguments) {
        // Where masks cut repetitions short, an episode may have as many steps as before.
        if (inner.stepLimit() == null || inner.masks()) {
            return inner;
        }
        int times = times(arguments);
        int limit = inner.stepLimit() / times + (inner.stepLimit() % times > 0 ? 1 : 0);
        return inner.withLimits(limit, inner.rewardThreshold());
    }

    @Override
    public Environment around(EnvironmentSource inner, SortedMap<String, Object> arguments, int copies) {
        return new Repeated(new Singles(inner, copies), times(arguments));
    }

    private static final class Repeated extends Wrapped<Singles> {
        private final int times;

        Repeated(Singles inner, int times) {
            super(inner);
            this.times = times;
        }

        @Override
        public void step(float[] actions, Step result) {
            for (int copy = 0; copy < copies(); copy++) {
                double sum = 0;
                int taken = 0;
                do {
                    inner.step(copy, actions, result);
                    sum += result.rewards[copy];
                    taken++;
                } while (taken < times && !result.ended(copy) && allowed(copy, actions, result.allowed));
                result.rewards[copy] = (float) sum;
            }
        }

        @Override
        public Optional<Drawing> drawing() {
            // A frame for each action that was chosen, so that many steps pass from one to the next.
            return inner.drawing().map(each -> Drawing.of(each.framesPerSecond() / times, each::frame));
        }

        private boolean allowed(int copy, float[] actions, boolean[] allowed) {
            if (!masks()) {
                return true;
            }
            Space space = actionSpace();
            int from = copy * space.size();
            int at = copy * space.maskSize();
            if (space instanceof Space.Discrete) {
                return allowed[at + (int) actions[from]];
            }
            for (int i = 0; i < space.size(); i++) {
                int value = (int) actions[from + i];
                if (space instanceof Space.MultiDiscrete discrete) {
                    if (!allowed[at + value]) {
                        return false;
                    }
                    at += discrete.sizes()[i];
                } else if (value == 1 && !allowed[at + i]) {
                    return false;
                }
            }
            return true;
        }
    }
}

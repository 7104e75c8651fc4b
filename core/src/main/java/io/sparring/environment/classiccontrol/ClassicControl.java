package io.sparring.environment.classiccontrol;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentFactory;
import io.sparring.environment.EnvironmentOption;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Makes the classic control tasks. */
public final class ClassicControl implements EnvironmentFactory {
    private static final Map<String, Task> TASKS = Map.of(
            "Acrobot-v1", new Task(Acrobot::new, Acrobot.OBSERVATIONS, Acrobot.ACTIONS, 500, -100.0),
            "CartPole-v1", new Task(CartPole::new, CartPole.OBSERVATIONS, CartPole.ACTIONS, CartPole.MAX_STEPS, 475.0),
            "MountainCar-v0", new Task(MountainCar::new, MountainCar.OBSERVATIONS, MountainCar.ACTIONS, 200, -110.0),
            "MountainCarContinuous-v0",
                    new Task(
                            MountainCarContinuous::new,
                            MountainCarContinuous.OBSERVATIONS,
                            MountainCarContinuous.ACTIONS,
                            999,
                            90.0),
            "Pendulum-v1", new Task(Pendulum::new, Pendulum.OBSERVATIONS, Pendulum.ACTIONS, 200, null));

    /**
     * @param maxSteps Gymnasium's limit
     * @param solved Gymnasium's threshold, which is meant for episodes of {@code maxSteps} steps; null: it has none
     */
    private record Task(Maker maker, Space.Box observations, Space actions, int maxSteps, Double solved) {}

    private interface Maker {
        Environment make(int copies, int maxSteps);
    }

    @Override
    public List<String> ids() {
        return List.copyOf(TASKS.keySet());
    }

    @Override
    public List<EnvironmentOption> options(String id) {
        return List.of(EnvironmentOption.whole(
                "max-episode-steps",
                TASKS.get(id).maxSteps,
                1,
                Integer.MAX_VALUE,
                "After so many steps an episode is truncated."));
    }

    @Override
    public EnvironmentSpec spec(String id, SortedMap<String, Object> options) {
        Task task = TASKS.get(id);
        int maxSteps = ((Long) options.get("max-episode-steps")).intValue();
        return new EnvironmentSpec(
                id,
                options,
                task.observations,
                task.actions,
                maxSteps,
                maxSteps == task.maxSteps ? task.solved : null,
                EnvironmentSpec.Recovery.SNAPSHOT);
    }

    @Override
    public Environment create(EnvironmentSpec spec, int copies) {
        return TASKS.get(spec.id()).maker.make(copies, spec.stepLimit());
    }
}

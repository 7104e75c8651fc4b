package io.sparring.environment.classiccontrol;

import io.sparring.environment.Copies;
import io.sparring.environment.Space;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * What the classic control tasks have in common beside being {@link Copies}: an action of one float, and nothing that is drawn but where an episode
 * starts.
 *
 * <p>Tasks take sine and cosine from {@link StrictMath}, which are the same bits on every machine.
 */
abstract class ClassicControlTask extends Copies {
    ClassicControlTask(Space.Box observationSpace, Space actionSpace, int copies, int maxSteps, int size) {
        super(observationSpace, actionSpace, copies, maxSteps, size);
    }

    /**
     * Moves this copy by one step, and writes its reward.
     *
     * @return whether the task itself is over
     */
    abstract boolean move(int copy, float action, float[] rewards);

    @Override
    protected final boolean move(int copy, float[] actions, float[] rewards, UniformRandomProvider random) {
        return move(copy, actions[copy], rewards);
    }
}

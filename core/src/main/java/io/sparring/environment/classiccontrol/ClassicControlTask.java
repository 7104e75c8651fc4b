package io.sparring.environment.classiccontrol;

import io.sparring.environment.Copies;
import io.sparring.environment.Drawing;
import io.sparring.environment.Frame;
import io.sparring.environment.Space;
import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * What the classic control tasks have in common beside being {@link Copies}: an action of one float, and nothing that is drawn but where an episode
 * starts.
 *
 * <p>Tasks take sine and cosine from {@link StrictMath}, which are the same bits on every machine.
 */
abstract class ClassicControlTask extends Copies {
    private final double framesPerSecond;

    /** @param framesPerSecond Gymnasium's */
    ClassicControlTask(
            Space.Box observationSpace, Space actionSpace, int copies, int maxSteps, int size, double framesPerSecond) {
        super(observationSpace, actionSpace, copies, maxSteps, size);
        this.framesPerSecond = framesPerSecond;
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

    /** Draws one state. */
    abstract Frame draw(double[] shown);

    @Override
    public final Optional<Drawing> drawing() {
        return Optional.of(drawing(framesPerSecond, this::draw));
    }
}

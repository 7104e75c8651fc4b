package io.sparring.environment.classiccontrol;

import io.sparring.environment.Frame;
import io.sparring.environment.Space;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * MountainCarContinuous-v0: {@link MountainCar} with a push of any strength, which costs what it takes.
 *
 * <p>Equal to Gymnasium's {@code classic_control/continuous_mountain_car.py}. The action a is the push, from −1 to 1 and bounded
 * to that; a step costs 0.1 a² of the action as it was given, and the one that reaches the flag is worth 100. A step changes the velocity by
 * 0.0015 a − 0.0025 cos(3x), then the position by the velocity. Observed are the position x, from −1.2 to 0.6, and the velocity ẋ, from
 * −0.07 to 0.07 a step. An episode starts at rest between −0.6 and −0.4, is over at 0.45, and truncated after 999 steps.
 *
 * <p>An episode's start is kept in double precision and its first step computed so; the later states are floats and
 * computed as floats. That is how NumPy's rules make it in Gymnasium.
 */
final class MountainCarContinuous extends ClassicControlTask {
    private static final double GOAL = 0.45;
    private static final double POWER = 0.0015;
    private static final int SIZE = 2;

    private static final int FRAMES_PER_SECOND = 30;

    static final Space.Box OBSERVATIONS = MountainCar.OBSERVATIONS;
    static final Space.Box ACTIONS = Space.Box.of(1, -1f, 1f);

    MountainCarContinuous(int copies, int maxSteps) {
        super(OBSERVATIONS, ACTIONS, copies, maxSteps, SIZE, FRAMES_PER_SECOND);
    }

    @Override
    protected void start(int copy, UniformRandomProvider random) {
        state[copy * SIZE] = random.nextDouble(MountainCar.START_LOW, MountainCar.START_HIGH);
        state[copy * SIZE + 1] = 0;
    }

    @Override
    boolean move(int copy, float action, float[] rewards) {
        int at = copy * SIZE;
        boolean exact = atStart(copy);
        double maxSpeed = rounded(MountainCar.MAX_SPEED, exact);
        double minPosition = rounded(MountainCar.MIN_POSITION, exact);
        double maxPosition = rounded(MountainCar.MAX_POSITION, exact);
        double position = state[at];
        double slope = MountainCar.GRAVITY * StrictMath.cos(rounded(3 * position, exact));
        // A bound that takes an action's place is a Python float, which computes in double precision, first step or
        // not.
        double push =
                Math.abs(action) > 1 ? Math.signum(action) * POWER - slope : action * (float) POWER - (float) slope;
        double velocity = rounded(state[at + 1] + rounded(push, exact), exact);
        velocity = Math.min(Math.max(velocity, -maxSpeed), maxSpeed);
        position = rounded(position + velocity, exact);
        position = Math.min(Math.max(position, minPosition), maxPosition);
        if (position == minPosition && velocity < 0) {
            velocity = 0;
        }
        boolean reached = position >= rounded(GOAL, exact) && velocity >= 0;
        state[at] = (float) position;
        state[at + 1] = (float) velocity;
        rewards[copy] = (float) ((reached ? 100 : 0) - (double) action * action * 0.1);
        return reached;
    }

    /** A sum of two floats that is computed in double precision and then rounded is the sum computed as floats. */
    private static double rounded(double value, boolean exact) {
        return exact ? value : (float) value;
    }

    @Override
    Frame draw(double[] shown) {
        return MountainCar.draw(shown[0], GOAL);
    }
}

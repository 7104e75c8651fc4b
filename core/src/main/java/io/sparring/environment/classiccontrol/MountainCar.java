package io.sparring.environment.classiccontrol;

import io.sparring.environment.Canvas;
import io.sparring.environment.Frame;
import io.sparring.environment.Space;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * MountainCar-v0: a car too weak for the hill swings its way up to the flag (Moore 1990, in the version of Sutton 1996).
 *
 * <p>Equal to Gymnasium's {@code classic_control/mountain_car.py}. The car is pushed to the left (0), not at all (1) or to the
 * right (2); a step is worth −1, the last one too. The valley is sin(3x): with a ∈ {−1, 0, 1} the velocity changes by
 * 0.001 a − 0.0025 cos(3x) a step, then the position by the velocity. Observed are the position x, from −1.2 to 0.6, and the velocity
 * ẋ, from −0.07 to 0.07 a step, both bounded; the wall on the left stops the car. An episode starts at rest between −0.6 and −0.4,
 * is over at 0.5, and truncated after 200 steps.
 */
final class MountainCar extends ClassicControlTask {
    static final double MIN_POSITION = -1.2;
    static final double MAX_POSITION = 0.6;
    static final double MAX_SPEED = 0.07;
    static final double GRAVITY = 0.0025;
    static final double START_LOW = -0.6;
    static final double START_HIGH = -0.4;
    private static final double GOAL = 0.5;
    private static final double FORCE = 0.001;
    /** x, ẋ. */
    private static final int SIZE = 2;

    private static final int FRAMES_PER_SECOND = 30;

    static final Space.Box OBSERVATIONS = new Space.Box(
            new float[] {(float) MIN_POSITION, (float) -MAX_SPEED},
            new float[] {(float) MAX_POSITION, (float) MAX_SPEED});
    static final Space.Discrete ACTIONS = new Space.Discrete(3);

    MountainCar(int copies, int maxSteps) {
        super(OBSERVATIONS, ACTIONS, copies, maxSteps, SIZE, FRAMES_PER_SECOND);
    }

    @Override
    protected void start(int copy, UniformRandomProvider random) {
        state[copy * SIZE] = random.nextDouble(START_LOW, START_HIGH);
        state[copy * SIZE + 1] = 0;
    }

    @Override
    boolean move(int copy, float action, float[] rewards) {
        int at = copy * SIZE;
        double position = state[at];
        double velocity = state[at + 1];
        velocity += (action - 1) * FORCE + StrictMath.cos(3 * position) * -GRAVITY;
        velocity = Math.min(Math.max(velocity, -MAX_SPEED), MAX_SPEED);
        position = Math.min(Math.max(position + velocity, MIN_POSITION), MAX_POSITION);
        if (position == MIN_POSITION && velocity < 0) {
            velocity = 0;
        }
        state[at] = position;
        state[at + 1] = velocity;
        rewards[copy] = -1f;
        return position >= GOAL && velocity >= 0;
    }

    @Override
    Frame draw(double[] shown) {
        return draw(shown[0], GOAL);
    }

    /** A car at a place, and the flag: as Gymnasium does, at half the size. */
    static Frame draw(double position, double goal) {
        Canvas canvas = new Canvas(300, 200, 0xffffff);
        for (int i = 0; i < 100; i++) {
            canvas.line(3 * i, height(3 * i), 3 * i + 3, height(3 * i + 3), 1, 0x000000);
        }
        double flag = pixel(goal);
        canvas.line(flag, height(flag), flag, height(flag) - 25, 1, 0x000000);
        for (int i = 0; i < 6; i++) {
            canvas.line(
                    flag, height(flag) - 24.5 + i, flag + 12 - 2 * Math.abs(2.5 - i), height(flag) - 22, 1, 0xcccc00);
        }
        double slope = StrictMath.atan(1.35 * StrictMath.cos(3 * position));
        double alongX = StrictMath.cos(slope);
        double alongY = -StrictMath.sin(slope);
        double x = pixel(position);
        double y = height(x);
        double bodyX = x + 9 * alongY;
        double bodyY = y - 9 * alongX;
        return canvas.line(bodyX - 7 * alongX, bodyY - 7 * alongY, bodyX + 7 * alongX, bodyY + 7 * alongY, 9, 0x000000)
                .disc(x - 6 * alongX + 4 * alongY, y - 6 * alongY - 4 * alongX, 4, 0x808080)
                .disc(x + 6 * alongX + 4 * alongY, y + 6 * alongY - 4 * alongX, 4, 0x808080)
                .frame();
    }

    private static double pixel(double position) {
        return (position - MIN_POSITION) / (MAX_POSITION - MIN_POSITION) * 300;
    }

    /** Of the ground at a pixel's column, from the top. */
    private static double height(double x) {
        double position = MIN_POSITION + x / 300 * (MAX_POSITION - MIN_POSITION);
        return 200 - (StrictMath.sin(3 * position) * 0.45 + 0.55) * 300 / (MAX_POSITION - MIN_POSITION);
    }
}

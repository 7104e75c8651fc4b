package io.sparring.environment.classiccontrol;

import io.sparring.environment.Canvas;
import io.sparring.environment.Frame;
import io.sparring.environment.Space;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Pendulum-v1: swing a pendulum up by a motor that is too weak to lift it, and hold it there.
 *
 * <p>Equal to Gymnasium's {@code classic_control/pendulum.py}. The action is the torque u, from −2 to 2 N m and bounded to that, on a
 * rod of 1 m and 1 kg where gravity is 10 m/s². A step of 0.05 s changes the velocity by (15 sin θ + 3 u) 0.05, bounds it, then
 * changes the angle by the new velocity. Its reward, −(θ² + 0.1 θ̇² + 0.001 u²), is that of the state before it, with θ from −π to π; 0 is
 * upright. Observed are cos θ, sin θ and the velocity θ̇, from −8 to 8 rad/s. An episode starts at any angle with a velocity between −1 and
 * 1, and is truncated after 200 steps; it has no other end.
 *
 * <p>The state is kept in double precision; what the torque alone adds is computed in float, as NumPy's rules make it in Gymnasium.
 */
final class Pendulum extends ClassicControlTask {
    private static final double MAX_SPEED = 8;
    private static final float MAX_TORQUE = 2;
    private static final double DT = 0.05;
    private static final double GRAVITY = 10;
    private static final double MASS = 1;
    private static final double LENGTH = 1;
    /** θ, which is not wrapped, and θ̇. */
    private static final int SIZE = 2;

    private static final int FRAMES_PER_SECOND = 30;

    private static final int OBSERVED = 3;

    static final Space.Box OBSERVATIONS =
            new Space.Box(new float[] {-1, -1, (float) -MAX_SPEED}, new float[] {1, 1, (float) MAX_SPEED});
    static final Space.Box ACTIONS = Space.Box.of(1, -MAX_TORQUE, MAX_TORQUE);

    Pendulum(int copies, int maxSteps) {
        super(OBSERVATIONS, ACTIONS, copies, maxSteps, SIZE, FRAMES_PER_SECOND);
    }

    @Override
    protected void start(int copy, UniformRandomProvider random) {
        state[copy * SIZE] = random.nextDouble(-Math.PI, Math.PI);
        state[copy * SIZE + 1] = random.nextDouble(-1, 1);
    }

    @Override
    boolean move(int copy, float action, float[] rewards) {
        int at = copy * SIZE;
        double theta = state[at];
        double thetaDot = state[at + 1];
        float torque = Math.min(Math.max(action, -MAX_TORQUE), MAX_TORQUE);
        double angle = normalized(theta);
        rewards[copy] = (float) -(angle * angle + 0.1 * (thetaDot * thetaDot) + 0.001f * (torque * torque));
        float pushed = (float) (3 / (MASS * (LENGTH * LENGTH))) * torque;
        thetaDot += (3 * GRAVITY / (2 * LENGTH) * StrictMath.sin(theta) + pushed) * DT;
        thetaDot = Math.min(Math.max(thetaDot, -MAX_SPEED), MAX_SPEED);
        state[at] = theta + thetaDot * DT;
        state[at + 1] = thetaDot;
        return false;
    }

    /** The same angle, from −π up to π, which is excluded. */
    private static double normalized(double angle) {
        double turn = 2 * Math.PI;
        double rest = (angle + Math.PI) % turn;
        return (rest < 0 ? rest + turn : rest) - Math.PI;
    }

    @Override
    protected void observe(int copy, float[] observations) {
        double theta = state[copy * SIZE];
        int to = copy * OBSERVED;
        observations[to] = (float) StrictMath.cos(theta);
        observations[to + 1] = (float) StrictMath.sin(theta);
        observations[to + 2] = (float) state[copy * SIZE + 1];
    }

    /** As Gymnasium does, at half the size. */
    @Override
    Frame draw(double[] shown) {
        double metre = 250 / 4.4;
        return new Canvas(250, 250, 0xffffff)
                .line(
                        125,
                        125,
                        125 - LENGTH * metre * StrictMath.sin(shown[0]),
                        125 - LENGTH * metre * StrictMath.cos(shown[0]),
                        12,
                        0xcc4d4d)
                .disc(125, 125, 3, 0x000000)
                .frame();
    }
}

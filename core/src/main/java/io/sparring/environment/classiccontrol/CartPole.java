package io.sparring.environment.classiccontrol;

import io.sparring.environment.Canvas;
import io.sparring.environment.Frame;
import io.sparring.environment.Space;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * CartPole-v1: keep a pole on a cart upright for 500 steps (Barto, Sutton and Anderson 1983).
 *
 * <p>Dynamics, rewards, limits and truncation are those of Gymnasium's {@code CartPole-v1} (Euler integration, τ = 0.02 s,
 * reward 1 for every step, the failing one included). The state is kept in double precision and observed as float, as there.
 * Sine and cosine are {@link StrictMath}'s, which are the same bits on every machine.
 */
public final class CartPole extends ClassicControlTask {
    private static final double GRAVITY = 9.8;
    private static final double MASS_CART = 1.0;
    private static final double MASS_POLE = 0.1;
    private static final double TOTAL_MASS = MASS_POLE + MASS_CART;
    /** Half of the pole's length. */
    private static final double LENGTH = 0.5;

    private static final double POLE_MASS_LENGTH = MASS_POLE * LENGTH;
    private static final double FORCE = 10.0;
    private static final double TAU = 0.02;
    private static final double THETA_LIMIT = 12 * 2 * Math.PI / 360;
    private static final double X_LIMIT = 2.4;
    private static final double START_RANGE = 0.05;
    /** x, ẋ, θ, θ̇. */
    private static final int SIZE = 4;

    private static final int FRAMES_PER_SECOND = 50;

    static final int MAX_STEPS = 500;
    static final Space.Box OBSERVATIONS = observations();
    static final Space.Discrete ACTIONS = new Space.Discrete(2);

    public CartPole(int copies) {
        this(copies, MAX_STEPS);
    }

    CartPole(int copies, int maxSteps) {
        super(OBSERVATIONS, ACTIONS, copies, maxSteps, SIZE, FRAMES_PER_SECOND);
    }

    private static Space.Box observations() {
        float x = (float) (X_LIMIT * 2);
        float theta = (float) (THETA_LIMIT * 2);
        float any = Float.POSITIVE_INFINITY;
        return new Space.Box(new float[] {-x, -any, -theta, -any}, new float[] {x, any, theta, any});
    }

    @Override
    protected void start(int copy, UniformRandomProvider random) {
        for (int i = copy * SIZE; i < (copy + 1) * SIZE; i++) {
            state[i] = random.nextDouble(-START_RANGE, START_RANGE);
        }
    }

    @Override
    boolean move(int copy, float action, float[] rewards) {
        int at = copy * SIZE;
        double xDot = state[at + 1];
        double theta = state[at + 2];
        double thetaDot = state[at + 3];
        double force = action == 1f ? FORCE : -FORCE;
        double cos = StrictMath.cos(theta);
        double sin = StrictMath.sin(theta);
        double temp = (force + POLE_MASS_LENGTH * (thetaDot * thetaDot) * sin) / TOTAL_MASS;
        double thetaAcceleration =
                (GRAVITY * sin - cos * temp) / (LENGTH * (4.0 / 3.0 - MASS_POLE * (cos * cos) / TOTAL_MASS));
        double xAcceleration = temp - POLE_MASS_LENGTH * thetaAcceleration * cos / TOTAL_MASS;
        state[at] += TAU * xDot;
        state[at + 1] += TAU * xAcceleration;
        state[at + 2] += TAU * thetaDot;
        state[at + 3] += TAU * thetaAcceleration;
        rewards[copy] = 1f;
        return Math.abs(state[at]) > X_LIMIT || Math.abs(state[at + 2]) > THETA_LIMIT;
    }

    /** As Gymnasium does, at half the size. */
    @Override
    Frame draw(double[] shown) {
        double metre = 300 / (2 * X_LIMIT);
        double x = 150 + shown[0] * metre;
        double axle = 148;
        double pole = 2 * LENGTH * metre;
        return new Canvas(300, 200, 0xffffff)
                .box(0, 149.5, 300, 150.5, 0x000000)
                .box(x - 12.5, 142, x + 12.5, 157, 0x000000)
                .line(x, axle, x + pole * StrictMath.sin(shown[2]), axle - pole * StrictMath.cos(shown[2]), 5, 0xca9865)
                .disc(x, axle, 2.5, 0x8184cb)
                .frame();
    }
}

package io.sparring.environment.classiccontrol;

import io.sparring.environment.Canvas;
import io.sparring.environment.Frame;
import io.sparring.environment.Space;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Acrobot-v1: two links hang from a fixed joint, a motor between them swings their free end up (Sutton 1996, with the dynamics of
 * Sutton and Barto's book).
 *
 * <p>Equal to Gymnasium's {@code classic_control/acrobot.py}. The action is a torque of −1 (0), 0 (1) or 1 N m (2), held for a step of
 * 0.2 s, over which the dynamics are integrated by one step of fourth-order Runge-Kutta. A link is 1 m long, weighs 1 kg, has its
 * centre of mass in the middle and a moment of inertia of 1 kg m². θ₁ is the first link's angle from hanging down, θ₂ the second's relative
 * to the first, both wrapped; their velocities are bounded by 4π and 9π rad/s. Observed are cos θ₁, sin θ₁, cos θ₂, sin θ₂, θ̇₁, θ̇₂. An
 * episode starts with all four of angles and velocities between −0.1 and 0.1, is over where the free end is higher than a link's length above the joint,
 * and truncated after 500 steps. A step is worth −1, the one that ends the task 0.
 */
final class Acrobot extends ClassicControlTask {
    private static final double MASS = 1;
    private static final double LENGTH = 1;
    /** How far along its link the centre of mass is. */
    private static final double CENTRE = 0.5;

    private static final double INERTIA = 1;
    private static final double GRAVITY = 9.8;
    private static final double DT = 0.2;
    private static final double MAX_SPEED_1 = 4 * Math.PI;
    private static final double MAX_SPEED_2 = 9 * Math.PI;
    private static final double START_RANGE = 0.1;
    /** θ₁, θ₂, θ̇₁, θ̇₂. */
    private static final int SIZE = 4;

    private static final int FRAMES_PER_SECOND = 15;

    private static final int OBSERVED = 6;
    private static final double[] AT_REST = new double[SIZE];

    static final Space.Box OBSERVATIONS = observations();
    static final Space.Discrete ACTIONS = new Space.Discrete(3);

    /** Where Runge-Kutta takes the derivative, and the four derivatives: allocated once. */
    private final double[] point = new double[SIZE];

    private final double[] k1 = new double[SIZE];
    private final double[] k2 = new double[SIZE];
    private final double[] k3 = new double[SIZE];
    private final double[] k4 = new double[SIZE];

    Acrobot(int copies, int maxSteps) {
        super(OBSERVATIONS, ACTIONS, copies, maxSteps, SIZE, FRAMES_PER_SECOND);
    }

    private static Space.Box observations() {
        float speed1 = (float) MAX_SPEED_1;
        float speed2 = (float) MAX_SPEED_2;
        return new Space.Box(new float[] {-1, -1, -1, -1, -speed1, -speed2}, new float[] {1, 1, 1, 1, speed1, speed2});
    }

    @Override
    protected void start(int copy, UniformRandomProvider random) {
        for (int i = copy * SIZE; i < (copy + 1) * SIZE; i++) {
            // Only the start is a float in Gymnasium, and first shown by the sine of a float: one in a thousand
            // differs from ours in the last bit.
            state[i] = (float) random.nextDouble(-START_RANGE, START_RANGE);
        }
    }

    @Override
    boolean move(int copy, float action, float[] rewards) {
        int at = copy * SIZE;
        integrate(at, action - 1);
        double theta1 = wrapped(state[at]);
        double theta2 = wrapped(state[at + 1]);
        state[at] = theta1;
        state[at + 1] = theta2;
        state[at + 2] = Math.min(Math.max(state[at + 2], -MAX_SPEED_1), MAX_SPEED_1);
        state[at + 3] = Math.min(Math.max(state[at + 3], -MAX_SPEED_2), MAX_SPEED_2);
        boolean reached = -StrictMath.cos(theta1) - StrictMath.cos(theta2 + theta1) > 1;
        rewards[copy] = reached ? 0f : -1f;
        return reached;
    }

    private void integrate(int at, double torque) {
        derive(at, 0, AT_REST, torque, k1);
        derive(at, DT / 2, k1, torque, k2);
        derive(at, DT / 2, k2, torque, k3);
        derive(at, DT, k3, torque, k4);
        for (int i = 0; i < SIZE; i++) {
            state[at + i] += DT / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
        }
    }

    /** The derivative where the copy would be after so long with that velocity of its state. */
    private void derive(int at, double time, double[] velocity, double torque, double[] derivative) {
        for (int i = 0; i < SIZE; i++) {
            point[i] = state[at + i] + time * velocity[i];
        }
        double theta1 = point[0];
        double theta2 = point[1];
        double thetaDot1 = point[2];
        double thetaDot2 = point[3];
        double cos2 = StrictMath.cos(theta2);
        double sin2 = StrictMath.sin(theta2);
        double d1 = MASS * (CENTRE * CENTRE)
                + MASS * (LENGTH * LENGTH + CENTRE * CENTRE + 2 * LENGTH * CENTRE * cos2)
                + INERTIA
                + INERTIA;
        double d2 = MASS * (CENTRE * CENTRE + LENGTH * CENTRE * cos2) + INERTIA;
        double phi2 = MASS * CENTRE * GRAVITY * StrictMath.cos(theta1 + theta2 - Math.PI / 2);
        double phi1 = -MASS * LENGTH * CENTRE * (thetaDot2 * thetaDot2) * sin2
                - 2 * MASS * LENGTH * CENTRE * thetaDot2 * thetaDot1 * sin2
                + (MASS * CENTRE + MASS * LENGTH) * GRAVITY * StrictMath.cos(theta1 - Math.PI / 2)
                + phi2;
        double acceleration2 =
                (torque + d2 / d1 * phi1 - MASS * LENGTH * CENTRE * (thetaDot1 * thetaDot1) * sin2 - phi2)
                        / (MASS * (CENTRE * CENTRE) + INERTIA - d2 * d2 / d1);
        derivative[0] = thetaDot1;
        derivative[1] = thetaDot2;
        derivative[2] = -(d2 * acceleration2 + phi1) / d1;
        derivative[3] = acceleration2;
    }

    /** The same angle, from −π to π. */
    private static double wrapped(double angle) {
        double wrapped = angle;
        while (wrapped > Math.PI) {
            wrapped -= 2 * Math.PI;
        }
        while (wrapped < -Math.PI) {
            wrapped += 2 * Math.PI;
        }
        return wrapped;
    }

    @Override
    protected void observe(int copy, float[] observations) {
        int at = copy * SIZE;
        int to = copy * OBSERVED;
        observations[to] = (float) StrictMath.cos(state[at]);
        observations[to + 1] = (float) StrictMath.sin(state[at]);
        observations[to + 2] = (float) StrictMath.cos(state[at + 1]);
        observations[to + 3] = (float) StrictMath.sin(state[at + 1]);
        observations[to + 4] = (float) state[at + 2];
        observations[to + 5] = (float) state[at + 3];
    }

    /** As Gymnasium does, at half the size; the grey line is where the free end has to be. */
    @Override
    Frame draw(double[] shown) {
        double metre = 250 / 4.4;
        double theta = shown[0] + shown[1];
        double x1 = 125 + LENGTH * metre * StrictMath.sin(shown[0]);
        double y1 = 125 + LENGTH * metre * StrictMath.cos(shown[0]);
        double x2 = x1 + LENGTH * metre * StrictMath.sin(theta);
        double y2 = y1 + LENGTH * metre * StrictMath.cos(theta);
        return new Canvas(250, 250, 0xffffff)
                .box(0, 124.5 - metre, 250, 125.5 - metre, 0x999999)
                .line(125, 125, x1, y1, 10, 0x00cccc)
                .line(x1, y1, x2, y2, 10, 0x00cccc)
                .disc(125, 125, 5, 0xcccc00)
                .disc(x1, y1, 5, 0xcccc00)
                .frame();
    }
}

package io.sparring.environment.classiccontrol;

import io.sparring.environment.Environment;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.random.Generators;
import java.nio.ByteBuffer;

/**
 * CartPole-v1: keep a pole on a cart upright for 500 steps (Barto, Sutton and Anderson 1983).
 *
 * <p>Dynamics, rewards, limits and truncation are those of Gymnasium's {@code CartPole-v1} (Euler integration, τ = 0.02 s,
 * reward 1 for every step, the failing one included). The state is kept in double precision and observed as float, as there.
 * Sine and cosine are {@link StrictMath}'s, which are the same bits on every machine.
 */
public final class CartPole implements Environment {
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
    private static final int MAX_STEPS = 500;
    private static final int SIZE = 4;

    static final Space.Box OBSERVATIONS = observations();
    static final Space.Discrete ACTIONS = new Space.Discrete(2);

    private final int copies;
    private final int maxSteps;
    /** x, ẋ, θ, θ̇ of every copy. */
    private final double[] state;

    private final int[] steps;
    private Generators generators;

    public CartPole(int copies) {
        this(copies, MAX_STEPS);
    }

    /**
     * @param copies B
     * @param maxSteps after so many steps an episode is truncated
     */
    CartPole(int copies, int maxSteps) {
        this.copies = copies;
        this.maxSteps = maxSteps;
        state = new double[copies * SIZE];
        steps = new int[copies];
    }

    private static Space.Box observations() {
        float x = (float) (X_LIMIT * 2);
        float theta = (float) (THETA_LIMIT * 2);
        float any = Float.POSITIVE_INFINITY;
        return new Space.Box(new float[] {-x, -any, -theta, -any}, new float[] {x, any, theta, any});
    }

    @Override
    public Space.Box observationSpace() {
        return OBSERVATIONS;
    }

    @Override
    public Space.Discrete actionSpace() {
        return ACTIONS;
    }

    @Override
    public int copies() {
        return copies;
    }

    @Override
    public void reset(long[] seeds, float[] observations) {
        generators = Generators.of(seeds);
        for (int copy = 0; copy < copies; copy++) {
            startEpisode(copy);
            observe(copy, observations);
        }
    }

    @Override
    public void step(float[] actions, Step result) {
        for (int copy = 0; copy < copies; copy++) {
            move(copy, actions[copy] == 1f ? FORCE : -FORCE);
            double x = state[copy * SIZE];
            double theta = state[copy * SIZE + 2];
            result.rewards[copy] = 1f;
            result.terminated[copy] = x < -X_LIMIT || x > X_LIMIT || theta < -THETA_LIMIT || theta > THETA_LIMIT;
            result.truncated[copy] = ++steps[copy] >= maxSteps;
            if (result.ended(copy)) {
                observe(copy, result.finalObservations);
                startEpisode(copy);
            }
            observe(copy, result.observations);
        }
    }

    private void move(int copy, double force) {
        int at = copy * SIZE;
        double x = state[at];
        double xDot = state[at + 1];
        double theta = state[at + 2];
        double thetaDot = state[at + 3];
        double cos = StrictMath.cos(theta);
        double sin = StrictMath.sin(theta);
        double temp = (force + POLE_MASS_LENGTH * (thetaDot * thetaDot) * sin) / TOTAL_MASS;
        double thetaAcceleration =
                (GRAVITY * sin - cos * temp) / (LENGTH * (4.0 / 3.0 - MASS_POLE * (cos * cos) / TOTAL_MASS));
        double xAcceleration = temp - POLE_MASS_LENGTH * thetaAcceleration * cos / TOTAL_MASS;
        state[at] = x + TAU * xDot;
        state[at + 1] = xDot + TAU * xAcceleration;
        state[at + 2] = theta + TAU * thetaDot;
        state[at + 3] = thetaDot + TAU * thetaAcceleration;
    }

    private void startEpisode(int copy) {
        for (int i = copy * SIZE; i < (copy + 1) * SIZE; i++) {
            state[i] = generators.get(copy).nextDouble(-START_RANGE, START_RANGE);
        }
        steps[copy] = 0;
    }

    private void observe(int copy, float[] observations) {
        for (int i = copy * SIZE; i < (copy + 1) * SIZE; i++) {
            observations[i] = (float) state[i];
        }
    }

    @Override
    public byte[] snapshot() {
        ByteBuffer bytes = ByteBuffer.allocate(snapshotBytes());
        for (double value : state) {
            bytes.putDouble(value);
        }
        for (int count : steps) {
            bytes.putInt(count);
        }
        generators.write(bytes);
        return bytes.array();
    }

    @Override
    public void restore(byte[] snapshot) {
        if (snapshot.length != snapshotBytes()) {
            throw new IllegalArgumentException("not a snapshot of " + copies + " copies of CartPole: " + snapshot.length
                    + " bytes instead of " + snapshotBytes());
        }
        ByteBuffer bytes = ByteBuffer.wrap(snapshot);
        for (int i = 0; i < state.length; i++) {
            state[i] = bytes.getDouble();
        }
        for (int copy = 0; copy < copies; copy++) {
            steps[copy] = bytes.getInt();
        }
        generators = Generators.read(bytes, copies);
    }

    private int snapshotBytes() {
        return copies * (SIZE * Double.BYTES + Integer.BYTES) + Generators.bytes(copies);
    }
}

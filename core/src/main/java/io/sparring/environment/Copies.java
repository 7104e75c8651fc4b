package io.sparring.environment;

import io.sparring.random.Generators;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Function;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * B copies of a task whose state is a few doubles a copy, with episodes that are truncated after a number of steps. A task adds its spaces, and how
 * one copy starts, moves and is observed.
 */
public abstract class Copies implements Environment {
    private final Space.Box observationSpace;
    private final Space actionSpace;
    private final int copies;
    private final int maxSteps;
    private final int size;
    /** Of every copy, row by row. */
    protected final double[] state;

    private final int[] steps;
    /** The states to draw, row by row: those that the last step or reset has led to, before any restart. Null where nobody draws. */
    private double[] drawn;

    private Generators generators;

    /**
     * @param copies B
     * @param maxSteps after so many steps an episode is truncated
     * @param size how many doubles the state of one copy is
     */
    protected Copies(Space.Box observationSpace, Space actionSpace, int copies, int maxSteps, int size) {
        this.observationSpace = observationSpace;
        this.actionSpace = actionSpace;
        this.copies = copies;
        this.maxSteps = maxSteps;
        this.size = size;
        state = new double[copies * size];
        steps = new int[copies];
    }

    /** Draws the state that an episode of this copy starts from. */
    protected abstract void start(int copy, UniformRandomProvider random);

    /**
     * Moves this copy by one step, and writes its reward.
     *
     * @param actions of all copies, row by row
     * @param rewards of all copies
     * @return whether the task itself is over
     */
    protected abstract boolean move(int copy, float[] actions, float[] rewards, UniformRandomProvider random);

    /** Writes this copy's row: the state itself, unless a task shows something else. */
    protected void observe(int copy, float[] observations) {
        for (int i = copy * size; i < (copy + 1) * size; i++) {
            observations[i] = (float) state[i];
        }
    }

    /** Whether this copy's episode has not taken a step before the present one. */
    protected final boolean atStart(int copy) {
        return steps[copy] == 0;
    }

    @Override
    public final Space.Box observationSpace() {
        return observationSpace;
    }

    @Override
    public final Space actionSpace() {
        return actionSpace;
    }

    @Override
    public final int copies() {
        return copies;
    }

    @Override
    public final void reset(long[] seeds, float[] observations) {
        generators = Generators.of(seeds);
        for (int copy = 0; copy < copies; copy++) {
            startEpisode(copy);
            keepForDrawing(copy);
            observe(copy, observations);
        }
    }

    @Override
    public final void step(float[] actions, Step result) {
        for (int copy = 0; copy < copies; copy++) {
            result.terminated[copy] = move(copy, actions, result.rewards, generators.get(copy));
            result.truncated[copy] = ++steps[copy] >= maxSteps;
            keepForDrawing(copy);
            if (result.ended(copy)) {
                observe(copy, result.finalObservations);
                startEpisode(copy);
            }
            observe(copy, result.observations);
        }
    }

    private void startEpisode(int copy) {
        start(copy, generators.get(copy));
        steps[copy] = 0;
    }

    private void keepForDrawing(int copy) {
        if (drawn != null) {
            System.arraycopy(state, copy * size, drawn, copy * size, size);
        }
    }

    /** From now on there is something to draw, by a function of one copy's state. */
    protected final Drawing drawing(double framesPerSecond, Function<double[], Frame> draw) {
        drawn = state.clone();
        return Drawing.of(
                framesPerSecond, copy -> draw.apply(Arrays.copyOfRange(drawn, copy * size, (copy + 1) * size)));
    }

    @Override
    public final byte[] snapshot() {
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
    public final void restore(byte[] snapshot) {
        if (snapshot.length != snapshotBytes()) {
            throw new IllegalArgumentException("not a snapshot of " + copies + " copies of "
                    + getClass().getSimpleName() + ": " + snapshot.length + " bytes instead of " + snapshotBytes());
        }
        ByteBuffer bytes = ByteBuffer.wrap(snapshot);
        for (int i = 0; i < state.length; i++) {
            state[i] = bytes.getDouble();
        }
        for (int copy = 0; copy < copies; copy++) {
            steps[copy] = bytes.getInt();
            keepForDrawing(copy);
        }
        generators = Generators.read(bytes, copies);
    }

    private int snapshotBytes() {
        return copies * (size * Double.BYTES + Integer.BYTES) + Generators.bytes(copies);
    }
}

package io.sparring.environment;

import io.sparring.random.Generators;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * B copies of a task whose state is a few whole numbers a copy, with a discrete action and episodes that end by the task's rules alone. A task adds
 * its spaces, and how one copy starts, moves and is observed.
 */
public abstract class IntCopies implements Environment {
    private final Space.Box observationSpace;
    private final Space.Discrete actionSpace;
    private final int copies;
    private final int size;
    private final double framesPerSecond;
    /** Of every copy, row by row; all 0 before the first episode of a copy. */
    protected final int[] state;

    /** The states to draw, as the last step or reset has led to them, before any restart. Null where nobody draws. */
    private int[] drawn;

    private Generators generators;

    /**
     * @param copies B
     * @param size how many whole numbers the state of one copy is
     * @param framesPerSecond how many steps a second look natural
     */
    protected IntCopies(
            Space.Box observationSpace, Space.Discrete actionSpace, int copies, int size, double framesPerSecond) {
        this.observationSpace = observationSpace;
        this.actionSpace = actionSpace;
        this.copies = copies;
        this.size = size;
        this.framesPerSecond = framesPerSecond;
        state = new int[copies * size];
    }

    /** Begins an episode of the copy whose state begins {@code at}. */
    protected abstract void start(int at, UniformRandomProvider random);

    /**
     * One step of the copy whose state begins {@code at}.
     *
     * @return the reward
     */
    protected abstract double move(int at, int action, UniformRandomProvider random);

    /** Whether the episode of the copy whose state begins {@code at} is over. */
    protected abstract boolean over(int at);

    /** Writes what is not 0 of the observation that begins at {@code to}. */
    protected abstract void observe(int at, float[] observations, int to);

    /** Draws the state of one copy; empty where there is nothing to see. */
    protected Optional<Frame> draw(int[] shown) {
        return Optional.empty();
    }

    @Override
    public final Optional<Drawing> drawing() {
        if (draw(new int[size]).isEmpty()) {
            return Optional.empty();
        }
        drawn = state.clone();
        return Optional.of(Drawing.of(
                framesPerSecond,
                copy -> draw(Arrays.copyOfRange(drawn, copy * size, (copy + 1) * size))
                        .orElseThrow()));
    }

    private void keepForDrawing(int at) {
        if (drawn != null) {
            System.arraycopy(state, at, drawn, at, size);
        }
    }

    private void show(int copy, float[] observations) {
        int to = copy * observationSpace.size();
        Arrays.fill(observations, to, to + observationSpace.size(), 0);
        observe(copy * size, observations, to);
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
        Arrays.fill(state, 0);
        for (int copy = 0; copy < copies; copy++) {
            start(copy * size, generators.get(copy));
            keepForDrawing(copy * size);
            show(copy, observations);
        }
    }

    @Override
    public final void step(float[] actions, Step result) {
        for (int copy = 0; copy < copies; copy++) {
            int at = copy * size;
            result.rewards[copy] = (float) move(at, (int) actions[copy], generators.get(copy));
            keepForDrawing(at);
            result.terminated[copy] = over(at);
            result.truncated[copy] = false;
            if (result.terminated[copy]) {
                show(copy, result.finalObservations);
                start(at, generators.get(copy));
            }
            show(copy, result.observations);
        }
    }

    @Override
    public final byte[] snapshot() {
        ByteBuffer bytes = ByteBuffer.allocate(snapshotBytes());
        for (int value : state) {
            bytes.putInt(value);
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
            state[i] = bytes.getInt();
        }
        for (int copy = 0; copy < copies; copy++) {
            keepForDrawing(copy * size);
        }
        generators = Generators.read(bytes, copies);
    }

    private int snapshotBytes() {
        return state.length * Integer.BYTES + Generators.bytes(copies);
    }
}

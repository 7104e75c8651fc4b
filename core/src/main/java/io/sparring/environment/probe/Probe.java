package io.sparring.environment.probe;

import io.sparring.environment.Canvas;
import io.sparring.environment.Drawing;
import io.sparring.environment.Environment;
import io.sparring.environment.Frame;
import io.sparring.environment.Space;
import io.sparring.environment.Step;
import io.sparring.random.Generators;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;

/** What the probes have in common: a few whole numbers of state a copy, a discrete action, and episodes that terminate. */
abstract class Probe implements Environment {
    /** Slow enough to follow. */
    private static final double FRAMES_PER_SECOND = 5;
    /** Of a drawing's longer side at the least, where the board is not larger. */
    private static final int PIXELS = 200;

    private final Space.Box observationSpace;
    private final Space.Discrete actionSpace;
    private final int copies;
    private final int size;
    /** Of every copy, row by row. */
    final int[] state;

    /** The states to draw, as the last step or reset has led to them, before any restart. Null where nobody draws. */
    private int[] drawn;

    private Generators generators;

    /** @param size how many whole numbers the state of one copy is */
    Probe(Space.Box observationSpace, Space.Discrete actionSpace, int copies, int size) {
        this.observationSpace = observationSpace;
        this.actionSpace = actionSpace;
        this.copies = copies;
        this.size = size;
        state = new int[copies * size];
    }

    /** Begins an episode of the copy whose state begins {@code at}. */
    abstract void start(int at, UniformRandomProvider random);

    /**
     * One step of the copy whose state begins {@code at}.
     *
     * @return the reward
     */
    abstract double move(int at, int action);

    /** Whether the episode of the copy whose state begins {@code at} is over. */
    abstract boolean over(int at);

    /** Writes what is not 0 of the observation that begins at {@code to}. */
    abstract void observe(int at, float[] observations, int to);

    /** Draws one state; empty where there is nothing to see. */
    Optional<Frame> draw(int[] shown) {
        return Optional.empty();
    }

    @Override
    public final Optional<Drawing> drawing() {
        if (draw(new int[size]).isEmpty()) {
            return Optional.empty();
        }
        drawn = state.clone();
        return Optional.of(Drawing.of(
                FRAMES_PER_SECOND,
                copy -> draw(Arrays.copyOfRange(drawn, copy * size, (copy + 1) * size))
                        .orElseThrow()));
    }

    /** A board of square fields. */
    static final class Board {
        private final int field;
        private final Canvas canvas;

        Board(int rows, int columns) {
            field = Math.max(1, PIXELS / Math.max(rows, columns));
            canvas = new Canvas(columns * field, rows * field, 0xd0d0d0);
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    fill(row, column, 0xf4f4f4);
                }
            }
        }

        Board fill(int row, int column, int colour) {
            int border = field < 4 ? 0 : 1;
            canvas.box(column * field, row * field, (column + 1) * field - border, (row + 1) * field - border, colour);
            return this;
        }

        Optional<Frame> frame() {
            return Optional.of(canvas.frame());
        }
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
            result.rewards[copy] = (float) move(at, (int) actions[copy]);
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
        generators = Generators.read(bytes, copies);
    }

    private int snapshotBytes() {
        return state.length * Integer.BYTES + Generators.bytes(copies);
    }
}

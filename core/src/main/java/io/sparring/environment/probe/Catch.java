package io.sparring.environment.probe;

import io.sparring.environment.Board;
import io.sparring.environment.Frame;
import io.sparring.environment.IntCopies;
import io.sparring.environment.Space;
import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Catch-v0: a ball falls straight down a board, a paddle on the lowest row is to be under it when it arrives.
 *
 * <p>Equal to bsuite's {@code environments/catch.py}. The board has 10 rows and 5 columns, unless told otherwise, each field 1 where the ball or
 * the paddle is and 0 elsewhere; it is observed row by row. An episode starts with the ball in any column of the highest row and the paddle
 * in the middle. The action moves the paddle to the left (0), not at all (1) or to the right (2), and never off the board; then the ball falls
 * by a row. When it is on the paddle's row the episode terminates, with the reward 1 where they meet and −1 where they don't; every step before is worth
 * 0.
 */
final class Catch extends IntCopies {
    static final Space.Discrete ACTIONS = new Space.Discrete(3);
    /** The ball's column and row, the paddle's column. */
    private static final int SIZE = 3;

    private final int rows;
    private final int columns;

    Catch(int copies, int rows, int columns) {
        super(observations(rows, columns), ACTIONS, copies, SIZE, Probes.FRAMES_PER_SECOND);
        this.rows = rows;
        this.columns = columns;
    }

    static Space.Box observations(int rows, int columns) {
        return Space.Box.of(Space.Dtype.FLOAT32, 0, 1, rows, columns);
    }

    @Override
    protected void start(int at, UniformRandomProvider random) {
        state[at] = random.nextInt(columns);
        state[at + 1] = 0;
        state[at + 2] = columns / 2;
    }

    @Override
    protected double move(int at, int action, UniformRandomProvider random) {
        state[at + 2] = Math.min(Math.max(state[at + 2] + action - 1, 0), columns - 1);
        state[at + 1]++;
        if (!over(at)) {
            return 0;
        }
        return state[at] == state[at + 2] ? 1 : -1;
    }

    @Override
    protected boolean over(int at) {
        return state[at + 1] == rows - 1;
    }

    @Override
    protected void observe(int at, float[] observations, int to) {
        observations[to + state[at + 1] * columns + state[at]] = 1;
        observations[to + (rows - 1) * columns + state[at + 2]] = 1;
    }

    @Override
    protected Optional<Frame> draw(int[] shown) {
        return Optional.of(new Board(rows, columns)
                .fill(rows - 1, shown[2], 0x3060c0)
                .fill(shown[1], shown[0], 0xd04030)
                .frame());
    }
}

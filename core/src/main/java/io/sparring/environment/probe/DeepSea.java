package io.sparring.environment.probe;

import io.sparring.environment.Board;
import io.sparring.environment.Frame;
import io.sparring.environment.IntCopies;
import io.sparring.environment.Space;
import io.sparring.random.Streams;
import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * DeepSea-v0: sink through N rows, one a step, and be at the right-hand side at the bottom, where a treasure is; every step towards it costs.
 *
 * <p>Equal to bsuite's {@code environments/deep_sea.py} in its deterministic form. Observed is the grid of N × N, 10 × 10 unless told otherwise, 1
 * where one is and 0 elsewhere, all 0 below the last row. An episode starts at the top left. Each cell has its own meaning of the two actions: which
 * one is right was drawn for it, from {@code mapping-seed} and not from the episode's; the other is left. Going right costs 0.01 / N, and is worth 1
 * from the last column, where it leads no further; a step goes down by a row, and the Nth terminates the episode. The best return is 0.99: N
 * times right. One that acts at random finds the treasure once in 2^N episodes.
 *
 * <p>Nothing is drawn in an episode: all copies with all seeds are the same.
 */
final class DeepSea extends IntCopies {
    static final Space.Discrete ACTIONS = new Space.Discrete(2);
    private static final double MOVE_COST = 0.01;
    /** Row, column. */
    private static final int SIZE = 2;

    private final int n;
    /** The action that is right, of every cell, row by row. */
    private final int[] right;

    DeepSea(int copies, int n, int[] right) {
        super(observations(n), ACTIONS, copies, SIZE, Probes.FRAMES_PER_SECOND);
        this.n = n;
        this.right = right;
    }

    static Space.Box observations(int n) {
        return Space.Box.of(Space.Dtype.FLOAT32, 0, 1, n, n);
    }

    /** Draws for every cell which action is right. */
    static int[] mapping(int n, long seed) {
        UniformRandomProvider random = Streams.of(seed);
        int[] right = new int[n * n];
        for (int i = 0; i < right.length; i++) {
            right[i] = random.nextInt(2);
        }
        return right;
    }

    @Override
    protected void start(int at, UniformRandomProvider random) {
        state[at] = 0;
        state[at + 1] = 0;
    }

    @Override
    protected double move(int at, int action, UniformRandomProvider random) {
        int column = state[at + 1];
        boolean goesRight = action == right[state[at] * n + column];
        state[at]++;
        state[at + 1] = Math.min(Math.max(column + (goesRight ? 1 : -1), 0), n - 1);
        double treasure = goesRight && column == n - 1 ? 1 : 0;
        return goesRight ? treasure - MOVE_COST / n : 0;
    }

    @Override
    protected boolean over(int at) {
        return state[at] == n;
    }

    @Override
    protected void observe(int at, float[] observations, int to) {
        if (!over(at)) {
            observations[to + state[at] * n + state[at + 1]] = 1;
        }
    }

    /** With a row for the ground, and the treasure behind the last way to the right. */
    @Override
    protected Optional<Frame> draw(int[] shown) {
        Board board = new Board(n + 1, n);
        for (int column = 0; column < n; column++) {
            board.fill(n, column, column == n - 1 ? 0xe0b020 : 0x907050);
        }
        return Optional.of(board.fill(shown[0], shown[1], 0x3060c0).frame());
    }
}

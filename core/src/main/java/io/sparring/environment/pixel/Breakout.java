package io.sparring.environment.pixel;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * MinBreakout-v0: keep a ball in play and break bricks with it, each worth 1.
 *
 * <p>Observed are the paddle, the ball, where the ball was a step ago, the bricks. The paddle is in the last row, at first in column 4, and goes to
 * the left or right, before the ball moves. 30 bricks fill rows 1 to 3. The ball starts in row 3, in the first column or the last, and moves
 * diagonally, down and inwards at first. A step of it:
 *
 * <ul>
 *   <li>At a side wall it stays in its column for this step and turns round sideways.
 *   <li>Above the first row it stays in its row, and turns round.
 *   <li>Into a brick: the brick breaks, the ball stays in its row but takes its new column, and turns round vertically. It breaks no other until
 *       a step that leads into none: up to then it passes through them.
 *   <li>Into the last row: if there are no bricks left, there are all 30 again. If the paddle is in the column that the ball comes from, the ball stays
 *       in its row, takes its new column and turns round vertically; if the paddle is in the new column, sideways too; else the episode is
 *       over.
 * </ul>
 *
 * <p>Only one of the last three happens, the first that does. Nothing is drawn but where the ball starts.
 */
final class Breakout extends PixelGame {
    private static final int BRICK_ROWS = 3;
    private static final int ALL_BRICKS = (1 << BRICK_ROWS * SIDE) - 1;

    private static final int PADDLE = OWN;
    private static final int BALL_ROW = OWN + 1;
    private static final int BALL_COLUMN = OWN + 2;
    private static final int DOWNWARDS = OWN + 3;
    private static final int RIGHTWARDS = OWN + 4;
    private static final int TRAIL_ROW = OWN + 5;
    private static final int TRAIL_COLUMN = OWN + 6;
    /** A bit a brick, row by row. */
    private static final int BRICKS = OWN + 7;
    /** Whether the last step led into a brick. */
    private static final int STRUCK = OWN + 8;

    private static final int SIZE = 9;

    Breakout(int copies, double stickiness) {
        super(copies, SIZE, stickiness, 0x3060c0, 0xd04030, 0xf0b0a0, 0x907050);
    }

    @Override
    void begin(int at, UniformRandomProvider random) {
        boolean left = random.nextInt(2) == 0;
        state[at + PADDLE] = 4;
        state[at + BALL_ROW] = 3;
        state[at + BALL_COLUMN] = left ? 0 : LAST;
        state[at + DOWNWARDS] = 1;
        state[at + RIGHTWARDS] = left ? 1 : -1;
        state[at + TRAIL_ROW] = state[at + BALL_ROW];
        state[at + TRAIL_COLUMN] = state[at + BALL_COLUMN];
        state[at + BRICKS] = ALL_BRICKS;
        state[at + STRUCK] = 0;
    }

    @Override
    double play(int at, int action, UniformRandomProvider random) {
        int paddle = sideways(state[at + PADDLE], action);
        state[at + PADDLE] = paddle;
        int oldRow = state[at + BALL_ROW];
        int oldColumn = state[at + BALL_COLUMN];
        state[at + TRAIL_ROW] = oldRow;
        state[at + TRAIL_COLUMN] = oldColumn;
        int row = oldRow + state[at + DOWNWARDS];
        int column = oldColumn + state[at + RIGHTWARDS];
        if (column < 0 || column > LAST) {
            column = oldColumn;
            turn(at + RIGHTWARDS);
        }
        boolean struck = false;
        double reward = 0;
        if (row < 0) {
            row = 0;
            turn(at + DOWNWARDS);
        } else if ((state[at + BRICKS] & brick(row, column)) != 0) {
            struck = true;
            if (state[at + STRUCK] == 0) {
                reward = 1;
                state[at + BRICKS] ^= brick(row, column);
                row = oldRow;
                turn(at + DOWNWARDS);
            }
        } else if (row == LAST) {
            if (state[at + BRICKS] == 0) {
                state[at + BRICKS] = ALL_BRICKS;
            }
            if (paddle == oldColumn) {
                row = oldRow;
                turn(at + DOWNWARDS);
            } else if (paddle == column) {
                row = oldRow;
                turn(at + DOWNWARDS);
                turn(at + RIGHTWARDS);
            } else {
                end(at);
            }
        }
        state[at + STRUCK] = struck ? 1 : 0;
        state[at + BALL_ROW] = row;
        state[at + BALL_COLUMN] = column;
        return reward;
    }

    private void turn(int direction) {
        state[direction] = -state[direction];
    }

    /** The bit of the brick that may be there; none outside of their rows. */
    private static int brick(int row, int column) {
        return row >= 1 && row <= BRICK_ROWS ? 1 << (row - 1) * SIDE + column : 0;
    }

    @Override
    void paint(int[] state, int at, Picture picture) {
        picture.set(LAST, state[at + PADDLE], 0);
        picture.set(state[at + BALL_ROW], state[at + BALL_COLUMN], 1);
        picture.set(state[at + TRAIL_ROW], state[at + TRAIL_COLUMN], 2);
        for (int row = 1; row <= BRICK_ROWS; row++) {
            picture.setAll(row, state[at + BRICKS] >> (row - 1) * SIDE & ALL_COLUMNS, 3);
        }
    }
}

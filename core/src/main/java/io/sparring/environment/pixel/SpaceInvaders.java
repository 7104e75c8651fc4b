package io.sparring.environment.pixel;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * MinSpaceInvaders-v0: shoot a formation of aliens, each worth 1, before it shoots the cannon or lands.
 *
 * <p>Observed are the cannon, the aliens, the aliens once more while they go to the left, and once more while they go to the right, the cannon's shots, the
 * aliens'. The cannon is in the last row, at first in column 5; 24 aliens are in rows 0 to 3, columns 2 to 7, and go to the left. A step:
 *
 * <ol>
 *   <li>The cannon fires, at most every 5th step, or goes to the left or right.
 *   <li>All its shots go up by a row.
 *   <li>The aliens' shots go down by a row. One that is now where the cannon is ends the episode; so does an alien that the cannon has run
 *       into. Shots pass through each other, and the aliens' through aliens.
 *   <li>When it is time the formation moves: first in the 13th step, then every min(number of aliens, pace) steps, with a pace of 12 in the first wave. It goes
 *       sideways by a column; where one of them stands at that edge, all go down by a row instead and turn round. An alien that comes to the cannon ends the
 *       episode, and so does a formation that is to go down from the last row.
 *   <li>First in the 11th step, then every 10 steps, an alien shoots: the lowest of that column which is nearest to the cannon, the left one of two. Its
 *       shot is where it is, and moves from the next step on.
 *   <li>Where a shot of the cannon and an alien are in one cell, both vanish.
 *   <li>After the last alien the next wave appears where the first one did, and nothing else changes, except that with ramping the pace is shorter by
 *       1, down to 6.
 * </ol>
 *
 * <p>Nothing is drawn.
 */
final class SpaceInvaders extends PixelGame {
    private static final int FIRE_PAUSE = 5;
    private static final int FIRST_PACE = 12;
    private static final int LAST_PACE = 6;
    private static final int SHOT_PAUSE = 10;
    private static final int FORMATION_ROWS = 4;
    /** Columns 2 to 7. */
    private static final int FORMATION = 0b11111100;

    static final int CANNON = OWN;
    /** −1 or 1. */
    private static final int RIGHTWARDS = OWN + 1;
    /** Steps until the cannon may fire. */
    private static final int UNTIL_FIRE = OWN + 2;

    private static final int PACE = OWN + 3;
    static final int UNTIL_MOVE = OWN + 4;
    static final int UNTIL_SHOT = OWN + 5;
    /** Row by row, a bit a column. */
    static final int ALIENS = OWN + 6;

    private static final int SHOTS = ALIENS + SIDE;
    private static final int ALIEN_SHOTS = SHOTS + SIDE;
    private static final int SIZE = ALIEN_SHOTS + SIDE - OWN;

    private final boolean ramping;

    SpaceInvaders(int copies, double stickiness, boolean ramping) {
        super(copies, SIZE, stickiness, 0x3060c0, 0x409050, 0x409050, 0x409050, 0xe0b020, 0xd04030);
        this.ramping = ramping;
    }

    @Override
    void begin(int at, UniformRandomProvider random) {
        state[at + CANNON] = 5;
        state[at + RIGHTWARDS] = -1;
        state[at + UNTIL_FIRE] = 0;
        state[at + PACE] = FIRST_PACE;
        state[at + UNTIL_MOVE] = FIRST_PACE;
        state[at + UNTIL_SHOT] = SHOT_PAUSE;
        for (int row = 0; row < SIDE; row++) {
            state[at + ALIENS + row] = 0;
            state[at + SHOTS + row] = 0;
            state[at + ALIEN_SHOTS + row] = 0;
        }
        appear(at);
    }

    private void appear(int at) {
        for (int row = 0; row < FORMATION_ROWS; row++) {
            state[at + ALIENS + row] = FORMATION;
        }
    }

    @Override
    double play(int at, int action, UniformRandomProvider random) {
        if (action == FIRE && state[at + UNTIL_FIRE] == 0) {
            state[at + SHOTS + LAST] |= 1 << state[at + CANNON];
            state[at + UNTIL_FIRE] = FIRE_PAUSE;
        }
        state[at + CANNON] = sideways(state[at + CANNON], action);
        up(at + SHOTS);
        down(at + ALIEN_SHOTS);
        state[at + ALIEN_SHOTS] = 0;
        endIfAtCannon(at, ALIEN_SHOTS);
        endIfAtCannon(at, ALIENS);
        if (state[at + UNTIL_MOVE] == 0) {
            state[at + UNTIL_MOVE] = Math.min(count(at), state[at + PACE]);
            moveAliens(at);
            endIfAtCannon(at, ALIENS);
        }
        if (state[at + UNTIL_SHOT] == 0) {
            state[at + UNTIL_SHOT] = SHOT_PAUSE;
            shoot(at);
        }
        int hits = hits(at);
        state[at + UNTIL_FIRE] = Math.max(state[at + UNTIL_FIRE] - 1, 0);
        state[at + UNTIL_MOVE]--;
        state[at + UNTIL_SHOT]--;
        if (columns(at) == 0) {
            if (ramping && state[at + PACE] > LAST_PACE) {
                state[at + PACE]--;
            }
            appear(at);
        }
        return hits;
    }

    private void up(int rows) {
        System.arraycopy(state, rows + 1, state, rows, LAST);
        state[rows + LAST] = 0;
    }

    /** What was in the last row is then in the first. */
    private void down(int rows) {
        int last = state[rows + LAST];
        System.arraycopy(state, rows, state, rows + 1, LAST);
        state[rows] = last;
    }

    private void endIfAtCannon(int at, int rows) {
        if ((state[at + rows + LAST] >> state[at + CANNON] & 1) == 1) {
            end(at);
        }
    }

    private int count(int at) {
        int count = 0;
        for (int row = 0; row < SIDE; row++) {
            count += Integer.bitCount(state[at + ALIENS + row]);
        }
        return count;
    }

    /** In which columns there is an alien, a bit each. */
    private int columns(int at) {
        int columns = 0;
        for (int row = 0; row < SIDE; row++) {
            columns |= state[at + ALIENS + row];
        }
        return columns;
    }

    private void moveAliens(int at) {
        boolean right = state[at + RIGHTWARDS] == 1;
        int edge = right ? 1 << LAST : 1;
        if ((columns(at) & edge) == 0) {
            for (int row = 0; row < SIDE; row++) {
                int aliens = state[at + ALIENS + row];
                state[at + ALIENS + row] = right ? aliens << 1 : aliens >> 1;
            }
            return;
        }
        state[at + RIGHTWARDS] = right ? -1 : 1;
        if (state[at + ALIENS + LAST] != 0) {
            end(at);
        }
        down(at + ALIENS);
    }

    private void shoot(int at) {
        int columns = columns(at);
        int cannon = state[at + CANNON];
        int distance = 0;
        while (!has(columns, cannon - distance) && !has(columns, cannon + distance)) {
            distance++;
        }
        int column = has(columns, cannon - distance) ? cannon - distance : cannon + distance;
        int row = LAST;
        while (!has(state[at + ALIENS + row], column)) {
            row--;
        }
        state[at + ALIEN_SHOTS + row] |= 1 << column;
    }

    private static boolean has(int columns, int column) {
        return column >= 0 && column < SIDE && (columns >> column & 1) == 1;
    }

    /** Takes away what has met, and answers how many aliens that were. */
    private int hits(int at) {
        int hits = 0;
        for (int row = 0; row < SIDE; row++) {
            int met = state[at + SHOTS + row] & state[at + ALIENS + row];
            hits += Integer.bitCount(met);
            state[at + SHOTS + row] ^= met;
            state[at + ALIENS + row] ^= met;
        }
        return hits;
    }

    @Override
    void paint(int[] state, int at, Picture picture) {
        picture.set(LAST, state[at + CANNON], 0);
        int direction = state[at + RIGHTWARDS] == 1 ? 3 : 2;
        for (int row = 0; row < SIDE; row++) {
            picture.setAll(row, state[at + ALIENS + row], 1);
            picture.setAll(row, state[at + ALIENS + row], direction);
            picture.setAll(row, state[at + SHOTS + row], 4);
            picture.setAll(row, state[at + ALIEN_SHOTS + row], 5);
        }
    }
}

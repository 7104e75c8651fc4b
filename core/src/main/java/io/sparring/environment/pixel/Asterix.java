package io.sparring.environment.pixel;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * MinAsterix-v0: collect treasures, each worth 1, and touch no enemy, which ends the episode.
 *
 * <p>Observed are the player, the enemies, the cells behind enemies and treasures, the treasures. The player starts at (5, 5) and goes in all four
 * directions, within the rows 1 to 8. Each of these rows has at most one enemy or treasure, which comes in at one edge, crosses the row and
 * vanishes at the other. A step:
 *
 * <ol>
 *   <li>First in the 11th step, then every 10 steps, one more comes, in one of the rows that have none, from either side; with the probability 1/3 it is a
 *       treasure. All of that is equally likely.
 *   <li>The player moves.
 *   <li>Where it is at an enemy or treasure, it touches that.
 *   <li>First in the 6th step, then every 5 steps, all of them move by a column, and the player touches what comes to it.
 *   <li>With ramping, the 10 steps become 1 fewer every 102 steps, and the 5 steps with every second of these, both down to 1. A pause that has begun stays
 *       as it is.
 * </ol>
 */
final class Asterix extends PixelGame {
    private static final int ROWS = 8;
    private static final int START = 5;
    private static final int FIRST_ARRIVAL_PERIOD = 10;
    private static final int FIRST_MOVE_PERIOD = 5;
    private static final int RAMP_PERIOD = 100;

    private static final int NONE = 0;
    private static final int ENEMY = 1;
    private static final int TREASURE = 2;

    private static final int PLAYER_ROW = OWN;
    private static final int PLAYER_COLUMN = OWN + 1;
    private static final int ARRIVAL_PERIOD = OWN + 2;
    private static final int MOVE_PERIOD = OWN + 3;
    private static final int UNTIL_ARRIVAL = OWN + 4;
    private static final int UNTIL_MOVE = OWN + 5;
    private static final int UNTIL_RAMP = OWN + 6;
    private static final int RAMPS = OWN + 7;
    /** Of every row from the second one on what is there, in which column, with which direction (−1 or 1). */
    private static final int KIND = OWN + 8;

    private static final int COLUMN = KIND + ROWS;
    private static final int RIGHTWARDS = COLUMN + ROWS;
    private static final int SIZE = RIGHTWARDS + ROWS - OWN;

    private final boolean ramping;

    Asterix(int copies, double stickiness, boolean ramping) {
        super(copies, SIZE, stickiness, 0x3060c0, 0xd04030, 0xd8d8d8, 0xe0b020);
        this.ramping = ramping;
    }

    @Override
    void begin(int at, UniformRandomProvider random) {
        state[at + PLAYER_ROW] = START;
        state[at + PLAYER_COLUMN] = START;
        state[at + ARRIVAL_PERIOD] = FIRST_ARRIVAL_PERIOD;
        state[at + MOVE_PERIOD] = FIRST_MOVE_PERIOD;
        state[at + UNTIL_ARRIVAL] = FIRST_ARRIVAL_PERIOD;
        state[at + UNTIL_MOVE] = FIRST_MOVE_PERIOD;
        state[at + UNTIL_RAMP] = RAMP_PERIOD;
        state[at + RAMPS] = 0;
        for (int row = 0; row < ROWS; row++) {
            state[at + KIND + row] = NONE;
        }
    }

    @Override
    double play(int at, int action, UniformRandomProvider random) {
        if (state[at + UNTIL_ARRIVAL] == 0) {
            state[at + UNTIL_ARRIVAL] = state[at + ARRIVAL_PERIOD];
            arrive(at, random);
        }
        state[at + PLAYER_COLUMN] = sideways(state[at + PLAYER_COLUMN], action);
        if (action == UP) {
            state[at + PLAYER_ROW] = Math.max(state[at + PLAYER_ROW] - 1, 1);
        } else if (action == DOWN) {
            state[at + PLAYER_ROW] = Math.min(state[at + PLAYER_ROW] + 1, ROWS);
        }
        double reward = touch(at);
        if (state[at + UNTIL_MOVE] == 0) {
            state[at + UNTIL_MOVE] = state[at + MOVE_PERIOD];
            moveAll(at);
            reward += touch(at);
        }
        state[at + UNTIL_ARRIVAL]--;
        state[at + UNTIL_MOVE]--;
        if (ramping) {
            ramp(at);
        }
        return reward;
    }

    private void arrive(int at, UniformRandomProvider random) {
        int free = 0;
        for (int row = 0; row < ROWS; row++) {
            free += state[at + KIND + row] == NONE ? 1 : 0;
        }
        if (free == 0) {
            return;
        }
        int kind = random.nextInt(3) == 0 ? TREASURE : ENEMY;
        boolean fromLeft = random.nextInt(2) == 1;
        int row = 0;
        int before = random.nextInt(free);
        while (before > 0 || state[at + KIND + row] != NONE) {
            before -= state[at + KIND + row] == NONE ? 1 : 0;
            row++;
        }
        state[at + KIND + row] = kind;
        state[at + COLUMN + row] = fromLeft ? 0 : LAST;
        state[at + RIGHTWARDS + row] = fromLeft ? 1 : -1;
    }

    /** @return the reward */
    private double touch(int at) {
        int row = state[at + PLAYER_ROW] - 1;
        if (state[at + KIND + row] == NONE || state[at + COLUMN + row] != state[at + PLAYER_COLUMN]) {
            return 0;
        }
        if (state[at + KIND + row] == ENEMY) {
            end(at);
            return 0;
        }
        state[at + KIND + row] = NONE;
        return 1;
    }

    private void moveAll(int at) {
        for (int row = 0; row < ROWS; row++) {
            if (state[at + KIND + row] != NONE) {
                state[at + COLUMN + row] += state[at + RIGHTWARDS + row];
                if (!isWithin(state[at + COLUMN + row])) {
                    state[at + KIND + row] = NONE;
                }
            }
        }
    }

    private static boolean isWithin(int column) {
        return column >= 0 && column <= LAST;
    }

    private void ramp(int at) {
        if (state[at + ARRIVAL_PERIOD] == 1 && state[at + MOVE_PERIOD] == 1) {
            return;
        }
        if (state[at + UNTIL_RAMP] >= 0) {
            state[at + UNTIL_RAMP]--;
            return;
        }
        if (state[at + RAMPS] % 2 == 1) {
            state[at + MOVE_PERIOD] = Math.max(state[at + MOVE_PERIOD] - 1, 1);
        }
        state[at + ARRIVAL_PERIOD] = Math.max(state[at + ARRIVAL_PERIOD] - 1, 1);
        state[at + RAMPS]++;
        state[at + UNTIL_RAMP] = RAMP_PERIOD;
    }

    @Override
    void paint(int[] state, int at, Picture picture) {
        picture.set(state[at + PLAYER_ROW], state[at + PLAYER_COLUMN], 0);
        for (int row = 0; row < ROWS; row++) {
            int kind = state[at + KIND + row];
            if (kind != NONE) {
                int column = state[at + COLUMN + row];
                picture.set(row + 1, column, kind == ENEMY ? 1 : 3);
                int behind = column - state[at + RIGHTWARDS + row];
                if (isWithin(behind)) {
                    picture.set(row + 1, behind, 2);
                }
            }
        }
    }
}

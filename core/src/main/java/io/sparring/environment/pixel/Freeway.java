package io.sparring.environment.pixel;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * MinFreeway-v0: cross a road of eight lanes, as often as there is time; each crossing is worth 1.
 *
 * <p>Observed are the player, the cars, and in five more kinds the cell behind a car, whose kind tells its speed and whose side its direction. The player
 * is in column 4, at first in the last row, and goes up or down by a row, at most every 3rd step and first in the 4th; an attempt to go down from
 * the last row counts as one. Each of the rows 1 to 8 has a car, at first in column 0. Its speed is one of 1 to 5 and its direction one of two, all equally
 * likely: with the speed k it moves by a column every k+1 steps, and from one edge on at the other. A step:
 *
 * <ol>
 *   <li>The player moves.
 *   <li>In row 0 it has crossed, and is in the last row again; every car draws a new speed and direction, and goes on from where it is.
 *   <li>Every car that is where the player is, or comes there, puts it back into the last row.
 * </ol>
 *
 * <p>An episode has 2501 steps, whatever happens.
 */
final class Freeway extends PixelGame {
    private static final int STEPS = 2501;
    private static final int PLAYER_COLUMN = 4;
    private static final int PLAYER_PAUSE = 3;
    private static final int CARS = 8;
    private static final int SPEEDS = 5;

    private static final int PLAYER = OWN;
    /** Steps until the player may move. */
    private static final int UNTIL_MOVE = OWN + 1;

    private static final int STEPS_LEFT = OWN + 2;
    /** Of every car its column, speed, direction (−1 or 1) and the steps until it moves. */
    private static final int COLUMN = OWN + 3;

    private static final int SPEED = COLUMN + CARS;
    private static final int RIGHTWARDS = SPEED + CARS;
    private static final int UNTIL_CAR_MOVES = RIGHTWARDS + CARS;
    private static final int SIZE = UNTIL_CAR_MOVES + CARS - OWN;

    Freeway(int copies, double stickiness) {
        super(copies, SIZE, stickiness, 0x3060c0, 0xd04030, 0xd8d8d8, 0xd0c8c0, 0xc8b8a8, 0xc0a890, 0xb89878);
    }

    @Override
    void begin(int at, UniformRandomProvider random) {
        state[at + PLAYER] = LAST;
        state[at + UNTIL_MOVE] = PLAYER_PAUSE;
        state[at + STEPS_LEFT] = STEPS;
        for (int car = 0; car < CARS; car++) {
            state[at + COLUMN + car] = 0;
        }
        drawCars(at, random);
    }

    private void drawCars(int at, UniformRandomProvider random) {
        for (int car = 0; car < CARS; car++) {
            int speed = 1 + random.nextInt(SPEEDS);
            state[at + SPEED + car] = speed;
            state[at + RIGHTWARDS + car] = random.nextInt(2) == 0 ? -1 : 1;
            state[at + UNTIL_CAR_MOVES + car] = speed;
        }
    }

    @Override
    double play(int at, int action, UniformRandomProvider random) {
        if (state[at + UNTIL_MOVE] == 0 && (action == UP || action == DOWN)) {
            state[at + UNTIL_MOVE] = PLAYER_PAUSE;
            state[at + PLAYER] = Math.min(state[at + PLAYER] + (action == UP ? -1 : 1), LAST);
        }
        double reward = 0;
        if (state[at + PLAYER] == 0) {
            reward = 1;
            state[at + PLAYER] = LAST;
            drawCars(at, random);
        }
        for (int car = 0; car < CARS; car++) {
            drive(at, car);
        }
        state[at + UNTIL_MOVE] = Math.max(state[at + UNTIL_MOVE] - 1, 0);
        if (--state[at + STEPS_LEFT] == 0) {
            end(at);
        }
        return reward;
    }

    private void drive(int at, int car) {
        hit(at, car);
        if (state[at + UNTIL_CAR_MOVES + car] > 0) {
            state[at + UNTIL_CAR_MOVES + car]--;
            return;
        }
        state[at + UNTIL_CAR_MOVES + car] = state[at + SPEED + car];
        state[at + COLUMN + car] = around(state[at + COLUMN + car] + state[at + RIGHTWARDS + car]);
        hit(at, car);
    }

    private void hit(int at, int car) {
        if (state[at + COLUMN + car] == PLAYER_COLUMN && state[at + PLAYER] == row(car)) {
            state[at + PLAYER] = LAST;
        }
    }

    private static int row(int car) {
        return car + 1;
    }

    private static int around(int column) {
        return Math.floorMod(column, SIDE);
    }

    @Override
    void paint(int[] state, int at, Picture picture) {
        picture.set(state[at + PLAYER], PLAYER_COLUMN, 0);
        for (int car = 0; car < CARS; car++) {
            int column = state[at + COLUMN + car];
            picture.set(row(car), column, 1);
            picture.set(row(car), around(column - state[at + RIGHTWARDS + car]), 1 + state[at + SPEED + car]);
        }
    }
}

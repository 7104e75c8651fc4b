package io.sparring.environment.pixel;

import io.sparring.environment.Board;
import io.sparring.environment.Frame;
import io.sparring.environment.IntCopies;
import io.sparring.environment.Space;
import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * What the pixel games have in common. Cells are (row, column) of a grid of 10 × 10, from the top left. Observed is for every cell, row by row, which of the
 * game's n kinds of things are there, 1 or 0: 10 × 10 × n, the kinds varying fastest. Six actions, of which a game uses some; the others do nothing.
 *
 * <p>Sticky actions: with a probability, drawn at every step, the action of the step before is taken instead of the one that was told, and counts then as
 * this step's. Before the first step of a copy that was nothing; an episode begins with what the one before has ended with.
 *
 * <p>In the step that ends an episode everything else still takes place. No game limits its steps but Freeway: the wrapper {@code time-limit} does.
 */
abstract class PixelGame extends IntCopies {
    static final int SIDE = 10;
    static final int LAST = SIDE - 1;

    /** A bit a column. */
    static final int ALL_COLUMNS = (1 << SIDE) - 1;

    static final int NOTHING = 0;
    static final int LEFT = 1;
    static final int UP = 2;
    static final int RIGHT = 3;
    static final int DOWN = 4;
    static final int FIRE = 5;
    static final Space.Discrete ACTIONS = new Space.Discrete(6);

    private static final double FRAMES_PER_SECOND = 10;

    private static final int LAST_ACTION = 0;
    private static final int OVER = 1;
    /** Where in the state of a copy a game's own begins. */
    static final int OWN = 2;

    private final double stickiness;
    /** How many kinds of things are observed, and how each is drawn. */
    private final int[] colours;

    /**
     * @param own how many whole numbers of state the game has of its own
     * @param stickiness the probability that the last action is taken again
     * @param colours of each kind of thing; of several in a cell the first is drawn
     */
    PixelGame(int copies, int own, double stickiness, int... colours) {
        super(observations(colours.length), ACTIONS, copies, OWN + own, FRAMES_PER_SECOND);
        this.stickiness = stickiness;
        this.colours = colours;
    }

    static Space.Box observations(int kinds) {
        return Space.Box.of(Space.Dtype.UINT8, 0, 1, SIDE, SIDE, kinds);
    }

    /** Begins an episode of the copy whose state begins {@code at}. */
    abstract void begin(int at, UniformRandomProvider random);

    /**
     * One step with the action that is taken.
     *
     * @return the reward
     */
    abstract double play(int at, int action, UniformRandomProvider random);

    /** Writes what is not 0 of the picture of a copy. */
    abstract void paint(int[] state, int at, Picture picture);

    /** One observation, to be written. */
    record Picture(float[] numbers, int from, int kinds) {
        void set(int row, int column, int kind) {
            numbers[from + (row * SIDE + column) * kinds + kind] = 1;
        }

        /** Sets what a row has, a bit a column. */
        void setAll(int row, int columns, int kind) {
            for (int left = columns; left != 0; left &= left - 1) {
                set(row, Integer.numberOfTrailingZeros(left), kind);
            }
        }
    }

    final void end(int at) {
        state[at + OVER] = 1;
    }

    /** A step to the left or right where the action is one, within the grid. */
    static int sideways(int column, int action) {
        return switch (action) {
            case LEFT -> Math.max(column - 1, 0);
            case RIGHT -> Math.min(column + 1, LAST);
            default -> column;
        };
    }

    @Override
    protected final void start(int at, UniformRandomProvider random) {
        state[at + OVER] = 0;
        begin(at, random);
    }

    @Override
    protected final double move(int at, int action, UniformRandomProvider random) {
        boolean sticks = stickiness > 0 && random.nextDouble() < stickiness;
        int taken = sticks ? state[at + LAST_ACTION] : action;
        state[at + LAST_ACTION] = taken;
        return play(at, taken, random);
    }

    @Override
    protected final boolean over(int at) {
        return state[at + OVER] == 1;
    }

    @Override
    protected final void observe(int at, float[] observations, int to) {
        paint(state, at, new Picture(observations, to, colours.length));
    }

    @Override
    protected final Optional<Frame> draw(int[] shown) {
        float[] numbers = new float[observationSpace().size()];
        paint(shown, 0, new Picture(numbers, 0, colours.length));
        Board board = new Board(SIDE, SIDE);
        for (int i = numbers.length - 1; i >= 0; i--) {
            if (numbers[i] == 1) {
                int cell = i / colours.length;
                board.fill(cell / SIDE, cell % SIDE, colours[i % colours.length]);
            }
        }
        return Optional.of(board.frame());
    }
}

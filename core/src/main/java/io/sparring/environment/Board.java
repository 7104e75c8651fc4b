package io.sparring.environment;

/** Draws a board of square fields. */
public final class Board {
    /** Of the longer side at the least, where there are not more fields. */
    private static final int PIXELS = 200;

    private final int field;
    private final Canvas canvas;

    /** An empty board. */
    public Board(int rows, int columns) {
        field = Math.max(1, PIXELS / Math.max(rows, columns));
        canvas = new Canvas(columns * field, rows * field, 0xd0d0d0);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                fill(row, column, 0xf4f4f4);
            }
        }
    }

    /** Paints one field, 0xRRGGBB. */
    public Board fill(int row, int column, int colour) {
        int border = field < 4 ? 0 : 1;
        canvas.box(column * field, row * field, (column + 1) * field - border, (row + 1) * field - border, colour);
        return this;
    }

    /** What is painted so far. */
    public Frame frame() {
        return canvas.frame();
    }
}

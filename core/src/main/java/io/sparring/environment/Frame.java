package io.sparring.environment;

import java.io.Serializable;

/**
 * A picture of one copy of an environment. The array is not copied.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 * @param rgb red, green and blue of every pixel, a byte each from 0 to 255, row by row from the top left: Gymnasium's {@code rgb_array}
 */
public record Frame(int width, int height, byte[] rgb) implements Serializable {

    /** @throws IllegalArgumentException if the array has another size */
    public Frame {
        if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
            throw new IllegalArgumentException("a frame of " + width + " × " + height
                    + " pixels has 3 bytes for each, not " + rgb.length + " in all");
        }
    }

    /** A pixel as 0xRRGGBB; pixels are counted row by row. */
    public int pixel(int index) {
        return (rgb[3 * index] & 0xff) << 16 | (rgb[3 * index + 1] & 0xff) << 8 | rgb[3 * index + 2] & 0xff;
    }

    /** The same picture with at most so many pixels on each side, every one of them the mean of a square of n × n of these. */
    public Frame within(int side) {
        int n = (Math.max(width, height) + side - 1) / side;
        if (n == 1) {
            return this;
        }
        int columns = Math.max(1, width / n);
        int rows = Math.max(1, height / n);
        byte[] small = new byte[3 * columns * rows];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                for (int channel = 0; channel < 3; channel++) {
                    small[3 * (row * columns + column) + channel] = mean(row * n, column * n, n, channel);
                }
            }
        }
        return new Frame(columns, rows, small);
    }

    /** The same picture at the top left of a black one that is at least as large. */
    public Frame on(int columns, int rows) {
        if (columns == width && rows == height) {
            return this;
        }
        byte[] larger = new byte[3 * columns * rows];
        for (int row = 0; row < height; row++) {
            System.arraycopy(rgb, 3 * row * width, larger, 3 * row * columns, 3 * width);
        }
        return new Frame(columns, rows, larger);
    }

    private byte mean(int top, int left, int n, int channel) {
        int sum = 0;
        int count = 0;
        for (int row = top; row < Math.min(top + n, height); row++) {
            for (int column = left; column < Math.min(left + n, width); column++) {
                sum += rgb[3 * (row * width + column) + channel] & 0xff;
                count++;
            }
        }
        return (byte) ((sum + count / 2) / count);
    }
}

package io.sparring.environment;

import java.util.Arrays;

/**
 * Draws a {@link Frame} of lines, discs and boxes with smooth edges: enough for simple environments, without a window system and the same on
 * every machine. Coordinates are pixels from the top left, colours 0xRRGGBB.
 */
public final class Canvas {
    private final int width;
    private final int height;
    private final byte[] rgb;

    /** A canvas of one colour. */
    public Canvas(int width, int height, int colour) {
        this.width = width;
        this.height = height;
        rgb = new byte[3 * width * height];
        box(0, 0, width, height, colour);
    }

    /** A straight line with round ends. */
    public Canvas line(double x1, double y1, double x2, double y2, double thickness, int colour) {
        double radius = thickness / 2;
        double dx = x2 - x1;
        double dy = y2 - y1;
        double length2 = squared(dx) + squared(dy);
        int left = within(Math.min(x1, x2) - radius - 1, width);
        int right = within(Math.max(x1, x2) + radius + 2, width);
        int bottom = within(Math.max(y1, y2) + radius + 2, height);
        for (int y = within(Math.min(y1, y2) - radius - 1, height); y < bottom; y++) {
            for (int x = left; x < right; x++) {
                double px = x + 0.5 - x1;
                double py = y + 0.5 - y1;
                double along = length2 == 0 ? 0 : Math.min(Math.max((px * dx + py * dy) / length2, 0), 1);
                double away = Math.sqrt(squared(px - along * dx) + squared(py - along * dy));
                blend(y * width + x, radius + 0.5 - away, colour);
            }
        }
        return this;
    }

    public Canvas disc(double x, double y, double radius, int colour) {
        return line(x, y, x, y, 2 * radius, colour);
    }

    /** The pixels from (left, top) up to (right, bottom), which are excluded; what is outside of the canvas is left out. */
    public Canvas box(double left, double top, double right, double bottom, int colour) {
        for (int y = within(Math.round(top), height); y < within(Math.round(bottom), height); y++) {
            for (int x = within(Math.round(left), width); x < within(Math.round(right), width); x++) {
                int at = 3 * (y * width + x);
                rgb[at] = (byte) (colour >> 16);
                rgb[at + 1] = (byte) (colour >> 8);
                rgb[at + 2] = (byte) colour;
            }
        }
        return this;
    }

    private static double squared(double value) {
        return value * value;
    }

    private static int within(double value, int end) {
        return (int) Math.min(Math.max(value, 0), end);
    }

    private void blend(int pixel, double covered, int colour) {
        double share = Math.min(covered, 1);
        if (share <= 0) {
            return;
        }
        for (int channel = 0; channel < 3; channel++) {
            int at = 3 * pixel + channel;
            int paint = colour >> 16 - 8 * channel & 0xff;
            rgb[at] = (byte) Math.round((1 - share) * (rgb[at] & 0xff) + share * paint);
        }
    }

    /** What is drawn so far. */
    public Frame frame() {
        return new Frame(width, height, Arrays.copyOf(rgb, rgb.length));
    }
}

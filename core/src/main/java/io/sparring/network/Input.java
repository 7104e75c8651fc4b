package io.sparring.network;

import java.io.Serializable;
import java.util.List;

/**
 * One part of what a network looks at: a vector, or an image.
 *
 * @param name of it; unlike those of the others
 * @param shape as the environment has it, the last dimension varying fastest
 * @param order how the numbers are read
 * @param bytes whether they are divided by 255, as those of bytes are
 */
public record Input(String name, List<Integer> shape, Order order, boolean bytes) implements Serializable {

    /** How the numbers of an input are read. */
    public enum Order {
        /** One after the other, whatever the shape. */
        VECTOR,
        /** As an image of channels × height × width, or of one channel; more dimensions before these are more channels. */
        CHANNELS_FIRST,
        /** As an image of height × width × channels; where there is another dimension before these, as many images beside each other. */
        CHANNELS_LAST
    }

    public Input {
        shape = List.copyOf(shape);
    }

    /** A vector of 32-bit numbers. */
    public static Input vector(String name, int size) {
        return new Input(name, List.of(size), Order.VECTOR, false);
    }

    /** How many numbers it has. */
    public int size() {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    /** What every number is divided by. */
    public float divisor() {
        return bytes ? 255 : 1;
    }

    /** What the first layer takes: a vector, or channels × height × width. */
    public Shape seen() {
        int last = shape.size() - 1;
        return switch (order) {
            case VECTOR -> Shape.vector(size());
            case CHANNELS_FIRST -> image(shape.get(last - 1), shape.get(last));
            case CHANNELS_LAST -> image(shape.get(last - 2), shape.get(last - 1));
        };
    }

    private Shape image(int height, int width) {
        return Shape.image(size() / (height * width), height, width);
    }

    /** Which of the environment's numbers each feature is, in the order of {@link #seen}. */
    public int[] numbers() {
        int[] numbers = new int[size()];
        int channels = order == Order.CHANNELS_LAST ? shape.get(shape.size() - 1) : 1;
        int image = order == Order.CHANNELS_LAST ? channels * pixels() : 1;
        for (int feature = 0; feature < numbers.length; feature++) {
            int within = feature % image;
            int pixel = within % (image / channels);
            int channel = within / (image / channels);
            numbers[feature] = feature - within + pixel * channels + channel;
        }
        return numbers;
    }

    private int pixels() {
        return seen().sizes().get(1) * seen().sizes().get(2);
    }
}

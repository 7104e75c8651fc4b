package io.sparring.network;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The shape of what goes into a layer or comes out of it, for one row.
 *
 * @param sizes of each dimension, at least 1; a vector has one
 */
public record Shape(List<Integer> sizes) {
    public Shape {
        sizes = List.copyOf(sizes);
    }

    /** Of a vector. */
    public static Shape vector(int size) {
        return new Shape(List.of(size));
    }

    /** Of an image. */
    public static Shape image(int channels, int height, int width) {
        return new Shape(List.of(channels, height, width));
    }

    /** How many floats. */
    public int size() {
        return sizes.stream().reduce(1, Math::multiplyExact);
    }

    /** As in {@code 4×84×84}. */
    @Override
    public String toString() {
        return sizes.stream().map(String::valueOf).collect(Collectors.joining("×"));
    }
}

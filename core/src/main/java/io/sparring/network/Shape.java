package io.sparring.network;

import java.util.List;

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

    /** How many floats. */
    public int size() {
        return sizes.stream().reduce(1, Math::multiplyExact);
    }
}

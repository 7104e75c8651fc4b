package io.sparring.network;

import java.io.Serializable;

/**
 * What a network remembers of an episode: a recurrent layer between the last hidden layer and a head.
 *
 * @param kind which layer
 * @param size how many numbers it gives, at least 1; 0 where there is none
 */
public record Memory(Kind kind, int size) implements Serializable {
    /** The kinds of memory. */
    public enum Kind {
        /** Nothing is remembered. */
        NONE(0, 0),
        /** Long short-term memory; see {@link Lstm}. */
        LSTM(4, 2),
        /** Gated recurrent units; see {@link Gru}. */
        GRU(3, 1);

        private final int gates;
        private final int states;

        Kind(int gates, int states) {
            this.gates = gates;
            this.states = states;
        }
    }

    /** None. */
    public static final Memory NONE = new Memory(Kind.NONE, 0);

    /** Whether anything is remembered. */
    public boolean isThere() {
        return kind != Kind.NONE;
    }

    /** How many numbers each copy carries from one step to the next. */
    public double stateSize() {
        return (double) kind.states * size;
    }

    /** How many numbers a step computes before they become {@code size} again. */
    public double gates() {
        return (double) kind.gates * size;
    }

    /** How many parameters it has. */
    public double parameters(double inputs) {
        return gates() * (inputs + size + 2);
    }

    /**
     * The layer, where there is one.
     *
     * @param inputs how many numbers it takes
     */
    public Layer layer(int inputs) {
        return switch (kind) {
            case LSTM -> new Lstm(inputs, size);
            case GRU -> new Gru(inputs, size);
            case NONE -> throw new IllegalStateException("no memory has no layer");
        };
    }
}

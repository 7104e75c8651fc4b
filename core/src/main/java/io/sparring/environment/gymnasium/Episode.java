package io.sparring.environment.gymnasium;

import java.util.Arrays;

/** One copy's running episode, as it can be played again: its seed, and the actions since its reset. */
final class Episode {
    /** Of this episode. */
    int seed;
    /** Of the next one: drawn before it is known when this one ends. */
    int nextSeed;
    /** Whether it was not the same when it was played again: it is cut with the next step. */
    boolean lost;

    private byte[] actions = new byte[64];
    private int length;
    private int steps;

    /** A new one, from its seed. */
    void begin(int seed, int nextSeed) {
        this.seed = seed;
        this.nextSeed = nextSeed;
        length = 0;
        steps = 0;
        lost = false;
    }

    /** One more step, whose action stands so in a frame. */
    void append(byte[] frame, int offset, int size) {
        if (length + size > actions.length) {
            actions = Arrays.copyOf(actions, Math.max(2 * actions.length, length + size));
        }
        System.arraycopy(frame, offset, actions, length, size);
        length += size;
        steps++;
    }

    /** What was done since the reset, as it stood in frames. */
    byte[] actions() {
        return Arrays.copyOf(actions, length);
    }

    void actions(byte[] done, int count) {
        actions = done.clone();
        length = done.length;
        steps = count;
    }

    int steps() {
        return steps;
    }

    int length() {
        return length;
    }
}

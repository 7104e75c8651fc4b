package io.sparring.aeron;

import java.util.Arrays;

/**
 * Which frames of one sender were here before. Frames may overtake each other by a little: of the newest {@value #FRAMES} each is
 * taken once, older ones not at all. A ring of bits, as in RFC 6479.
 */
final class ReplayWindow {
    private static final int BLOCKS = 64;
    private static final int FRAMES = (BLOCKS - 1) * Long.SIZE;

    private final long[] blocks = new long[BLOCKS];
    private long highest = -1;

    /** Whether this number is new; from then on it is not. */
    boolean take(long number) {
        if (number < 0 || number <= highest - FRAMES) {
            return false;
        }
        long block = number / Long.SIZE;
        if (number > highest) {
            long newest = highest < 0 ? -1 : highest / Long.SIZE;
            if (block - newest >= BLOCKS) {
                Arrays.fill(blocks, 0);
            } else {
                for (long b = newest + 1; b <= block; b++) {
                    blocks[(int) (b % BLOCKS)] = 0;
                }
            }
            highest = number;
        }
        long bit = 1L << (number % Long.SIZE);
        int index = (int) (block % BLOCKS);
        if ((blocks[index] & bit) != 0) {
            return false;
        }
        blocks[index] |= bit;
        return true;
    }
}

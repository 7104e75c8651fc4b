package io.sparring.tuning;

import java.util.BitSet;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * The candidates that have come to one round, best first: some in the places that are promoted, the others behind them.
 *
 * <p>Adding one, or one place more, takes O(log n): a rung of thousands is never sorted anew.
 */
final class Rung {
    private final TreeSet<Standing> placed = new TreeSet<>();
    private final TreeSet<Standing> behind = new TreeSet<>();
    /** Those in the places that are {@link #open}. */
    private final TreeSet<Standing> waiting = new TreeSet<>();
    /** The candidates that may be asked to go on from here and have not been. */
    private final BitSet open = new BitSet();

    private int size;
    private int places;

    /** How many have come here. */
    int size() {
        return size;
    }

    /** @param mayGoOn whether it may be asked to go on from here */
    void add(Standing newcomer, boolean mayGoOn) {
        size++;
        open.set(newcomer.candidate(), mayGoOn);
        place(newcomer);
        shrink();
    }

    /** How many of the best are promoted. */
    void places(int number) {
        places = number;
        shrink();
        while (placed.size() < places && !behind.isEmpty()) {
            place(behind.pollFirst());
        }
    }

    /**
     * Forgets all but the best.
     *
     * @param number not below the number of places, now or later
     * @param hopeless is told of each that is forgotten and might have been asked to go on
     */
    void keep(int number, IntConsumer hopeless) {
        while (placed.size() + behind.size() > number && !behind.isEmpty()) {
            int last = behind.pollLast().candidate();
            if (open.get(last)) {
                hopeless.accept(last);
            }
        }
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** The best of those in the places that may go on and have not been asked to: it has been now. */
    int promote() {
        int best = waiting.pollFirst().candidate();
        open.clear(best);
        return best;
    }

    /** Whether one that has come here is in a place. */
    boolean isPlaced(Standing standing) {
        return placed.contains(standing);
    }

    /** Whether it is in a place or no worse than the last one there. */
    boolean reachesPlaced(Standing standing) {
        return !placed.last().isBetterThan(standing);
    }

    private void place(Standing standing) {
        placed.add(standing);
        if (open.get(standing.candidate())) {
            waiting.add(standing);
        }
    }

    private void shrink() {
        while (placed.size() > places) {
            Standing last = placed.pollLast();
            waiting.remove(last);
            behind.add(last);
        }
    }
}

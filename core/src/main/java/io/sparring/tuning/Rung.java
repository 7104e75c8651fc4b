package io.sparring.tuning;

import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * The candidates that have come to one round, best first: in the places that are promoted, or behind them.
 *
 * <p>Adding one, or one place more, takes O(log n): a rung of thousands is never sorted anew.
 */
final class Rung {
    private static final class Entry implements Comparable<Entry> {
        final int candidate;
        final double score;
        /** May be asked to go on, and has not been. */
        boolean open;

        Entry(int candidate, double score, boolean open) {
            this.candidate = candidate;
            this.score = score;
            this.open = open;
        }

        @Override
        public int compareTo(Entry other) {
            if (score > other.score || !Double.isNaN(score) && Double.isNaN(other.score)) {
                return -1;
            }
            if (score < other.score || Double.isNaN(score) && !Double.isNaN(other.score)) {
                return 1;
            }
            return Integer.compare(candidate, other.candidate);
        }
    }

    private final TreeSet<Entry> placed = new TreeSet<>();
    private final TreeSet<Entry> behind = new TreeSet<>();
    private final TreeSet<Entry> waiting = new TreeSet<>();
    private int size;
    private int places;

    /** How many have come here. */
    int size() {
        return size;
    }

    /** @param open whether it may be asked to go on from here */
    void add(int candidate, double score, boolean open) {
        size++;
        place(new Entry(candidate, score, open));
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
            Entry last = behind.pollLast();
            if (last.open) {
                hopeless.accept(last.candidate);
            }
        }
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** Whether a candidate that has just come here is among the best. */
    boolean isWaiting(int candidate, double score) {
        return waiting.contains(new Entry(candidate, score, true));
    }

    /** The best of those in the places that may go on and have not been asked to: it has been now. */
    int promote() {
        Entry best = waiting.pollFirst();
        best.open = false;
        return best.candidate;
    }

    private void place(Entry entry) {
        placed.add(entry);
        if (entry.open) {
            waiting.add(entry);
        }
    }

    private void shrink() {
        while (placed.size() > places) {
            Entry last = placed.pollLast();
            waiting.remove(last);
            behind.add(last);
        }
    }
}

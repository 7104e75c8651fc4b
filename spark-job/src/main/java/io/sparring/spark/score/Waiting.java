package io.sparring.spark.score;

import io.sparring.network.Observations;
import io.sparring.rollout.Scorer;
import io.sparring.spark.table.BadRows;
import io.sparring.spark.table.Cells;

/** Rows of a partition that wait until there are enough of them to be scored together. Used by one task. */
final class Waiting {
    /** As many rows as hide the cost of a call, and stay in the cache. */
    private static final int ROWS = 1024;
    /** Of long observations fewer, or a batch of images would not fit beside a task's other work. */
    private static final int NUMBERS = 1 << 20;

    private final Policy.Layout layout;
    private final BadRows badRows;
    private final int room;
    private final Observations observations;
    private final boolean[] allowed;
    private final Scorer scorer;
    private final BadRows.Tally tally;
    private int rows;

    /** @param badRows null: the first one fails */
    Waiting(Policy policy, Policy.Layout layout, BadRows badRows) {
        this.layout = layout;
        this.badRows = badRows;
        room = Math.max(1, Math.min(ROWS, NUMBERS / layout.observed().size()));
        observations = layout.observed().room(room);
        allowed = new boolean[layout.masks() == null ? 0 : room * layout.masks().size()];
        scorer = policy.scorer();
        tally = BadRows.tally(badRows);
    }

    /** How many wait at most. */
    int room() {
        return room;
    }

    /** How many wait. */
    int rows() {
        return rows;
    }

    /** Whether no other has room. */
    boolean isFull() {
        return rows == room;
    }

    /**
     * A row that has just been read.
     *
     * @return whether it waits now; else it is bad, and has been counted
     * @throws BadRow if it is, and none is to be left out
     */
    boolean add(Cells row) {
        tally.row();
        String wrong = layout.observed().read(row, layout.kept(), observations, rows);
        if (wrong == null && layout.masks() != null) {
            wrong = layout.masks().read(row, layout.kept() + layout.observed().width(), allowed, rows);
        }
        if (wrong == null) {
            rows++;
            return true;
        }
        if (badRows == null) {
            throw new BadRow(tally.where() + ": " + wrong);
        }
        tally.bad(wrong);
        return false;
    }

    /** Scores those that wait; after that none does. */
    Scorer score() {
        if (rows > 0) {
            scorer.score(observations, allowed, rows);
        }
        rows = 0;
        return scorer;
    }
}

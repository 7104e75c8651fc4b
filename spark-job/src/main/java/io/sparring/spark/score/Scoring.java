package io.sparring.spark.score;

import io.sparring.network.Observations;
import io.sparring.rollout.Scorer;
import io.sparring.spark.table.BadRows;
import io.sparring.spark.table.MaskColumns;
import io.sparring.spark.table.ObservationColumns;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * One partition's scoring, some rows at a time.
 *
 * @param kept so many of the first columns come along
 * @param masks null: there are none
 * @param badRows null: the first one fails
 */
record Scoring(Policy policy, int kept, ObservationColumns observed, MaskColumns masks, BadRows badRows)
        implements MapPartitionsFunction<Row, Row> {
    /** As many rows as hide the cost of a call, and stay in the cache. */
    private static final int ROWS = 1024;
    /** Of long observations fewer, or a batch of images would not fit beside a task's other work. */
    private static final int NUMBERS = 1 << 20;

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        return new Scored(rows);
    }

    /** What comes of a partition's rows, in their order. */
    private final class Scored implements Iterator<Row> {
        private final Iterator<Row> rows;
        private final Row[] batch = new Row[Math.max(1, Math.min(ROWS, NUMBERS / observed.size()))];
        private final Observations observations = observed.room(batch.length);
        private final boolean[] allowed = new boolean[masks == null ? 0 : batch.length * masks.size()];
        private final Scorer scorer = policy.scorer();
        private final int columns = kept + policy.columns("").size();
        private final BadRows.Tally tally = BadRows.tally(badRows);
        private int there;
        private int next;

        Scored(Iterator<Row> rows) {
            this.rows = rows;
        }

        @Override
        public boolean hasNext() {
            if (next == there) {
                fill();
            }
            return next < there;
        }

        private void fill() {
            next = 0;
            there = 0;
            while (there < batch.length && rows.hasNext()) {
                Row row = rows.next();
                tally.row();
                String wrong = observed.read(row, kept, observations, there);
                if (wrong == null && masks != null) {
                    wrong = masks.read(row, kept + observed.width(), allowed, there);
                }
                if (wrong == null) {
                    batch[there++] = row;
                } else if (badRows == null) {
                    throw new BadRow(tally.where() + ": " + wrong);
                } else {
                    tally.bad(wrong);
                }
            }
            if (there > 0) {
                scorer.score(observations, allowed, there);
            }
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Object[] values = new Object[columns];
            Row row = batch[next];
            for (int i = 0; i < kept; i++) {
                values[i] = row.get(i);
            }
            policy.put(scorer, next, values, kept);
            next++;
            return RowFactory.create(values);
        }
    }
}

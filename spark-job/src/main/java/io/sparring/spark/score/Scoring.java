package io.sparring.spark.score;

import io.sparring.rollout.Scorer;
import io.sparring.spark.table.BadRows;
import io.sparring.spark.table.Cells;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * One partition's scoring, some rows at a time, for whatever Spark does with the rows that come of it.
 *
 * @param badRows null: the first one fails
 */
record Scoring(Policy policy, Policy.Layout layout, BadRows badRows) implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        return new Scored(rows);
    }

    /** What comes of a partition's rows, in their order. */
    private final class Scored implements Iterator<Row> {
        private final Iterator<Row> rows;
        private final Waiting waiting = new Waiting(policy, layout, badRows);
        private final Row[] batch = new Row[waiting.room()];
        private final List<ScoredColumn> added =
                ScoredColumn.of(policy.environment().actionSpace());
        private Scorer scorer;
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
            while (!waiting.isFull() && rows.hasNext()) {
                Row row = rows.next();
                if (waiting.add(Cells.of(row))) {
                    batch[waiting.rows() - 1] = row;
                }
            }
            there = waiting.rows();
            scorer = waiting.score();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            int kept = layout.kept();
            Object[] values = new Object[kept + added.size()];
            Row row = batch[next];
            for (int i = 0; i < kept; i++) {
                values[i] = row.get(i);
            }
            for (int i = 0; i < added.size(); i++) {
                values[kept + i] = added.get(i).get(scorer, next);
            }
            next++;
            return RowFactory.create(values);
        }
    }
}

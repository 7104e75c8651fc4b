package io.sparring.spark.table;

import java.io.Serializable;
import java.util.Comparator;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.InputFileBlockHolder;
import org.apache.spark.unsafe.types.UTF8String;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;

/** Rows that were left out, and what was wrong with the first of them. Counted right in the tasks of one action, whose retries Spark leaves out. */
public final class BadRows implements Serializable {
    private static final long serialVersionUID = 1L;

    private final LongAccumulator count;
    private final CollectionAccumulator<Bad> firsts;
    private final LongAccumulator rows;

    /** A row in its partition. */
    private record Bad(int partition, String where, String what) implements Serializable {}

    /** Of one action. */
    public BadRows(SparkContext spark) {
        count = spark.longAccumulator("bad rows");
        rows = spark.longAccumulator("rows");
        firsts = spark.collectionAccumulator("first bad rows");
    }

    /** One partition's, in its task: told of every row in order, it knows where in which file that stands. */
    public static final class Tally {
        private final BadRows counted;
        private long row;
        private boolean any;
        private UTF8String file;
        private long start;

        private Tally(BadRows counted) {
            this.counted = counted;
        }

        /** The next row, when it has just been read. */
        public void row() {
            UTF8String now = InputFileBlockHolder.getInputFilePath();
            if (now != file) {
                file = now;
                start = InputFileBlockHolder.getStartOffset();
                row = 0;
            }
            row++;
            if (counted != null) {
                counted.rows.add(1);
            }
        }

        /** The row that was told of last is left out. */
        public void bad(String what) {
            counted.count.add(1);
            if (!any) {
                any = true;
                counted.firsts.add(new Bad(TaskContext.getPartitionId(), where(), what));
            }
        }

        /** Where the row stands that was told of last, for the user. */
        public String where() {
            if (file.numBytes() == 0) {
                return "row " + row + " of partition " + TaskContext.getPartitionId();
            }
            return file + ", row " + row + (start > 0 ? " of what begins at byte " + start : "");
        }
    }

    /**
     * A new task's.
     *
     * @param badRows where they are counted; null: none is left out, and only {@link Tally#where} is of use
     */
    public static Tally tally(BadRows badRows) {
        return new Tally(badRows);
    }

    /** How many rows there were, good and bad, once the action is over. */
    public long rows() {
        return rows.value();
    }

    /** How many, once the action is over. */
    public long count() {
        return count.value();
    }

    /** What the first of them was, where and why, once the action is over. */
    public String first() {
        return firsts.value().stream()
                .min(Comparator.comparingInt(Bad::partition))
                .map(bad -> bad.where() + ": " + bad.what())
                .orElse("");
    }
}

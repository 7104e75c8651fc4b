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

    /** A row in its partition. */
    private record Bad(int partition, String where, String what) implements Serializable {}

    /** Of one action. */
    public BadRows(SparkContext spark) {
        count = spark.longAccumulator("bad rows");
        firsts = spark.collectionAccumulator("first bad rows");
    }

    /** One partition's, in its task: told of every row in order, it knows where in which file that stands. */
    public final class Tally {
        private long rows;
        private boolean any;
        private UTF8String file;
        private long start;

        /** The next row, when it has just been read. */
        public void row() {
            UTF8String now = InputFileBlockHolder.getInputFilePath();
            if (now != file) {
                file = now;
                start = InputFileBlockHolder.getStartOffset();
                rows = 0;
            }
            rows++;
        }

        /** The row that was told of last is left out. */
        public void bad(String what) {
            count.add(1);
            if (!any) {
                any = true;
                firsts.add(new Bad(TaskContext.getPartitionId(), where(), what));
            }
        }

        private String where() {
            if (file.numBytes() == 0) {
                return "row " + rows + " of partition " + TaskContext.getPartitionId();
            }
            return file + ", row " + rows + (start > 0 ? " of what begins at byte " + start : "");
        }
    }

    /** A new task's. */
    public Tally tally() {
        return new Tally();
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

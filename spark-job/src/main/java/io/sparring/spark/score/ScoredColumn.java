package io.sparring.spark.score;

import io.sparring.environment.Space;
import io.sparring.rollout.Scorer;
import io.sparring.spark.table.ColumnFile;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * A new column, and where its numbers are when rows have been scored: {@code count} of them a row, from row · {@code stride} + {@code from} on.
 *
 * @param whole whether they are ints
 * @param array whether they are an array, or one number
 */
record ScoredColumn(String name, Source source, boolean whole, boolean array, int stride, int from, int count) {
    /** What a {@link Scorer} has. */
    enum Source {
        ACTIONS,
        DESCRIPTIONS,
        VALUES;

        float[] of(Scorer scorer) {
            return switch (this) {
                case ACTIONS -> scorer.actions();
                case DESCRIPTIONS -> scorer.descriptions();
                case VALUES -> scorer.values();
            };
        }
    }

    /** Those of such actions. */
    static List<ScoredColumn> of(Space actions) {
        int size = actions.size();
        ScoredColumn value = new ScoredColumn("value", Source.VALUES, false, false, 1, 0, 1);
        if (actions instanceof Space.Box) {
            return List.of(
                    new ScoredColumn("action", Source.ACTIONS, false, true, size, 0, size),
                    new ScoredColumn("mean", Source.DESCRIPTIONS, false, true, 2 * size, 0, size),
                    new ScoredColumn("log_sigma", Source.DESCRIPTIONS, false, true, 2 * size, size, size),
                    value);
        }
        int likely = actions.maskSize();
        return List.of(
                new ScoredColumn("action", Source.ACTIONS, true, !(actions instanceof Space.Discrete), size, 0, size),
                new ScoredColumn("probabilities", Source.DESCRIPTIONS, false, true, likely, 0, likely),
                value);
    }

    /** Spark's type of it. */
    DataType type() {
        DataType number = whole ? DataTypes.IntegerType : DataTypes.FloatType;
        return array ? DataTypes.createArrayType(number, false) : number;
    }

    /** What it has in a row, as an object. */
    Object get(Scorer scorer, int row) {
        float[] numbers = source.of(scorer);
        int at = row * stride + from;
        if (!array) {
            return whole ? (Object) (int) numbers[at] : (Object) numbers[at];
        }
        if (!whole) {
            return Arrays.copyOfRange(numbers, at, at + count);
        }
        int[] ints = new int[count];
        for (int i = 0; i < count; i++) {
            ints[i] = (int) numbers[at + i];
        }
        return ints;
    }

    /** Writes it down for so many rows. */
    void write(Scorer scorer, int rows, ColumnFile.Column into) {
        float[] numbers = source.of(scorer);
        for (int row = 0; row < rows; row++) {
            int at = row * stride + from;
            if (array) {
                into.put(numbers, at, count, whole);
            } else if (whole) {
                into.put((int) numbers[at]);
            } else {
                into.put(numbers[at]);
            }
        }
    }
}

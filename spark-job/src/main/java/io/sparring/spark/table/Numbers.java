package io.sparring.spark.table;

import io.sparring.configuration.InvalidConfiguration;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;

/**
 * A row of n numbers, or flags, wherever a table has them: in one column (an array, an array of arrays that is taken row by row, bytes, or a single
 * number), or in n columns of one number. Spark is asked for what is cheapest to take out of its rows: single numbers while they are few.
 *
 * @param what they are, for messages
 * @param count n
 * @param kind how they come
 * @param columns how many columns of a selection they take
 */
record Numbers(String what, int count, Kind kind, int columns) implements Serializable {
    /** Spark compiles selections of at most a hundred columns into loops. */
    private static final int MOST_COLUMNS = 64;

    /** How they come. */
    enum Kind {
        /** Bytes, from 0 to 255 each. */
        BYTES,
        /** A column for each. */
        SEPARATE,
        /** How many there are, and then a column for each of the first n. */
        COUNTED,
        /** An array. */
        ARRAY
    }

    /** What is asked for in a column of a table: where it lies, and of which type that is. */
    record Source(String name, Column column, DataType type) {}

    /** What Spark is asked for, and how that is read. */
    record Selection(Numbers numbers, List<Column> columns) {}

    /**
     * @param what they are, as in {@code observation}
     * @param flags whether they are true and false
     * @param bytes whether binary columns are taken, too
     * @throws InvalidConfiguration if there are as many columns as never fit, or one is of another type
     */
    static Selection of(String what, int count, List<Source> sources, boolean flags, boolean bytes) {
        if (sources.size() > 1) {
            if (sources.size() != count) {
                throw new InvalidConfiguration(what + ": expected one column or " + count + " of them, got "
                        + sources.stream().map(Source::name).toList());
            }
            List<Column> columns = new ArrayList<>();
            for (Source source : sources) {
                if (!isNumber(source.type(), flags)) {
                    throw wrongType(what, source, flags ? "boolean" : "a number");
                }
                columns.add(cast(source.column(), flags));
            }
            return new Selection(new Numbers(what, count, Kind.SEPARATE, count), columns);
        }
        Source source = sources.get(0);
        if (count == 1 && isNumber(source.type(), flags)) {
            return new Selection(new Numbers(what, count, Kind.SEPARATE, 1), List.of(cast(source.column(), flags)));
        }
        if (bytes && source.type() instanceof BinaryType) {
            return new Selection(new Numbers(what, count, Kind.BYTES, 1), List.of(source.column()));
        }
        DataType type = source.type();
        UnaryOperator<Column> flat = UnaryOperator.identity();
        while (type instanceof ArrayType outer && outer.elementType() instanceof ArrayType inner) {
            UnaryOperator<Column> below = flat;
            flat = column -> functions.flatten(below.apply(column));
            type = inner;
        }
        if (!(type instanceof ArrayType array && isNumber(array.elementType(), flags))) {
            String element = flags ? "array<boolean>" : "array<float>";
            throw wrongType(
                    what,
                    source,
                    bytes
                            ? "binary or " + element + " of " + count
                            : element + " of " + count
                                    + (flags ? "" : ", or " + count + " columns (--columns " + what + "=A,B,…)"));
        }
        Column column = flat.apply(source.column());
        if (flags && !source.type().equals(type)) {
            // Of a mask null means that everything is allowed, and flat is null where a part of it is.
            Column nulls = functions.array_repeat(functions.lit(null).cast(DataTypes.BooleanType), count);
            column = functions.coalesce(column, functions.when(source.column().isNotNull(), nulls));
        }
        if (count <= MOST_COLUMNS) {
            List<Column> columns = new ArrayList<>();
            columns.add(functions.size(column));
            for (int i = 0; i < count; i++) {
                columns.add(cast(functions.get(column, functions.lit(i)), flags));
            }
            return new Selection(new Numbers(what, count, Kind.COUNTED, count + 1), columns);
        }
        return new Selection(
                new Numbers(what, count, Kind.ARRAY, 1), List.of(flags ? column : column.cast("array<float>")));
    }

    private static boolean isNumber(DataType type, boolean flags) {
        return flags ? type instanceof BooleanType : type instanceof NumericType;
    }

    private static Column cast(Column column, boolean flags) {
        return flags ? column : column.cast("float");
    }

    private static InvalidConfiguration wrongType(String what, Source source, String expected) {
        return new InvalidConfiguration(what + ": expected " + expected + ", and column " + source.name() + " is "
                + source.type().simpleString());
    }

    /** Whether nothing is there at all. */
    boolean isNull(Cells row, int from) {
        return switch (kind) {
            // Spark's size of nothing is −1, or nothing.
            case COUNTED -> row.isNull(from) || row.whole(from) < 0;
            case SEPARATE -> false;
            case BYTES, ARRAY -> row.isNull(from);
        };
    }

    /** Why there are no n of them; null if there are. What is null among them is for the caller to see. */
    String missing(Cells row, int from) {
        if (isNull(row, from)) {
            return what + " is null";
        }
        int there = switch (kind) {
            case BYTES -> row.bytes(from).length;
            case SEPARATE -> count;
            case COUNTED -> row.whole(from);
            case ARRAY -> row.elements(from).count();
        };
        return there == count ? null : what + " has " + there + " numbers, expected " + count;
    }

    /** Where they stand, one after the other from {@link #first} on, unless they are bytes. */
    Cells cells(Cells row, int from) {
        return kind == Kind.ARRAY ? row.elements(from) : row;
    }

    /** Where the first of them is in {@link #cells}. */
    int first(int from) {
        return switch (kind) {
            case SEPARATE -> from;
            case COUNTED -> from + 1;
            case BYTES, ARRAY -> 0;
        };
    }
}

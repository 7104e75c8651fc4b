package io.sparring.spark.table;

import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** What stands in a row, or in an array, by its place: in a {@link Row} of objects, or as Spark itself has it, without any. */
public interface Cells {
    /** How many there are. */
    int count();

    /** Whether nothing stands there. */
    boolean isNull(int at);

    /** A boolean. */
    boolean flag(int at);

    /** An int. */
    int whole(int at);

    /** A float. */
    float number(int at);

    /** A binary. */
    byte[] bytes(int at);

    /** An array's. */
    Cells elements(int at);

    /** Those of a row. */
    static Cells of(Row row) {
        return new OfRow(row);
    }

    /** Those of a row that Spark has as bytes, which are read where they are; only until it has the next one there. */
    static Cells of(SpecializedGetters row, int count) {
        return new OfBytes(row, count);
    }

    /** Objects. */
    record OfRow(Row row) implements Cells {
        @Override
        public int count() {
            return row.length();
        }

        @Override
        public boolean isNull(int at) {
            return row.isNullAt(at);
        }

        @Override
        public boolean flag(int at) {
            return row.getBoolean(at);
        }

        @Override
        public int whole(int at) {
            return row.getInt(at);
        }

        @Override
        public float number(int at) {
            return row.getFloat(at);
        }

        @Override
        public byte[] bytes(int at) {
            return (byte[]) row.get(at);
        }

        @Override
        public Cells elements(int at) {
            return new OfList(row.getList(at));
        }
    }

    /** An array as objects, of numbers or flags. */
    record OfList(List<?> list) implements Cells {
        @Override
        public int count() {
            return list.size();
        }

        @Override
        public boolean isNull(int at) {
            return list.get(at) == null;
        }

        @Override
        public boolean flag(int at) {
            return (Boolean) list.get(at);
        }

        @Override
        public int whole(int at) {
            return (Integer) list.get(at);
        }

        @Override
        public float number(int at) {
            return (Float) list.get(at);
        }

        @Override
        public byte[] bytes(int at) {
            return (byte[]) list.get(at);
        }

        @Override
        public Cells elements(int at) {
            return new OfList((List<?>) list.get(at));
        }
    }

    /** Bytes. */
    record OfBytes(SpecializedGetters row, int count) implements Cells {
        @Override
        public boolean isNull(int at) {
            return row.isNullAt(at);
        }

        @Override
        public boolean flag(int at) {
            return row.getBoolean(at);
        }

        @Override
        public int whole(int at) {
            return row.getInt(at);
        }

        @Override
        public float number(int at) {
            return row.getFloat(at);
        }

        @Override
        public byte[] bytes(int at) {
            return row.getBinary(at);
        }

        @Override
        public Cells elements(int at) {
            ArrayData array = row.getArray(at);
            return new OfBytes(array, array.numElements());
        }
    }
}

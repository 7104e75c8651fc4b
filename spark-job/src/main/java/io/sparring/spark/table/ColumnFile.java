package io.sparring.spark.table;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetOutputFormat;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A Parquet file as Spark writes them, of columns that are written each for itself: no row of objects stands between, and what is known of the new ones (that
 * hardly a number is there twice) is not found out anew in each file. Of flags, numbers and texts, and of arrays of these; what else there is in tables, Spark writes.
 */
public final class ColumnFile implements Closeable {
    private final ParquetProperties properties;
    private final MessageType schema;
    private final CodecFactory codecs;
    private final CompressionCodecName codec;
    private final PositionOutputStream stream;
    private final ParquetFileWriter file;
    private final List<Column> columns;
    private final Map<String, String> metadata;
    private final long rowGroupBytes;
    private ColumnChunkPageWriteStore pages;
    private ColumnWriteStore store;
    private long rows;
    private long untilNextLook;

    /**
     * Begins a file.
     *
     * @param schema that {@link #canHold} allows
     * @param measured columns of which every number is another one: no dictionary is tried
     * @param codec as Spark names it
     * @param spark its version
     * @param hadoop may have settings of Parquet's own
     */
    public ColumnFile(
            Path path, StructType schema, Set<String> measured, String codec, String spark, Configuration hadoop)
            throws IOException {
        this.schema = new MessageType(
                "spark_schema", Stream.of(schema.fields()).map(ColumnFile::type).toList());
        this.codec = codec(codec);
        ParquetProperties.Builder settings = ParquetProperties.builder()
                .withPageSize(ParquetOutputFormat.getPageSize(hadoop))
                .withDictionaryPageSize(ParquetOutputFormat.getDictionaryPageSize(hadoop))
                .withDictionaryEncoding(ParquetOutputFormat.getEnableDictionary(hadoop))
                .withWriterVersion(ParquetOutputFormat.getWriterVersion(hadoop));
        for (ColumnDescriptor column : this.schema.getColumns()) {
            if (measured.contains(column.getPath()[0])) {
                settings.withDictionaryEncoding(String.join(".", column.getPath()), false);
            }
        }
        properties = settings.build();
        rowGroupBytes = ParquetOutputFormat.getLongBlockSize(hadoop);
        // Readers ask for both.
        metadata =
                Map.of("org.apache.spark.version", spark, "org.apache.spark.sql.parquet.row.metadata", schema.json());
        codecs = new CodecFactory(hadoop, properties.getPageSizeThreshold());
        OutputFile target = HadoopOutputFile.fromPath(path, hadoop);
        stream = target.create(rowGroupBytes);
        file = new ParquetFileWriter(
                new Open(target, stream),
                this.schema,
                ParquetFileWriter.Mode.CREATE,
                rowGroupBytes,
                ParquetWriter.MAX_PADDING_SIZE_DEFAULT,
                properties.getColumnIndexTruncateLength(),
                properties.getStatisticsTruncateLength(),
                properties.getPageWriteChecksumEnabled());
        file.start();
        columns = Stream.of(schema.fields()).map(Column::new).toList();
        beginRowGroup();
    }

    /** Whether such a table can be written so, beside these settings. */
    public static boolean canHold(StructType schema, String codec, Configuration hadoop) {
        Set<String> names = new HashSet<>();
        return codec(codec) != null
                // Whoever wants files encrypted has Spark do it.
                && hadoop.get("parquet.crypto.factory.class") == null
                && Arrays.stream(schema.fields())
                        .allMatch(field -> kind(element(field.dataType())) != null
                                && names.add(field.name().toLowerCase(Locale.ROOT)));
    }

    /** Null if it is none of Parquet's. */
    private static CompressionCodecName codec(String name) {
        String known = name.toUpperCase(Locale.ROOT);
        return switch (known) {
            case "NONE" -> CompressionCodecName.UNCOMPRESSED;
            case "LZ4RAW" -> CompressionCodecName.LZ4_RAW;
            default ->
                Arrays.stream(CompressionCodecName.values())
                        .filter(codec -> codec.name().equals(known))
                        .findFirst()
                        .orElse(null);
        };
    }

    /** What files of that codec have before the end of their name: {@code .snappy}. */
    public static String extension(String codec) {
        return codec(codec).getExtension();
    }

    /** How a value is stored. */
    private enum Kind {
        FLAG(PrimitiveTypeName.BOOLEAN, null),
        BYTE(PrimitiveTypeName.INT32, LogicalTypeAnnotation.intType(8, true)),
        SHORT(PrimitiveTypeName.INT32, LogicalTypeAnnotation.intType(16, true)),
        INT(PrimitiveTypeName.INT32, null),
        LONG(PrimitiveTypeName.INT64, null),
        FLOAT(PrimitiveTypeName.FLOAT, null),
        DOUBLE(PrimitiveTypeName.DOUBLE, null),
        TEXT(PrimitiveTypeName.BINARY, LogicalTypeAnnotation.stringType()),
        BYTES(PrimitiveTypeName.BINARY, null);

        private final PrimitiveTypeName primitive;
        private final LogicalTypeAnnotation logical;

        Kind(PrimitiveTypeName primitive, LogicalTypeAnnotation logical) {
            this.primitive = primitive;
            this.logical = logical;
        }

        PrimitiveType type(boolean nullable, String name) {
            return Types.primitive(primitive, repetition(nullable)).as(logical).named(name);
        }
    }

    /** Spark's types are compared whole: a text of another collation is another type. Null for what is Spark's to write. */
    private static Kind kind(DataType type) {
        Map<DataType, Kind> kinds = Map.of(
                DataTypes.BooleanType, Kind.FLAG,
                DataTypes.ByteType, Kind.BYTE,
                DataTypes.ShortType, Kind.SHORT,
                DataTypes.IntegerType, Kind.INT,
                DataTypes.LongType, Kind.LONG,
                DataTypes.FloatType, Kind.FLOAT,
                DataTypes.DoubleType, Kind.DOUBLE,
                DataTypes.StringType, Kind.TEXT,
                DataTypes.BinaryType, Kind.BYTES);
        return kinds.get(type);
    }

    private static DataType element(DataType type) {
        return type instanceof ArrayType array ? array.elementType() : type;
    }

    private static Type.Repetition repetition(boolean nullable) {
        return nullable ? Type.Repetition.OPTIONAL : Type.Repetition.REQUIRED;
    }

    private static Type type(StructField field) {
        if (!(field.dataType() instanceof ArrayType array)) {
            return kind(field.dataType()).type(field.nullable(), field.name());
        }
        return Types.list(repetition(field.nullable()))
                .element(kind(array.elementType()).type(array.containsNull(), "element"))
                .named(field.name());
    }

    /** A column of the file. What is written stands behind what has been written. */
    public final class Column {
        private final Kind kind;
        private final boolean array;
        /** How deep a row's own value is, an array if it is one, where one is there at all. */
        private final int there;
        /** How deep an array's element is that is there. */
        private final int element;

        private ColumnWriter writer;

        private Column(StructField field) {
            kind = kind(element(field.dataType()));
            array = field.dataType() instanceof ArrayType;
            there = field.nullable() ? 1 : 0;
            element = there + (field.dataType() instanceof ArrayType type && type.containsNull() ? 2 : 1);
        }

        /** A row's value, which is this column's: that of a table's own column. */
        public void copy(SpecializedGetters row, int at) {
            if (row.isNullAt(at)) {
                writer.writeNull(0, 0);
            } else if (array) {
                copy(row.getArray(at));
            } else {
                copy(row, at, 0, there);
            }
        }

        private void copy(ArrayData elements) {
            int count = elements.numElements();
            if (count == 0) {
                writer.writeNull(0, there);
            }
            for (int i = 0; i < count; i++) {
                if (elements.isNullAt(i)) {
                    writer.writeNull(i == 0 ? 0 : 1, there + 1);
                } else {
                    copy(elements, i, i == 0 ? 0 : 1, element);
                }
            }
        }

        private void copy(SpecializedGetters from, int at, int repetition, int definition) {
            switch (kind) {
                case FLAG -> writer.write(from.getBoolean(at), repetition, definition);
                case BYTE -> writer.write(from.getByte(at), repetition, definition);
                case SHORT -> writer.write(from.getShort(at), repetition, definition);
                case INT -> writer.write(from.getInt(at), repetition, definition);
                case LONG -> writer.write(from.getLong(at), repetition, definition);
                case FLOAT -> writer.write(from.getFloat(at), repetition, definition);
                case DOUBLE -> writer.write(from.getDouble(at), repetition, definition);
                case TEXT ->
                    writer.write(
                            Binary.fromReusedByteArray(from.getUTF8String(at).getBytes()), repetition, definition);
                case BYTES -> writer.write(Binary.fromReusedByteArray(from.getBinary(at)), repetition, definition);
            }
        }

        /** A float. */
        public void put(float value) {
            writer.write(value, 0, there);
        }

        /** An int. */
        public void put(int value) {
            writer.write(value, 0, there);
        }

        /**
         * An array of so many numbers.
         *
         * @param whole whether they are ints
         */
        public void put(float[] numbers, int from, int count, boolean whole) {
            if (count == 0) {
                writer.writeNull(0, there);
            }
            for (int i = 0; i < count; i++) {
                if (whole) {
                    writer.write((int) numbers[from + i], i == 0 ? 0 : 1, element);
                } else {
                    writer.write(numbers[from + i], i == 0 ? 0 : 1, element);
                }
            }
        }
    }

    /** A column by its place in the schema. */
    public Column column(int field) {
        return columns.get(field);
    }

    /** So many rows more are complete: each column has them. */
    public void endRows(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            store.endRecord();
        }
        rows += count;
        untilNextLook -= count;
        if (untilNextLook <= 0) {
            long bytes = store.getBufferedSize();
            if (bytes > rowGroupBytes) {
                endRowGroup();
                beginRowGroup();
            } else {
                // Half of what would fill it, so that it is never much too large.
                untilNextLook = bytes == 0 ? rows : (rowGroupBytes - bytes) * rows / bytes / 2;
            }
        }
    }

    private void beginRowGroup() {
        pages = new ColumnChunkPageWriteStore(
                codecs.getCompressor(codec),
                schema,
                properties.getAllocator(),
                properties.getColumnIndexTruncateLength(),
                properties.getPageWriteChecksumEnabled());
        store = properties.newColumnWriteStore(schema, pages, pages);
        int i = 0;
        // One column of Spark's is one of the file's.
        for (ColumnDescriptor column : schema.getColumns()) {
            columns.get(i++).writer = store.getColumnWriter(column);
        }
        rows = 0;
        untilNextLook = 0;
    }

    private void endRowGroup() throws IOException {
        if (rows > 0) {
            file.startBlock(rows);
            store.flush();
            pages.flushToFileWriter(file);
            file.endBlock();
        }
        store.close();
    }

    /** That was all: the file is whole. */
    public void finish() throws IOException {
        endRowGroup();
        file.end(metadata);
        codecs.release();
    }

    /** Leaves what has not been finished; nobody can read it. */
    @Override
    public void close() throws IOException {
        codecs.release();
        stream.close();
    }

    /** A file that is being written: Parquet's writer alone closes none that has failed. */
    private record Open(OutputFile target, PositionOutputStream stream) implements OutputFile {
        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return stream;
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return stream;
        }

        @Override
        public boolean supportsBlockSize() {
            return target.supportsBlockSize();
        }

        @Override
        public long defaultBlockSize() {
            return target.defaultBlockSize();
        }
    }
}

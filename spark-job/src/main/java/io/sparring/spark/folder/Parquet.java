package io.sparring.spark.folder;

import io.sparring.tuning.ResultTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * Tables as Parquet files, by the library that Spark has. They are made in memory, so that a file is there whole or not at all, and not compressed:
 * most codecs are native code, and equal values are stored once anyway.
 */
final class Parquet {
    private Parquet() {}

    static byte[] file(ResultTable table) throws IOException {
        MessageType schema = new MessageType(
                table.name(), table.columns().stream().map(Parquet::type).toList());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new Memory(bytes))
                .withConf(new Configuration(false))
                .withType(schema)
                .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                .build()) {
            for (List<Object> row : table.rows()) {
                writer.write(group(schema, row));
            }
        }
        return bytes.toByteArray();
    }

    private static Type type(ResultTable.Column column) {
        Type.Repetition repetition = column.optional() ? Type.Repetition.OPTIONAL : Type.Repetition.REQUIRED;
        return switch (column.kind()) {
            case WHOLE -> Types.primitive(PrimitiveTypeName.INT64, repetition).named(column.name());
            case REAL -> Types.primitive(PrimitiveTypeName.DOUBLE, repetition).named(column.name());
            case TRUTH -> Types.primitive(PrimitiveTypeName.BOOLEAN, repetition).named(column.name());
            case TEXT ->
                Types.primitive(PrimitiveTypeName.BINARY, repetition)
                        .as(LogicalTypeAnnotation.stringType())
                        .named(column.name());
        };
    }

    private static Group group(MessageType schema, List<Object> row) {
        Group group = new SimpleGroup(schema);
        for (int column = 0; column < row.size(); column++) {
            Object value = row.get(column);
            if (value instanceof Long whole) {
                group.add(column, whole);
            } else if (value instanceof Double real) {
                group.add(column, real);
            } else if (value instanceof Boolean truth) {
                group.add(column, truth);
            } else if (value != null) {
                group.add(column, value.toString());
            }
        }
        return group;
    }

    /** A file that is nowhere. */
    private record Memory(ByteArrayOutputStream bytes) implements OutputFile {
        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new PositionOutputStream() {
                @Override
                public long getPos() {
                    return bytes.size();
                }

                @Override
                public void write(int b) {
                    bytes.write(b);
                }

                @Override
                public void write(byte[] from, int start, int length) {
                    bytes.write(from, start, length);
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return create(blockSizeHint);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }
}

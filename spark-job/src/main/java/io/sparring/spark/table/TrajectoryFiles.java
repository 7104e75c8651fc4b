package io.sparring.spark.table;

import io.sparring.environment.EnvironmentSpec;
import io.sparring.rollout.LoggedStep;
import io.sparring.spark.session.Session;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.spark.SparkEnv;

/**
 * A folder of Parquet files with a row a step; docs/logs.md has their columns. Files appear whole: one that is written twice, by another attempt of the same
 * task, has the same rows.
 *
 * @param folder on any of Hadoop's file systems
 * @param environment whose steps they are
 */
public record TrajectoryFiles(String folder, EnvironmentSpec environment) implements Serializable {
    /** What the names of files begin with that nobody is to read. */
    static final String TEMPORARY = ".part-";

    /** What a writer keeps in memory before it writes: an executor has one a core. */
    private static final long ROW_GROUP_BYTES = 16L << 20;

    /** A file that is being written, on a driver or an executor. It is nobody's before {@link #appear}. */
    public final class File implements Consumer<LoggedStep>, Closeable {
        private final FileSystem system;
        private final Path temporary;
        private final ParquetWriter<LoggedStep> writer;
        private boolean closed;

        private File() throws IOException {
            Configuration hadoop = Session.hadoop(SparkEnv.get().conf());
            temporary = new Path(folder, TEMPORARY + UUID.randomUUID());
            system = temporary.getFileSystem(hadoop);
            writer = new Builder(HadoopOutputFile.fromPath(temporary, hadoop), environment)
                    .withCompressionCodec(CompressionCodecName.SNAPPY)
                    .withRowGroupSize(ROW_GROUP_BYTES)
                    .withWriteMode(ParquetFileWriter.Mode.CREATE)
                    .withConf(hadoop)
                    .build();
        }

        @Override
        public void accept(LoggedStep step) {
            try {
                writer.write(step);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** About how many bytes it will have. */
        public long bytes() {
            return writer.getDataSize();
        }

        /** That was all: it takes this name, unless there is one of that name already. */
        public void appear(String name) throws IOException {
            Path path = new Path(folder, name);
            closed = true;
            writer.close();
            settle(system, temporary, path);
        }

        /** Without {@link #appear}, nothing is left of it. */
        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                writer.close();
                system.delete(temporary, false);
            }
        }
    }

    /** Gives a file its name, or removes it where there is one of that name. */
    static void settle(FileSystem system, Path temporary, Path path) throws IOException {
        if (!isRenamed(system, temporary, path)) {
            if (!system.exists(path)) {
                throw new IOException("could not rename " + temporary + " to " + path);
            }
            system.delete(temporary, false);
        }
    }

    private static boolean isRenamed(FileSystem system, Path temporary, Path path) throws IOException {
        try {
            return system.rename(temporary, path);
        } catch (FileAlreadyExistsException e) {
            // Which S3A says where others say no.
            return false;
        }
    }

    /** Begins a file. */
    public File create() throws IOException {
        return new File();
    }

    private static final class Builder extends ParquetWriter.Builder<LoggedStep, Builder> {
        private final EnvironmentSpec environment;

        Builder(OutputFile file, EnvironmentSpec environment) {
            super(file);
            this.environment = environment;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<LoggedStep> getWriteSupport(Configuration hadoop) {
            return new TrajectorySchema(environment);
        }
    }
}

package io.sparring.spark.folder;

import io.sparring.Explanation;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.FSError;

/** Hadoop's local files throw an Error where the disk is full; here that is the IOException that it was. */
final class PlainOutput extends FilterOutputStream {
    PlainOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        plainly(() -> out.write(bytes, offset, length));
    }

    @Override
    public void flush() throws IOException {
        plainly(out::flush);
    }

    @Override
    public void close() throws IOException {
        plainly(out::close);
    }

    private static void plainly(Patience.Attempt attempt) throws IOException {
        try {
            attempt.make();
        } catch (FSError e) {
            throw new IOException(Explanation.of(e.getCause()), e);
        }
    }
}

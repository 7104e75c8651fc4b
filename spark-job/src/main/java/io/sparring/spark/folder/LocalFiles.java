package io.sparring.spark.folder;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.util.Progressable;

/**
 * This machine's files, which say why they cannot be had. Hadoop's are asked first, and say of what may not be read or written that it is not
 * there, or that a folder could not be made; then Java's own are asked the same.
 */
final class LocalFiles extends RawLocalFileSystem {

    /** What Java's files are asked. */
    private interface Question {
        void ask(java.nio.file.Path path) throws IOException;
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        try {
            return super.getFileStatus(path);
        } catch (FileNotFoundException e) {
            refuseDenied(path, asked -> Files.readAttributes(asked, BasicFileAttributes.class));
            throw e;
        }
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        try {
            return super.open(path, bufferSize);
        } catch (FileNotFoundException e) {
            refuseDenied(path, asked -> Files.newByteChannel(asked).close());
            throw e;
        }
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        try {
            return super.create(path, overwrite, bufferSize, replication, blockSize, progress);
        } catch (FileNotFoundException e) {
            // Of a disk that is mounted read-only, and of a name that is too long, it says so too.
            try {
                Files.newByteChannel(local(path), StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                        .close();
            } catch (NoSuchFileException same) {
                // It is as Hadoop says.
            }
            throw e;
        }
    }

    @Override
    public boolean mkdirs(Path path) throws IOException {
        return super.mkdirs(path) || Files.isDirectory(Files.createDirectories(local(path)));
    }

    /** Hadoop reads the permission bits, which do not bind everybody. */
    @Override
    public void access(Path path, FsAction action) throws IOException {
        if (action.implies(FsAction.WRITE) && !Files.isWritable(local(path))) {
            throw new AccessDeniedException(local(path).toString());
        }
    }

    private void refuseDenied(Path path, Question question) throws AccessDeniedException {
        try {
            question.ask(local(path));
        } catch (AccessDeniedException e) {
            throw e;
        } catch (IOException same) {
            // It is as Hadoop says.
        }
    }

    private java.nio.file.Path local(Path path) {
        return pathToFile(path).toPath();
    }
}

package io.sparring.spark.folder;

import io.sparring.algorithm.TrainingListener;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.spark.table.TrajectoryFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileUtil;

/**
 * Every step of a training, written down by the driver: files of whole rounds, {@code rounds-FIRST-LAST.parquet}. They lie on the driver's disk until a checkpoint is
 * written, and are copied just before that, so that a run that goes on from a checkpoint takes away what lies beyond it, and every step is there once.
 */
public final class TrajectoryLog implements TrainingListener, Recorder.Companion, AutoCloseable {
    /** About as large as what Spark reads in one task. */
    private static final long MOST_BYTES = 128L << 20;

    private final TrajectoryFolder folder;
    private final Path directory;
    private final TrajectoryFiles files;
    /** What is whole, and not in the folder yet. */
    private final List<Path> ended = new ArrayList<>();

    private TrajectoryFiles.File file;
    private long first;
    private long last;

    /** @param folder which the run has {@linkplain TrajectoryFolder#claim claimed} */
    public TrajectoryLog(TrajectoryFolder folder, EnvironmentSpec environment) throws IOException {
        this.folder = folder;
        directory = Files.createTempDirectory("sparring-trajectories-");
        files = new TrajectoryFiles(directory.toUri().toString(), environment);
    }

    @Override
    public void acted(long round, List<Acted> all) {
        try {
            if (file == null) {
                file = files.create();
                first = round;
            }
            for (Acted acted : all) {
                acted.trajectory().forEach(acted.numbers(), file);
            }
            last = round;
            if (file.bytes() > MOST_BYTES) {
                end();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(trajectories(round), e);
        } catch (UncheckedIOException e) {
            throw new UncheckedIOException(trajectories(round), e.getCause());
        }
    }

    private static String trajectories(long round) {
        return "the trajectories of round " + round;
    }

    private void end() throws IOException {
        if (file != null) {
            String name = TrajectoryFolder.file(first, last);
            file.appear(name);
            ended.add(directory.resolve(name));
            file = null;
        }
    }

    @Override
    public void write() throws IOException {
        end();
        while (!ended.isEmpty()) {
            folder.add(ended.get(0));
            Files.delete(ended.remove(0));
        }
    }

    /** What the folder does not have goes with the run, which brings it there when it goes on. */
    @Override
    public void rescue(RunFolder elsewhere) throws IOException {
        for (Path whole : ended) {
            elsewhere.write(whole.getFileName().toString(), out -> Files.copy(whole, out));
        }
        folder.rescue(elsewhere);
    }

    /** What came after the last checkpoint is nobody's. */
    @Override
    public void close() throws IOException {
        try {
            if (file != null) {
                file.close();
            }
        } finally {
            FileUtil.fullyDelete(directory.toFile());
        }
    }
}

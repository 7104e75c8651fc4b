package io.sparring.spark.table;

import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.rollout.Trajectory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Every step of a training, written down by the driver: files of whole rounds, {@code rounds-FIRST-LAST.parquet}. A file ends where a checkpoint is written, just before that, so
 * that a run that goes on from a checkpoint takes away what lies beyond it, and every step is there once.
 */
public final class TrajectoryLog implements TrainingListener, AutoCloseable {
    /** About as large as what Spark reads in one task. */
    private static final long MOST_BYTES = 128L << 20;

    private static final Pattern NAME = Pattern.compile("rounds-(\\d+)-(\\d+)\\.parquet");

    private final TrajectoryFiles files;
    private final int shards;
    private final long copies;
    private TrajectoryFiles.File file;
    private long first;
    private long last;

    /** Rounds in a file. */
    private record Rounds(long first, long last, Path path) {}

    /**
     * @param shards N
     * @param copies B, of each shard
     */
    public TrajectoryLog(String folder, EnvironmentSpec environment, int shards, int copies) {
        files = new TrajectoryFiles(folder, environment);
        this.shards = shards;
        this.copies = copies;
    }

    /**
     * Makes a folder ready for a run, before Spark starts.
     *
     * @param round after which the run goes on; what was written down beyond it is taken away
     * @param fresh whether the run begins, and nothing of it can be there
     * @throws InvalidConfiguration if the folder has something else, or rounds before are missing there
     */
    public static void prepare(String folder, long round, boolean fresh, org.apache.hadoop.conf.Configuration hadoop)
            throws IOException {
        Path path = new Path(folder);
        FileSystem system = path.getFileSystem(hadoop);
        List<Rounds> there = new ArrayList<>();
        for (FileStatus status : list(system, path)) {
            Matcher name = NAME.matcher(status.getPath().getName());
            if (name.matches() && !fresh) {
                there.add(new Rounds(Long.parseLong(name.group(1)), Long.parseLong(name.group(2)), status.getPath()));
            } else if (status.getPath().getName().startsWith(TrajectoryFiles.TEMPORARY) && !fresh) {
                system.delete(status.getPath(), false);
            } else if (!status.getPath().getName().startsWith(".")) {
                throw new InvalidConfiguration("--log-trajectories " + folder + ": expected a "
                        + (fresh ? "new folder" : "folder of this run's trajectories") + ", and there is "
                        + status.getPath().getName());
            }
        }
        there.sort(Comparator.comparingLong(Rounds::first));
        long next = there.isEmpty() ? round + 1 : there.get(0).first();
        for (Rounds rounds : there) {
            if (rounds.first() > round) {
                system.delete(rounds.path(), false);
            } else if (rounds.first() != next || rounds.last() > round) {
                throw new InvalidConfiguration("--log-trajectories " + folder + ": expected this run's rounds up to "
                        + round + ", and there is " + rounds.path().getName());
            } else {
                next = rounds.last() + 1;
            }
        }
        if (!there.isEmpty() && there.get(0).first() <= round && next != round + 1) {
            throw new InvalidConfiguration("--log-trajectories " + folder + ": expected this run's rounds up to "
                    + round + ", and there is none after " + (next - 1));
        }
        system.mkdirs(path);
    }

    private static FileStatus[] list(FileSystem system, Path path) throws IOException {
        try {
            return system.listStatus(path);
        } catch (FileNotFoundException none) {
            return new FileStatus[0];
        }
    }

    @Override
    public void acted(long round, long stepsBefore, List<Trajectory> trajectories) {
        try {
            if (file == null) {
                file = files.create();
                first = round;
            }
            for (Trajectory trajectory : trajectories) {
                trajectory.forEach(stepsBefore / (shards * copies), shards, file);
            }
            last = round;
            if (file.bytes() > MOST_BYTES) {
                end();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the trajectories of round " + round, e);
        }
    }

    @Override
    public void checkpoint(TrainingState state) {
        try {
            end();
        } catch (IOException e) {
            throw new UncheckedIOException("the trajectories of round " + state.round(), e);
        }
    }

    private void end() throws IOException {
        if (file != null) {
            file.appear(String.format(Locale.ROOT, "rounds-%09d-%09d.parquet", first, last));
            file = null;
        }
    }

    /** What came after the last checkpoint is nobody's. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}

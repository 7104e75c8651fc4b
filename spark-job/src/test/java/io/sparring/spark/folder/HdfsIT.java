package io.sparring.spark.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.algorithm.A2c;
import io.sparring.algorithm.LocalRounds;
import io.sparring.algorithm.TrainingListener;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import io.sparring.run.CheckpointFile;
import io.sparring.tracking.TrackedRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run's folder on a real NameNode and DataNode, and what becomes of it when these are away. */
class HdfsIT {
    private static final String CONFIGURATION = """
            environment: {id: Identity-Discrete-v0, copies-per-shard: 4}
            network: {hidden: [8]}
            a2c: {shards: 1, rollout-length: 8}
            budget: {env-steps: 640}
            evaluation: {every-env-steps: 0}
            checkpoint: {every-rounds: 5}
            """;
    private static final long ROUNDS = 20;

    @TempDir
    private Path work;

    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    private MiniDFSCluster hdfs;

    @BeforeEach
    void aCluster() throws IOException {
        org.apache.hadoop.conf.Configuration settings = new org.apache.hadoop.conf.Configuration();
        settings.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, work.toString());
        // So that the dead DataNode is not a matter of ten minutes.
        settings.setInt("dfs.namenode.heartbeat.recheck-interval", 1000);
        settings.setInt("dfs.heartbeat.interval", 1);
        hdfs = new MiniDFSCluster.Builder(settings).numDataNodes(1).build();
        hdfs.waitActive();
    }

    @AfterEach
    void noCluster() {
        later.shutdownNow();
        hdfs.shutdown(true);
    }

    private RunFolder folder(int patienceSeconds) throws IOException {
        org.apache.hadoop.conf.Configuration settings =
                new org.apache.hadoop.conf.Configuration(hdfs.getConfiguration(0));
        settings.setInt(RunFolder.PATIENCE_SECONDS, patienceSeconds);
        settings.setBoolean("fs.hdfs.impl.disable.cache", true);
        RunFolder folder = RunFolder.at(hdfs.getURI() + "/run", settings);
        folder.lock(Duration.ZERO);
        return folder;
    }

    /** The cluster's own user may do everything; root of this machine is nobody to it. */
    @Test
    void anotherUserIsToldWhatHeMayNotReadOrWriteAndGivesUpAtOnce() throws Exception {
        folder(60).close();
        FileSystem files = hdfs.getFileSystem();
        files.setPermission(new org.apache.hadoop.fs.Path("/run"), new FsPermission((short) 0700));
        String run = hdfs.getURI() + "/run";
        String other = hdfs.getURI() + "/other";
        UserGroupInformation.createRemoteUser("alice").doAs((PrivilegedExceptionAction<Void>) () -> {
            for (String name : List.of(run, other)) {
                assertThatThrownBy(() ->
                                RunFolder.at(name, hdfs.getConfiguration(0)).lock(Duration.ZERO))
                        .isInstanceOf(NotAllowed.class)
                        .hasMessageStartingWith(name)
                        .hasMessageContaining(" by alice: Permission denied: user=alice, access=");
            }
            assertThatThrownBy(() -> RunFolder.at(run, hdfs.getConfiguration(0)).readCheckpoint("best", w -> {}))
                    .isInstanceOf(NotAllowed.class)
                    .hasMessageStartingWith(run + "/checkpoints cannot be read by alice: Permission denied");
            return null;
        });
    }

    @Test
    void aNameThatHdfsDoesNotTakeIsNamed() throws IOException {
        RunFolder folder = RunFolder.at(hdfs.getURI() + "/a:b", hdfs.getConfiguration(0));

        assertThatThrownBy(folder::exists)
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("/a:b' is no folder's name: ");
    }

    /** Something that happens to the file system. */
    private interface Event {
        void happens() throws IOException;
    }

    /** Trains, and lets something happen after a round. */
    private static TrainingState train(RunFolder folder, long round, Event event) throws IOException {
        Configuration configuration = ConfigurationFile.parse("test", CONFIGURATION, List.of());
        TrainingState start =
                TrainingState.first(configuration, configuration.environment().resolve());
        try (Recorder recorder = new Recorder(folder, configuration, start, () -> 0, TrackedRun.NONE)) {
            TrainingListener listener = new TrainingListener() {
                @Override
                public void round(Round done) {
                    if (done.round() == round) {
                        try {
                            event.happens();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                    recorder.round(done);
                }

                @Override
                public void checkpoint(TrainingState state) {
                    recorder.checkpoint(state);
                }
            };
            try {
                return A2c.train(
                                configuration,
                                start,
                                new LocalRounds(
                                        configuration,
                                        configuration.environment().resolve(),
                                        start.shards()),
                                listener)
                        .state();
            } catch (UncheckedIOException e) {
                throw new IOException(e.getMessage() + ": " + e.getCause().getMessage() + ". " + recorder.rescued());
            }
        }
    }

    private static void assertComplete(RunFolder folder, TrainingState end) throws IOException {
        assertThat(RunFolders.metrics(folder).stream().map(line -> ((Number) line.get("round")).longValue()))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, ROUNDS).boxed().toList());
        assertThat(folder.readCheckpoint("last", warning -> {}).counters().round())
                .isEqualTo(end.round());
        assertThat(folder.has("metrics.jsonl.000002")).isFalse();
    }

    @Test
    void aNameNodeInSafeModeIsWaitedForAndNothingIsMissing() throws Exception {
        try (RunFolder folder = folder(60)) {
            TrainingState end = train(folder, 7, () -> {
                safeMode(HdfsConstants.SafeModeAction.SAFEMODE_ENTER);
                later.schedule(
                        () -> {
                            safeMode(HdfsConstants.SafeModeAction.SAFEMODE_LEAVE);
                            return null;
                        },
                        3,
                        TimeUnit.SECONDS);
            });
            assertComplete(folder, end);
        }
    }

    @Test
    void aDataNodeThatIsStartedAgainIsWaitedForAndNothingIsMissing() throws Exception {
        try (RunFolder folder = folder(90)) {
            TrainingState end = train(folder, 7, () -> {
                MiniDFSCluster.DataNodeProperties stopped = hdfs.stopDataNode(0);
                later.schedule(() -> hdfs.restartDataNode(stopped, true), 3, TimeUnit.SECONDS);
            });
            assertComplete(folder, end);
        }
    }

    @Test
    void aQuotaThatIsRaisedIsWaitedForAndNothingIsMissing() throws Exception {
        try (RunFolder folder = folder(60)) {
            TrainingState end = train(folder, 7, () -> {
                filesAtMost(1);
                later.schedule(
                        () -> {
                            filesAtMost(100);
                            return null;
                        },
                        3,
                        TimeUnit.SECONDS);
            });
            assertComplete(folder, end);
        }
    }

    @Test
    void whereItStaysAwayTheRunEndsInOneLineAndItsStateIsOnThisMachine() throws Exception {
        assertEndsInOneLine(() -> safeMode(HdfsConstants.SafeModeAction.SAFEMODE_ENTER), "Cannot .* safe mode.*");
    }

    @Test
    void whereTheQuotaStaysExceededTheRunEndsInOneLineAndItsStateIsOnThisMachine() throws Exception {
        assertEndsInOneLine(() -> filesAtMost(1), "The NameSpace quota .* of directory /run is exceeded: quota=1 .*");
    }

    private void assertEndsInOneLine(Event event, String reason) throws Exception {
        RunFolder folder = folder(3);
        assertThatThrownBy(() -> train(folder, 7, event))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("the checkpoint last of round 10: " + reason
                        + " \\(tried \\d+ times in \\d s\\)\\."
                        + " The state of round 10 is in /var/tmp/\\S+ on \\S+: \\S+ train --resume \\S+")
                .satisfies(e -> {
                    Path rescued = Path.of(e.getMessage().replaceFirst(".*--resume ", ""));
                    CheckpointFile checkpoint =
                            CheckpointFile.read(Files.readAllBytes(rescued.resolve("checkpoints/last")));
                    assertThat(checkpoint.counters().round()).isEqualTo(10);
                    FileUtils.deleteDirectory(rescued.toFile());
                });
        assertThat(folder.readCheckpoint("last", warning -> {}).counters().round())
                .isEqualTo(5);
    }

    private void filesAtMost(long count) throws IOException {
        hdfs.getFileSystem().setQuota(new org.apache.hadoop.fs.Path("/run"), count, HdfsConstants.QUOTA_DONT_SET);
    }

    private void safeMode(HdfsConstants.SafeModeAction action) throws IOException {
        hdfs.getFileSystem().setSafeMode(action);
    }
}

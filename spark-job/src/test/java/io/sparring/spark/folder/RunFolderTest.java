package io.sparring.spark.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.algorithm.Counters;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFolderTest {
    @TempDir
    private Path work;

    private RunFolder folder;
    private RunFolder objects;
    private RunFolder denied;

    /** Files on this machine, by a file system that says of itself that it cannot append, as object stores do. */
    public static final class NoAppend extends RawLocalFileSystem {
        @Override
        public java.net.URI getUri() {
            return java.net.URI.create("objects:///");
        }

        @Override
        public boolean hasPathCapability(org.apache.hadoop.fs.Path path, String capability) throws IOException {
            return !capability.equals(CommonPathCapabilities.FS_APPEND) && super.hasPathCapability(path, capability);
        }
    }

    /** A cluster's file system on which this user may do nothing. */
    public static final class Denied extends RawLocalFileSystem {
        @Override
        public java.net.URI getUri() {
            return java.net.URI.create("denied:///");
        }

        private static AccessControlException no(String access, org.apache.hadoop.fs.Path path) {
            return new AccessControlException("Permission denied: user=alice, access=" + access + ", inode=\""
                    + path.toUri().getPath() + "\"");
        }

        @Override
        public org.apache.hadoop.fs.FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
            throw no("EXECUTE", path);
        }

        @Override
        public org.apache.hadoop.fs.FileStatus[] listStatus(org.apache.hadoop.fs.Path path) throws IOException {
            throw no("READ_EXECUTE", path);
        }

        @Override
        public org.apache.hadoop.fs.FSDataInputStream open(org.apache.hadoop.fs.Path path, int bufferSize)
                throws IOException {
            throw no("READ", path);
        }

        @Override
        public boolean mkdirs(org.apache.hadoop.fs.Path path) throws IOException {
            throw no("WRITE", path);
        }
    }

    @BeforeEach
    void folders() throws IOException {
        org.apache.hadoop.conf.Configuration hadoop = new org.apache.hadoop.conf.Configuration();
        hadoop.setClass("fs.objects.impl", NoAppend.class, org.apache.hadoop.fs.FileSystem.class);
        folder = RunFolder.at(work.resolve("files").toString(), hadoop);
        hadoop.setClass("fs.denied.impl", Denied.class, org.apache.hadoop.fs.FileSystem.class);
        denied = RunFolder.at("denied:/runs/x", hadoop);
        objects = RunFolder.at("objects://" + work.resolve("objects"), hadoop);
    }

    @Test
    void whatGrewBeforeIsThereUntilWhatIsKeptOfItIs() throws IOException {
        folder.write("metrics.jsonl", bytes("1\n2\n3\n"));
        try (GrowingFile growing = folder.grow("metrics.jsonl", out -> out.write(bytes("1\n")))) {
            assertThat(grown(folder)).isEqualTo("1\n");
            growing.write(bytes("2\n"));
            growing.flush();
            assertThat(grown(folder)).isEqualTo("1\n2\n");
        }
    }

    @Test
    void segmentsAreReadInOrderBehindTheWholeFile() throws IOException {
        objects.write("metrics.jsonl", bytes("1\n"));
        for (String segment : List.of("metrics.jsonl.000002", "metrics.jsonl.000001")) {
            try (GrowingFile growing = objects.segment(segment)) {
                growing.write(bytes(segment.endsWith("1") ? "2\n" : "3\n"));
            }
        }
        assertThat(grown(objects)).isEqualTo("1\n2\n3\n");
    }

    @Test
    void inAnObjectStoreTheCheckpointBeforeStaysAndADamagedOneIsPassedOver() throws IOException {
        assertThat(objects.inSegments()).isTrue();
        Configuration configuration =
                ConfigurationFile.parse("test", "environment: {id: Identity-Discrete-v0}", List.of());
        TrainingState first =
                TrainingState.first(configuration, configuration.environment().resolve());
        for (long round : new long[] {10, 20, 30}) {
            objects.writeCheckpoint("last", configuration, at(first, round));
        }
        Path checkpoints = work.resolve("objects/checkpoints");
        assertThat(checkpoints.toFile().list()).containsExactlyInAnyOrder("last-000000000020", "last-000000000030");
        assertThat(objects.readCheckpoint("last", w -> {}).counters().round()).isEqualTo(30);
        // What a writer leaves that dies in the middle, should the store show it at all.
        Files.write(checkpoints.resolve("last-000000000030"), new byte[100]);
        assertThat(objects.readCheckpoint("last", w -> {}).counters().round()).isEqualTo(20);
    }

    /** An older one, silently in its place, would throw away what a newer build has trained. */
    @Test
    void aCheckpointOfANewerBuildIsRefusedByNameAndNothingOlderIsTakenInItsPlace() throws IOException {
        Configuration configuration =
                ConfigurationFile.parse("test", "environment: {id: Identity-Discrete-v0}", List.of());
        TrainingState first =
                TrainingState.first(configuration, configuration.environment().resolve());
        for (RunFolder run : List.of(folder, objects)) {
            run.writeCheckpoint("last", configuration, at(first, 10));
            run.writeCheckpoint("last", configuration, at(first, 20));
        }
        for (String last : List.of("files/checkpoints/last", "objects/checkpoints/last-000000000020")) {
            byte[] bytes = Files.readAllBytes(work.resolve(last));
            bytes[11] = 99;
            Files.write(work.resolve(last), bytes);
        }

        for (RunFolder run : List.of(folder, objects)) {
            List<String> warnings = new ArrayList<>();
            assertThatThrownBy(() -> run.readCheckpoint("last", warnings::add))
                    .isInstanceOf(InvalidConfiguration.class)
                    .hasMessageContaining("checkpoints/last")
                    .hasMessageContaining("its format is version 99")
                    .hasMessageContaining("a newer build wrote it");
            assertThat(warnings).isEmpty();
            assertThatThrownBy(() -> run.hasCheckpoint("last")).isInstanceOf(InvalidConfiguration.class);
        }
    }

    @Test
    void whatMayNotBeWrittenOrReadIsSaidToBeSoWithThePathTheUserAndTheFileSystemsOwnWords() {
        String user = System.getProperty("user.name");
        assertNotAllowed(
                () -> denied.lock(Duration.ZERO), "denied:/runs/x cannot be written by " + user, "access=WRITE");
        assertNotAllowed(
                () -> denied.write("report.html", new byte[1]),
                "denied:/runs/x/report.html cannot be written by " + user,
                "access=WRITE");
        assertNotAllowed(denied::exists, "denied:/runs/x cannot be read by " + user, "access=EXECUTE");
        assertNotAllowed(
                () -> denied.readCheckpoint("best", w -> {}),
                "denied:/runs/x/checkpoints cannot be read by " + user,
                "access=READ");
        assertNotAllowed(
                () -> denied.readGrown("metrics.jsonl", (name, in) -> {}),
                "denied:/runs/x/metrics.jsonl cannot be read by " + user,
                "access=READ");
    }

    private static void assertNotAllowed(ThrowingCallable attempt, String line, String words) {
        assertThatThrownBy(attempt)
                .isInstanceOf(NotAllowed.class)
                .hasMessageStartingWith(line + ": Permission denied: ")
                .hasMessageContaining(words);
    }

    @Test
    void aFileIsNoRunFolderAndNeitherIsAPlaceInOne() throws IOException {
        Files.createFile(work.resolve("file"));
        for (String name : List.of("file", "file/run")) {
            RunFolder file = RunFolder.at(work.resolve(name).toString(), new org.apache.hadoop.conf.Configuration());
            assertThatThrownBy(() -> file.lock(Duration.ZERO))
                    .isInstanceOf(InvalidConfiguration.class)
                    .hasMessageStartingWith(work.resolve(name) + ": expected a folder: ");
        }
        RunFolder file = RunFolder.at(work.resolve("file").toString(), new org.apache.hadoop.conf.Configuration());
        assertThatThrownBy(file::exists)
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("this is a file");
    }

    /** Hadoop's own local files say of any of these that it is not there. */
    @Test
    void aFileThatCannotBeMadeSaysWhy() {
        assertThatThrownBy(() -> folder.write("x".repeat(300), new byte[1]))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("File name too long");
    }

    @Test
    void aLinkToAFolderIsOne() throws IOException {
        Files.createDirectory(work.resolve("real"));
        Path link = Files.createSymbolicLink(work.resolve("link"), work.resolve("real"));
        try (RunFolder linked = RunFolder.at(link.toString(), new org.apache.hadoop.conf.Configuration())) {
            linked.lock(Duration.ZERO);
            assertThat(work.resolve("real/lock")).exists();
        }
    }

    @Test
    void oneWhoMayWaitGetsTheLockOfARunThatEnds() throws Exception {
        RunFolder other = RunFolder.at(work.resolve("files").toString(), new org.apache.hadoop.conf.Configuration());
        Files.createDirectories(work.resolve("files"));
        Process alive = new ProcessBuilder("sleep", "2").start();
        String host = java.net.InetAddress.getLocalHost().getHostName();
        Files.writeString(work.resolve("files/lock"), host + " " + alive.pid());
        assertThatThrownBy(() -> other.lock(Duration.ZERO))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("in use by a live run");
        other.lock(Duration.ofSeconds(60));
        assertThat(alive.isAlive()).isFalse();
        other.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofManyWhoLockAFolderAtOnceOneHasItAtATime(boolean objectStore) throws Exception {
        org.apache.hadoop.conf.Configuration hadoop = new org.apache.hadoop.conf.Configuration();
        hadoop.setClass("fs.objects.impl", NoAppend.class, org.apache.hadoop.fs.FileSystem.class);
        String name = (objectStore ? "objects://" : "") + work.resolve("contended");
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger turns = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(4);
        Callable<Void> one = () -> {
            try (RunFolder mine = RunFolder.at(name, hadoop)) {
                start.await();
                mine.lock(Duration.ofSeconds(100));
                assertThat(inside.incrementAndGet()).isOne();
                turns.incrementAndGet();
                // While one has it another one that tries has not.
                try (RunFolder another = RunFolder.at(name, hadoop)) {
                    assertThatThrownBy(() -> another.lock(Duration.ZERO)).hasMessageContaining("in use by a live run");
                }
                inside.decrementAndGet();
            }
            return null;
        };
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (Future<Void> done : threads.invokeAll(List.of(one, one, one, one))) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(turns).hasValue(4);
        try (Stream<Path> left = Files.list(work.resolve("contended"))) {
            assertThat(left).isEmpty();
        }
    }

    /** At any moment of another one's taking and releasing there is a lock or none. */
    @Test
    void whoComesWhileALockIsReleasedHasItOrIsToldWhoHasIt() throws Exception {
        org.apache.hadoop.conf.Configuration hadoop = new org.apache.hadoop.conf.Configuration();
        AtomicInteger taken = new AtomicInteger();
        Callable<Void> one = () -> {
            for (int i = 0; i < 300; i++) {
                try (RunFolder mine = RunFolder.at(work.resolve("busy").toString(), hadoop)) {
                    mine.lock(Duration.ZERO);
                    taken.incrementAndGet();
                } catch (InvalidConfiguration inUse) {
                    assertThat(inUse).hasMessageContaining("in use by a live run");
                }
            }
            return null;
        };
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (Future<Void> done : threads.invokeAll(List.of(one, one, one, one))) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(taken).hasPositiveValue();
    }

    @Test
    void aFolderOnThisMachinesDiskIsRefusedToDriversElsewhereUnlessItIsSaidToBeShared() throws IOException {
        org.apache.hadoop.conf.Configuration hadoop = new org.apache.hadoop.conf.Configuration();
        assertThatThrownBy(() -> folder.shared("--run"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("every machine reaches");
        RunFolder said = RunFolder.at("file://" + work, hadoop);
        assertThat(said.shared("--run")).isSameAs(said);
    }

    private static TrainingState at(TrainingState state, long round) {
        Counters counters = new Counters(round, 0, 0, List.of(), Double.NEGATIVE_INFINITY, 0, 0, -1, -1);
        return new TrainingState(
                counters, state.model(), state.optimizerState(), state.optimizerSteps(), state.shards());
    }

    private static String grown(RunFolder folder) throws IOException {
        StringBuilder all = new StringBuilder();
        folder.readGrown(
                "metrics.jsonl", (name, in) -> all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        return all.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

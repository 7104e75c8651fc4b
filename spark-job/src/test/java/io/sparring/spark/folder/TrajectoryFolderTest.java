package io.sparring.spark.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.InvalidConfiguration;
import java.io.IOException;
import java.net.URI;
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
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrajectoryFolderTest {
    private final org.apache.hadoop.conf.Configuration hadoop = new org.apache.hadoop.conf.Configuration();

    @TempDir
    private Path work;

    private RunFolder mine;
    private RunFolder other;

    /** A cluster's file system, which is away as often as it is told. */
    public static final class Away extends RawLocalFileSystem {
        static final AtomicInteger TIMES = new AtomicInteger();

        @Override
        public URI getUri() {
            return URI.create("away:///");
        }

        @Override
        public FSDataOutputStream create(
                org.apache.hadoop.fs.Path path,
                boolean overwrite,
                int bufferSize,
                short replication,
                long blockSize,
                Progressable progress)
                throws IOException {
            if (TIMES.getAndUpdate(times -> Math.max(0, times - 1)) > 0) {
                throw new IOException("in safe mode");
            }
            return super.create(path, overwrite, bufferSize, replication, blockSize, progress);
        }
    }

    @BeforeEach
    void twoRuns() throws IOException {
        mine = run("mine");
        other = run("other");
    }

    private RunFolder run(String name) throws IOException {
        Files.createDirectories(work.resolve(name));
        return RunFolder.at(work.resolve(name).toString(), hadoop);
    }

    private TrajectoryFolder log() throws IOException {
        return TrajectoryFolder.at(work.resolve("log").toString(), hadoop);
    }

    private void claim(RunFolder run, long round) throws IOException {
        log().claim(run, round, Duration.ZERO);
    }

    private void has(String... rounds) throws IOException {
        for (String name : rounds) {
            Files.writeString(work.resolve("log/rounds-" + name + ".parquet"), name);
        }
    }

    private List<String> rounds() throws IOException {
        try (Stream<Path> files = Files.list(work.resolve("log"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(TrajectoryFolder.OWNER))
                    .map(name -> name.replaceAll("rounds-|\\.parquet", ""))
                    .sorted()
                    .toList();
        }
    }

    private void isRefused(RunFolder run, long round, String... words) {
        assertThatThrownBy(() -> claim(run, round))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContainingAll("--log-trajectories " + work.resolve("log"))
                .hasMessageContainingAll(words);
    }

    @Test
    void whoGoesOnTakesAwayWhatLiesBeyond() throws IOException {
        claim(mine, 0);
        has("1-5", "6-10", "11-15");
        Files.writeString(work.resolve("log/.rounds-16-20.parquet.tmp"), "a part");

        claim(mine, 10);
        assertThat(rounds()).containsExactly("1-5", "6-10");

        // It was killed before there was a checkpoint.
        claim(mine, 0);
        assertThat(rounds()).isEmpty();
    }

    @Test
    void anotherRunsTrajectoriesAreRefusedAndStay() throws IOException {
        claim(other, 0);
        has("1-50", "51-100");

        isRefused(mine, 50, "expected a new folder, or this run's trajectories", "those of file:" + other.name());
        isRefused(mine, 0, "those of file:" + other.name());
        assertThat(rounds()).containsExactly("1-50", "51-100");
        assertThat(TrajectoryFolder.of(mine, hadoop)).isNull();
    }

    /** Which says of itself what the one says that it is a copy of. */
    @Test
    void aCopyOfARunDoesNotTakeItsLogAndOneThatWasMovedDoes() throws IOException {
        claim(mine, 0);
        has("1-50");
        Files.copy(work.resolve("mine/trajectories.json"), work.resolve("other/trajectories.json"));

        isRefused(other, 0, "those of file:" + mine.name());
        Files.delete(work.resolve("mine/trajectories.json"));
        Files.delete(work.resolve("mine"));
        claim(other, 50);
        assertThat(rounds()).containsExactly("1-50");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rounds-1-50.parquet", "part-0.parquet"})
    void nobodysFilesAreRefusedAndStay(String name) throws IOException {
        Files.createDirectories(work.resolve("log"));
        Files.writeString(work.resolve("log").resolve(name), "");

        isRefused(mine, 0, "expected a new folder, and there is " + name);
        assertThat(work.resolve("log").toFile().list()).containsExactly(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1-5 11-15 21-25", "1-5", "1-5 6-12"})
    void whereRoundsAreMissingNothingIsTakenAway(String there) throws IOException {
        claim(mine, 0);
        has(there.split(" "));

        isRefused(mine, 10, "expected this run's rounds up to 10");
        assertThat(rounds()).containsExactly(there.split(" "));
    }

    @Test
    void ofThreeThatBeginAtOnceOneGetsTheFolder() throws Exception {
        CyclicBarrier start = new CyclicBarrier(3);
        List<Callable<Boolean>> all = new ArrayList<>();
        for (String name : List.of("mine", "other", "third")) {
            RunFolder run = run(name);
            all.add(() -> {
                start.await();
                try {
                    claim(run, 0);
                    return true;
                } catch (InvalidConfiguration refused) {
                    return false;
                }
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            int got = 0;
            for (Future<Boolean> one : threads.invokeAll(all)) {
                got += one.get() ? 1 : 0;
            }
            assertThat(got).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aFileOfThatNameIsAnotherHandsAndStays() throws IOException {
        claim(mine, 0);
        has("1-5");
        Path file = Files.writeString(work.resolve("rounds-1-5.parquet"), "new");

        assertThatThrownBy(() -> log().add(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("rounds-1-5.parquet is there already");
        assertThat(work.resolve("log/rounds-1-5.parquet")).hasContent("1-5");
    }

    @Test
    void aFileSystemThatIsAwayForAMomentIsWaitedFor() throws IOException {
        hadoop.setClass("fs.away.impl", Away.class, org.apache.hadoop.fs.FileSystem.class);
        TrajectoryFolder log = TrajectoryFolder.at("away://" + work.resolve("log"), hadoop);
        log.claim(mine, 0, Duration.ZERO);
        Path file = Files.writeString(work.resolve("rounds-1-5.parquet"), "1-5");
        Away.TIMES.set(1);

        log.add(file);

        assertThat(Away.TIMES).hasValue(0);
        assertThat(work.resolve("log/rounds-1-5.parquet")).hasContent("1-5");
    }

    @Test
    void aRunThatGoesOnElsewhereBringsWhatTheFolderLacks() throws IOException {
        TrajectoryFolder log = log();
        log.claim(mine, 0, Duration.ZERO);
        has("1-5");
        log.rescue(other);
        other.write("rounds-6-10.parquet", "6-10".getBytes());

        assertThat(TrajectoryFolder.of(other, hadoop).name()).isEqualTo(log.name());
        claim(other, 10);
        assertThat(rounds()).containsExactly("1-5", "6-10");
        assertThat(other.names("rounds-")).isEmpty();
        // From now on they are its.
        isRefused(mine, 5, "those of file:" + other.name());
        claim(other, 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b"})
    void whatIsNoFoldersNameIsOneLine(String name) {
        assertThatThrownBy(() -> TrajectoryFolder.at(name, hadoop))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageStartingWith("--log-trajectories: '" + name + "' is no folder's name");
    }

    @Test
    void theRunsOwnFolderIsRefused() {
        assertThatThrownBy(() -> TrajectoryFolder.at(mine.name(), hadoop).require(mine))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("expected a folder beside the run's own");
    }
}

package io.sparring.spark.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.algorithm.Backend;
import io.sparring.algorithm.Training;
import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.run.CheckpointFile;
import io.sparring.tracking.TrackedRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecorderTest {
    private static final String SMALL = "environment: {id: Identity-Discrete-v0}";

    private final Configuration configuration = ConfigurationFile.parse("test", SMALL, List.of());
    private final TrainingState all =
            TrainingState.first(configuration, configuration.environment().resolve());
    /** Without shards, as an asynchronous run begins. */
    private final TrainingState toAct = TrainingState.first(
            ConfigurationFile.parse("test", SMALL, List.of("algorithm=a3c")),
            configuration.environment().resolve());

    @TempDir
    private Path work;

    private Path checkpoints;
    private RunFolder folder;

    @BeforeEach
    void aFolderThatTakesNoCheckpoints() throws IOException {
        folder = RunFolder.at(work.toString(), new org.apache.hadoop.conf.Configuration());
        checkpoints = work.resolve("checkpoints");
        Files.writeString(checkpoints, "in the way");
    }

    @Test
    void aBestThatCannotBeWrittenEndsNothingAndIsWrittenWithTheNextCheckpoint() throws IOException {
        try (Recorder recorder = new Recorder(folder, configuration, all, () -> 0, TrackedRun.NONE)) {
            recorder.best(toAct);
            Files.delete(checkpoints);
            recorder.checkpoint(all);
        }

        assertThat(folder.readCheckpoint("best", warning -> {}).shards()).isEmpty();
        assertThat(folder.readCheckpoint("last", warning -> {}).shards()).isNotEmpty();
    }

    @Test
    void withoutWhatItStandsForThereIsNoCheckpointAndItsStateIsElsewhere() throws IOException {
        Files.delete(checkpoints);
        Recorder recorder = new Recorder(folder, configuration, all, () -> 0, TrackedRun.NONE);
        recorder.with(new Recorder.Companion() {
            @Override
            public void write() throws IOException {
                throw new IOException("no room");
            }

            @Override
            public void rescue(RunFolder elsewhere) throws IOException {
                elsewhere.write("steps", new byte[1]);
            }
        });

        assertThatThrownBy(() -> recorder.checkpoint(all))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("the trajectories of round 0")
                .hasRootCauseMessage("no room");
        recorder.close();

        assertThat(checkpoints).doesNotExist();
        Path rescued = Path.of(recorder.rescued().replaceAll("(?s).* is in (\\S+) on .*", "$1"));
        try {
            assertThat(rescued.resolve("checkpoints/last")).exists();
            assertThat(rescued.resolve("steps")).exists();
        } finally {
            FileUtils.deleteDirectory(rescued.toFile());
        }
    }

    /** Nobody could go on from the best alone. */
    @Test
    void whatIsRescuedIsTheWholeRunAndTheBestBesideIt() throws IOException {
        Recorder recorder = new Recorder(folder, configuration, all, () -> 0, TrackedRun.NONE);
        recorder.best(toAct);
        assertThatThrownBy(() -> recorder.checkpoint(all)).isInstanceOf(UncheckedIOException.class);
        recorder.close();

        Path rescued = Path.of(recorder.rescued().replaceFirst(".*--resume ", ""));
        try {
            assertThat(CheckpointFile.read(Files.readAllBytes(rescued.resolve("checkpoints/last")))
                            .shards())
                    .isNotEmpty();
            assertThat(CheckpointFile.read(Files.readAllBytes(rescued.resolve("checkpoints/best")))
                            .shards())
                    .isEmpty();
        } finally {
            FileUtils.deleteDirectory(rescued.toFile());
        }
    }

    @Test
    void whereSomethingIsNormalisedTheMetricsSayWhatThatDoesAndElseTheyDoNot() throws Exception {
        Files.delete(checkpoints);
        String metrics = "";
        for (String normalize : List.of("normalize={}", "normalize={observations: true, rewards: true}")) {
            Training training =
                    Training.of(ConfigurationFile.parse("test", SMALL, List.of(normalize, "budget.env-steps=512")));
            TrainingState start = training.start();
            try (Recorder recorder = new Recorder(folder, configuration(normalize), start, () -> 0, TrackedRun.NONE)) {
                training.run(start, Backend.LOCAL, recorder);
            }
            metrics = Files.readString(work.resolve("metrics.jsonl"));
            assertThat(metrics.contains("\"observations_clipped\":0.0")).isEqualTo(normalize.contains("true"));
        }
        assertThat(metrics.lines().filter(line -> line.contains("\"round\":1,")))
                .first()
                .asString()
                .contains("\"reward_scale\":1.0");
        assertThat(metrics).containsPattern("\"round\":2,.*\"reward_scale\":[0-9.]+[1-9]");
    }

    private static Configuration configuration(String override) {
        return ConfigurationFile.parse("test", SMALL, List.of(override));
    }
}

package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparring.algorithm.TrainingState;
import io.sparring.configuration.Configuration;
import io.sparring.configuration.ConfigurationFile;
import io.sparring.spark.folder.Origin;
import io.sparring.spark.folder.RunFolder;
import io.sparring.spark.folder.RunFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that has begun with another run's model and was stopped before its first round ended. */
class BeginningTest {
    private static final String TINY = """
            environment: {id: Identity-Discrete-v0, copies-per-shard: 4}
            network: {hidden: [8]}
            a2c: {shards: 2, rollout-length: 8}
            budget: {env-steps: 64}
            """;

    private static final String BEGINNING =
            "{\"run\":\"file:/gone\",\"checkpoint\":\"last\",\"round\":9,\"env_steps\":576,\"params_sha256\":\"0\"}";

    @TempDir
    private Path work;

    @BeforeEach
    void aRunOfNoRounds() throws IOException {
        Files.writeString(work.resolve("tiny.yaml"), TINY);
        Configuration configuration = ConfigurationFile.parse("tiny", TINY, List.of());
        TrainingState first =
                TrainingState.first(configuration, configuration.environment().resolve());
        try (RunFolder run = RunFolder.at(work.resolve("run").toString(), new org.apache.hadoop.conf.Configuration())) {
            RunFolders.writeCheckpoint(run, "last", configuration, first);
            run.mark("a-submission");
        }
        Files.writeString(work.resolve("run").resolve(Origin.FILE), BEGINNING);
    }

    @AfterEach
    void submittedByNobody() {
        System.clearProperty("spark.sparring.submission");
        System.clearProperty("spark.sparring.outcome");
    }

    @Test
    void goingOnItStillSaysWhoseModelItHasBegunWith() {
        Sparring.Outcome outcome =
                Sparring.onTwoThreads("train", "--resume", work.resolve("run").toString());

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(work.resolve("run").resolve(Origin.FILE)).hasContent(BEGINNING);
    }

    @Test
    void aSecondAttemptOfItNeedsTheOtherRunNoMore() {
        System.setProperty("spark.sparring.submission", "a-submission");
        System.setProperty("spark.sparring.outcome", work.resolve("outcome").toString());

        Sparring.Outcome outcome = Sparring.onTwoThreads(
                "train",
                work.resolve("tiny.yaml").toString(),
                "--run",
                work.resolve("run").toString(),
                "--init",
                work.resolve("gone").toString());

        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        assertThat(work.resolve("run").resolve(Origin.FILE)).hasContent(BEGINNING);
    }
}

package io.sparring.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is proposed to the user works where it is read, and what is said of a resumed run is so. */
class AdviceIT {
    private static final String TINY = """
            environment: {id: Identity-Discrete-v0, copies-per-shard: 4}
            network: {hidden: [8]}
            a2c: {shards: 2, rollout-length: 8}
            optimizer: {schedule: linear}
            budget: {env-steps: 640}
            evaluation: {every-env-steps: 0}
            checkpoint: {every-rounds: 0}
            """;

    @TempDir
    private Path fresh;

    @Test
    void theProposedCommandWorksInItsFolderWithoutAnEvaluationToo() throws IOException, InterruptedException {
        Path folder = configured("a b");
        Sparring.Outcome trained = train(folder, "--run", "my run");
        String next = trained.stdout()
                .lines()
                .filter(line -> line.startsWith("  next "))
                .map(line -> line.substring("  next ".length()))
                .findFirst()
                .orElseThrow();

        Sparring.Outcome evaluated = Sparring.shell(folder, next);

        assertThat(next).contains("/submit/sparring evaluate '", "/a b/my run'");
        assertThat(evaluated.exit()).as(evaluated.toString()).isZero();
        assertThat(evaluated.stdout()).startsWith("last of round 10: mean return ");
    }

    @Test
    void anotherBudgetDoesNotBendTheScheduleAndARunKilledInItsFirstRoundsGoesOn()
            throws IOException, InterruptedException {
        Path folder = configured("x");
        try (Sparring live = Sparring.start(
                folder,
                "--master",
                "local[2]",
                "train",
                "tiny.yaml",
                "--run",
                "r",
                "--set",
                "budget.env-steps=20000")) {
            live.await("a checkpoint", () -> Files.exists(folder.resolve("r/checkpoints/last")));
            live.signal("KILL");
            live.outcome();
        }

        Sparring.Outcome resumed = Sparring.onTwoThreads(
                "train",
                folder.resolve("tiny.yaml").toString(),
                "--resume",
                folder.resolve("r").toString(),
                "--set",
                "budget.env-steps=20064");

        assertThat(resumed.exit()).as(resumed.toString()).isZero();
        assertThat(resumed.stderr())
                .contains("going on after round ")
                .contains("the learning rate's schedule ends at 20,000 steps")
                .contains("--set optimizer.schedule-env-steps=20064");
        assertThat(Files.readString(folder.resolve("r/configuration.yaml"))).contains("schedule-env-steps: 20000\n");
    }

    private Path configured(String name) throws IOException {
        Path folder = Files.createDirectory(fresh.resolve(name));
        Files.writeString(folder.resolve("tiny.yaml"), TINY);
        return folder;
    }

    private static Sparring.Outcome train(Path folder, String... words) throws IOException, InterruptedException {
        String[] all = new String[words.length + 4];
        System.arraycopy(new String[] {"--master", "local[2]", "train", "tiny.yaml"}, 0, all, 0, 4);
        System.arraycopy(words, 0, all, 4, words.length);
        Sparring.Outcome outcome = Sparring.run(folder, all);
        assertThat(outcome.exit()).as(outcome.toString()).isZero();
        return outcome;
    }
}
